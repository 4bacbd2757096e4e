/** A short form of `tests/bench/stress.mjs`: threads, clients and garbage for some seconds, and nothing of them is left. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { ROOT } from './server.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = [
  'from stress_program import *\nfirst = census()',
  'counts = Stress(8, "short").run()\nassert min(counts.values()) > 0 and len(counts) == 8, counts',
  'last = census()\nassert last == first, (first, last)',
  // Clients that nobody closes go with the cell's variables.
  'from kafka import KafkaConsumer\nkept = [KafkaConsumer(bootstrap_servers=BOOTSTRAP) for _ in range(5)]\nassert census()["sockets"] > 0',
  'for consumer in kept: consumer.close()\ndel kept, consumer\nlast = census()\nassert last == first, (first, last)',
];

let course;
before(async () => {
  course = await serveCourse({
    'stress.ipynb': notebookOf(CELLS, { files: { 'stress_program.py': 'stress_program.py' } }),
    'stress_program.py': readFileSync(join(ROOT, 'tests/bench/stress_program.py'), 'utf8'),
  });
});
after(() => course.close());

// They wait more than they work.
describe('under stress', { concurrency: true }, () => {
  for (const name of browsersToTest()) {
    test(`Python keeps nothing of threads, sockets and handles in ${name}`, async () => {
      const browser = await openNotebook(name, `${course.url}/?notebook=/course/stress.ipynb`);
      try {
        for (let at = 0; at < CELLS.length; at++) {
          const { state, error } = await runCell(browser, at);
          assert.equal(state, 'ok', `cell ${at}: ${error}`);
        }
      } finally {
        await browser.quit();
      }
    });
  }
});
