/**
 * Node's `buffer`: npm's, with other ways to make buffers, to copy them and to handle UTF-8. That is what a Kafka client
 * does most with them, and npm's ways are twenty times slower than Node's.
 */
import { Buffer as NpmBuffer } from 'buffer/';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** Below this, a loop beats a call into the browser. */
const SHORT = 48;

function isUtf8(encoding: unknown): boolean {
  return encoding === undefined || encoding === null || encoding === 'utf8' || encoding === 'utf-8';
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    // Each half of a pair counts two more than itself at first; a pair has four bytes, a lone half three.
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      at++;
    } else bytes += 2;
  }
  return bytes;
}

/** As many bytes as were written. */
function utf8Write(text: string, into: Uint8Array): number {
  if (text.length > SHORT) return encoder.encodeInto(text, into).written;
  const length = Math.min(text.length, into.length);
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x80) return encoder.encodeInto(text, into).written;
    into[at] = code;
  }
  return length;
}

function utf8Slice(bytes: Uint8Array): string {
  if (bytes.length > SHORT) return decoder.decode(bytes);
  let text = '';
  for (const byte of bytes) {
    if (byte >= 0x80) return decoder.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

type Any = (...args: any[]) => any;

/** npm's makes an array of bytes and then changes its prototype, which costs as much as all the rest. */
class FastBuffer extends Uint8Array<ArrayBuffer> {}
Object.defineProperties(FastBuffer.prototype, Object.getOwnPropertyDescriptors(NpmBuffer.prototype));
Object.defineProperty(NpmBuffer, 'prototype', { value: FastBuffer.prototype });

const { from, byteLength, alloc } = NpmBuffer;
const { write, toString } = NpmBuffer.prototype;

type Made = InstanceType<typeof NpmBuffer>;

function view(buffer: ArrayBufferLike, offset: number, length: number): Made {
  return new FastBuffer(buffer as ArrayBuffer, offset, length) as unknown as Made;
}

function fast(contents: number | ArrayLike<number>): Made {
  return new FastBuffer(contents as never) as unknown as Made;
}

function isSize(size: unknown): size is number {
  return typeof size === 'number' && size >= 0 && size <= 0x7fffffff;
}

NpmBuffer.alloc = ((size: number, fill?: unknown, encoding?: unknown): NpmBuffer =>
  fill === undefined && isSize(size) ? fast(size) : (alloc as Any)(size, fill, encoding)) as typeof alloc;

NpmBuffer.allocUnsafe = ((size: number) => NpmBuffer.alloc(size)) as typeof NpmBuffer.allocUnsafe;

NpmBuffer.concat = ((list: Uint8Array[], total?: number): NpmBuffer => {
  const length = total ?? list.reduce((sum, part) => sum + part.length, 0);
  const whole = fast(length);
  let at = 0;
  for (const part of list) {
    if (at >= length) break;
    whole.set(at + part.length > length ? part.subarray(0, length - at) : part, at);
    at += part.length;
  }
  return whole;
}) as typeof NpmBuffer.concat;

/** A place that may count from the end. */
function placeOf(place: number, length: number): number {
  return Math.trunc(place < 0 ? Math.max(length + place, 0) : Math.min(place, length)) || 0;
}

function part(this: NpmBuffer, start = 0, end = this.length): NpmBuffer {
  const first = placeOf(start, this.length);
  const count = Math.max(placeOf(end, this.length) - first, 0);
  return view(this.buffer, this.byteOffset + first, count);
}
NpmBuffer.prototype.slice = part as typeof NpmBuffer.prototype.slice;
NpmBuffer.prototype.subarray = part as typeof NpmBuffer.prototype.subarray;

NpmBuffer.prototype.copy = function (this: NpmBuffer, target: Uint8Array, at = 0, start = 0, end = this.length): number {
  const count = Math.max(Math.min(end, this.length) - start, 0);
  const fits = Math.min(count, target.length - at);
  if (fits <= 0) return 0;
  const whole = start === 0 && fits === this.length;
  target.set(whole ? this : new Uint8Array(this.buffer, this.byteOffset + start, fits), at);
  return fits;
} as typeof NpmBuffer.prototype.copy;

NpmBuffer.byteLength = ((value: unknown, encoding?: unknown): number =>
  typeof value === 'string' && isUtf8(encoding) ? utf8Length(value) : (byteLength as Any)(value, encoding)) as typeof byteLength;

NpmBuffer.from = ((value: unknown, second?: unknown, third?: unknown): NpmBuffer => {
  if (value instanceof ArrayBuffer) {
    const offset = Number(second ?? 0);
    return view(value, offset, Number(third ?? value.byteLength - offset));
  }
  if (value instanceof Uint8Array || Array.isArray(value)) return fast(value);
  if (typeof value !== 'string' || !isUtf8(second)) return (from as Any)(value, second, third);
  const buffer = NpmBuffer.allocUnsafe(utf8Length(value));
  utf8Write(value, buffer);
  return buffer;
}) as typeof from;

NpmBuffer.prototype.write = function (this: NpmBuffer, text: string, ...rest: unknown[]): number {
  const encoding = typeof rest.at(-1) === 'string' ? rest.pop() : undefined;
  const [offset = 0, length] = rest as (number | undefined)[];
  if (!isUtf8(encoding) || offset < 0 || offset > this.length)
    return (write as Any).call(this, text, offset, length ?? this.length - offset, encoding);
  const end = length === undefined ? this.length : Math.min(this.length, offset + length);
  return utf8Write(text, new Uint8Array(this.buffer, this.byteOffset + offset, end - offset));
} as typeof write;

NpmBuffer.prototype.toString = function (this: NpmBuffer, encoding?: string, start = 0, end = this.length): string {
  if (!isUtf8(encoding)) return (toString as Any).call(this, encoding, start, end);
  const whole = start <= 0 && end >= this.length;
  return utf8Slice(whole ? this : new Uint8Array(this.buffer, this.byteOffset, this.length).subarray(Math.max(start, 0), end));
} as typeof toString;

export const Buffer = NpmBuffer;
export default { Buffer };
