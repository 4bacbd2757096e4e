/** The lessons that come with the page, run from the first cell to the last as `cargo xtask execute` does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { browsersToTest } from './webdriver.mjs';

const FOLDER = 'notebooks';
const lessons = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));

for (const browser of browsersToTest()) {
  for (const lesson of lessons) {
    test(`every expectation of ${lesson} is met in ${browser}`, () => {
      const out = mkdtempSync(join(tmpdir(), 'kafka-sandbox-lesson-'));
      try {
        const run = spawnSync(
          process.execPath,
          ['tests/e2e/execute.mjs', join(FOLDER, lesson), '--browser', browser, '--out', join(out, lesson)],
          { encoding: 'utf8' },
        );
        assert.equal(run.status, 0, `${run.stdout}\n${run.stderr}`);
      } finally {
        rmSync(out, { recursive: true });
      }
    });
  }
}
