/**
 * Python cells: how long the first one takes beside a bare page that only loads Pyodide, and kafka-python and
 * confluent_kafka in a cell beside kafka-python on CPython, which talks to our native broker over TCP; and how long the
 * page stands still while cells are busy.
 *
 * Rounds alternate, so that all share the machine's good and bad moments; ratios are those of the best times.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { notebookOf, openNotebook, ready, runCell, serveCourse } from '../e2e/page.mjs';
import { ROOT, serve } from '../e2e/server.mjs';
import { launch } from '../e2e/webdriver.mjs';
import { row, thousands } from './rows.mjs';

const COLD_ROUNDS = 3;
const ROUNDS = 3;
const RECORDS = 10_000;
const WHEEL = 'kafka_python-2.3.3-py2.py3-none-any.whl';
const PYTHON = join(ROOT, '.venv-kafka-python-2/bin/python');

/** The least that a page can do to run Python, with the client's wheel. */
const BARE = `import { loadPyodide } from '/pyodide/pyodide.mjs';
onmessage = async () => {
  const py = await loadPyodide({ indexURL: '/pyodide/' });
  py.runPython('1+1');
  postMessage('started');
  py.unpackArchive(await (await fetch('/wheels/${WHEEL}')).arrayBuffer(), 'wheel');
  py.runPython('import kafka');
  postMessage('imported');
};`;

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function coldBare(url) {
  const browser = await launch('chromium');
  try {
    await browser.goto(`${url}/index.html`);
    return await browser.evaluate(
      () =>
        new Promise((resolve) => {
          const began = performance.now();
          const times = [];
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = () => {
            times.push(performance.now() - began);
            if (times.length === 2) resolve(times);
          };
          worker.postMessage(null);
        }),
    );
  } finally {
    await browser.quit();
  }
}

async function coldOurs(url) {
  const browser = await launch('chromium');
  try {
    await browser.goto(url);
    await ready(browser);
    return await browser.evaluate(async () => {
      const began = performance.now();
      const times = [];
      for (const at of [0, 1]) {
        await window.notebookUnderTest.runCell(at);
        times.push(performance.now() - began);
      }
      return times;
    });
  } finally {
    await browser.quit();
  }
}

async function cold(course) {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bare-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bare</title>');
  writeFileSync(join(folder, 'worker.js'), BARE);
  const bare = await serve({ '/': folder, '/pyodide/': join(ROOT, 'node_modules/pyodide'), '/wheels/': join(ROOT, 'pkg/wheels') });
  const best = { bare: [Infinity, Infinity], ours: [Infinity, Infinity] };
  try {
    for (let round = 0; round < COLD_ROUNDS; round++) {
      const times = { bare: await coldBare(bare.url), ours: await coldOurs(`${course.url}/?notebook=/course/cold.ipynb`) };
      for (const side of ['bare', 'ours']) best[side] = best[side].map((time, at) => Math.min(time, times[side][at]));
    }
  } finally {
    await bare.close();
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [at, what, goal] of [[0, 'first Python cell, 1+1', 1.15], [1, 'the same with import kafka', 1.4]]) {
    const ratio = best.ours[at] / best.bare[at];
    row(`${what}: ours / a bare page that loads Pyodide`, `${ratio.toFixed(2)} (${thousands(best.ours[at])} ms)`, `≤ ${goal}`, ratio <= goal);
  }
}

async function inPage(browser, at) {
  const { state, error } = await runCell(browser, at);
  if (state !== 'ok') throw new Error(`cell ${at}: ${state} ${error}`);
  const shown = await browser.evaluate((index) => window.notebookUnderTest.toJSON().cells[index].outputs.at(-1).data['text/plain'], at);
  return JSON.parse([shown].flat().join('').replaceAll("'", '"'));
}

