/**
 * Colours a source without an editor, so that a notebook looks the same before the editor has been loaded. Knows
 * comments, strings, options, numbers and variables; no more is needed to read a cell.
 */
import type { Kind } from '../notebook/kinds.ts';

export interface Coloured {
  text: string;
  /** '' or the name of a class. */
  look: '' | 'hl-comment' | 'hl-string' | 'hl-option' | 'hl-number' | 'hl-variable' | 'hl-keyword';
}

const SHELL = new RegExp(
  [
    String.raw`(?<comment>(?<=^|[\s;])#[^\n]*)`,
    String.raw`(?<string>'[^']*'?|"(?:[^"\\]|\\[^])*"?)`,
    String.raw`(?<variable>\$\{[^}]*\}?|\$[\w?#@*]+)`,
    String.raw`(?<option>(?<=\s)--?[A-Za-z][\w-]*)`,
    String.raw`(?<keyword>(?<=^|[\s;])(?:for|in|do|done|while|read|if|then|else|elif|fi|export)(?=$|[\s;]))`,
    String.raw`(?<number>(?<=\s)\d+(?=$|[\s;]))`,
  ].join('|'),
  'gm',
);

const CODE = new RegExp(
  [
    String.raw`(?<comment>#[^\n]*|\/\/[^\n]*)`,
    String.raw`(?<string>"""[^]*?"""|'''[^]*?'''|[bfr]?'(?:[^'\\\n]|\\.)*'?|[bfr]?"(?:[^"\\\n]|\\.)*"?)`,
    String.raw`(?<keyword>\b(?:import|from|as|def|class|return|for|in|while|if|elif|else|try|except|with|lambda|not|and|or|None|True|False|const|let|await|async|function|new)\b)`,
    String.raw`(?<number>\b\d[\d._]*\b)`,
  ].join('|'),
  'g',
);

/** Longer sources are shown plain: nobody reads them for their colours. */
const MAX_CHARS = 20_000;

export function highlight(source: string, kind: Kind): Coloured[] {
  const pattern =
    kind === 'shell' ? SHELL : kind === 'python' || kind === 'javascript' ? CODE : null;
  if (!pattern || source.length > MAX_CHARS) return [{ text: source, look: '' }];
  const pieces: Coloured[] = [];
  let from = 0;
  for (const match of source.matchAll(pattern)) {
    const name = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    if (match.index > from) pieces.push({ text: source.slice(from, match.index), look: '' });
    pieces.push({ text: match[0], look: `hl-${name}` as Coloured['look'] });
    from = match.index + match[0].length;
  }
  if (from < source.length) pieces.push({ text: source.slice(from), look: '' });
  return pieces;
}
