/**
 * The course notebooks of a folder beside this repository, where there is one, whole, as their readers would run them.
 * What each cell must show stands in the notebooks themselves.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './server.mjs';
import { browsersToTest } from './webdriver.mjs';

const SEEDS = [join(ROOT, '../shared/notebooks/seeds')].find((folder) => existsSync(folder));
/** Notebooks that share a cluster. */
const SETS = [
  ['000_kafka_tutorial.ipynb', '000_kafka_producers.ipynb'],
  ['001_kafka_command_line.ipynb', '001_exercises.ipynb'],
  ['002_introduction.ipynb'],
  ['003_reference.ipynb'],
  ['004_confluent_kafka.ipynb'],
];

function execute(files, browser) {
  const out = mkdtempSync(join(tmpdir(), 'kafka-sandbox-out-'));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'tests/e2e/execute.mjs'), ...files, '--out', out, '--browser', browser], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
    child.on('close', (code) => {
      rmSync(out, { recursive: true, force: true });
      resolve({ code, text });
    });
  });
}

for (const browser of browsersToTest()) {
  for (const set of SETS) {
    test(`${set.join(' and ')} in ${browser}`, { skip: SEEDS === undefined && 'there is no folder of course notebooks' }, async () => {
      const { code, text } = await execute(set.map((name) => join(SEEDS, name)), browser);
      assert.equal(code, 0, text);
    });
  }
}
