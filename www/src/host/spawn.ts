/** Starts workers, also under a strict content security policy and from a page of another origin. */

interface TrustedUrls {
  createScriptURL(url: string): string;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): TrustedUrls;
}

const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
/** Only addresses that this module makes come here. */
const policy = factory?.createPolicy('kafka-sandbox', { createScriptURL: (url) => url });

function trusted(url: string): string {
  return policy ? policy.createScriptURL(url) : url;
}

/** A page of another origin may not run our file as a worker, but a blob that imports it. */
function reachable(url: string): string {
  const absolute = new URL(url, import.meta.url).href;
  if (new URL(absolute).origin === location.origin) return absolute;
  return URL.createObjectURL(
    new Blob([`import(${JSON.stringify(absolute)})`], { type: 'text/javascript' }),
  );
}

export function spawnWorker(url: string, name: string): Worker {
  return new Worker(trusted(reachable(url)), { type: 'module', name });
}

/** Null where the browser has no SharedWorker, or where it could not be shared. */
export function spawnShared(url: string, name: string): SharedWorker | null {
  if (typeof SharedWorker === 'undefined') return null;
  const absolute = reachable(url);
  if (absolute.startsWith('blob:')) return null;
  try {
    return new SharedWorker(trusted(absolute), { type: 'module', name });
  } catch {
    return null;
  }
}

export const trustUrl = trusted;
