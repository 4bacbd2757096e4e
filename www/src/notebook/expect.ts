/** Checks a cell's outputs against its `expect` (docs/NOTEBOOKS.md), as shared course material defines it. */
import { stripAnsi } from './ansi.ts';
import { cellSandbox, type Expectation } from './sandbox.ts';
import type { Cell, Json, Output } from './types.ts';

export interface CellProblem {
  cell: string;
  index: number;
  problems: string[];
}

interface Observed {
  stdout: string;
  stderr: string;
  result: string;
  error: string | undefined;
  errorText: string | undefined;
  mime: string[];
}

/** Without colours and carriage returns, and without the ^C that a terminal echoes when a command is stopped. */
function plain(text: string): string {
  return stripAnsi(text)
    .replaceAll('\r\n', '\n')
    .replace(/\^C\n*$/, '');
}

function joined(value: Json | undefined): string {
  return Array.isArray(value) ? value.join('') : String(value ?? '');
}

function observe(outputs: readonly Output[]): Observed {
  const seen: Observed = {
    stdout: '',
    stderr: '',
    result: '',
    error: undefined,
    errorText: undefined,
    mime: [],
  };
  for (const output of outputs) {
    switch (output.output_type) {
      case 'stream':
        seen[output.name] += plain(output.text);
        break;
      case 'error':
        seen.error = output.ename;
        seen.errorText = `${output.ename}: ${plain(output.evalue)}`;
        break;
      case 'unknown':
        break;
      default:
        seen.mime.push(...Object.keys(output.data));
        if (output.output_type === 'execute_result' && 'text/plain' in output.data) {
          seen.result = plain(joined(output.data['text/plain']));
        }
    }
  }
  return seen;
}

function patterns(value: Json | undefined): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function sameLines(a: string[], b: string[]): boolean {
  return a.length === b.length && a.toSorted().join('\n') === b.toSorted().join('\n');
}

/** Python's `^` and `$` match at `\n` alone; JavaScript's also at other line ends, which output does not use. */
function found(pattern: string, text: string): boolean {
  return new RegExp(pattern, 'm').test(text);
}

function brief(text: string, limit = 300): string {
  return JSON.stringify(text.length > limit ? `${text.slice(0, limit)}…` : text);
}

/**
 * The expectations that these outputs do not meet, as sentences. `files` gives the text of a file beside the
 * notebook, for `stdout_lines_of`.
 */
export function unmet(
  expect: Expectation,
  outputs: readonly Output[],
  files: (path: string) => string | undefined,
): string[] {
  const seen = observe(outputs);
  const wrong: string[] = [];
  const error = typeof expect.error === 'string' ? expect.error : undefined;
  if (seen.error !== error)
    wrong.push(`error: expected ${error ?? 'none'}, got ${seen.errorText ?? 'none'}`);
  if (typeof expect.error_regex === 'string' && !found(expect.error_regex, seen.errorText ?? '')) {
    wrong.push(`error_regex ${brief(expect.error_regex)} not in ${brief(seen.errorText ?? '')}`);
  }
  for (const stream of ['stdout', 'stderr', 'result'] as const) {
    const got = seen[stream];
    const exact = expect[stream];
    if (typeof exact === 'string' && got !== exact)
      wrong.push(`${stream}: expected ${brief(exact)}, got ${brief(got)}`);
    for (const pattern of patterns(expect[`${stream}_regex`])) {
      if (!found(pattern, got))
        wrong.push(`${stream}_regex ${brief(pattern)} not in ${brief(got)}`);
    }
    for (const pattern of patterns(expect[`${stream}_not_regex`])) {
      if (found(pattern, got))
        wrong.push(`${stream}_not_regex ${brief(pattern)} is in ${brief(got)}`);
    }
    const anyOrder = expect[`${stream}_any_order`];
    if (Array.isArray(anyOrder) && !sameLines(linesOf(got), anyOrder.map(String))) {
      wrong.push(`${stream}_any_order: expected ${brief(anyOrder.join('\n'))}, got ${brief(got)}`);
    }
    const path = expect[`${stream}_lines_of`];
    if (typeof path === 'string') {
      const text = files(path);
      if (text === undefined) wrong.push(`${stream}_lines_of ${path}: there is no such file`);
      else if (!sameLines(linesOf(got), linesOf(text.replaceAll('\r\n', '\n'))))
        wrong.push(`${stream}_lines_of ${path}: the lines differ`);
    }
  }
  for (const mime of patterns(expect.mime)) {
    if (!seen.mime.includes(mime))
      wrong.push(`mime: expected ${mime}, got ${seen.mime.join(', ') || 'none'}`);
  }
  return wrong;
}

/** The files that an expectation compares with. */
export function filesOf(expect: Expectation): string[] {
  return ['stdout', 'stderr', 'result'].flatMap((stream) => {
    const path = expect[`${stream}_lines_of`];
    return typeof path === 'string' ? [path] : [];
  });
}

/** What of the cells' expectations does not hold. */
export async function problemsIn(
  cells: readonly Cell[],
  fetchBeside: (path: string) => Promise<Uint8Array | null>,
): Promise<CellProblem[]> {
  const result: CellProblem[] = [];
  for (const [index, cell] of cells.entries()) {
    const { expect } = cellSandbox(cell);
    if (!expect || cell.type !== 'code') continue;
    const files = new Map<string, string>();
    for (const path of filesOf(expect)) {
      const bytes = await fetchBeside(path);
      if (bytes) files.set(path, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    }
    const problems = unmet(expect, cell.outputs, (path) => files.get(path));
    if (problems.length > 0) result.push({ cell: cell.id, index, problems });
  }
  return result;
}
