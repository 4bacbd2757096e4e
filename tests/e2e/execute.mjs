/**
 * Runs a notebook in the real page and writes outputs, execution counts and errors into its file, as
 * `nbconvert --execute` does. Exit status 1 when a cell fails or its expectation does not hold.
 *
 * usage: node tests/e2e/execute.mjs FILE.ipynb [--out OUT.ipynb] [--browser chromium|firefox] [--timeout SECONDS]
 */
import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openNotebook } from './page.mjs';
import { ROOT, serve } from './server.mjs';

const USAGE = 'usage: cargo xtask execute FILE.ipynb [--out OUT.ipynb] [--browser chromium|firefox] [--timeout SECONDS]';

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { out: { type: 'string' }, browser: { type: 'string', default: 'chromium' }, timeout: { type: 'string', default: '600' } },
    });
    const [file] = positionals;
    if (positionals.length !== 1 || !['chromium', 'firefox'].includes(values.browser) || !(Number(values.timeout) > 0)) throw new Error(USAGE);
    // Started by xtask, whose folder is the repository: what a person names is relative to where they stand.
    const from = process.env.XTASK_FROM ?? process.cwd();
    const path = resolve(from, file);
    if (!existsSync(path)) throw new Error(`there is no file ${path}`);
    return { file: path, out: resolve(from, values.out ?? file), browser: values.browser, timeoutMs: Number(values.timeout) * 1000 };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

/** One level up is served too: notebooks name files beside their own folder. */
async function serveBeside(file) {
  const folder = dirname(file);
  const server = await serve({ '/': join(ROOT, 'dist'), '/course/': dirname(folder) });
  const notebook = encodeURIComponent(`/course/${basename(folder)}/${basename(file)}`);
  return { ...server, page: `${server.url}/?notebook=${notebook}` };
}

/** Runs all cells; a line for each that ends. */
async function runAll(browser, timeoutMs) {
  await browser.evaluate(() => {
    const notebook = window.notebookUnderTest;
    window.ended = [];
    window.wholeRun = undefined;
    notebook.addEventListener('cell-end', (event) => window.ended.push(event.detail));
    notebook.runAll().then(
      (result) => (window.wholeRun = { failed: result.failed }),
      (error) => (window.wholeRun = { failed: [], problem: String(error) }),
    );
  });
  const started = Date.now();
  for (let shown = 0; ; ) {
    const { ended, result } = await browser.evaluate((from) => ({ ended: window.ended.slice(from), result: window.wholeRun }), shown);
    for (const { id, status, exitCode } of ended) console.log(`  ${status === 'error' ? '✗' : '✓'} ${id} (${status}${exitCode ? `, exit status ${exitCode}` : ''})`);
    shown += ended.length;
    if (result) return result;
    if (Date.now() - started > timeoutMs) {
      await browser.evaluate(() => window.notebookUnderTest.stop());
      return { failed: [], problem: `the notebook did not end within ${timeoutMs / 1000} s` };
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** What went wrong, cell by cell, as text for a person. */
function report(document, failed, problems) {
  const texts = new Map();
  const add = (id, text) => texts.set(id, [...(texts.get(id) ?? []), text]);
  for (const id of failed) {
    const cell = document.cells.find((candidate) => candidate.id === id);
    const error = cell?.outputs.find((output) => output.output_type === 'error');
    add(id, error ? `${error.ename}: ${error.evalue}` : 'the cell failed');
  }
  for (const { cell, problems: found } of problems) for (const problem of found) add(cell, problem);
  for (const [id, found] of texts) {
    const cell = document.cells.find((candidate) => candidate.id === id);
    console.error(`\ncell ${id}:`);
    console.error([cell?.source].flat().join('').replace(/^/gm, '  | '));
    for (const text of found) console.error(`  ✗ ${text}`);
  }
  return texts.size;
}

const { file, out, browser: browserName, timeoutMs } = options();
const server = await serveBeside(file);
let faults = 1;
try {
  const started = Date.now();
  const browser = await openNotebook(browserName, server.page);
  try {
    console.log(`running ${basename(file)} in ${browserName}`);
    const result = await runAll(browser, timeoutMs);
    const { text, problems } = await browser.evaluate(async () => {
      const notebook = window.notebookUnderTest;
      return { text: notebook.session.notebook.serialise(), problems: await notebook.check() };
    });
    const document = JSON.parse(text);
    writeFileSync(out, text);
    faults = report(document, result.failed, problems);
    if (result.problem) {
      console.error(`✗ ${result.problem}`);
      faults += 1;
    }
    const cells = document.cells.filter((cell) => cell.cell_type === 'code').length;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${cells - Math.min(cells, faults)} passed, ${faults} failed`);
    console.log(`written to ${out} (${seconds} s)`);
  } finally {
    await browser.quit();
  }
} catch (error) {
  console.error(error.message);
} finally {
  await server.close();
}
process.exit(faults === 0 ? 0 : 1);
