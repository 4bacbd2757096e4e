/** Notebooks and their files in IndexedDB, in a database of their own: a reset of the cluster leaves them. */
import {
  MemoryDocuments,
  type DocumentStore,
  type StoredDocument,
  type StoredFile,
} from '../client/documents.ts';

const NAME = 'kafka-sandbox-documents';
const VERSION = 1;
const DOCUMENTS = 'documents';
const FILES = 'files';

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('storage failed'));
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new Error('storage refused the change'));
  });
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(DOCUMENTS, { keyPath: 'key' });
      request.result.createObjectStore(FILES);
    };
    request.onerror = () => reject(request.error ?? new Error('storage refused'));
    request.onblocked = () =>
      reject(new Error('another tab holds an older version of the storage'));
    request.onsuccess = () => {
      // A newer version of the page in another tab must be able to upgrade.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
  });
}

/** Opens on first use; where the browser refuses storage, everything is kept in memory instead. */
export class IndexedDocuments implements DocumentStore {
  #database: Promise<IDBDatabase | null> | undefined;
  #memory = new MemoryDocuments();

  #open(): Promise<IDBDatabase | null> {
    return (this.#database ??= open().catch(() => null));
  }

  async load(key: string): Promise<StoredDocument | undefined> {
    const database = await this.#open();
    if (!database) return this.#memory.load(key);
    return (await done(database.transaction(DOCUMENTS).objectStore(DOCUMENTS).get(key))) as
      StoredDocument | undefined;
  }

  async save(document: StoredDocument): Promise<void> {
    const database = await this.#open();
    if (!database) throw new Error('the browser refuses storage here');
    const transaction = database.transaction(DOCUMENTS, 'readwrite');
    transaction.objectStore(DOCUMENTS).put(document);
    await committed(transaction);
  }

  async remove(key: string): Promise<void> {
    const database = await this.#open();
    if (!database) return this.#memory.remove(key);
    const transaction = database.transaction(DOCUMENTS, 'readwrite');
    transaction.objectStore(DOCUMENTS).delete(key);
    await committed(transaction);
  }

  async list(): Promise<Omit<StoredDocument, 'text'>[]> {
    const database = await this.#open();
    if (!database) return this.#memory.list();
    const all = (await done(
      database.transaction(DOCUMENTS).objectStore(DOCUMENTS).getAll(),
    )) as StoredDocument[];
    return all.map(({ text: _text, ...rest }) => rest).sort((a, b) => b.savedAtMs - a.savedAtMs);
  }

  async files(key: string): Promise<StoredFile[]> {
    const database = await this.#open();
    if (!database) return this.#memory.files(key);
    const store = database.transaction(FILES).objectStore(FILES);
    const range = IDBKeyRange.bound([key], [key, []]);
    const [keys, values] = await Promise.all([
      done(store.getAllKeys(range)),
      done(store.getAll(range)),
    ]);
    return keys.map((entry, i) => ({
      path: String((entry as string[])[1]),
      bytes: values[i] as Uint8Array,
    }));
  }

  async writeFile(key: string, path: string, bytes: Uint8Array | null): Promise<void> {
    const database = await this.#open();
    if (!database) return this.#memory.writeFile(key, path, bytes);
    const transaction = database.transaction(FILES, 'readwrite');
    if (bytes) transaction.objectStore(FILES).put(bytes, [key, path]);
    else transaction.objectStore(FILES).delete([key, path]);
    await committed(transaction);
  }

  async clearFiles(key: string): Promise<void> {
    const database = await this.#open();
    if (!database) return this.#memory.clearFiles(key);
    const transaction = database.transaction(FILES, 'readwrite');
    transaction.objectStore(FILES).delete(IDBKeyRange.bound([key], [key, []]));
    await committed(transaction);
  }
}
