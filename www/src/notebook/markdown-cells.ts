/** Cells of a Markdown text: blocks of code that run (Jupytext, MyST, Quarto, R Markdown), and the text between them. */
import { NotebookError } from './nbformat.ts';
import type { TextBody, TextCell } from './types.ts';

const FENCE = /^( {0,3})(`{3,}|~{3,})[ \t]*(.*)$/;
const SHELLS = /^(?:bash|sh|shell|zsh|console)$/;
const SCRIPTS = /^(?:javascript|js|node)$/;
const PYTHONS = /^(?:i?python3?|py)$/;

export function markdownCells({ lines, firstLine }: TextBody, main: string): TextCell[] {
  const cells: TextCell[] = [];
  let prose: string[] = [];
  const close = (): void => {
    const source = prose.join('\n').trim();
    if (source !== '') cells.push({ type: 'markdown', source });
    prose = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const fence = FENCE.exec(line);
    if (fence) {
      const end = endOf(lines, at, fence[2]!);
      if (end < 0) throw new NotebookError(`The block of code that begins in line ${firstLine + at} (${fence[2]}) has no end.`);
      const language = languageOf(fence[3]!.trim());
      if (language !== null) {
        close();
        cells.push(codeCell(lines.slice(at + 1, end), language, main));
      } else prose.push(...lines.slice(at, end + 1));
      at = end;
    } else if (/^\+\+\+(?:\s|$)/.test(line) || /^<!-- #(?:end)?(?:region|raw|md|markdown)\b.*-->$/.test(line)) close();
    // Jupytext parts texts by two blank lines.
    else if (line.trim() === '' && lines[at - 1]?.trim() === '' && prose.length > 0) close();
    else prose.push(line);
  }
  close();
  return cells;
}

function endOf(lines: string[], from: number, fence: string): number {
  return lines.findIndex((line, at) => {
    const close = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1];
    return at > from && close !== undefined && close[0] === fence[0] && close.length >= fence.length;
  });
}

/** Of a block that runs: `python tags=["a"]`, `{code-cell} ipython3` ('' is the notebook's own), `{python}`; else null. */
function languageOf(info: string): string | null {
  const myst = /^\{code-cell\}\s*([\w-]*)/.exec(info);
  // There `ipython3` is how it is coloured, not what runs it.
  if (myst) return /^i?python3?$/i.test(myst[1]!) ? '' : myst[1]!.toLowerCase();
  const quarto = /^\{\s*([\w-]+)[\s,]?.*\}$/.exec(info);
  const name = (quarto?.[1] ?? /^[\w-]+/.exec(info)?.[0] ?? '').toLowerCase();
  if (!PYTHONS.test(name) && !SHELLS.test(name) && !SCRIPTS.test(name)) return null;
  // Jupytext's way to say that a block is only to be read; a session with its prompt is one as well.
  if (/\.noeval\b|active="(?:md|)"/.test(info) || (name === 'console' && !quarto)) return null;
  return name;
}

function codeCell(lines: string[], language: string, main: string): TextCell {
  const [options, body] = withoutOptions(lines);
  const source = body.join('\n').replace(/^\n+|\s+$/g, '');
  const metadata = options.length > 0 ? { metadata: { tags: options } } : {};
  const magic = magicOf(language, main);
  // A block says its language itself when its first line is a magic.
  return { type: 'code', source: magic === '' || source.startsWith('%%') ? source : `${magic}\n${source}`, ...metadata };
}

function magicOf(language: string, main: string): string {
  if (language === '' || kindOf(language) === kindOf(main)) return '';
  return { shell: '%%bash', javascript: '%%javascript', python: '%%python', other: '' }[kindOf(language)];
}

function kindOf(language: string): 'shell' | 'javascript' | 'python' | 'other' {
  if (SHELLS.test(language)) return 'shell';
  if (SCRIPTS.test(language) || /^(?:typescript|deno)$/.test(language)) return 'javascript';
  return PYTHONS.test(language) ? 'python' : 'other';
}

/** Options at the top of a block: MyST's `:key: value` or `---` lines, Quarto's `#| key: value`. Tags are kept. */
function withoutOptions(lines: string[]): [tags: string[], body: string[]] {
  let at = 0;
  if (lines[0]?.trim() === '---') {
    const end = lines.findIndex((line, n) => n > 0 && line.trim() === '---');
    at = end < 0 ? 0 : end + 1;
  } else while (/^(?::[\w-]+:|#\|)/.test(lines[at] ?? '')) at++;
  const tags = lines
    .slice(0, at)
    .flatMap((line) => /tags:\s*\[?([^\]]*)\]?/.exec(line)?.[1]?.split(',') ?? [])
    .map((tag) => tag.trim().replace(/^["']|["']$/g, ''))
    .filter(Boolean);
  return [tags, lines.slice(at)];
}
