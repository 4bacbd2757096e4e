/** The differential programs in the page: what they print there is what they print on Apache Kafka. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { browsersToTest } from './webdriver.mjs';

const PROGRAM = 'tests/differential/notebook.py';

/** Both streams of a command that must succeed. */
function run(program, args) {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(done.status, 0, `${program} ${args.join(' ')}\n${done.stdout}\n${done.stderr}`);
}

for (const browser of browsersToTest()) {
  for (const client of ['kafka_python', 'confluent']) {
    test(`programs of ${client} print in ${browser} what they print on Apache Kafka`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-differential-'));
      const [made, executed] = ['made.ipynb', 'executed.ipynb'].map((name) => join(folder, name));
      try {
        run('python3', [PROGRAM, 'make', client, made]);
        run(process.execPath, ['tests/e2e/execute.mjs', made, '--browser', browser, '--out', executed]);
        run('python3', [PROGRAM, 'check', client, executed]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}
