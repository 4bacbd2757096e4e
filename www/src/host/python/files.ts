/**
 * Keeps Python's working folder and the notebook's the same. Files that Python writes or removes are told to the
 * page; what the page says is written here. Folders are implied by their files, as everywhere in the page; one in which
 * there is nothing is told as an empty file whose name ends in `/`.
 */

/** What we use of Emscripten's file system. Its own calls go through these members, so they can be watched. */
export interface EmscriptenFs {
  mkdirTree(path: string): void;
  mkdir(path: string, ...rest: unknown[]): unknown;
  rmdir(path: string): void;
  writeFile(path: string, bytes: Uint8Array): void;
  readFile(path: string): Uint8Array;
  unlink(path: string): void;
  chdir(path: string): void;
  analyzePath(path: string): { exists: boolean };
  stat(path: string): { mode: number };
  isFile(mode: number): boolean;
  isDir(mode: number): boolean;
  readdir(path: string): string[];
  write(stream: { path: string }, ...rest: unknown[]): number;
  truncate(path: string, length: number): void;
  ftruncate(fd: number, length: number): void;
  rename(from: string, to: string): void;
  open(path: string, flags: number | string, ...rest: unknown[]): { path: string };
  symlink(target: string, path: string): void;
}

const O_CREAT = 0o100;
const O_TRUNC = 0o1000;

/** Files beyond this stay in the interpreter: the page keeps its folder in memory too. */
const MAX_BYTES = 64 * 1024 * 1024;

export class PythonFiles {
  readonly #fs: EmscriptenFs;
  readonly #home: string;
  readonly #onFile: (path: string, bytes: Uint8Array | null) => void;
  #changed = new Set<string>();
  /** What the page has, so that only differences are told. */
  #known = new Set<string>();
  #quiet = false;

  constructor(
    fs: EmscriptenFs,
    home: string,
    files: { path: string; bytes: Uint8Array }[],
    onFile: (path: string, bytes: Uint8Array | null) => void,
  ) {
    this.#fs = fs;
    this.#home = home;
    this.#onFile = onFile;
    fs.mkdirTree(home);
    for (const { path, bytes } of files) this.write(path, bytes);
    fs.chdir(home);
    this.#watch();
  }

  write(path: string, bytes: Uint8Array): void {
    const full = `${this.#home}/${path}`;
    this.#quietly(() => {
      this.#fs.mkdirTree(full.slice(0, full.lastIndexOf('/')));
      if (!path.endsWith('/')) this.#fs.writeFile(full, bytes);
    });
    this.#known.add(full);
  }

  remove(path: string): void {
    const full = `${this.#home}/${path}`;
    this.#known.delete(full);
    if (path.endsWith('/')) this.#removeFolder(full.slice(0, -1));
    else if (this.#fs.analyzePath(full).exists) this.#quietly(() => this.#fs.unlink(full));
  }

  read(path: string): Uint8Array | undefined {
    const full = `${this.#home}/${path}`;
    return this.#isFile(full) ? this.#fs.readFile(full) : undefined;
  }

  /** Tells the page what has changed. Called when a cell gives way or ends. */
  flush(): void {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const full of changed) {
      const path = full.slice(this.#home.length + 1);
      if (this.#isFile(full)) {
        const bytes = this.#fs.readFile(full);
        if (bytes.length > MAX_BYTES) continue;
        this.#known.add(full);
        this.#onFile(path, bytes);
      } else if (this.#isEmptyFolder(full)) {
        this.#known.add(`${full}/`);
        this.#onFile(`${path}/`, new Uint8Array());
      } else {
        if (this.#known.delete(full)) this.#onFile(path, null);
        if (!this.#fs.analyzePath(full).exists && this.#known.delete(`${full}/`)) this.#onFile(`${path}/`, null);
      }
    }
  }

  #isEmptyFolder(full: string): boolean {
    const { exists } = this.#fs.analyzePath(full);
    return exists && this.#fs.isDir(this.#fs.stat(full).mode) && this.#fs.readdir(full).length <= 2;
  }

  /** A folder in which there is something stays. */
  #removeFolder(full: string): void {
    if (this.#isEmptyFolder(full)) this.#quietly(() => this.#fs.rmdir(full));
  }

  #isFile(full: string): boolean {
    try {
      return this.#fs.isFile(this.#fs.stat(full).mode);
    } catch {
      return false;
    }
  }

  #quietly(work: () => void): void {
    this.#quiet = true;
    try {
      work();
    } finally {
      this.#quiet = false;
    }
  }

  #touch(path: string): void {
    if (!this.#quiet && path.startsWith(`${this.#home}/`)) this.#changed.add(path);
  }

  /** Every file below a folder that has moved. */
  #touchAll(path: string): void {
    this.#touch(path);
    for (const known of this.#known) if (known.startsWith(`${path}/`)) this.#touch(known);
    try {
      if (!this.#fs.isDir(this.#fs.stat(path).mode)) return;
      for (const name of this.#fs.readdir(path))
        if (name !== '.' && name !== '..') this.#touchAll(`${path}/${name}`);
    } catch {
      // It is not there any more: what was known of it is touched.
    }
  }

  #watch(): void {
    const fs = this.#fs;
    const { write, unlink, rename, truncate, open, mkdir, rmdir } = fs;
    fs.mkdir = (path, ...rest) => {
      const made = mkdir.call(fs, path, ...rest);
      this.#touch(path.replace(/\/+$/, ''));
      return made;
    };
    fs.rmdir = (path) => {
      rmdir.call(fs, path);
      this.#touch(path.replace(/\/+$/, ''));
    };
    fs.write = (stream, ...rest) => {
      this.#touch(stream.path);
      return write.call(fs, stream, ...rest);
    };
    fs.unlink = (path) => {
      this.#touch(path);
      unlink.call(fs, path);
    };
    fs.rename = (from, to) => {
      rename.call(fs, from, to);
      this.#touchAll(from);
      this.#touchAll(to);
    };
    fs.truncate = (path, length) => {
      if (typeof path === 'string') this.#touch(path);
      truncate.call(fs, path, length);
    };
    fs.open = (path, flags, ...rest) => {
      const stream = open.call(fs, path, flags, ...rest);
      if (typeof flags === 'number' && (flags & (O_CREAT | O_TRUNC)) !== 0) this.#touch(stream.path);
      return stream;
    };
  }
}
