/**
 * Minutes of threads, producers, consumers and garbage in one Python kernel, in both browsers side by side: whether it
 * lives, and whether its memory grows once it is warm. `STRESS_SECONDS` makes it shorter than 245 s.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { notebookOf, openNotebook, runCell, serveCourse } from '../e2e/page.mjs';
import { ROOT } from '../e2e/server.mjs';
import { row } from './rows.mjs';

const SECONDS = Number(process.env.STRESS_SECONDS ?? 245);
const SAMPLES = [60, 120, 245].map((at) => (at * SECONDS) / 245);
const MIB = 1024 * 1024;

const CELLS = [
  `from stress_program import *
stress = Stress(${SECONDS}, 'long')
first = census()
stress.run(lambda: print(f'{memory_mb():.0f}', flush=True))`,
  'last = census()\nassert last == first, (first, last)\nlast',
];

const course = await serveCourse({
  'stress.ipynb': notebookOf(CELLS, { files: { 'stress_program.py': 'stress_program.py' } }),
  'stress_program.py': readFileSync(join(ROOT, 'tests/bench/stress_program.py'), 'utf8'),
});

/** Memory in MB: of the interpreter as it says itself, of all the browser's processes. */
async function sample(browser) {
  const printed = await browser.evaluate(() => window.notebookUnderTest.toJSON().cells[0].outputs.map((o) => [o.text].flat().join('')).join(''));
  const heap = await browser.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
  return { wasm: Number(printed.trim().split('\n').at(-1)), heap: heap / MIB, all: browser.memoryBytes() / MIB };
}

async function stress(name) {
  const browser = await openNotebook(name, `${course.url}/?notebook=/course/stress.ipynb`);
  try {
    await browser.evaluate(() => void (window.stressed = window.notebookUnderTest.runCell(0)));
    await browser.until('it runs', () => window.notebookUnderTest.toJSON().cells[0].outputs.length > 0);
    const began = Date.now();
    const found = [];
    for (const at of SAMPLES) {
      // A sample is due before the cell has ended.
      await new Promise((resolve) => setTimeout(resolve, began + at * 1000 - 2000 - Date.now()));
      found.push(await sample(browser));
      const { wasm, heap, all } = found.at(-1);
      console.log(`  ${name}, ${Math.round(at)} s: interpreter ${wasm} MB, page's JavaScript ${heap.toFixed(0)} MB, all processes ${all.toFixed(0)} MB`);
    }
    const state = await browser.evaluate(() => window.stressed);
    const { outputs } = await browser.evaluate(() => window.notebookUnderTest.toJSON().cells[0]);
    if (state !== 'ok') throw new Error(`${name}: ${JSON.stringify(outputs.at(-1)).slice(-600)}`);
    console.log(`  ${name}: ${JSON.stringify(outputs.at(-1).data['text/plain'])}`);
    const counted = await runCell(browser, 1);
    if (counted.state !== 'ok') throw new Error(`${name}: ${counted.error}`);
    const [warm, , end] = found;
    const text = `${warm.wasm} MB after ${Math.round(SAMPLES[0])} s, ${end.wasm} MB after ${SECONDS} s; all processes ${warm.all.toFixed(0)} and ${end.all.toFixed(0)} MB`;
    row(`${SECONDS} s of threads, clients and garbage in Python, ${name}: memory`, text, 'no crash, no growth', end.wasm <= warm.wasm);
  } finally {
    await browser.quit();
  }
}

try {
  await Promise.all(['chromium', 'firefox'].map(stress));
} finally {
  await course.close();
}
