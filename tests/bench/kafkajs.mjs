/**
 * KafkaJS in a JavaScript cell of the page, and the same program in Node against our native broker over TCP.
 *
 * Rounds alternate, so that both share the machine's good and bad moments; the ratio is that of the best times. The page
 * stores every record before it acknowledges it, the native broker keeps records in memory.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ready, runCell, serveCourse } from '../e2e/page.mjs';
import { ROOT } from '../e2e/server.mjs';
import { launch } from '../e2e/webdriver.mjs';
import { measure } from './kafkajs-program.mjs';
import { row, thousands } from './rows.mjs';

const ROUNDS = 6;
const RECORDS = 10_000;

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const cells = Array.from({ length: ROUNDS }, (_, round) => `import { measure } from './kafkajs-program.mjs';
JSON.stringify(await measure(['localhost:9092'], ${round}))`);
const course = await serveCourse({
  'bench.ipynb': JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'javascript', language: 'javascript' }, sandbox: { files: { 'kafkajs-program.mjs': 'kafkajs-program.mjs' } } },
    cells: cells.map((source, at) => ({ id: `cell-${at}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null })),
  }),
  'kafkajs-program.mjs': readFileSync(join(ROOT, 'tests/bench/kafkajs-program.mjs'), 'utf8'),
});
const address = `127.0.0.1:${await freePort()}`;
const broker = spawn(process.env.KAFKA_SANDBOX, ['serve', '--listen', address, '--brokers', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
const best = { page: { produced: Infinity, consumed: Infinity }, node: { produced: Infinity, consumed: Infinity } };

function keep(side, { produced, consumed }) {
  console.log(`  ${side}: produced in ${thousands(produced)} ms, consumed in ${thousands(consumed)} ms`);
  best[side] = { produced: Math.min(best[side].produced, produced), consumed: Math.min(best[side].consumed, consumed) };
}

try {
  await new Promise((resolve, reject) => {
    createInterface({ input: broker.stdout }).once('line', resolve);
    broker.once('exit', (code) => reject(new Error(`the native broker ended with ${code}`)));
  });
  const browser = await launch('chromium');
  try {
    await browser.goto(`${course.url}/?notebook=/course/bench.ipynb`);
    await ready(browser);
    for (let round = 0; round < ROUNDS; round++) {
      const { state, error } = await runCell(browser, round);
      if (state !== 'ok') throw new Error(`round ${round}: ${state} ${error}`);
      const shown = await browser.evaluate((at) => window.notebookUnderTest.toJSON().cells[at].outputs.at(-1).data['text/plain'], round);
      keep('page', JSON.parse([shown].flat().join('').slice(1, -1)));
      keep('node', await measure([address], round));
    }
  } finally {
    await browser.quit();
  }
} finally {
  broker.kill('SIGKILL');
  await course.close();
}
for (const [what, verb] of [['produced', 'produce'], ['consumed', 'consume']]) {
  const [page, node] = [best.page[what], best.node[what]];
  const rate = (ms) => thousands((RECORDS / ms) * 1000);
  row(`KafkaJS, ${verb} 10,000 × 100 B: in the page / Node over TCP`, `${(node / page).toFixed(2)} (${rate(page)} records/s)`, '≥ 0.5', node / page >= 0.5);
}
