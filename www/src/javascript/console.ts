/** Node's `console`, which prints where it is told. */
import type { StreamName } from '../client/types.ts';
import { format, inspect } from './node/util.ts';
import { tidyErrors } from './stack.ts';

type Print = (stream: StreamName, text: string) => void;

const GROUP = '  ';

export function makeConsole(print: Print) {
  let indent = '';
  const counts = new Map<string, number>();
  const times = new Map<string, number>();

  const write = (stream: StreamName, text: string): void =>
    print(stream, `${indent === '' ? text : text.replace(/^/gm, indent)}\n`);
  const say = (stream: StreamName) => (...args: unknown[]) => {
    for (const arg of args) tidyErrors(arg);
    write(stream, format(...args));
  };
  const log = say('stdout');
  const error = say('stderr');
  const since = (label: string): string => {
    const ms = performance.now() - (times.get(label) ?? 0);
    return ms < 1000 ? `${Number(ms.toFixed(3))}ms` : `${(ms / 1000).toFixed(3)}s`;
  };
  const group = (...args: unknown[]): void => {
    if (args.length > 0) log(...args);
    indent += GROUP;
  };
  return {
    log, info: log, debug: log, dirxml: log, error, warn: error,
    dir: (value: unknown, options?: object) => {
      tidyErrors(value);
      write('stdout', inspect(value, { customInspect: false, ...options }));
    },
    table: (data: unknown, columns?: string[]) =>
      typeof data === 'object' && data !== null ? write('stdout', table(data, columns)) : log(data),
    trace: (...args: unknown[]) => {
      const here = new Error(format(...args));
      here.name = 'Trace';
      error(here);
    },
    assert: (truth?: unknown, ...args: unknown[]) => {
      if (truth) return;
      const [first, ...rest] = args;
      if (args.length === 0) error('Assertion failed');
      else if (typeof first === 'string') error(`Assertion failed: ${first}`, ...rest);
      else error('Assertion failed:', ...args);
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(GROUP.length);
    },
    count: (label = 'default') => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      log(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => void times.set(label, performance.now()),
    timeLog: (label = 'default', ...args: unknown[]) => log(`${label}: ${since(label)}`, ...args),
    timeEnd: (label = 'default') => {
      if (!times.has(label)) return error(`Warning: No such label '${label}' for console.timeEnd()`);
      log(`${label}: ${since(label)}`);
      times.delete(label);
    },
    clear: () => undefined,
  };
}

/** Rows and columns as Node draws them. */
function table(data: object, only?: string[]): string {
  const [label, entries] = rowsOf(data);
  const columns: string[] = only ? [...only] : [];
  let values = false;
  for (const [, row] of entries) {
    if (typeof row !== 'object' || row === null) values = true;
    else if (!only) for (const key of Object.keys(row)) if (!columns.includes(key)) columns.push(key);
  }
  const show = (value: unknown): string =>
    inspect(value, { depth: typeof value === 'object' && value !== null ? -1 : 0, maxArrayLength: 3, breakLength: Infinity });
  const rows = entries.map(([index, row]) => {
    const isObject = typeof row === 'object' && row !== null;
    const cells = columns.map((key) => (isObject && Object.hasOwn(row, key) ? show(Reflect.get(row, key)) : ''));
    return [index, ...cells, ...(values ? [isObject ? '' : show(row)] : [])];
  });
  return draw([[label, ...columns, ...(values ? ['Values'] : [])], ...rows]);
}

function rowsOf(data: object): [string, [string, unknown][]] {
  if (data instanceof Map)
    return ['(iteration index)', [...data].map(([Key, Values], at) => [String(at), { Key, Values }])];
  if (data instanceof Set) return ['(iteration index)', [...data].map((value, at) => [String(at), value])];
  return ['(index)', Object.entries(data)];
}

function draw(rows: string[][]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)) + 2);
  const line = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => '─'.repeat(width)).join(middle) + right;
  const text = (row: string[]): string =>
    `│${widths
      .map((width, column) => ` ${row[column] ?? ''}`.padEnd(width))
      .join('│')}│`;
  return [line('┌', '┬', '┐'), text(head), line('├', '┼', '┤'), ...body.map(text), line('└', '┴', '┘')].join('\n');
}
