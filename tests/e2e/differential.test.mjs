/** The differential programs in the page: what they print there is what they print on Apache Kafka. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execute, run } from './execute-child.mjs';
import { browsersToTest } from './webdriver.mjs';

const PROGRAM = 'tests/differential/notebook.py';

/** A command that must succeed. */
async function must(args) {
  const { status, output } = await run('python3', args);
  assert.equal(status, 0, output);
}

// The programs wait more than they work: each has a browser of its own, side by side.
describe('differential programs', { concurrency: true }, () => {
  for (const browser of browsersToTest()) {
    for (const client of ['kafka_python', 'confluent']) {
      test(`programs of ${client} print in ${browser} what they print on Apache Kafka`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-differential-'));
        const [made, executed] = ['made.ipynb', 'executed.ipynb'].map((name) => join(folder, name));
        try {
          await must([PROGRAM, 'make', client, made]);
          const { status, output } = await execute(made, browser, executed);
          assert.equal(status, 0, output);
          await must([PROGRAM, 'check', client, executed]);
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  }
});
