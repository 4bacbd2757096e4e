/**
 * Reads and writes .ipynb files: nbformat 3 (brought to 4.5) and every 4.x, later minor versions included.
 *
 * What nobody touched is written back with the file's own characters. Does no drawing and runs nothing.
 */
import { JsonMistake, scan, type Span } from './json-spans.ts';
import type {
  Cell,
  CellOrigin,
  Json,
  JsonObject,
  NotebookData,
  Output,
  StreamOutput,
} from './types.ts';

/** Larger files are refused: a browser tab could not edit them. */
export const MAX_NOTEBOOK_BYTES = 100 * 1024 * 1024;

/** A file that cannot be opened; the message is a sentence for the person. */
export class NotebookError extends Error {}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function parseNotebook(text: string): NotebookData {
  if (text.length > MAX_NOTEBOOK_BYTES) {
    const mb = Math.round(text.length / 1024 / 1024);
    throw new NotebookError(
      `This notebook has ${mb} MB; the page opens notebooks of up to 100 MB.`,
    );
  }
  const trimmed = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const root = parseJson(trimmed);
  if (!isObject(root) || typeof root.nbformat !== 'number') {
    throw new NotebookError('This file is not a notebook: it is JSON, but "nbformat" is missing.');
  }
  const major = root.nbformat;
  const minor = typeof root.nbformat_minor === 'number' ? root.nbformat_minor : 0;
  if (major > 4) {
    throw new NotebookError(
      `This notebook is of format ${major}.${minor}. This page reads formats 3 and 4: save it in format 4, or open it with a newer program.`,
    );
  }
  if (major < 4)
    throw new NotebookError(
      `This notebook is of the old format ${major}. This page reads formats 3 and 4.`,
    );
  return fromObject(root, minor, trimmed);
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    try {
      scan(text, 0);
    } catch (mistake) {
      if (mistake instanceof JsonMistake)
        throw new NotebookError(`This file is not valid JSON: ${mistake.message}.`);
    }
    throw new NotebookError(`This file is not valid JSON: ${(error as Error).message}.`);
  }
}

function fromObject(root: JsonObject, minor: number, text?: string): NotebookData {
  if (!Array.isArray(root.cells))
    throw new NotebookError('This notebook has no list of cells ("cells").');
  const metadata = isObject(root.metadata) ? root.metadata : {};
  const span = text === undefined ? undefined : scan(text, 3);
  const spans = span?.members?.get('cells')?.items;
  const ids = new Set<string>();
  const cells = root.cells.map((cell, index) => readCell(cell, index, ids, text, spans?.[index]));
  if (text === undefined || span?.members === undefined) return { cells, metadata, minor };
  return {
    cells,
    metadata,
    minor,
    origin: { text, members: slices(text, span.members), metadata, cells, indent: indentOf(text) },
  };
}

function slices(text: string, members: Map<string, Span>): Map<string, string> {
  return new Map([...members].map(([name, span]) => [name, text.slice(span.start, span.end)]));
}

function indentOf(text: string): string {
  return /^\s*\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? ' ';
}

function readCell(value: Json, index: number, ids: Set<string>, text?: string, span?: Span): Cell {
  const where = `cell ${index + 1}`;
  if (!isObject(value)) throw new NotebookError(`In this notebook, ${where} is not an object.`);
  const type = value.cell_type;
  if (type !== 'code' && type !== 'markdown' && type !== 'raw') {
    throw new NotebookError(
      `In this notebook, ${where} is of the unknown kind ${JSON.stringify(type)}.`,
    );
  }
  const given =
    typeof value.id === 'string' && /^[a-zA-Z0-9_-]{1,64}$/.test(value.id) && !ids.has(value.id);
  const id = given ? (value.id as string) : freshId(ids);
  ids.add(id);
  const values: Omit<Cell, 'origin'> = {
    id,
    type,
    source: readText(value.source, `the source of ${where}`),
    metadata: isObject(value.metadata) ? value.metadata : {},
    outputs:
      type === 'code' && Array.isArray(value.outputs)
        ? value.outputs.map((o) => readOutput(o, where))
        : [],
    executionCount: typeof value.execution_count === 'number' ? value.execution_count : null,
    attachments: isObject(value.attachments) ? value.attachments : undefined,
  };
  if (text === undefined || span?.members === undefined) return values;
  const origin: CellOrigin = {
    text: text.slice(span.start, span.end),
    members: slices(text, span.members),
    values,
  };
  return { ...values, origin };
}

