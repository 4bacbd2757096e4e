/**
 * The working folder of a notebook: what the lesson brings along, what the person put there, what commands wrote.
 *
 * All kernels of a notebook see the same files. Addresses that `wget` may ask for lead to files beside the notebook.
 */
import type { DocumentStore, StoredFile } from '../client/documents.ts';
import type { FileInfo, Kernel } from '../client/types.ts';
import type { NotebookSandbox } from '../notebook/sandbox.ts';

/** What runs in a notebook and has a copy of its files. */
export type FolderUser = Pick<Kernel, 'writeFile' | 'removeFile'>;

export class Folder {
  readonly #key: string;
  readonly #store: DocumentStore;
  readonly #base: string;
  #files = new Map<string, Uint8Array>();
  #kernels = new Set<FolderUser>();
  #listeners = new Set<() => void>();
  #loaded: Promise<void> | undefined;
  #box: NotebookSandbox;
  /** Files of the lesson that could not be fetched. */
  missing: string[] = [];

  constructor(key: string, store: DocumentStore, baseUrl: string, box: NotebookSandbox) {
    this.#key = key;
    this.#store = store;
    this.#base = baseUrl;
    this.#box = box;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Loads the folder on the first call. */
  load(): Promise<void> {
    return (this.#loaded ??= this.#load());
  }

  async #load(): Promise<void> {
    const [brought, own] = await Promise.all([
      this.#fetchLesson(),
      this.#store.files(this.#key).catch(() => []),
    ]);
    for (const { path, bytes } of [...brought, ...own]) this.#files.set(path, bytes);
    this.#tell();
  }

  /** Forgets what the person and the commands wrote. Kernels must be restarted to see it. */
  async reset(): Promise<void> {
    await this.#store.clearFiles(this.#key);
    this.#files.clear();
    this.#loaded = undefined;
    await this.load();
  }

  list(): FileInfo[] {
    return [...this.#files]
      // Not empty folders, which only kernels have to know.
      .filter(([path]) => !path.endsWith('/'))
      .map(([path, bytes]) => ({ path, sizeBytes: bytes.length }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  all(): StoredFile[] {
    return [...this.#files].map(([path, bytes]) => ({ path, bytes }));
  }

  read(path: string): Uint8Array | undefined {
    return this.#files.get(path);
  }

  /** From the person: every kernel is told. */
  async write(path: string, bytes: Uint8Array | null): Promise<void> {
    this.#put(path, bytes);
    await Promise.all([...this.#kernels].map((kernel) => tell(kernel, path, bytes)));
  }

  /** From a kernel: the others are told. */
  written(by: FolderUser | undefined, path: string, bytes: Uint8Array | null): void {
    this.#put(path, bytes);
    for (const kernel of this.#kernels) if (kernel !== by) void tell(kernel, path, bytes);
  }

  attach(kernel: FolderUser): void {
    this.#kernels.add(kernel);
  }

  detach(kernel: FolderUser): void {
    this.#kernels.delete(kernel);
  }

  /** What `wget` gets: a file that the notebook names, or one of this site; else null. */
  async fetchUrl(address: string): Promise<Uint8Array | null> {
    const named = this.#box.urls[address] ?? this.#box.urls[address.replace(/^https:/, 'http:')];
    if (named !== undefined) return await this.fetchBeside(named);
    try {
      const url = new URL(address, this.#base);
      return url.origin === location.origin ? await fetchBytes(url.href) : null;
    } catch {
      return null;
    }
  }

  async fetchBeside(path: string): Promise<Uint8Array | null> {
    return await fetchBytes(new URL(path, this.#base).href).catch(() => null);
  }

  #put(path: string, bytes: Uint8Array | null): void {
    if (bytes) this.#files.set(path, bytes);
    else this.#files.delete(path);
    // A refused write is not fatal: the file lives as long as the page, and the storage state says so.
    void this.#store.writeFile(this.#key, path, bytes).catch(() => undefined);
    this.#tell();
  }

  async #fetchLesson(): Promise<StoredFile[]> {
    this.missing = [];
    const found = await Promise.all(
      Object.entries(this.#box.files).map(([name, source]) => this.#fetchEntry(name, source)),
    );
    return found.flat();
  }

  /** A file, or a folder whose `index.json` lists its files (a static site has no other way to tell). */
  async #fetchEntry(name: string, source: string): Promise<StoredFile[]> {
    if (/\.[A-Za-z0-9]+$/.test(source)) {
      const bytes = await this.fetchBeside(source);
      if (bytes) return [{ path: name, bytes }];
    }
    const index = await this.fetchBeside(`${source}/index.json`);
    const names = index ? parseNames(index) : [];
    if (names.length === 0) this.missing.push(source);
    const files = await Promise.all(
      names.map(async (file) => {
        const bytes = await this.fetchBeside(`${source}/${file}`);
        return bytes ? [{ path: `${name}/${file}`, bytes }] : [];
      }),
    );
    return files.flat();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A kernel that has died meanwhile is detached by its owner, and has no use for files. */
async function tell(kernel: FolderUser, path: string, bytes: Uint8Array | null): Promise<void> {
  await (bytes ? kernel.writeFile(path, bytes) : kernel.removeFile(path)).catch(() => undefined);
}

/** Of this site alone: a notebook must not make the page ask other hosts, wherever the element is embedded. */
async function fetchBytes(address: string): Promise<Uint8Array | null> {
  if (new URL(address).origin !== location.origin) return null;
  const response = await fetch(address);
  // A single-page server may answer a missing file with the page itself.
  if (!response.ok || (response.headers.get('content-type') ?? '').startsWith('text/html'))
    return null;
  return new Uint8Array(await response.arrayBuffer());
}

function parseNames(bytes: Uint8Array): string[] {
  try {
    const names: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(names)
      ? names.filter((name): name is string => typeof name === 'string')
      : [];
  } catch {
    return [];
  }
}
