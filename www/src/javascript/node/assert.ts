/** Node's `assert`, with its error and messages in short. */
import { inspect, isDeepStrictEqual } from './util.ts';

export class AssertionError extends Error {
  readonly code = 'ERR_ASSERTION';
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;

  constructor(what: { message: string; actual?: unknown; expected?: unknown; operator?: string }) {
    super(what.message);
    this.name = 'AssertionError';
    this.actual = what.actual;
    this.expected = what.expected;
    this.operator = what.operator ?? 'fail';
  }
}

type Message = string | Error | undefined;

function fails(given: Message, otherwise: string, actual?: unknown, expected?: unknown, operator = 'fail'): never {
  if (given instanceof Error) throw given;
  throw new AssertionError({ message: given ?? otherwise, actual, expected, operator });
}

export function ok(value: unknown, message?: Message): void {
  if (!value) fails(message, 'The expression evaluated to a falsy value', value, true, '==');
}

function compare(good: (a: unknown, b: unknown) => boolean, operator: string, sentence: string) {
  return (actual: unknown, expected: unknown, message?: Message): void => {
    if (good(actual, expected)) return;
    fails(message, `${sentence}\n\n${inspect(actual)} ${operator} ${inspect(expected)}\n`, actual, expected, operator);
  };
}

export const strictEqual = compare(Object.is, 'strictEqual', 'Expected values to be strictly equal:');
export const notStrictEqual = compare((a, b) => !Object.is(a, b), 'notStrictEqual', 'Expected values to differ:');
export const deepStrictEqual = compare(isDeepStrictEqual, 'deepStrictEqual', 'Expected values to be strictly deep-equal:');
export const notDeepStrictEqual = compare((a, b) => !isDeepStrictEqual(a, b), 'notDeepStrictEqual', 'Expected values not to be deep-equal:');
// eslint-disable-next-line eqeqeq -- what `equal` means
export const equal = compare((a, b) => a == b || (a !== a && b !== b), '==', 'Expected values to be equal:');
export const notEqual = compare((a, b) => a != b, '!=', 'Expected values to differ:');
export const deepEqual = deepStrictEqual;

export function fail(message: Message = 'Failed'): never {
  fails(message, 'Failed');
}

export function match(text: string, pattern: RegExp, message?: Message): void {
  if (!pattern.test(text)) fails(message, `The input did not match ${pattern}. Input:\n\n${inspect(text)}\n`, text, pattern, 'match');
}

export function throws(work: () => unknown, message?: Message): void {
  try {
    work();
  } catch {
    return;
  }
  fails(message, 'Missing expected exception.');
}

export async function rejects(work: Promise<unknown> | (() => Promise<unknown>), message?: Message): Promise<void> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch {
    return;
  }
  fails(message, 'Missing expected rejection.');
}

const all = {
  AssertionError, ok, equal, notEqual, strictEqual, notStrictEqual, deepEqual, deepStrictEqual,
  notDeepStrictEqual, fail, match, throws, rejects,
};
const assert = Object.assign((value: unknown, message?: Message) => ok(value, message), all, { strict: undefined as unknown });
assert.strict = assert;
export default assert;
