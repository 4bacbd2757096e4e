/*
 * Keeps the built page for visits without a network. The build fills in the version and the list of files.
 *
 * Pages and lessons come from the network when there is one, so that a new version is seen at once; files with a
 * hash in their name never change and come from the cache.
 */
const VERSION = '__VERSION__';
const FILES = [/* __FILES__ */];
const CACHE = `kafka-sandbox-${VERSION}`;
/* Filled, and cleaned of older versions, by the worker that runs Python. */
const PYTHON = 'kafka-sandbox-python-';

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await cache.addAll(FILES.map((file) => new Request(file, { cache: 'no-cache' })));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(
        names
          .filter((name) => name.startsWith('kafka-sandbox-') && !name.startsWith(PYTHON) && name !== CACHE)
          .map((name) => caches.delete(name)),
      );
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin) return;
  event.respondWith(
    /\/(assets|python)\//.test(url.pathname) ? fromCache(event.request) : fromNetwork(event.request),
  );
});

async function fromCache(request) {
  const cached = await caches.match(request);
  return cached ?? fetch(request);
}

async function fromNetwork(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cached = await caches.match(request, { ignoreSearch: request.mode === 'navigate' });
    if (cached) return cached;
    throw error;
  }
}
