/** Node's `fs` over the notebook's files: the synchronous calls, and the same as promises and with callbacks. */
import { Buffer } from 'buffer';
import { FileError, type Files } from '../files.ts';
import { Readable, Writable } from './stream.ts';

type Encoding = BufferEncoding | null | { encoding?: BufferEncoding | null; flag?: string } | undefined;
type Path = string | URL | Uint8Array;
type Data = string | Uint8Array;

function encodingOf(options: Encoding): BufferEncoding | null {
  return (typeof options === 'string' ? options : options?.encoding) ?? null;
}

function pathOf(path: Path): string {
  if (path instanceof URL) return decodeURIComponent(path.pathname);
  return typeof path === 'string' ? path : Buffer.from(path).toString();
}

function bytesOf(data: Data, options: Encoding): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, encodingOf(options) ?? 'utf8') : new Uint8Array(data);
}

function statsOf({ file, size, changedMs }: { file: boolean; size: number; changedMs: number }) {
  const changed = new Date(changedMs);
  return {
    size, mtimeMs: changedMs, ctimeMs: changedMs, atimeMs: changedMs, birthtimeMs: changedMs,
    mtime: changed, ctime: changed, atime: changed, birthtime: changed, mode: file ? 0o100644 : 0o040755,
    isFile: () => file, isDirectory: () => !file, isSymbolicLink: () => false,
  };
}

/** The module for one kernel's files. */
export function makeFs(files: Files) {
  const sync = {
    readFile(path: Path, options?: Encoding): Buffer | string {
      const bytes = files.read(pathOf(path));
      const buffer = Buffer.from(bytes);
      const encoding = encodingOf(options);
      return encoding ? buffer.toString(encoding) : buffer;
    },
    writeFile(path: Path, data: Data, options?: Encoding): void {
      const add = typeof options === 'object' && options?.flag?.startsWith('a');
      if (add) files.append(pathOf(path), bytesOf(data, options));
      else files.write(pathOf(path), bytesOf(data, options));
    },
    appendFile(path: Path, data: Data, options?: Encoding): void {
      files.append(pathOf(path), bytesOf(data, options));
    },
    unlink(path: Path): void {
      files.remove(pathOf(path));
    },
    mkdir(path: Path, options?: { recursive?: boolean }): void {
      files.makeFolder(pathOf(path), options?.recursive ?? false);
    },
    rmdir(path: Path, options?: { recursive?: boolean }): void {
      files.removeFolder(pathOf(path), options?.recursive ?? false);
    },
    rm(path: Path, options?: { recursive?: boolean; force?: boolean }): void {
      const name = pathOf(path);
      if (options?.force && !files.isFile(name) && !files.isFolder(name)) return;
      if (files.isFile(name)) files.remove(name);
      else files.removeFolder(name, options?.recursive ?? false);
    },
    readdir(path: Path, options?: { withFileTypes?: boolean }) {
      const name = pathOf(path);
      const names = files.list(name);
      if (!options?.withFileTypes) return names;
      return names.map((child) => ({ name: child, parentPath: name, ...statsOf(files.stat(`${name}/${child}`)) }));
    },
    stat(path: Path) {
      return statsOf(files.stat(pathOf(path)));
    },
    lstat(path: Path) {
      return statsOf(files.stat(pathOf(path)));
    },
    access(path: Path): void {
      if (!exists(path)) throw new FileError('ENOENT', 'access', pathOf(path));
    },
    copyFile(from: Path, to: Path): void {
      files.write(pathOf(to), files.read(pathOf(from), 'copyfile').slice());
    },
    rename(from: Path, to: Path): void {
      files.write(pathOf(to), files.read(pathOf(from), 'rename'));
      files.remove(pathOf(from));
    },
  };

  function exists(path: Path): boolean {
    return files.isFile(pathOf(path)) || files.isFolder(pathOf(path));
  }

  const calls = Object.entries(sync) as [string, (...args: any[]) => unknown][];
  const promises = Object.fromEntries(
    calls.map(([name, work]) => [name, async (...args: unknown[]) => work(...args)]),
  );
  const callbacks = Object.fromEntries(
    calls.map(([name, work]) => [
      name,
      (...args: unknown[]) => {
        const done = args.pop() as (error: unknown, value?: unknown) => void;
        queueMicrotask(() => {
          let value: unknown;
          try {
            value = work(...args);
          } catch (error) {
            return done(error);
          }
          done(null, value);
        });
      },
    ]),
  );
  return {
    ...callbacks,
    ...Object.fromEntries(calls.map(([name, work]) => [`${name}Sync`, work])),
    existsSync: exists,
    promises,
    constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 },
    createReadStream(path: Path, options?: Encoding): Readable {
      return Readable.from(lazily(() => sync.readFile(path, options)));
    },
    createWriteStream(path: Path, options?: { flags?: string }): Writable {
      const name = pathOf(path);
      if (!options?.flags?.startsWith('a')) files.write(name, new Uint8Array());
      return new Writable((data) => files.append(name, bytesOf(data, undefined)));
    },
  };
}

async function* lazily(read: () => Buffer | string): AsyncGenerator<Buffer | string> {
  const STEP = 65_536;
  const whole = read();
  for (let at = 0; at < whole.length; at += STEP) yield whole.slice(at, at + STEP);
}
