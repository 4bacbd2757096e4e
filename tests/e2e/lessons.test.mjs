/** The lessons that come with the page, run from the first cell to the last as `cargo xtask execute` does. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execute } from './execute-child.mjs';
import { browsersToTest } from './webdriver.mjs';

const FOLDER = 'notebooks';
const lessons = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'));

// A lesson waits more than it works: each has a browser of its own, side by side.
describe('lessons', { concurrency: true }, () => {
  for (const browser of browsersToTest()) {
    for (const lesson of lessons) {
      test(`every expectation of ${lesson} is met in ${browser}`, async () => {
        const out = mkdtempSync(join(tmpdir(), 'kafka-sandbox-lesson-'));
        try {
          const { status, output } = await execute(join(FOLDER, lesson), browser, join(out, lesson));
          assert.equal(status, 0, output);
        } finally {
          rmSync(out, { recursive: true });
        }
      });
    }
  }
});