function readText(value: Json | undefined, what: string): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((line) => typeof line === 'string'))
    return value.join('');
  throw new NotebookError(`In this notebook, ${what} is neither a text nor a list of texts.`);
}

function readOutput(value: Json, where: string): Output {
  if (!isObject(value))
    throw new NotebookError(`In this notebook, an output of ${where} is not an object.`);
  switch (value.output_type) {
    case 'stream':
      return {
        output_type: 'stream',
        name: value.name === 'stderr' ? 'stderr' : 'stdout',
        text: readText(value.text, `an output of ${where}`),
      };
    case 'display_data':
    case 'execute_result':
      if (!isObject(value.data)) break;
      return {
        output_type: value.output_type,
        data: value.data,
        metadata: isObject(value.metadata) ? value.metadata : {},
        execution_count: typeof value.execution_count === 'number' ? value.execution_count : null,
      };
    case 'error':
      return {
        output_type: 'error',
        ename: String(value.ename ?? ''),
        evalue: String(value.evalue ?? ''),
        traceback: Array.isArray(value.traceback) ? value.traceback.map(String) : [],
      };
  }
  return { output_type: 'unknown', original: value };
}

/** Eight characters, as Jupyter makes them. */
export function freshId(taken: ReadonlySet<string>): string {
  for (;;) {
    let id = '';
    while (id.length < 8)
      id += Math.floor(Math.random() * 0x10000)
        .toString(16)
        .padStart(4, '0');
    if (!taken.has(id)) return id;
  }
}

// ─── Writing ─────────────────────────────────────────────────────────────────────────────────────────────

export function serialiseNotebook(data: NotebookData): string {
  const origin = data.origin;
  const indent = origin?.indent ?? ' ';
  if (origin && untouched(data)) return origin.text;
  const members = new Map<string, string>(origin?.members ?? []);
  members.set('cells', cellsText(data, indent));
  if (!origin || data.metadata !== origin.metadata)
    members.set('metadata', format(data.metadata, indent, 1));
  if (!members.has('nbformat')) members.set('nbformat', '4');
  if (!members.has('nbformat_minor') || !origin) members.set('nbformat_minor', String(data.minor));
  const body = [...members]
    .map(([name, text]) => `${indent}${JSON.stringify(name)}: ${text}`)
    .join(',\n');
  return `{\n${body}\n}\n`;
}

function untouched(data: NotebookData): boolean {
  const origin = data.origin;
  if (!origin || data.metadata !== origin.metadata || data.cells.length !== origin.cells.length)
    return false;
  return data.cells.every(
    (cell, index) =>
      cell === origin.cells[index] ||
      (cell.origin === origin.cells[index]?.origin && cellUntouched(cell)),
  );
}

function cellUntouched(cell: Cell): boolean {
  const was = cell.origin?.values;
  if (!was) return false;
  return (
    cell.type === was.type &&
    cell.source === was.source &&
    cell.metadata === was.metadata &&
    cell.outputs === was.outputs &&
    cell.executionCount === was.executionCount &&
    cell.attachments === was.attachments
  );
}

function cellsText(data: NotebookData, indent: string): string {
  if (data.cells.length === 0) return '[]';
  const pad = indent.repeat(2);
  const cells = data.cells.map((cell) => pad + cellText(cell, data.minor, indent));
  return `[\n${cells.join(',\n')}\n${indent}]`;
}

