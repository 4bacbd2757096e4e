/**
 * Tells lines that install Python packages (`%pip`, `!pip install`) from all else: the page answers them itself, for its
 * shell has no pip. Small, since it is asked for every shell cell; what the lines do is `kernels/light.ts`.
 */

const PYTHON = String.raw`(?:python[\d.]*|["']?\{sys\.executable\}["']?)`;
const PIP = new RegExp(String.raw`^(?:%|!{1,2}\s*(?:sudo\s+)?(?:${PYTHON}\s+-m\s+)?)pip3?(?:\s+([^]*))?$`);

/** What stands behind `pip` in such a line; undefined when it is none. */
export function pipLine(line: string): string | undefined {
  const found = PIP.exec(line.trim());
  return found ? (found[1] ?? '') : undefined;
}

/** Whether a command of the cell is such a line. */
export function hasPip(source: string): boolean {
  return logicalLines(source).some((line) => pipLine(line) !== undefined);
}

/** Lines with those that a backslash joins to them. */
export function logicalLines(source: string): string[] {
  const lines: string[] = [];
  let open = false;
  for (const line of source.split('\n')) {
    if (open) lines[lines.length - 1] += `\n${line}`;
    else lines.push(line);
    open = line.endsWith('\\');
  }
  return lines;
}

/** The words that pip is given: without a comment, redirections, and what a pipe would do with its output. */
export function pipWords(text: string): string[] {
  const [own = ''] = text.replace(/\\\n/g, ' ').split(/\s(?:#|[|&;]|\d?&?>(?!=))/, 1);
  return own.split(/\s+/).filter(Boolean).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}
