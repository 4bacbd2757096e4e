/**
 * Runs notebooks in the real page and writes outputs, execution counts and errors into their files, as
 * `nbconvert --execute` does. Exit status 1 when a cell fails or its expectation does not hold.
 *
 * Several notebooks share one page and one new cluster: those of different kernels run side by side, those of one
 * kernel in the order in which they are named.
 */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { show } from './page.mjs';
import { ROOT, serve } from './server.mjs';
import { launch } from './webdriver.mjs';

const USAGE =
  'usage: cargo xtask execute FILE.ipynb… [--out FILE.ipynb|FOLDER] [--browser chromium|firefox] [--timeout SECONDS] [--junit FILE.xml]';

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        browser: { type: 'string', default: 'chromium' },
        timeout: { type: 'string', default: '600' },
        junit: { type: 'string' },
      },
    });
    if (positionals.length === 0 || !['chromium', 'firefox'].includes(values.browser) || !(Number(values.timeout) > 0)) throw new Error(USAGE);
    // Started by xtask, whose folder is the repository: what a person names is relative to where they stand.
    const from = process.env.XTASK_FROM ?? process.cwd();
    const files = positionals.map((name) => resolve(from, name));
    for (const path of files) if (!existsSync(path)) throw new Error(`there is no file ${path}`);
    const out = values.out && resolve(from, values.out);
    if (files.length > 1 && out && !(existsSync(out) && statSync(out).isDirectory())) throw new Error(`--out must name a folder for several notebooks: ${out}`);
    // A script or a text that was read as a notebook is never written over.
    const notebook = (file) => `${file.replace(/\.[^./]+$/, '')}.ipynb`;
    const target = (file) => (out === undefined ? notebook(file) : existsSync(out) && statSync(out).isDirectory() ? join(out, basename(notebook(file))) : out);
    return { files, target, browser: values.browser, timeoutMs: Number(values.timeout) * 1000, junit: values.junit && resolve(from, values.junit) };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

/** One level up is served too: notebooks name files beside their own folder. */
async function serveBeside(files) {
  const folders = [...new Set(files.map((file) => dirname(dirname(file))))];
  const address = (file) => {
    const parent = dirname(file);
    return [`/course-${folders.indexOf(dirname(parent))}`, basename(parent), basename(file)].map((part, at) => (at === 0 ? part : encodeURIComponent(part))).join('/');
  };
  const prefixes = Object.fromEntries(folders.map((folder, at) => [`/course-${at}/`, folder]));
  if (files.length === 1) {
    const server = await serve({ '/': join(ROOT, 'dist'), ...prefixes });
    return { ...server, page: `${server.url}/?notebook=${encodeURIComponent(address(files[0]))}` };
  }
  // As a course page would embed them.
  const elements = files.map((file) => `<kafka-notebook src="${address(file)}"></kafka-notebook>`).join('\n');
  const own = mkdtempSync(join(tmpdir(), 'kafka-sandbox-set-'));
  writeFileSync(join(own, 'index.html'), `<!doctype html><meta charset="utf-8"><title>Notebooks</title>\n<script type="module" src="/kafka-notebook.js"></script>\n${elements}\n`);
  const server = await serve({ '/': join(ROOT, 'dist'), '/set/': own, ...prefixes });
  return {
    ...server,
    page: `${server.url}/set/index.html`,
    async close() {
      await server.close();
      rmSync(own, { recursive: true, force: true });
    },
  };
}

/** Waits until all notebooks are open; they then stand in `window.notebooks`, in order. */
async function openAll(browser, names) {
  await browser.evaluate(async (files) => {
    const all = [...document.querySelectorAll('kafka-notebook')];
    window.notebooks = all.length > 0 ? all : [window.notebookUnderTest];
    for (const [at, notebook] of window.notebooks.entries()) {
      await notebook.updateComplete;
      await notebook.ready;
      while (!notebook.session && !notebook.problem) await new Promise((resolve) => requestAnimationFrame(resolve));
      if (notebook.problem) throw new Error(`${files[at]}: ${notebook.problem}`);
    }
  }, names);
}

/**
 * Notebooks that run side by side begin on a cluster that has had a consumer group, as any that is in use: the very
 * first look-up of a group fails while `__consumer_offsets` is being created.
 */
async function prepare(browser) {
  await browser.evaluate(async () => {
    const names = new Set(window.notebooks.map((notebook) => notebook.session.box.kernel));
    if (names.size > 1) await window.notebooks[0].session.runShell('kafka-consumer-groups.sh --bootstrap-server localhost:9092 --describe --group none');
  });
}

