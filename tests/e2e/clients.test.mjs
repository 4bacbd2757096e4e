/**
 * Clients inside the page: the cases of tests/clients, which run over TCP too, in Python and JavaScript cells.
 *
 * The other member of a group is another kernel of the notebook. They tell each other by files what to do.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openNotebook, serveCourse } from './page.mjs';
import { ROOT } from './server.mjs';
import { browsersToTest } from './webdriver.mjs';

const BROKERS = ['localhost:9092', 'localhost:9093', 'localhost:9094'];
/** Cases that run at a time: most of a case is waiting, as for the three seconds in which a new group waits for members. */
const WIDTH = 6;

const JAVASCRIPT = {
  main: `import fs from 'fs';
import { runCases } from './cases.mjs';
const comes = async (file) => { while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20)); };
const startMember = async (...names) => {
  fs.writeFileSync('member.json', JSON.stringify(names));
  await comes('member.ready');
  return { kill: () => fs.writeFileSync('member.kill', '') };
};
await runCases(${JSON.stringify(BROKERS)}, { startMember }, { width: ${WIDTH} });
console.log('end');`,
  // Its frame is removed when it does not hear the stop.
  other: `import fs from 'fs';
import { beMember } from './cases.mjs';
await beMember(${JSON.stringify(BROKERS)}, ...JSON.parse(fs.readFileSync('member.json', 'utf8')));
fs.writeFileSync('member.ready', '');
while (!fs.existsSync('member.kill')) await new Promise((resolve) => setTimeout(resolve, 20));
while (true) {}`,
};

const python = (program) => ({
  main: `import json, os, sys, time
sys.argv = ['', '${BROKERS.join()}']
import cases, ${program}

def write(name, text=''):
    with open(name + '.new', 'w') as file: file.write(text)
    os.replace(name + '.new', name)

class Kernel:
    def __init__(self, *names):
        write('member.json', json.dumps(names))
        while not os.path.exists('member.ready'): time.sleep(0.02)

    def kill(self): write('member.kill')

cases.run(width=${WIDTH}, start=Kernel)
print('end')`,
  // It ends as the interpreter does that reads where no memory is.
  other: `import ctypes, json, os, sys, time
sys.argv = ['', '${BROKERS.join()}']
import ${program}
member = ${program}.be_member(*json.load(open('member.json')))
open('member.ready', 'w').close()
while not os.path.exists('member.kill'): time.sleep(0.02)
ctypes.string_at(0xFFFFFFF0, 64)`,
});

const ofPython = (program, cases, packages) => ({
  language: 'python',
  cells: python(program),
  files: { 'cases.py': 'python/cases.py', [`${program}.py`]: `python/${program}.py` },
  packages,
  cases,
});

const CLIENTS = {
  'kafka-python 2.3.3': ofPython('kafka_python', 23, { 'kafka-python': '2.3.3' }),
  'kafka-python 3.0.12': ofPython('kafka_python', 23, { 'kafka-python': '3.0.12' }),
  'confluent-kafka 2.16': ofPython('confluent', 25, {}),
  'KafkaJS 2.2.4': { language: 'javascript', cells: JAVASCRIPT, files: { 'cases.mjs': 'kafkajs/cases.mjs' }, packages: {}, cases: 18 },
};

const notebookNamed = (client) => `${client.replace(/\W/g, '-')}.ipynb`;

function notebookOf({ language, cells, files, packages }) {
  const names = Object.fromEntries(Object.keys(files).map((name) => [name, name]));
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: language === 'python' ? 'python3' : language, language }, sandbox: { files: names, packages } },
    cells: Object.entries(cells).map(([kernel, source]) => ({
      id: kernel, cell_type: 'code', source, metadata: { sandbox: { kernel } }, outputs: [], execution_count: null,
    })),
  });
}

let course;
before(async () => {
  const files = {};
  for (const [name, client] of Object.entries(CLIENTS)) {
    files[notebookNamed(name)] = notebookOf(client);
    for (const [to, from] of Object.entries(client.files)) files[to] = readFileSync(join(ROOT, 'tests/clients', from), 'utf8');
  }
  course = await serveCourse(files);
});
after(() => course.close());

/** Starts the cases; the other kernel begins, and is stopped, when a case asks for it. */
function start(browser, stops) {
  return browser.evaluate((mustStop) => {
    const notebook = window.notebookUnderTest;
    const { folder } = notebook.session;
    notebook.runCell(0).then((state) => (window.mainEnded = state));
    folder.subscribe(() => {
      if (folder.read('member.json') && !window.member) window.member = notebook.runCell(1);
      if (mustStop && folder.read('member.kill') && !window.killed) window.killed = setTimeout(() => notebook.session.stopCell('other'), 100);
    });
  }, stops);
}

/** What a cell has printed, and why it failed. */
function printed(browser, index) {
  return browser.evaluate((at) => {
    const { outputs } = window.notebookUnderTest.toJSON().cells[at];
    return outputs.map((o) => [o.text ?? o.traceback ?? ''].flat().join('')).join('');
  }, index);
}

// Side by side, each with a browser of its own.
describe('clients in the page', { concurrency: 4 }, () => {
  for (const name of browsersToTest()) {
    for (const [client, { language, cases }] of Object.entries(CLIENTS)) {
      test(`${client} in a cell in ${name}`, { timeout: 580_000 }, async (t) => {
        const browser = await openNotebook(name, `${course.url}/?notebook=/course/${notebookNamed(client)}`);
        try {
          await start(browser, language === 'javascript');
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
          assert.equal(all.match(/^(not )?ok /gm)?.length, cases);
        } finally {
          await browser.quit();
        }
      });
    }
  }
});
