/** What goes over the wire, as a web server sends it that compresses beforehand: brotli at its best. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { launch } from '../e2e/webdriver.mjs';
import { notebookOf, ready, serveCourse } from '../e2e/page.mjs';
import { ROOT } from '../e2e/server.mjs';
import { row } from './rows.mjs';

const DIST = join(ROOT, 'dist');
const KB = 1000;

function compressed(path) {
  const bytes = readFileSync(join(DIST, path));
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length / KB;
}

const asset = (pattern) => `assets/${readdirSync(join(DIST, 'assets')).find((name) => pattern.test(name))}`;
const show = (what, size, goal) => row(what, `${size.toFixed(0)} KB`, `≤ ${goal} KB`, size <= goal);

/** What the page itself has loaded when a cell could run; wasm has a row of its own. The offline copy comes later. */
async function loaded() {
  const course = await serveCourse({ 'lesson.ipynb': notebookOf(['!echo']) });
  const browser = await launch('chromium');
  try {
    await browser.goto(`${course.url}/?notebook=/course/lesson.ipynb`);
    await ready(browser);
    const urls = await browser.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
    const paths = urls.map((url) => new URL(url).pathname.slice(1)).filter((path) => /^(assets\/.*\.js|[^/]+\.(js|css))$/.test(path));
    const workers = ['cluster.worker', 'kernel.worker'].map((name) => asset(new RegExp(`^${name}.*\\.js$`)));
    return [...new Set(['index.html', ...paths, ...workers])].filter((path) => path !== 'offline.js');
  } finally {
    await browser.quit();
    await course.close();
  }
}

// All that the document names at once, as tests/e2e/page-budget.test.mjs counts it.
const first = [...readFileSync(join(DIST, 'index.html'), 'utf8').matchAll(/(assets\/[^"]+\.js)"/g)].map((match) => match[1]);
const sum = (paths) => paths.map(compressed).reduce((total, size) => total + size, 0);
const before = await loaded();
show('wasm of cluster, client and shell', compressed(asset(/^kafka_sandbox_bg-.*\.wasm$/)), 250);
row('wasm of the codecs, loaded when a batch is compressed', `${compressed(asset(/^kafka_sandbox_codecs_bg-.*\.wasm$/)).toFixed(0)} KB`);
show('first JavaScript chunk', sum(first), 40);
show('all before a cell runs, without wasm', sum(before), 150);
console.log(before.map((path) => `  ${compressed(path).toFixed(1)} KB ${path}`).join('\n'));