/** Starts all of them; they say in `window.ended` which cells have ended, and in `window.wholeRun` how it went. */
async function startAll(browser, names) {
  await browser.evaluate((files) => {
    window.ended = [];
    window.wholeRun = undefined;
    const waiting = new Map();
    const endOf = (cell) => {
      if (!waiting.has(cell)) {
        let done;
        waiting.set(cell, { promise: new Promise((resolve) => (done = resolve)), done });
      }
      return waiting.get(cell);
    };
    const lanes = new Map();
    const results = window.notebooks.map((notebook, at) => {
      notebook.addEventListener('cell-end', ({ detail }) => {
        window.ended.push({ ...detail, file: files[at], at: Date.now() });
        endOf(`${files[at]}#${detail.id}`).done();
      });
      const kernel = notebook.session.box.kernel;
      const before = lanes.get(kernel) ?? Promise.resolve();
      const elsewhere = (cell) => (files.includes(cell.split('#')[0]) ? endOf(cell).promise : undefined);
      const result = before.then(() => notebook.runAll(elsewhere));
      lanes.set(kernel, result.catch(() => undefined));
      return result;
    });
    Promise.all(results).then(
      (all) => (window.wholeRun = { failed: all.map((one) => one.failed) }),
      (error) => (window.wholeRun = { failed: [], problem: String(error) }),
    );
  }, names);
}

/** Runs all cells; a line for each that ends. */
async function runAll(browser, names, timeoutMs) {
  await startAll(browser, names);
  const started = Date.now();
  for (let shown = 0; ; ) {
    const { ended, result } = await browser.evaluate((from) => ({ ended: window.ended.slice(from), result: window.wholeRun }), shown);
    for (const { id, file, status, exitCode } of ended) {
      const where = names.length > 1 ? `${file}#${id}` : id;
      // Whether that is right the expectations say, at the end: a cell may be meant to fail.
      console.log(`  ${status === 'error' ? '!' : '✓'} ${where} (${status}${exitCode ? `, exit status ${exitCode}` : ''})`);
    }
    shown += ended.length;
    if (result) return result;
    if (Date.now() - started > timeoutMs) {
      await browser.evaluate(() => window.notebooks.forEach((notebook) => notebook.stop()));
      return { failed: [], problem: `the notebooks did not end within ${timeoutMs / 1000} s` };
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** What went wrong, cell by cell, as text for a person; gives it by cell. */
function report(name, document, failed, problems) {
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
    console.error(`\n${name}, cell ${id}:`);
    console.error([cell?.source].flat().join('').replace(/^/gm, '  | '));
    for (const text of found) console.error(`  ✗ ${text}`);
  }
  return texts;
}

/** The summary that continuous integration systems read. */
function junit(reports) {
  const escape = (text) => text.replace(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[c]).replace(/[^\t\n\r\x20-\uFFFD]/g, '');
  const suites = reports.map(({ name, document, texts }) => {
    const cells = document.cells.filter((cell) => cell.cell_type === 'code');
    const cases = cells.map((cell, at) => {
      const found = texts.get(cell.id);
      const open = `    <testcase classname="${escape(name)}" name="${escape(cell.id ?? `cell ${at + 1}`)}"`;
      return found ? `${open}><failure message="${escape(found[0])}">${escape(found.join('\n'))}</failure></testcase>` : `${open}/>`;
    });
    return `  <testsuite name="${escape(name)}" tests="${cells.length}" failures="${texts.size}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

async function collect(browser, files, target, failed) {
  const reports = [];
  for (const [at, file] of files.entries()) {
    const { text, problems } = await browser.evaluate(async (index) => {
      const notebook = window.notebooks[index];
      return { text: notebook.session.notebook.serialise(), problems: await notebook.check() };
    }, at);
    const document = JSON.parse(text);
    writeFileSync(target(file), text);
    reports.push({ name: basename(file), document, texts: report(basename(file), document, failed[at] ?? [], problems) });
  }
  return reports;
}

const { files, target, browser: browserName, timeoutMs, junit: junitFile } = options();
const server = await serveBeside(files);
const names = files.map((file) => basename(file));
let faults = 1;
try {
  const started = Date.now();
  const browser = await launch(browserName);
  try {
    if (files.length === 1) await show(browser, server.page);
    else await browser.goto(server.page);
    await openAll(browser, names);
    console.log(`running ${names.join(', ')} in ${browserName}`);
    await prepare(browser);
    const result = await runAll(browser, names, timeoutMs);
    const reports = await collect(browser, files, target, result.failed);
    faults = reports.reduce((sum, { texts }) => sum + texts.size, 0);
    if (junitFile) writeFileSync(junitFile, junit(reports));
    if (result.problem) {
      console.error(`✗ ${result.problem}`);
      faults += 1;
    }
    const cells = reports.reduce((sum, { document }) => sum + document.cells.filter((cell) => cell.cell_type === 'code').length, 0);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${cells - Math.min(cells, faults)} passed, ${faults} failed`);
    for (const file of files) console.log(`written to ${target(file)} (${seconds} s)`);
  } finally {
    await browser.quit();
  }
} catch (error) {
  console.error(error.message);
} finally {
  await server.close();
}
process.exit(faults === 0 ? 0 : 1);
