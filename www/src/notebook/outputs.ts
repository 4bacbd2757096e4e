/**
 * What a running cell prints: streams are merged as they come, and a flood keeps its beginning and its end.
 *
 * Also prepares long texts for the screen. Draws nothing.
 */
import type { CodeOutput, DataOutput, ErrorOutput, JsonObject, Output } from './types.ts';

/** Text kept per cell: this much of the beginning, and as much of the end. */
export const KEEP_CHARS = 8 * 1024 * 1024;

/** Outputs kept per cell: each becomes elements of the page. */
const KEEP_OUTPUTS = 1000;

/** Lines shown of a longer text: this many of the beginning, and as many of the end. */
export const SHOW_LINES = 500;
const SHOW_CHARS = 200_000;

/** New contents for every display of an id. */
export type DisplayUpdate = Extract<CodeOutput, { type: 'update' }>;

/** Collects a cell's outputs; `outputs` is a new list after each change. */
export class OutputCollector {
  #parts: Output[] = [];
  #kept = 0;
  #tail = '';
  #dropped = 0;
  /** Displays that were not kept. */
  #lost = 0;
  #tailStream: 'stdout' | 'stderr' = 'stdout';
  readonly #keep: number;
  /** Displays that can be updated. */
  #ids = new Map<Output, string>();
  /** The next output takes the place of all that is there. */
  #clearNext = false;

  constructor(keep = KEEP_CHARS) {
    this.#keep = keep;
  }

  /** Takes what an interpreter shows; `count` is its cell's number. */
  take(output: CodeOutput, count: number): void {
    switch (output.type) {
      case 'stream':
        this.stream(output.name, output.text);
        break;
      case 'display':
        this.display(dataOutput(output.data, output.metadata), output.displayId);
        break;
      case 'result':
        this.display({
          output_type: 'execute_result',
          data: output.data,
          metadata: output.metadata,
          execution_count: count,
        });
        break;
      case 'update':
        this.update(output.displayId, output.data, output.metadata);
        break;
      case 'clear':
        if (output.wait) this.#clearNext = true;
        else this.clear();
        break;
      case 'error':
        this.error({ ename: output.ename, evalue: output.evalue, traceback: output.traceback });
        break;
    }
  }

  clear(): void {
    this.#clearNext = false;
    this.#parts = [];
    this.#ids.clear();
    this.#kept = 0;
    this.#tail = '';
    this.#dropped = 0;
    this.#lost = 0;
  }

  #begin(): void {
    if (this.#clearNext) this.clear();
  }

  stream(name: 'stdout' | 'stderr', text: string): void {
    if (text === '') return;
    this.#begin();
    const last = this.#parts.at(-1);
    const joins = last?.output_type === 'stream' && last.name === name;
    const room = joins || this.#parts.length < KEEP_OUTPUTS;
    if (room && this.#kept + text.length <= this.#keep && this.#tail === '') {
      this.#kept += text.length;
      if (joins) {
        this.#parts[this.#parts.length - 1] = { ...last, text: last.text + text };
      } else {
        this.#parts.push({ output_type: 'stream', name, text });
      }
      return;
    }
    this.#tailStream = name;
    this.#tail += text;
    // Cut seldom, in large steps: each cut copies the tail.
    if (this.#tail.length > 2 * this.#keep) {
      const cut = this.#tail.indexOf('\n', this.#tail.length - this.#keep) + 1;
      this.#dropped += cut;
      this.#tail = this.#tail.slice(cut);
    }
  }

  error(error: Omit<ErrorOutput, 'output_type'>): void {
    this.#begin();
    this.#append({ output_type: 'error', ...error });
  }

  display(output: Output, displayId?: string): void {
    this.#begin();
    const full = this.#parts.length >= KEEP_OUTPUTS || this.#kept > 2 * this.#keep;
    if (full && output.output_type === 'display_data') {
      this.#lost++;
      return;
    }
    this.#append(output);
    if (displayId !== undefined) this.#ids.set(output, displayId);
  }

