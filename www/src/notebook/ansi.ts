/** Terminal colour codes to pieces of text with class names. Cursor movements and other codes are taken out. */

export interface AnsiSpan {
  text: string;
  /** As 'ansi-bold ansi-fg-1'; empty for plain text. */
  classes: string;
}

// CSI sequences, OSC sequences (titles, links), and single-character escapes.
const CODES = /\x1b\[([0-9;:?]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_]/g;

interface Style {
  fg: string;
  bg: string;
  flags: Set<string>;
}

export function stripAnsi(text: string): string {
  return text.includes('\x1b') ? text.replace(CODES, '') : text;
}

export function ansiSpans(text: string): AnsiSpan[] {
  if (!text.includes('\x1b')) return text === '' ? [] : [{ text, classes: '' }];
  const spans: AnsiSpan[] = [];
  const style: Style = { fg: '', bg: '', flags: new Set() };
  let from = 0;
  const push = (piece: string): void => {
    if (piece === '') return;
    const classes = [...style.flags, style.fg, style.bg].filter(Boolean).join(' ');
    const last = spans.at(-1);
    if (last?.classes === classes) last.text += piece;
    else spans.push({ text: piece, classes });
  };
  for (const match of text.matchAll(CODES)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') apply(style, (match[1] ?? '').split(/[;:]/).map(Number));
  }
  push(text.slice(from));
  return spans;
}

function apply(style: Style, codes: number[]): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) {
      style.fg = '';
      style.bg = '';
      style.flags.clear();
    } else if (code === 1) style.flags.add('ansi-bold');
    else if (code === 2) style.flags.add('ansi-dim');
    else if (code === 3) style.flags.add('ansi-italic');
    else if (code === 4) style.flags.add('ansi-underline');
    else if (code === 7) style.flags.add('ansi-inverse');
    else if (code === 22) ['ansi-bold', 'ansi-dim'].forEach((flag) => style.flags.delete(flag));
    else if (code === 23) style.flags.delete('ansi-italic');
    else if (code === 24) style.flags.delete('ansi-underline');
    else if (code === 27) style.flags.delete('ansi-inverse');
    else if (code >= 30 && code <= 37) style.fg = `ansi-fg-${code - 30}`;
    else if (code >= 90 && code <= 97) style.fg = `ansi-fg-${code - 82}`;
    else if (code >= 40 && code <= 47) style.bg = `ansi-bg-${code - 40}`;
    else if (code >= 100 && code <= 107) style.bg = `ansi-bg-${code - 92}`;
    else if (code === 39) style.fg = '';
    else if (code === 49) style.bg = '';
    else if (code === 38 || code === 48) {
      // 256 colours: only the first sixteen have classes; true colours keep the text readable as it is.
      const prefix = code === 38 ? 'fg' : 'bg';
      if (codes[i + 1] === 5) {
        const n = codes[i + 2] ?? 0;
        style[prefix] = n < 16 ? `ansi-${prefix}-${n}` : '';
        i += 2;
      } else if (codes[i + 1] === 2) i += 4;
    }
  }
}
