/** KafkaJS inside the page: the programs of tests/clients/kafkajs, which Node runs over TCP, in JavaScript cells. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openNotebook, serveCourse } from './page.mjs';
import { ROOT } from './server.mjs';
import { browsersToTest } from './webdriver.mjs';

const BROKERS = "['localhost:9092', 'localhost:9093', 'localhost:9094']";

/** The other member of a group is another kernel of the notebook. They tell each other by files what to do. */
const CELLS = [
  ['main', `import fs from 'fs';
import { runCases } from './cases.mjs';
const comes = async (file) => { while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20)); };
const startMember = async (...names) => {
  fs.writeFileSync('member.json', JSON.stringify(names));
  await comes('member.ready');
  return { kill: () => fs.writeFileSync('member.kill', '') };
};
await runCases(${BROKERS}, { startMember }, { width: 6 });
console.log('end');`],
  ['other', `import fs from 'fs';
import { beMember } from './cases.mjs';
await beMember(${BROKERS}, ...JSON.parse(fs.readFileSync('member.json', 'utf8')));
fs.writeFileSync('member.ready', '');
while (!fs.existsSync('member.kill')) await new Promise((resolve) => setTimeout(resolve, 20));
while (true) {}`],
];

let course;
before(async () => {
  course = await serveCourse({
    'matrix.ipynb': JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: 'javascript', language: 'javascript' }, sandbox: { files: { 'cases.mjs': 'cases.mjs' } } },
      cells: CELLS.map(([kernel, source]) => ({
        id: kernel, cell_type: 'code', source, metadata: { sandbox: { kernel } }, outputs: [], execution_count: null,
      })),
    }),
    'cases.mjs': readFileSync(join(ROOT, 'tests/clients/kafkajs/cases.mjs'), 'utf8'),
  });
});
after(() => course.close());

/** What a cell has printed, and why it failed. */
function printed(browser, index) {
  return browser.evaluate((at) => {
    const { outputs } = window.notebookUnderTest.toJSON().cells[at];
    return outputs.map((o) => [o.text ?? o.traceback ?? ''].flat().join('')).join('');
  }, index);
}

for (const name of browsersToTest()) {
  test(`KafkaJS in a cell in ${name}`, { timeout: 300_000 }, async (t) => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/matrix.ipynb`);
    try {
      await browser.evaluate(() => {
        const notebook = window.notebookUnderTest;
        const { folder } = notebook.session;
        notebook.runCell(0).then((state) => (window.mainEnded = state));
        // The member's kernel is ended as a process that is killed: a cell that loops for ever does not hear a stop.
        folder.subscribe(() => {
          if (folder.read('member.json') && !window.member) window.member = notebook.runCell(1);
          if (folder.read('member.kill') && !window.killed) window.killed = setTimeout(() => notebook.session.stopCell('other'), 100);
        });
      });
      let seen = 0;
      for (let ended = false; !ended; ) {
        ended = await browser.evaluate(async () => {
          await new Promise((resolve) => setTimeout(resolve, 200));
          return window.mainEnded !== undefined;
        });
        const lines = (await printed(browser, 0)).split('\n').slice(0, -1);
        for (const line of lines.slice(seen)) {
          const [, bad, label, why] = /^(not )?ok ([^:]+)(?:: (.*))?$/.exec(line) ?? [];
          if (label) await t.test(label, () => assert.ok(!bad, why));
        }
        seen = lines.length;
      }
      const all = await printed(browser, 0);
      assert.match(all, /end\n$/, `${all}\nthe other member: ${await printed(browser, 1)}`);
      assert.equal(all.match(/^(not )?ok /gm)?.length, 18);
    } finally {
      await browser.quit();
    }
  });
}
