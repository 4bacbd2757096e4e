/**
 * How much the page loads, after brotli: the modules, the first JavaScript chunk, all JavaScript before a cell runs.
 * Prints one line per figure: what, KB, goal.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { ROOT } from '../tests/e2e/server.mjs';

const DIST = join(ROOT, 'dist');

function brotliKb(path) {
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length / 1024;
}

/** Chunks that a module imports at once, itself first; not what it loads later by `import()`. */
function importedAtOnce(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(DIST, file), 'utf8');
  for (const [, from] of text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s,$]+from\s*)?["']\.\/([^"']+\.js)["']/g)) {
    importedAtOnce(join('assets', from.replace(/^assets\//, '')), seen);
  }
  return seen;
}

const entry = /<script[^>]+type="module"[^>]+src="\.\/([^"]+)"/.exec(readFileSync(join(DIST, 'index.html'), 'utf8'))?.[1];
if (!entry) throw new Error('dist/index.html has no module script');
const assets = readdirSync(join(DIST, 'assets'));
const find = (pattern) => assets.filter((name) => pattern.test(name)).map((name) => join('assets', name));
const sum = (files) => files.reduce((total, file) => total + brotliKb(join(DIST, file)), 0);

const beforeCells = [...importedAtOnce(entry), ...find(/^(notebook-element|markdown|editor|cluster\.worker|kernel\.worker)-.*\.js$/)];
const rows = [
  ['cluster + client + shell wasm', sum(find(/^kafka_sandbox_bg-.*\.wasm$/)), 250],
  ['codecs wasm, loaded when needed', sum(find(/^kafka_sandbox_codecs_bg-.*\.wasm$/)), 120],
  ['first JavaScript chunk', sum([entry]), 40],
  ['all JavaScript before a cell runs', sum([...new Set(beforeCells)]), 150],
];
for (const [what, kb, goal] of rows) {
  console.log(`${what.padEnd(40)} ${kb.toFixed(1).padStart(8)} KB   goal ${goal} KB   ${kb <= goal ? 'met' : 'NOT MET'}`);
}
