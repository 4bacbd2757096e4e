/**
 * Notebooks that are written as text, as Jupytext, MyST and Quarto do: a Python script with `# %%` lines, or Markdown
 * with blocks of code. They are read only; what is saved is an .ipynb file. Fetched with the first such file.
 */
import { NotebookError, freshId, isObject, serialiseNotebook } from './nbformat.ts';
import { markdownCells } from './markdown-cells.ts';
import { scriptCells } from './script-cells.ts';
import type { Cell, Json, JsonObject, TextBody, TextCell } from './types.ts';

/** What the file becomes: the text of an .ipynb. */
export function notebookFromText(fileName: string, text: string): string {
  if (text.includes('\0')) throw new NotebookError(`${fileName} is not a text file.`);
  const plain = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const script = /\.py$/i.test(fileName);
  const body = script ? scriptHeader(plain) : markdownHeader(plain);
  const metadata = { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' }, ...body.metadata };
  const cells = script ? scriptCells(body) : markdownCells(body, languageOf(metadata));
  const kept = cells.filter((cell) => cell.source.trim() !== '');
  const { title } = body.metadata;
  // What shows such a text shows its title above it.
  if (typeof title === 'string' && !kept.some((cell) => cell.type === 'markdown' && /^# /m.test(cell.source)))
    kept.unshift({ type: 'markdown', source: `# ${title}` });
  if (kept.length === 0) throw new NotebookError(`${fileName} is empty: there is no cell in it.`);
  const ids = new Set<string>();
  return serialiseNotebook({ cells: kept.map((cell) => whole(cell, ids)), metadata, minor: 5 });
}

/** Whether a file that was only dropped means to be a notebook: others go into the working folder. */
export function looksLikeNotebook(fileName: string, text: string): boolean {
  if (/\.py$/i.test(fileName))
    return /^#+ ?%%(?:\s|$)/m.test(text) || /^# In ?\[[\d ]*\]:/m.test(text) || /^# ---\n(?:#.*\n)*?# *(?:jupyter|jupytext|kernelspec):/.test(text);
  return /^[ \t]*(?:```+|~~~+) *\{ *(?:code-cell|python|bash)\b/m.test(text) || /^---\n(?:.*\n)*?(?:jupyter|jupytext|kernelspec):/.test(text);
}

function whole({ type, source, metadata = {} }: TextCell, ids: Set<string>): Cell {
  const id = freshId(ids);
  ids.add(id);
  return { id, type, source, metadata, outputs: [], executionCount: null, attachments: undefined };
}

function languageOf(metadata: JsonObject): string {
  const spec = metadata.kernelspec;
  const language = isObject(spec) ? (spec.language ?? spec.name) : undefined;
  return typeof language === 'string' ? language.toLowerCase() : 'python';
}

// ─── Headers ───

/** A comment block between `# ---` lines at the top; a shebang and the coding may stand above it. */
function scriptHeader(text: string): TextBody {
  const lines = text.split('\n');
  let at = 0;
  while (/^#!|^#.*coding[:=]/.test(lines[at] ?? '') || (at > 0 && lines[at] === '')) at++;
  if (!/^# ---\s*$/.test(lines[at] ?? '')) return { lines: lines.slice(at), firstLine: at + 1, metadata: {} };
  const end = lines.findIndex((line, n) => n > at && /^# ---\s*$/.test(line));
  if (end < 0) throw new NotebookError(`The header that begins in line ${at + 1} ("# ---") has no end.`);
  const header = lines.slice(at + 1, end).map((line) => line.replace(/^# ?/, ''));
  return { lines: lines.slice(end + 1), firstLine: end + 2, metadata: headerMetadata(header) };
}

function markdownHeader(text: string): TextBody {
  const lines = text.split('\n');
  const end = lines[0]?.trimEnd() === '---' ? lines.findIndex((line, n) => n > 0 && /^(---|\.\.\.)\s*$/.test(line)) : -1;
  // A rule at the top of a plain text looks the same as the beginning of a header.
  if (end < 0 || !lines.slice(1, end).some((line) => /^[\w-]+:/.test(line))) return { lines, firstLine: 1, metadata: {} };
  return { lines: lines.slice(end + 1), firstLine: end + 2, metadata: headerMetadata(lines.slice(1, end)) };
}

/** What belongs into a notebook of what a header says: its kernel, its title, our own keys. */
function headerMetadata(header: string[]): JsonObject {
  const root = yamlMaps(header);
  const inner = isObject(root.jupyter) ? root.jupyter : root;
  const metadata: JsonObject = {};
  for (const key of ['kernelspec', 'language_info', 'sandbox'])
    if (isObject(inner[key])) metadata[key] = inner[key];
  if (typeof root.jupyter === 'string') metadata.kernelspec = kernelNamed(root.jupyter);
  const title = root.title ?? inner.title;
  if (typeof title === 'string') metadata.title = title;
  return metadata;
}

/** Quarto names a kernel, and nothing more. */
function kernelNamed(name: string): JsonObject {
  return { display_name: name, language: name.replace(/\d+$/, ''), name };
}

/** Nested maps of texts, the part of YAML that these headers are written in. Lists and the like are left out. */
function yamlMaps(lines: string[]): JsonObject {
  const root: JsonObject = {};
  const open: { indent: number; map: JsonObject }[] = [{ indent: -1, map: root }];
  for (const line of lines) {
    const found = /^( *)([\w.-]+):(?:\s+(.*))?$/.exec(line);
    if (!found) continue;
    const [, { length: indent }, key, value = ''] = found as unknown as [string, string, string, string?];
    while (open.length > 1 && open.at(-1)!.indent >= indent) open.pop();
    const { map } = open.at(-1)!;
    if (value.trim() === '') {
      const inner: JsonObject = {};
      map[key] = inner;
      open.push({ indent, map: inner });
    } else map[key] = scalar(value.trim());
  }
  return root;
}

function scalar(text: string): Json {
  const quoted = /^(["'])(.*)\1$/.exec(text);
  if (quoted) return quoted[2] ?? '';
  if (/^[[{]/.test(text)) {
    try {
      return JSON.parse(text) as Json;
    } catch {
      return text;
    }
  }
  return /^(true|false)$/.test(text) ? text === 'true' : text;
}
