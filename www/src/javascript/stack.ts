/**
 * Errors as a person reads them: in V8's form whatever the browser, with the lines of cells and files, without those of
 * the program that runs them.
 */
import { inspect } from './node/util.ts';
import { ParseError } from './transform.ts';

export interface ErrorText {
  ename: string;
  evalue: string;
  traceback: string[];
}

interface Frame {
  name: string;
  file: string;
  line: number;
  column: number;
}

const V8 = /^\s*at (?:(.*?) \()?([^()\s]+):(\d+):(\d+)\)?$/;
const GECKO = /^(.*?)@(\S+?)(?: line \d+ > \w+)*:(\d+):(\d+)$/;

const sources = new Map<string, string[]>();
const awaited = new WeakMap<object, string>();
const tidied = new WeakSet<object>();

/** What is evaluated under this name consists of these lines. */
export function knowLines(file: string, source: string): void {
  sources.set(file, source.split('\n'));
}

/** An error came out of an `await` at this place (`file:line:column`). The first that is told is the innermost. */
export function cameBy(error: unknown, place: string): void {
  if (typeof error === 'object' && error !== null && !awaited.has(error)) awaited.set(error, place);
}

function framesOf(stack: string): Frame[] {
  return stack.split('\n').flatMap((text) => {
    const found = V8.exec(text) ?? GECKO.exec(text);
    if (!found) return [];
    const [, name = '', file = '', line, column] = found;
    return [{ name: tidyName(name), file, line: Number(line), column: Number(column) }];
  });
}

function tidyName(name: string): string {
  // Firefox marks what is inside a function with slashes and angles.
  return name.replace(/^(eval|<anonymous>|\(?anonymous\)?|async\*|setTimeout handler\*)+$/, '').replace(/^async\*|[/<]+$/g, '');
}

/** Frames in cells and files of the notebook, but for the line that holds a cell's wrapper. */
function ownFrames(error: object, stack: string): Frame[] {
  const own = framesOf(stack).filter(({ file, line }) => {
    const lines = sources.get(file);
    return lines !== undefined && line <= lines.length;
  });
  const place = awaited.get(error);
  if (own.length > 0 || place === undefined) return own;
  const [, file = '', line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
  return [{ name: 'async', file, line: Number(line), column: Number(column) }];
}

function headOf(error: Error): string {
  const name = error.name || 'Error';
  return error.message === '' ? name : `${name}: ${error.message}`;
}

function tidy(error: Error): void {
  if (tidied.has(error)) return;
  tidied.add(error);
  const frames = ownFrames(error, String(error.stack ?? ''));
  const lines = frames.map(({ name, file, line, column }) => {
    const place = `${file}:${line}:${column}`;
    if (name === 'async' || name === 'async eval') return `    at async ${place}`;
    return name === '' ? `    at ${place}` : `    at ${name} (${place})`;
  });
  const stack = [headOf(error), ...lines].join('\n');
  try {
    Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true, enumerable: false });
  } catch {
    // A frozen error shows the stack that it has.
  }
}

/** Brings the stacks of all errors in a value, as far as printing reaches, into form. */
export function tidyErrors(value: unknown, depth = 3): void {
  if (typeof value !== 'object' || value === null || depth === 0) return;
  if (value instanceof Error) {
    tidy(value);
    tidyErrors(value.cause, depth - 1);
    if (value instanceof AggregateError) for (const inner of value.errors) tidyErrors(inner, depth - 1);
    return;
  }
  if (ArrayBuffer.isView(value)) return;
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value)).slice(0, 100))
    tidyErrors(descriptor.value, depth - 1);
}

/** What a cell shows that ended with this error. */
export function errorText(error: unknown): ErrorText {
  if (error instanceof ParseError) return syntaxText(error);
  if (!(error instanceof Error)) {
    const text = inspect(error);
    return { ename: 'Uncaught', evalue: text, traceback: [`Uncaught ${text}`] };
  }
  tidyErrors(error);
  const first = framesOf(String(error.stack)).find(({ file }) => sources.has(file));
  const text = first && sources.get(first.file)?.[first.line - 1]?.trim();
  const where = first && text ? [`${first.file}:${first.line}`, `    ${text}`, ''] : [];
  return {
    ename: error.name || 'Error',
    evalue: error.message,
    traceback: [[...where, `Uncaught ${inspect(error)}`].join('\n')],
  };
}

/** A text that cannot be parsed: the line, and a mark under the place. */
function syntaxText({ message, source, line, column }: ParseError): ErrorText {
  const text = source.split('\n')[line - 1] ?? '';
  const mark = `${text.slice(0, column).replace(/[^\t]/g, ' ')}^`;
  return {
    ename: 'SyntaxError',
    evalue: message,
    traceback: [`line ${line}\n${text}\n${mark}\n\nUncaught SyntaxError: ${message}`],
  };
}

