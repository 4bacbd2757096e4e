/** Registers the service worker that keeps the page for visits without a network. */
import { trustUrl } from './spawn.ts';

export async function keepOffline(): Promise<void> {
  // Without it the page works as before, but not offline: nothing to tell.
  await navigator.serviceWorker
    .register(trustUrl(new URL('./offline.js', document.baseURI).href))
    .catch(() => undefined);
}
