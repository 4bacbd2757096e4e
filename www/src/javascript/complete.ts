/** Names that fit what is being typed, from the values that are there. Calls no getter and no function of the person's. */
import type { Completion, Completions, Hover } from '../client/types.ts';

const WORDS =
  'async await break case catch class const continue debugger default delete do else export extends false finally for function if import in instanceof let new null return static super switch this throw true try typeof undefined var void while yield'.split(' ');
const PATH = /[\w$]+(?:\s*\??\.\s*[\w$]*)*$/;
const MODULE = /(?:\bfrom\s*|\brequire\s*\(\s*|\bimport\s*\(?\s*)(['"])([^'"\n]*)$/;
const SHOWN = 200;

/** `own` are names that cells made, which come first. */
export function complete(source: string, cursor: number, own: ReadonlySet<string>, modules: string[]): Completions {
  const before = source.slice(0, cursor);
  const module = MODULE.exec(before);
  if (module) return pack(cursor, module[2] ?? '', modules.map((label) => ({ label, kind: 'value' })));
  const path = PATH.exec(before)?.[0].replaceAll(/[\s?]/g, '') ?? '';
  const steps = path.split('.');
  const start = steps.pop() ?? '';
  if (steps.length === 0) {
    const mine = [...own].map((label): Completion => ({ label, kind: 'variable', detail: detailOf(valueAt([label])) }));
    const others = namesOf(globalThis).filter((label) => !own.has(label));
    const words = WORDS.map((label): Completion => ({ label, kind: 'command' }));
    return pack(cursor, start, [...mine, ...words, ...others.map((label): Completion => ({ label, kind: 'value' }))]);
  }
  const value = valueAt(steps);
  const names = value === undefined || value === null ? [] : namesOf(value);
  return pack(cursor, start, names.map((label) => ({ label, kind: 'value', detail: detailOf(memberOf(value, label)) })));
}

/** What stands at the cursor: its signature, or its type. */
export function describe(source: string, cursor: number): Hover | undefined {
  let to = cursor;
  while (/[\w$]/.test(source[to] ?? '')) to++;
  const path = PATH.exec(source.slice(0, to))?.[0];
  const word = /[\w$]*$/.exec(path ?? '')?.[0] ?? '';
  if (!path || word === '') return undefined;
  const value = valueAt(path.replaceAll(/[\s?]/g, '').split('.'));
  if (value === undefined) return undefined;
  const text = typeof value === 'function' ? signature(value) : `${word}: ${detailOf(value) ?? typeof value}`;
  return { from: to - word.length, to, text };
}

function signature(work: unknown): string {
  const text = Function.prototype.toString.call(work);
  if (/^class\b/.test(text)) return /^class[^{]*/.exec(text)?.[0].trim() ?? 'class';
  const head = /^(?:async\s*)?(?:function\s*\*?\s*)?[\w$]*\s*\([^)]*\)|^(?:async\s*)?[\w$]+\s*=>/.exec(text)?.[0];
  return head ? head.replace(/\s*=>$/, '') : 'function';
}

function detailOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return typeof value;
  const maker = memberOf(Object.getPrototypeOf(value) ?? {}, 'constructor');
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'object';
}

function valueAt(steps: string[]): unknown {
  return steps.reduce<unknown>((value, name) => (value === null || value === undefined ? undefined : memberOf(value, name)), globalThis);
}

/** A member that is a plain value, wherever it stands in the chain. */
function memberOf(value: unknown, name: string): unknown {
  for (let at: unknown = Object(value); at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return found.value;
  }
  return undefined;
}

function namesOf(value: unknown): string[] {
  const names = new Set<string>();
  for (let at: unknown = Object(value); at; at = Object.getPrototypeOf(at)) {
    if (at === Object.prototype && names.size > 0) break;
    for (const name of Object.getOwnPropertyNames(at)) if (/^[A-Za-z_$][\w$]*$/.test(name)) names.add(name);
  }
  return [...names];
}

function pack(cursor: number, start: string, options: Completion[]): Completions {
  const fit = options.filter(({ label }) => label.startsWith(start) && !(start === '' && label.startsWith('$')));
  return { from: cursor - start.length, options: fit.slice(0, SHOWN) };
}
