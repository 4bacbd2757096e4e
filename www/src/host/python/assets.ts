/**
 * The interpreter's files: where they are, and how many bytes of them have come.
 *
 * All are served by this site (`python/` beside `assets/`); the build says how large each is.
 */
import type { LoadProgress } from '../../client/code.ts';

/** File name → bytes, of what is fetched before the first cell. Filled in by the build. */
declare const __PYTHON_FILES__: Record<string, number>;
/** Addresses of all Python files contain this: they are cached as long as it does not change. */
declare const __PYTHON_VERSION__: string;

/** Kept in the browser from the first use on, so that Python cells work without a network (see `offline.js`). */
const CACHES = 'kafka-sandbox-python-';
const CACHE = CACHES + __PYTHON_VERSION__;

export const FOLDER = new URL(
  import.meta.env.DEV ? `/python/${__PYTHON_VERSION__}/` : `../python/${__PYTHON_VERSION__}/`,
  import.meta.url,
).href;

/**
 * Counts what Pyodide fetches, and keeps it in the browser's cache. Replaces `fetch` of this worker: Pyodide has no
 * other door for it.
 */
export function countBytes(report: (progress: LoadProgress) => void, compiled: boolean): void {
  const totalBytes = Object.entries(__PYTHON_FILES__)
    .filter(([name]) => !(compiled && name.endsWith('.wasm')))
    .reduce((sum, [, bytes]) => sum + bytes, 0);
  let loadedBytes = 0;
  let lastMs = 0;
  const plain = self.fetch.bind(self);
  const say = (): void => {
    const now = performance.now();
    if (now - lastMs < 50 && loadedBytes < totalBytes) return;
    lastMs = now;
    report({ text: 'Loading Python', loadedBytes, totalBytes });
  };
  say();
  self.fetch = async (input, init) => {
    const address = typeof input === 'string' ? input : input instanceof URL ? input.href : '';
    if (!address.startsWith(FOLDER)) return await plain(input, init);
    if (compiled && address.endsWith('.wasm')) return new Response();
    const response = await fetchKept(address, plain);
    if (__PYTHON_FILES__[address.slice(FOLDER.length)] !== undefined)
      void count(response.clone(), (bytes) => {
        loadedBytes += bytes;
        say();
      });
    return response;
  };
}

/**
 * Compiling the interpreter takes most of a start: the first worker hands its module on, and others take it. Pyodide
 * has no option for it, so this stands in its way to the browser's compiler.
 */
export function shareModule(
  compiled: WebAssembly.Module | undefined,
  share: (module: WebAssembly.Module) => void,
): void {
  const plain = WebAssembly.instantiateStreaming.bind(WebAssembly);
  WebAssembly.instantiateStreaming = async (source, imports) => {
    if (compiled)
      return { module: compiled, instance: await WebAssembly.instantiate(compiled, imports) };
    const made = await plain(source, imports);
    share(made.module);
    return made;
  };
}

async function count(response: Response, add: (bytes: number) => void): Promise<void> {
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done || !value) return;
    add(value.length);
  }
}

async function fetchKept(address: string, plain: typeof fetch): Promise<Response> {
  const cache = typeof caches === 'undefined' ? undefined : await openCache();
  const kept = await cache?.match(address);
  if (kept) return kept;
  const response = await plain(address);
  if (!cache || !response.ok) return response;
  if (started) void cache.put(address, response.clone()).catch(() => undefined);
  else fetchedEarly.push(address);
  return response;
}

/** Writing ten megabytes into the cache would take its time from the start: it waits. */
let started = false;
const fetchedEarly: string[] = [];

let opened: Promise<Cache | undefined> | undefined;

/** Undefined where the browser gives none, as in private windows. */
function openCache(): Promise<Cache | undefined> {
  return (opened ??= caches.open(CACHE).catch(() => undefined));
}

/** Once the interpreter runs: keeps what was fetched for it, and drops older versions. */
export async function keepOffline(): Promise<void> {
  started = true;
  const cache = await openCache();
  if (!cache) return;
  // The program was loaded as a module. All are in the browser's own cache already.
  for (const address of [`${FOLDER}pyodide.asm.mjs`, ...fetchedEarly])
    if (!(await cache.match(address)))
      await cache.add(new Request(address, { cache: 'force-cache' }));
  const names = await caches.keys();
  await Promise.all(
    names
      .filter((name) => name.startsWith(CACHES) && name !== CACHE)
      .map((name) => caches.delete(name)),
  );
}

/** One file of the folder. Throws a sentence for the person. */
export async function fetchFile(name: string): Promise<Uint8Array> {
  const response = await fetch(FOLDER + name).catch(() => undefined);
  if (!response?.ok) {
    throw new Error(
      `${name} could not be fetched from this site. Check the connection, then run the cell again.`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}
