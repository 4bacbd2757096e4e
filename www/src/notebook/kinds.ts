/**
 * Which kind of cell a cell is, and what of it the shell is given.
 *
 * A code cell is Python unless its metadata, a `%%bash` line, or nothing but `!` lines say that the shell runs it.
 */
import { cellSandbox } from './sandbox.ts';
import type { Cell, Json, JsonObject } from './types.ts';

export type Kind = 'markdown' | 'raw' | 'shell' | 'python' | 'javascript';

export type CodeKind = 'shell' | 'python' | 'javascript';

export const KIND_NAMES: Record<Kind, string> = {
  shell: 'Shell',
  python: 'Python',
  javascript: 'JavaScript',
  markdown: 'Markdown',
  raw: 'Raw',
};

/** Colab's forms (`#@title`) and other comments may stand above the magic. */
const MAGIC =
  /^(?:\s*#[^\n]*\n)*\s*%%\s*(bash|sh|shell|script\s+(?:bash|sh)|javascript|js|python3?)\b[^\n]*(?:\n|$)/;
const SHELL_NAMES = /^(bash|sh|shell|shellscript|kafka-shell|zsh)$/i;
const JS_NAMES = /^(javascript|js|jsx?lab|node(js)?|ijavascript|typescript|ts|tslab|deno|bun)$/i;

function languageKind(name: string | undefined): CodeKind | undefined {
  if (name === undefined) return undefined;
  if (SHELL_NAMES.test(name)) return 'shell';
  if (JS_NAMES.test(name)) return 'javascript';
  return /^(i?python3?)$/i.test(name) ? 'python' : undefined;
}

function textAt(value: Json | undefined, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = value[key];
  return typeof found === 'string' ? found : undefined;
}

/** What Jupyter calls a notebook's kernel, for each language. */
export const KERNELSPECS: Record<CodeKind, JsonObject> = {
  shell: { display_name: 'Kafka shell', language: 'bash', name: 'kafka-shell' },
  python: { display_name: 'Python 3 (ipykernel)', language: 'python', name: 'python3' },
  javascript: { display_name: 'JavaScript', language: 'javascript', name: 'javascript' },
};

export function notebookLanguage(metadata: JsonObject): CodeKind {
  const spec = metadata.kernelspec;
  return (
    languageKind(textAt(spec, 'language')) ??
    languageKind(textAt(spec, 'name')) ??
    languageKind(textAt(metadata.language_info, 'name')) ??
    'python'
  );
}

export function kindOf(cell: Cell, metadata: JsonObject): Kind {
  if (cell.type !== 'code') return cell.type;
  const magic = MAGIC.exec(cell.source)?.[1];
  if (magic)
    return /^(javascript|js)/.test(magic)
      ? 'javascript'
      : magic.startsWith('python')
        ? 'python'
        : 'shell';
  const own =
    languageKind(cellSandbox(cell).language) ??
    languageKind(textAt(cell.metadata.vscode, 'languageId'));
  if (own) return own;
  return isBangOnly(cell.source) ? 'shell' : notebookLanguage(metadata);
}

/** Programs in Python run in Python's kernel. */
const PYTHON_COMMAND = /^!\s*(?:(?:sudo|nohup)\s+)*python3?(?:\.\d+)?(?:\s+(?!-m\s+pip\b)|$)/;

/** Only `!` commands (with their continued lines), comments and blank lines, and at least one command. */
export function isBangOnly(source: string): boolean {
  let commands = 0;
  let continued = false;
  for (const line of source.split('\n')) {
    if (!continued) {
      const start = line.trimStart();
      if (start === '' || start.startsWith('#')) continue;
      if (!start.startsWith('!') || PYTHON_COMMAND.test(start)) return false;
      commands++;
    }
    continued = line.endsWith('\\');
  }
  return commands > 0 || onlyComments(source);
}

/** A cell of nothing but comments does nothing in any language: the shell may have it. */
function onlyComments(source: string): boolean {
  const lines = source.split('\n').map((line) => line.trim());
  return (
    lines.some((line) => line.startsWith('#')) &&
    lines.every((line) => line === '' || line.startsWith('#'))
  );
}

export interface ShellSource {
  text: string;
  /** With the `!` in front: each such line is run in a shell of its own, as Jupyter runs it. */
  commands: string;
  /** As many characters as were taken off before the place in the cell that `at` maps. */
  toCell(at: number): number;
  fromCell(at: number): number;
  /** Jupyter's `!` does not fail a cell when its command does; `%%bash` and shell cells do. */
  failsCell: boolean;
}

/** The lines for the shell: without the `%%bash` line, without the `!` in front of commands. */
export function shellSource(source: string): ShellSource {
  const cuts: { at: number; length: number }[] = [];
  const magic = MAGIC.exec(source)?.[0];
  if (magic) cuts.push({ at: 0, length: magic.length });
  let bangs = 0;
  let continued = false;
  let at = magic?.length ?? 0;
  for (const line of source.slice(at).split('\n')) {
    const bang = continued ? null : /^(\s*)(!{1,2}\s?)/.exec(line);
    if (bang) {
      bangs++;
      cuts.push({ at: at + (bang[1] ?? '').length, length: (bang[2] ?? '').length });
    }
    continued = line.endsWith('\\');
    at += line.length + 1;
  }
  let text = '';
  let from = 0;
  for (const cut of cuts) {
    text += source.slice(from, cut.at);
    from = cut.at + cut.length;
  }
  text += source.slice(from);
  return {
    text,
    commands: source.slice(magic?.length ?? 0),
    // With nothing to run, the status would be that of the cell before.
    failsCell: bangs === 0 && !onlyComments(source),
    toCell: (place) => cuts.reduce((p, cut) => (cut.at <= p ? p + cut.length : p), place),
    fromCell: (place) =>
      Math.max(
        0,
        place -
          cuts.reduce((sum, cut) => sum + Math.max(0, Math.min(cut.length, place - cut.at)), 0),
      ),
  };
}

/** The metadata that make a code cell one of this kind in a notebook of that language. */
export function withKind(
  cell: Cell,
  kind: CodeKind,
  notebook: JsonObject,
): JsonObject {
  const { sandbox, ...rest } = cell.metadata;
  const { language: _language, ...box } =
    typeof sandbox === 'object' && sandbox !== null && !Array.isArray(sandbox) ? sandbox : {};
  if (kind !== notebookLanguage(notebook)) return { ...rest, sandbox: { ...box, language: kind } };
  return Object.keys(box).length > 0 ? { ...rest, sandbox: box } : rest;
}
