/**
 * Takes away, from a worker that runs strangers' code, what reaches the things that this site has stored. The origin of
 * its frame keeps code away from them; where the frame had to be given the site's own (a service worker serves no
 * others), this does. A nested worker would have it all again.
 */
const STORED = ['indexedDB', 'caches', 'cookieStore', 'BroadcastChannel', 'Worker', 'SharedWorker'];
const NAVIGATOR = ['storage', 'locks', 'serviceWorker'];

function forget(from: object, names: string[]): void {
  for (const name of names)
    for (let at: object | null = from; at; at = Object.getPrototypeOf(at)) Reflect.deleteProperty(at, name);
}

export function forgetStored(): void {
  forget(globalThis, STORED);
  forget(navigator, NAVIGATOR);
}
