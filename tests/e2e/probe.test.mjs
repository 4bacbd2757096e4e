/**
 * What clients can do in the page is what docs/COMPAT.md says: tests/probe calls every public method there.
 *
 * `UPDATE_DOCS=1 BROWSER=chromium node --test tests/e2e/probe.test.mjs` writes the tables anew.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compare, tableOf } from '../probe/tables.mjs';
import { openNotebook, serveCourse } from './page.mjs';
import { ROOT } from './server.mjs';
import { browsersToTest } from './webdriver.mjs';

const BROKERS = ['localhost:9092', 'localhost:9093', 'localhost:9094'];
const FILES = ['probe.py', 'kafka_python.py', 'confluent.py', 'kafkajs.mjs'];

const python = (program, install = '') => `${install}
import sys, warnings
warnings.simplefilter('ignore')
sys.argv = ['', '${BROKERS.join()}']
import ${program}
${program}.main()`;

/** Part of COMPAT.md → the cell that probes it; each has a kernel of its own. */
const PROBES = {
  'kafka-python-2': python('kafka_python'),
  'kafka-python-3': python('kafka_python', '%pip install kafka-python==3.0.12'),
  'confluent-kafka': python('confluent'),
  kafkajs: `import { probe } from './kafkajs.mjs';\nawait probe(${JSON.stringify(BROKERS)}, 'KafkaJS');`,
};

const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {
    kernelspec: { name: 'python3', language: 'python' },
    sandbox: { files: Object.fromEntries(FILES.map((name) => [name, name])) },
  },
  cells: Object.entries(PROBES).map(([kernel, source]) => ({
    id: kernel,
    cell_type: 'code',
    source: kernel === 'kafkajs' ? `%%javascript\n${source}` : source,
    metadata: { sandbox: { kernel } },
    outputs: [],
    execution_count: null,
  })),
};

let course;
before(async () => {
  const files = Object.fromEntries(FILES.map((name) => [name, readFileSync(join(ROOT, 'tests/probe', name), 'utf8')]));
  course = await serveCourse({ 'probe.ipynb': JSON.stringify(notebook), ...files });
});
after(() => course.close());

/** Runs all probes side by side; what each has printed. */
async function probeAll(name) {
  const browser = await openNotebook(name, `${course.url}/?notebook=/course/probe.ipynb`);
  try {
    return await browser.evaluate(async (count) => {
      const page = window.notebookUnderTest;
      await Promise.all(Array.from({ length: count }, (_, at) => page.runCell(at)));
      return page.toJSON().cells.map(({ outputs }) => outputs.map((o) => [o.text ?? o.traceback ?? ''].flat().join('')).join(''));
    }, Object.keys(PROBES).length);
  } finally {
    await browser.quit();
  }
}

describe('what COMPAT.md says of clients', { concurrency: true }, () => {
  for (const name of browsersToTest()) {
    test(`is what they do in ${name}`, { timeout: 580_000 }, async (t) => {
      const printed = await probeAll(name);
      for (const [at, part] of Object.keys(PROBES).entries()) {
        await t.test(part, () => {
          const line = printed[at].split('\n').find((text) => text.startsWith('{"client"'));
          assert.ok(line, printed[at]);
          const report = JSON.parse(line);
          assert.deepEqual(report.faults, []);
          const problem = compare(join(ROOT, 'docs/COMPAT.md'), part, tableOf(report));
          assert.equal(problem, null, problem);
        });
      }
    });
  }
});