function cellText(cell: Cell, minor: number, indent: string): string {
  if (cell.origin && cellUntouched(cell)) return cell.origin.text;
  const was = cell.origin?.values;
  const members = new Map<string, string>();
  const put = (name: string, same: boolean, value: () => Json): void => {
    const old = same ? cell.origin?.members.get(name) : undefined;
    members.set(name, old ?? format(value(), indent, 3));
  };
  if (cell.attachments)
    put('attachments', cell.attachments === was?.attachments, () => cell.attachments as Json);
  put('cell_type', cell.type === was?.type, () => cell.type);
  if (cell.type === 'code') {
    put(
      'execution_count',
      cell.executionCount === was?.executionCount && was?.type === 'code',
      () => cell.executionCount,
    );
  }
  if (minor >= 5) put('id', false, () => cell.id);
  put('metadata', cell.metadata === was?.metadata, () => cell.metadata);
  if (cell.type === 'code') {
    const same = cell.outputs === was?.outputs && was?.type === 'code';
    const old = same ? cell.origin?.members.get('outputs') : undefined;
    members.set('outputs', old ?? outputsText(cell.outputs, indent));
  }
  put('source', cell.source === was?.source, () => lines(cell.source));
  // Members that we do not know keep their place at the end.
  for (const [name, text] of cell.origin?.members ?? []) {
    const codeOnly = name === 'outputs' || name === 'execution_count';
    if (!members.has(name) && !codeOnly && name !== 'attachments') members.set(name, text);
  }
  const pad = indent.repeat(3);
  const body = [...members]
    .map(([name, text]) => `${pad}${JSON.stringify(name)}: ${text}`)
    .join(',\n');
  return `{\n${body}\n${indent.repeat(2)}}`;
}

/** Long outputs as they were written last: autosave writes all of a notebook, and few of its cells have changed. */
const written = new WeakMap<Output, { indent: string; text: string }>();

function outputsText(outputs: readonly Output[], indent: string): string {
  if (outputs.length === 0) return '[]';
  const pad = `\n${indent.repeat(4)}`;
  const texts = outputs.map((output) => outputText(output, indent));
  return `[${pad}${texts.join(`,${pad}`)}\n${indent.repeat(3)}]`;
}

function outputText(output: Output, indent: string): string {
  const known = written.get(output);
  if (known?.indent === indent) return known.text;
  const text =
    output.output_type === 'stream' && isLong(output.text)
      ? longStreamText(output, indent)
      : format(outputJson(output), indent, 4);
  if (isLong(text)) written.set(output, { indent, text });
  return text;
}

function isLong(text: string): boolean {
  return text.length > ONE_TEXT_CHARS;
}

/** What `format` gives, without its second walk through megabytes. */
function longStreamText({ name, text }: StreamOutput, indent: string): string {
  const members = { name, output_type: 'stream', text };
  const pad = `\n${indent.repeat(5)}`;
  const body = Object.entries(members)
    .map(([member, value]) => `${pad}"${member}": ${JSON.stringify(value)}`)
    .join(',');
  return `{${body}\n${indent.repeat(4)}}`;
}

/** A longer output is stored as one text: cutting it into lines would hold up the page. */
const ONE_TEXT_CHARS = 100_000;

/** Texts are stored as lists of lines, each with its line end, as Jupyter writes them. */
function lines(text: string): string[] {
  return text === '' ? [] : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

export function outputJson(output: Output): JsonObject {
  switch (output.output_type) {
    case 'stream':
      return {
        name: output.name,
        output_type: 'stream',
        text: isLong(output.text) ? output.text : lines(output.text),
      };
    case 'error':
      return {
        ename: output.ename,
        evalue: output.evalue,
        output_type: 'error',
        traceback: output.traceback,
      };
    case 'unknown':
      return output.original;
    default: {
      const json: JsonObject = {
        data: output.data,
        metadata: output.metadata,
        output_type: output.output_type,
      };
      if (output.output_type === 'execute_result')
        json.execution_count = output.execution_count ?? null;
      return json;
    }
  }
}

function format(value: Json, indent: string, depth: number): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', `\n${indent.repeat(depth)}`);
}
