/** The page: puts the parts together. Nothing else knows which implementation of the sandbox is used. */
import './host/sandbox.ts';
import './ui/app.ts';

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // After the first paint: the page does not wait for its own offline copy.
  addEventListener(
    'load',
    () => void import('./host/offline.ts').then(({ keepOffline }) => keepOffline()),
  );
}
