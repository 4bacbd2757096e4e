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
