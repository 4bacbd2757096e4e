/** Node's `util`: `inspect` and `format` are Node's own code. */
import inspection from 'node-inspect-extracted';

export const inspect = inspection.inspect;
export const format = inspection.format;
export const formatWithOptions = inspection.formatWithOptions;

const CUSTOM = Symbol.for('nodejs.util.promisify.custom');

type Work = (...args: any[]) => any;

export const promisify = Object.assign(
  (work: Work & { [CUSTOM]?: Work }): Work =>
    work[CUSTOM] ??
    function (this: unknown, ...args: unknown[]) {
      return new Promise((resolve, reject) => {
        work.call(this, ...args, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)));
      });
    },
  { custom: CUSTOM },
);

export function callbackify(work: Work): Work {
  return (...args: unknown[]) => {
    const done = args.pop() as (error: unknown, value?: unknown) => void;
    Promise.resolve(work(...args)).then((value) => done(null, value), done);
  };
}

export function inherits(child: Work, parent: Work): void {
  Object.setPrototypeOf(child.prototype, parent.prototype);
  Object.setPrototypeOf(child, parent);
}

export function deprecate<W extends Work>(work: W): W {
  return work;
}

export const debuglog = () => () => undefined;

export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof Map || a instanceof Set)
    return a.size === (b as Set<unknown>).size && isDeepStrictEqual([...a], [...(b as Set<unknown>)]);
  const keys = Reflect.ownKeys(a);
  return (
    keys.length === Reflect.ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

export const types = {
  isPromise: (value: unknown) => value instanceof Promise,
  isDate: (value: unknown) => value instanceof Date,
  isRegExp: (value: unknown) => value instanceof RegExp,
  isMap: (value: unknown) => value instanceof Map,
  isSet: (value: unknown) => value instanceof Set,
  isUint8Array: (value: unknown) => value instanceof Uint8Array,
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
};

export const TextEncoder = globalThis.TextEncoder;
export const TextDecoder = globalThis.TextDecoder;

export default {
  inspect, format, formatWithOptions, promisify, callbackify, inherits, deprecate, debuglog,
  isDeepStrictEqual, types, TextEncoder, TextDecoder,
};