  #append(output: Output): void {
    this.#parts = [...this.outputs, output];
    this.#kept += this.#tail.length;
    this.#tail = '';
    this.#dropped = 0;
    this.#lost = 0;
  }

  /** Replaces the displays of this id; false when there is none. */
  update(displayId: string, data: JsonObject, metadata: JsonObject): boolean {
    let found = false;
    this.#parts = this.#parts.map((part) => {
      if (this.#ids.get(part) !== displayId) return part;
      found = true;
      const updated = { ...(part as DataOutput), data, metadata };
      this.#ids.delete(part);
      this.#ids.set(updated, displayId);
      return updated;
    });
    return found;
  }

  /** Some of them can be updated later. */
  get hasDisplays(): boolean {
    return this.#ids.size > 0;
  }

  /** Characters that are kept. */
  get length(): number {
    return this.#kept + this.#tail.length;
  }

  get outputs(): Output[] {
    if (this.#lost > 0) return [...this.#shown, this.#notice];
    return this.#shown;
  }

  get #notice(): Output {
    const text = `… ${this.#lost} more displays were not kept …\n`;
    return { output_type: 'stream', name: 'stderr', text };
  }

  get #shown(): Output[] {
    if (this.#tail === '') return [...this.#parts];
    const gap =
      this.#dropped > 0 ? `\n… ${this.#dropped} characters of output were not kept …\n` : '';
    const parts = [...this.#parts];
    const last = parts.at(-1);
    if (last?.output_type === 'stream' && last.name === this.#tailStream) {
      parts[parts.length - 1] = { ...last, text: last.text + gap + this.#tail };
    } else {
      parts.push({ output_type: 'stream', name: this.#tailStream, text: gap + this.#tail });
    }
    return parts;
  }
}

function dataOutput(data: JsonObject, metadata: JsonObject): DataOutput {
  return { output_type: 'display_data', data, metadata };
}

export interface Shown {
  head: string;
  /** Lines between head and tail that are not shown; 0 when all is. */
  hiddenLines: number;
  tail: string;
}

/** Cuts the middle out of a text that is too long for the screen. */
export function shownPart(text: string, maxLines = SHOW_LINES): Shown {
  if (text.length <= SHOW_CHARS && countLines(text, 2 * maxLines + 1) <= 2 * maxLines) {
    return { head: text, hiddenLines: 0, tail: '' };
  }
  const headEnd = Math.min(lineEnd(text, maxLines), SHOW_CHARS / 2);
  const tailStart = Math.max(
    lineStartFromEnd(text, maxLines),
    text.length - SHOW_CHARS / 2,
    headEnd,
  );
  const hiddenLines = countLines(text.slice(headEnd, tailStart), Infinity);
  return { head: text.slice(0, headEnd), hiddenLines, tail: text.slice(tailStart) };
}

function countLines(text: string, limit: number): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0 && lines < limit; at = text.indexOf('\n', at + 1))
    lines++;
  return lines;
}

function lineEnd(text: string, lines: number): number {
  let at = 0;
  for (let n = 0; n < lines; n++) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

function lineStartFromEnd(text: string, lines: number): number {
  let at = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let n = 0; n < lines; n++) {
    if (at <= 0) return 0;
    at = text.lastIndexOf('\n', at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}

/** A carriage return starts its line anew, as on a terminal. */
export function applyCarriageReturns(text: string): string {
  if (!text.includes('\r')) return text;
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => {
      const parts = line.split('\r');
      return parts.reduce((shown, part) => part + shown.slice(part.length), '');
    })
    .join('\n');
}

/** All text of a cell's outputs, for the clipboard and for download. */
export function plainText(outputs: readonly Output[]): string {
  return outputs
    .map((output) => {
      switch (output.output_type) {
        case 'stream':
          return output.text;
        case 'error':
          return output.traceback.length > 0
            ? `${output.traceback.join('\n')}\n`
            : `${output.ename}: ${output.evalue}\n`;
        case 'unknown':
          return '';
        default: {
          const text = output.data['text/plain'];
          return `${Array.isArray(text) ? text.join('') : String(text ?? '')}\n`;
        }
      }
    })
    .join('');
}
