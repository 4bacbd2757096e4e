/** Where a person's notebooks and files are kept between visits. `host/` implements it on IndexedDB. */

export interface StoredDocument {
  /** The notebook's address for a lesson, `local:…` for one that was opened from a file or made here. */
  key: string;
  fileName: string;
  title: string;
  /** The .ipynb text as the person left it. */
  text: string;
  /** SHA-256 of the author's file that this copy began from; empty for local notebooks. */
  authorHash: string;
  /** The person changed cells (not only outputs). */
  edited: boolean;
  savedAtMs: number;
}

export interface StoredFile {
  path: string;
  bytes: Uint8Array;
}

export interface DocumentStore {
  load(key: string): Promise<StoredDocument | undefined>;
  save(document: StoredDocument): Promise<void>;
  remove(key: string): Promise<void>;
  /** Without their texts, the latest first. */
  list(): Promise<Omit<StoredDocument, 'text'>[]>;
  /** The working folder of a notebook. */
  files(key: string): Promise<StoredFile[]>;
  /** Null removes the file. */
  writeFile(key: string, path: string, bytes: Uint8Array | null): Promise<void>;
  clearFiles(key: string): Promise<void>;
}

/** Keeps nothing beyond the page's life: for embedded use, for tests, and where storage is refused. */
export class MemoryDocuments implements DocumentStore {
  #documents = new Map<string, StoredDocument>();
  #files = new Map<string, Map<string, Uint8Array>>();

  async load(key: string): Promise<StoredDocument | undefined> {
    return this.#documents.get(key);
  }
  async save(document: StoredDocument): Promise<void> {
    this.#documents.set(document.key, document);
  }
  async remove(key: string): Promise<void> {
    this.#documents.delete(key);
  }
  async list(): Promise<Omit<StoredDocument, 'text'>[]> {
    return [...this.#documents.values()].sort((a, b) => b.savedAtMs - a.savedAtMs);
  }
  async files(key: string): Promise<StoredFile[]> {
    return [...(this.#files.get(key) ?? [])].map(([path, bytes]) => ({ path, bytes }));
  }
  async writeFile(key: string, path: string, bytes: Uint8Array | null): Promise<void> {
    const files = this.#files.get(key) ?? new Map<string, Uint8Array>();
    this.#files.set(key, files);
    if (bytes) files.set(path, bytes);
    else files.delete(path);
  }
  async clearFiles(key: string): Promise<void> {
    this.#files.delete(key);
  }
}
