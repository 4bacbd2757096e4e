/**
 * The files that code sees: the notebook's folder as `process.cwd()`, and whatever the code writes elsewhere.
 *
 * Everything is in memory, so reading and writing may be synchronous. Folders are implied by their files, but for
 * empty ones: the page names them with a `/` at the end.
 */

export class FileError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path: string;
  readonly errno: number;

  constructor(code: keyof typeof PROBLEMS, syscall: string, path: string) {
    super(`${code}: ${PROBLEMS[code][1]}, ${syscall} '${path}'`);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
    this.errno = PROBLEMS[code][0];
  }
}

const PROBLEMS = {
  ENOENT: [-2, 'no such file or directory'],
  EEXIST: [-17, 'file already exists'],
  ENOTDIR: [-20, 'not a directory'],
  EISDIR: [-21, 'illegal operation on a directory'],
  ENOTEMPTY: [-39, 'directory not empty'],
} as const;

interface Entry {
  bytes: Uint8Array;
  changedMs: number;
}

export class Files {
  readonly home: string;
  cwd: string;
  readonly #onWrite: (path: string, bytes: Uint8Array | null) => void;
  #files = new Map<string, Entry>();
  #folders: Set<string>;

  /** `onWrite` is told what code changes in the notebook's folder, by relative path. */
  constructor(home: string, onWrite: (path: string, bytes: Uint8Array | null) => void) {
    this.home = home;
    this.cwd = home;
    this.#onWrite = onWrite;
    this.#folders = new Set(['/', '/tmp', '/home', home]);
  }

  /** From the page: null removes. Relative to the notebook's folder. */
  put(path: string, bytes: Uint8Array | null): void {
    const full = `${this.home}/${path}`;
    if (!path.endsWith('/')) this.#set(full, bytes);
    else if (bytes) this.#folders.add(full.slice(0, -1));
    else this.#folders.delete(full.slice(0, -1));
  }

  resolve(path: string): string {
    const parts: string[] = [];
    for (const part of (path.startsWith('/') ? path : `${this.cwd}/${path}`).split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  }

  read(path: string, syscall = 'open'): Uint8Array {
    const full = this.resolve(path);
    const entry = this.#files.get(full);
    if (entry) return entry.bytes;
    throw new FileError(this.isFolder(full) ? 'EISDIR' : 'ENOENT', this.isFolder(full) ? 'read' : syscall, path);
  }

  write(path: string, bytes: Uint8Array): void {
    const full = this.resolve(path);
    if (this.isFolder(full)) throw new FileError('EISDIR', 'open', path);
    if (!this.isFolder(parentOf(full))) throw new FileError('ENOENT', 'open', path);
    this.#set(full, bytes);
    this.#tell(full, bytes);
  }

  append(path: string, bytes: Uint8Array): void {
    const before = this.#files.get(this.resolve(path))?.bytes ?? new Uint8Array();
    const whole = new Uint8Array(before.length + bytes.length);
    whole.set(before);
    whole.set(bytes, before.length);
    this.write(path, whole);
  }

  remove(path: string): void {
    const full = this.resolve(path);
    if (!this.#files.delete(full)) throw new FileError(this.isFolder(full) ? 'EISDIR' : 'ENOENT', 'unlink', path);
    // A folder does not go with its last file.
    this.#folders.add(parentOf(full));
    this.#tell(full, null);
  }

  makeFolder(path: string, recursive: boolean): void {
    const full = this.resolve(path);
    if (this.#files.has(full) || (this.isFolder(full) && !recursive)) throw new FileError('EEXIST', 'mkdir', path);
    if (!recursive && !this.isFolder(parentOf(full))) throw new FileError('ENOENT', 'mkdir', path);
    for (let at = full; at !== '/'; at = parentOf(at)) this.#folders.add(at);
    if (this.list(full).length === 0) this.#tell(`${full}/`, new Uint8Array());
  }

  removeFolder(path: string, recursive: boolean): void {
    const full = this.resolve(path);
    if (!this.isFolder(full)) throw new FileError(this.#files.has(full) ? 'ENOTDIR' : 'ENOENT', 'rmdir', path);
    const inside = this.list(full);
    if (inside.length > 0 && !recursive) throw new FileError('ENOTEMPTY', 'rmdir', path);
    for (const name of inside) {
      const child = `${full}/${name}`;
      if (this.isFolder(child)) this.removeFolder(child, true);
      else this.remove(child);
    }
    this.#folders.delete(full);
    this.#tell(`${full}/`, null);
  }

  isFile(path: string): boolean {
    return this.#files.has(this.resolve(path));
  }

  isFolder(path: string): boolean {
    const full = this.resolve(path);
    if (this.#folders.has(full)) return true;
    const inside = `${full}/`;
    return [...this.#files.keys(), ...this.#folders].some((known) => known.startsWith(inside));
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    const full = this.resolve(path);
    if (!this.isFolder(full)) throw new FileError(this.#files.has(full) ? 'ENOTDIR' : 'ENOENT', 'scandir', path);
    const inside = full === '/' ? '/' : `${full}/`;
    const names = [...this.#files.keys(), ...this.#folders]
      .filter((known) => known.startsWith(inside) && known !== inside)
      .map((known) => known.slice(inside.length).split('/')[0] ?? '');
    return [...new Set(names)].sort();
  }

  stat(path: string): { file: boolean; size: number; changedMs: number } {
    const entry = this.#files.get(this.resolve(path));
    if (entry) return { file: true, size: entry.bytes.length, changedMs: entry.changedMs };
    if (!this.isFolder(path)) throw new FileError('ENOENT', 'stat', path);
    return { file: false, size: 4096, changedMs: 0 };
  }

  #set(full: string, bytes: Uint8Array | null): void {
    if (bytes) this.#files.set(full, { bytes, changedMs: Date.now() });
    else this.#files.delete(full);
  }

  #tell(full: string, bytes: Uint8Array | null): void {
    const home = `${this.home}/`;
    if (full.startsWith(home)) this.#onWrite(full.slice(home.length), bytes);
  }
}

export function parentOf(full: string): string {
  return full.slice(0, full.lastIndexOf('/')) || '/';
}
