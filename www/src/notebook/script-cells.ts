/** Cells of a Python script: those of `# %%` lines (Jupytext, VS Code, Spyder), or of paragraphs (Jupytext's light form). */
import { isObject } from './nbformat.ts';
import type { CellType, JsonObject, TextBody, TextCell } from './types.ts';

const MARKER = /^# ?%%+(?:[ \t]+(.*))?$/;
const TYPED = /\[(markdown|md|raw)\]/;
/** Lines of other languages that Jupytext writes as comments. */
const MAGIC = /^# ?(?=%{1,2}[A-Za-z]|![A-Za-z./{]|[\w, ]+ = [%!][A-Za-z])/;

export function scriptCells({ lines }: TextBody): TextCell[] {
  return lines.some((line) => MARKER.test(line)) ? percentCells(lines) : lightCells(lines);
}

function percentCells(lines: string[]): TextCell[] {
  const cells: TextCell[] = [];
  let head: string | undefined;
  let body: string[] = [];
  const close = (): void => {
    const [type, metadata] = cellHead(head ?? '');
    if (head === undefined) cells.push(...lightCells(body));
    else cells.push(type === 'code' ? { type, source: uncommentMagics(trimmed(body)), metadata } : { type, source: proseOf(trimmed(body)), metadata });
  };
  for (const line of lines) {
    const marker = MARKER.exec(line);
    if (marker) {
      close();
      head = marker[1] ?? '';
      body = [];
    } else body.push(line);
  }
  close();
  return cells;
}

/** `title [markdown] key="value"` or with a JSON object at the end. */
function cellHead(text: string): [CellType, JsonObject | undefined] {
  const type = TYPED.exec(text)?.[1];
  const json = /\{.*\}\s*$/.exec(text)?.[0];
  const metadata: JsonObject = {};
  if (json) {
    try {
      const read: unknown = JSON.parse(json);
      if (isObject(read)) Object.assign(metadata, read);
    } catch {
      // A title may have braces in it.
    }
  } else
    for (const [, key, value] of text.matchAll(/([\w.-]+)=("(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}|[\w.-]+)/g)) {
      try {
        metadata[key!] = JSON.parse(value!);
      } catch {
        metadata[key!] = value!;
      }
    }
  return [type === 'raw' ? 'raw' : type ? 'markdown' : 'code', Object.keys(metadata).length > 0 ? metadata : undefined];
}

/** Text stands in comments, or in one long string. */
function proseOf(lines: string[]): string {
  const text = lines.join('\n').trim();
  const string = /^[rR]?("""|''')\n?([^]*?)\n?\1$/.exec(text);
  if (string) return string[2] ?? '';
  return trimmed(lines.map((line) => line.replace(/^# ?/, ''))).join('\n');
}

function uncommentMagics(lines: string[]): string {
  // A cell of another language is a comment as a whole.
  if (/^# ?%%[A-Za-z]/.test(lines[0] ?? '') && lines.every((line) => line === '' || line.startsWith('#')))
    return lines.map((line) => line.replace(/^# ?/, '')).join('\n');
  let joined = false;
  return lines
    .map((line) => {
      const magic = joined ? line.startsWith('#') : MAGIC.test(line);
      joined = magic && line.endsWith('\\');
      return magic ? line.replace(/^# ?/, '') : line;
    })
    .join('\n');
}

function trimmed(lines: string[]): string[] {
  let from = 0;
  let to = lines.length;
  while (from < to && lines[from]!.trim() === '') from++;
  while (to > from && lines[to - 1]!.trim() === '') to--;
  return lines.slice(from, to);
}

/**
 * A cell per paragraph: comments are text, code goes on over blank lines while a bracket, a string or an indented block
 * is open. `# +` and `# -` stand around cells that have blank lines in them; `# In[3]:` is what nbconvert writes.
 */
function lightCells(lines: string[]): TextCell[] {
  const cells: TextCell[] = [];
  let block: string[] = [];
  let explicit: string | null = null;
  const close = (): void => {
    const body = trimmed(block);
    block = [];
    if (body.length === 0) return;
    const [type, metadata] = cellHead(explicit ?? '');
    const prose = explicit === null ? body.every((line) => line.startsWith('#')) && !body.some((line) => MAGIC.test(line)) : type !== 'code';
    if (prose) cells.push({ type: type === 'raw' ? 'raw' : 'markdown', source: proseOf(body), metadata });
    else cells.push({ type: 'code', source: uncommentMagics(body), metadata });
  };
  for (const [at, line] of lines.entries()) {
    const begins = /^# \+(?:[ \t]+(.*))?$/.exec(line);
    if (begins || /^# -+$/.test(line) || /^# In ?\[[\d ]*\]:$/.test(line)) {
      close();
      explicit = begins ? (begins[1] ?? '') : null;
    } else if (line.trim() === '' && explicit === null && !goesOn(block, lines, at)) close();
    else block.push(line);
  }
  close();
  return cells;
}

/** Whether the code in front of a blank line is not at its end. */
function goesOn(block: string[], lines: string[], at: number): boolean {
  if (block.length === 0 || block.every((line) => line.startsWith('#'))) return false;
  const next = lines.slice(at).find((line) => line.trim() !== '') ?? '';
  return /^(?:[ \t]|(?:elif|else|except|finally)\b)/.test(next) || isOpen(block.join('\n'));
}

/** A bracket or a long string is open at the end of the code. */
function isOpen(code: string): boolean {
  let depth = 0;
  for (const [token] of code.matchAll(/"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|#[^\n]*|[()[\]{}]/g)) {
    if ('([{'.includes(token)) depth++;
    else if (')]}'.includes(token)) depth--;
    else if (/^("""|''')/.test(token) && (token.length < 6 || !token.endsWith(token.slice(0, 3)))) return true;
  }
  return depth > 0;
}
