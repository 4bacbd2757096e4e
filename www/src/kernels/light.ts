/**
 * Cells of magics and `!` lines that need no interpreter: run without loading one. What they set (variables of the
 * environment, the folder, versions of packages) an interpreter that comes later is told.
 */
import catalogue from '../../python/sandbox_kernel/catalogue.json';
import { logicalLines, pipLine } from '../notebook/pip.ts';

export type LightStep =
  | { do: 'shell'; text: string }
  | { do: 'pip'; words: string[] }
  | { do: 'env'; name: string; value: string }
  | { do: 'cd'; path: string }
  | { do: 'write'; path: string; body: string; append: boolean };

const SHELL_MAGIC = /^%(ls|ll|cat|mkdir|rm|cp|mv|head|tail|pwd)\b\s*(.*)$/s;
const WRITE = /^\s*%%(?:writefile|file)[ \t]+(-a[ \t]+)?(\S+)[ \t]*\n([^]*)$/;

/** What the cell does, or null when Python has to run it. */
export function lightSteps(source: string): LightStep[] | null {
  const write = WRITE.exec(source);
  if (write) {
    const body = write[3] ?? '';
    const whole = body === '' || body.endsWith('\n') ? body : `${body}\n`;
    return [
      { do: 'write', path: unquoted(write[2] ?? ''), body: whole, append: write[1] !== undefined },
    ];
  }
  const steps: LightStep[] = [];
  for (const line of logicalLines(source)) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const step = stepOf(text);
    if (!step) return null;
    steps.push(step);
  }
  return steps;
}

function stepOf(text: string): LightStep | null {
  const pip = pipLine(text);
  if (pip !== undefined) {
    const words = pipWords(pip);
    // A file of requirements is Python's to read.
    return words.includes('-r') ? null : { do: 'pip', words };
  }
  // The `!` stays: the shell then runs the line in a shell of its own.
  if (text.startsWith('!')) return { do: 'shell', text };
  const env = /^%(?:set_)?env\s+(\w+)(?:\s*=\s*|\s+)(.+)$/.exec(text);
  if (env) return { do: 'env', name: env[1] ?? '', value: env[2] ?? '' };
  const cd = /^%cd\s+([^\s-]\S*)$/.exec(text);
  if (cd) return { do: 'cd', path: unquoted(cd[1] ?? '') };
  const shell = SHELL_MAGIC.exec(text);
  if (shell) return { do: 'shell', text: `${shell[1] === 'll' ? 'ls -l' : shell[1]} ${shell[2]}` };
  return null;
}

function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}

// ─── pip ───

/** The words that pip is given: without a comment, redirections, and what a pipe would do with its output. */
export function pipWords(text: string): string[] {
  const [own = ''] = text.replace(/\\\n/g, ' ').split(/\s(?:#|[|&;]|\d?&?>(?!=))/, 1);
  return own.split(/\s+/).filter(Boolean).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

interface Package {
  versions: Record<string, string>;
}

const PACKAGES = catalogue as Record<string, Package>;
/** As in `packages.py`: names of the same module, and what a notebook's page is in itself. */
const SAME: Record<string, string> = { 'kafka-python-ng': 'kafka-python', kafka: 'kafka-python' };
const OWN = 'ipykernel ipython jupyter jupyterlab notebook pip setuptools wheel'.split(' ');
const SITE = '/lib/python3.14/site-packages';

/** `chosen` is what a later interpreter shall have; installing changes it. Gives [stream, text]. */
export function pip(
  words: readonly string[],
  chosen: Record<string, string>,
): ['stdout' | 'stderr', string][] {
  const [command, ...rest] = words;
  const names = rest.filter((word) => !word.startsWith('-'));
  const quiet = rest.some((word) => /^(-q+|--quiet)$/.test(word));
  const version = (name: string): string =>
    chosen[name] ?? Object.keys(PACKAGES[name]?.versions ?? {})[0] ?? '';
  switch (command) {
    case 'install':
      return names.map((name) => install(name, chosen, version, quiet));
    case 'list':
    case 'freeze': {
      const rows = Object.keys(PACKAGES).sort();
      const text = rows.map((name) => `${name}==${version(name)}\n`).join('');
      return [['stdout', text]];
    }
    default:
      return [['stderr', 'This page knows pip install, list and show.\n']];
  }
}

function install(
  text: string,
  chosen: Record<string, string>,
  version: (name: string) => string,
  quiet: boolean,
): ['stdout' | 'stderr', string] {
  const found = /^([A-Za-z0-9][\w.-]*?)(?:\[[^\]]*\])?\s*(?:(==|>=|<=|~=|!=|<|>)\s*([\w.*]+))?$/.exec(text);
  if (!found) return ['stderr', `ERROR: Invalid requirement: '${text}'\n`];
  const name = (found[1] ?? '').replace(/[-_.]+/g, '-').toLowerCase();
  const same = SAME[name];
  if (same) return ['stdout', `${name} is another name of ${same}, which this page carries.\n`];
  if (OWN.includes(name)) {
    return ['stdout', quiet ? '' : `Requirement already satisfied: ${text} (this page itself)\n`];
  }
  const known = PACKAGES[name];
  const all = Object.keys(PACKAGES).sort().join(', ');
  if (!known) return ['stderr', `ERROR: ${name} is not part of this page. It carries ${all}.\n`];
  const wanted = found[2] === '==' ? (found[3] ?? '') : version(name);
  if (!(wanted in known.versions)) {
    const offered = Object.keys(known.versions).join(', ');
    return [
      'stderr',
      `ERROR: No matching distribution found for ${text} (this page carries ${offered})\n`,
    ];
  }
  if (wanted === version(name)) {
    return ['stdout', quiet ? '' : `Requirement already satisfied: ${text} in ${SITE} (${wanted})\n`];
  }
  chosen[name] = wanted;
  return ['stdout', `Successfully installed ${name}-${wanted}\n`];
}
