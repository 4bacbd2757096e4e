/** Node's `crypto`: random values, and the browser's own for the rest. Digests are asynchronous there. */
import { Buffer } from 'buffer';

/** Cells may have a variable of the name. */
const web = globalThis.crypto;
/** The browser gives at most so many at a time. */
const MOST = 65_536;

export const webcrypto = web;
export const subtle = web.subtle;

export function randomBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += MOST) web.getRandomValues(bytes.subarray(at, at + MOST));
  return bytes;
}

export function randomUUID(): string {
  if (typeof web.randomUUID === 'function') return web.randomUUID();
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function randomInt(low: number, high?: number): number {
  const [from, to] = high === undefined ? [0, low] : [low, high];
  return from + (Number(randomBytes(6).readUIntBE(0, 6)) % (to - from));
}

export function getRandomValues<T extends ArrayBufferView<ArrayBuffer>>(array: T): T {
  return web.getRandomValues(array);
}

function absent(name: string) {
  return (): never => {
    throw new Error(`crypto.${name} is not there in the page: use await crypto.subtle.digest('SHA-256', bytes).`);
  };
}

export const createHash = absent('createHash');
export const createHmac = absent('createHmac');
export const pbkdf2 = absent('pbkdf2');
export const pbkdf2Sync = absent('pbkdf2Sync');

export default {
  webcrypto, subtle, randomBytes, randomUUID, randomInt, getRandomValues,
  createHash, createHmac, pbkdf2, pbkdf2Sync,
};