async function clients(course, address) {
  const best = {};
  const keep = (side, { produced, consumed }) => {
    console.log(`  ${side}: produced in ${thousands(produced)} ms, consumed in ${thousands(consumed)} ms`);
    const was = best[side] ?? { produced: Infinity, consumed: Infinity };
    best[side] = { produced: Math.min(was.produced, produced), consumed: Math.min(was.consumed, consumed) };
  };
  const browser = await launch('chromium');
  try {
    await browser.goto(`${course.url}/?notebook=/course/clients.ipynb`);
    await ready(browser);
    for (let round = 0; round < ROUNDS; round++) {
      keep('kafka-python', await inPage(browser, 2 * round));
      keep('confluent_kafka', await inPage(browser, 2 * round + 1));
      const { stdout } = await promisify(execFile)(PYTHON, [join(ROOT, 'tests/bench/python_program.py'), address, `bench-${round}`]);
      keep('CPython', JSON.parse(stdout));
    }
  } finally {
    await browser.quit();
  }
  for (const [what, verb] of [['produced', 'produce'], ['consumed', 'consume']]) {
    const rate = (side) => `${thousands((RECORDS / best[side][what]) * 1000)} records/s`;
    const native = best.CPython[what] / best['kafka-python'][what];
    row(`kafka-python, ${verb} 10,000 × 100 B: in the page / CPython over TCP`, `${native.toFixed(2)} (${rate('kafka-python')})`, '≥ 0.15', native >= 0.15);
    const faster = best['kafka-python'][what] / best.confluent_kafka[what];
    row(`the same: confluent_kafka / kafka-python, both in the page`, `${faster.toFixed(1)} (${rate('confluent_kafka')})`, '≥ 2', faster >= 2);
  }
}

/** What a cell does while the page's longest task is looked for. Each ends by itself, or is stopped. */
const BUSY = {
  'a Python cell spins': 'while True: pass',
  'a Python cell prints without a pause': 'n = 0\nwhile True:\n    n += 1\n    print("a line of text, number", n)',
  'ten consumers of a Python cell poll on threads': `import threading
from kafka import KafkaConsumer, KafkaProducer
def poll():
    for message in KafkaConsumer('kp-0', bootstrap_servers='localhost:9092', auto_offset_reset='earliest'): pass
threads = [threading.Thread(target=poll, daemon=True) for _ in range(10)]
for thread in threads: thread.start()
for thread in threads: thread.join()`,
};
const BUSY_MS = 8000;

/**
 * Milliseconds: how long the page's main thread was held up at the longest. Chromium tells of its long tasks; in Firefox
 * it is what is between two frames, above a frame's own time.
 */
async function longestTask(browser, at) {
  return await browser.evaluate(
    async (index, forMs) => {
      let longest = 0;
      const told = PerformanceObserver.supportedEntryTypes.includes('longtask');
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
      });
      const end = window.notebookUnderTest.runCell(index);
      // The interpreter's start is measured elsewhere.
      await new Promise((go) => setTimeout(go, 2000));
      if (told) observer.observe({ type: 'longtask' });
      const began = performance.now();
      for (let last = began; last - began < forMs; ) {
        const now = await new Promise((go) => requestAnimationFrame(go));
        if (!told) longest = Math.max(longest, now - last - 17);
        last = now;
      }
      if (told) for (const { duration } of observer.takeRecords()) longest = Math.max(longest, duration);
      observer.disconnect();
      window.notebookUnderTest.stop();
      await end;
      return longest;
    },
    at,
    BUSY_MS,
  );
}

async function responsive(course) {
  for (const name of ['chromium', 'firefox']) {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/busy.ipynb`);
    try {
      await inPage(browser, 0);
      for (const [n, what] of Object.keys(BUSY).entries()) {
        const longest = await longestTask(browser, n + 1);
        row(`longest task of the page while ${what}, ${name}`, `${Math.round(longest)} ms`, '≤ 100 ms', longest <= 100);
      }
    } finally {
      await browser.quit();
    }
  }
}

const cells = Array.from({ length: ROUNDS }, (_, round) => [
  `from python_program import *\nmeasure_kafka_python('localhost:9092', 'kp-${round}')`,
  `measure_confluent('localhost:9092', 'ck-${round}')`,
]).flat();
const course = await serveCourse({
  'cold.ipynb': notebookOf(['1+1', 'import kafka']),
  'clients.ipynb': notebookOf(cells, { files: { 'python_program.py': 'python_program.py' } }),
  'busy.ipynb': notebookOf([cells[0], ...Object.values(BUSY)], { files: { 'python_program.py': 'python_program.py' } }),
  'python_program.py': readFileSync(join(ROOT, 'tests/bench/python_program.py'), 'utf8'),
});
const address = `127.0.0.1:${await freePort()}`;
const broker = spawn(process.env.KAFKA_SANDBOX, ['serve', '--listen', address, '--brokers', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  await new Promise((resolve, reject) => {
    createInterface({ input: broker.stdout }).once('line', resolve);
    broker.once('exit', (code) => reject(new Error(`the native broker ended with ${code}`)));
  });
  await cold(course);
  await clients(course, address);
  await responsive(course);
} finally {
  broker.kill('SIGKILL');
  await course.close();
}
