/** JavaScript cells: unmodified KafkaJS in a kernel of the page, what Node gives besides, stops, limits, and no way out. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { openNotebook, runCell, serveCourse, show } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = {
  import: `import { Kafka, logLevel } from 'kafkajs';
const kafka = new Kafka({ clientId: 'cell', brokers: ['localhost:9092'], logLevel: logLevel.ERROR });
const lines = [];`,
  produce: `const producer = kafka.producer();
await producer.connect();
await producer.send({ topic: 'numbers', messages: Array.from({ length: 10 }, (_, n) => ({ key: 'k' + n, value: String(n) })) });
await producer.disconnect();`,
  consume: `const consumer = kafka.consumer({ groupId: 'readers' });
await consumer.connect();
await consumer.subscribe({ topic: 'numbers', fromBeginning: true });
const done = new Promise((resolve) => {
  consumer.run({ eachMessage: async ({ message }) => {
    lines.push(message.value.toString());
    if (lines.length === 10) resolve();
  } });
});
await done;
await consumer.disconnect();
lines.join(' ')`,
  last: `const { Partitioners } = require('kafkajs');
[typeof Partitioners.DefaultPartitioner, lines.length]`,
  endless: `const endless = kafka.consumer({ groupId: 'endless' });
await endless.connect();
await endless.subscribe({ topics: ['numbers'], fromBeginning: true });
await endless.run({ eachMessage: async ({ message }) => console.log('got', message.value.toString()) });
await new Promise(() => {});`,
  loop: 'console.log("spinning"); while (true) {}',
  greedy: 'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));',
  sleepy: `let rounds = 0;
try {
  while (true) { rounds++; await new Promise((resolve) => setTimeout(resolve, 20)); }
} finally { console.log('left'); }`,
  survives: 'rounds > 0 && typeof kafka',
  values: `class Point { x = 1; y = [1, 2, { z: new Map([['a', Buffer.from('hi')]]) }] }
console.log('%s has %d', 'it', 3, new Point());
console.error('to', 'stderr');
console.table([{ a: 1, b: 'x' }]);
process.stdout.write('no newline');
await new Promise((resolve) => setTimeout(resolve, 1));
new Point()`,
  error: `const fine = 1;
function inner() {
  throw new RangeError('too far');
}
inner();`,
  awaited: `const nowhere = new Kafka({ brokers: ['localhost:1'], logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
await nowhere.connect();`,
  syntax: 'const a = 1;\nconst b = ;',
  files: `import { readFile } from 'fs/promises';
const fs = require('node:fs');
fs.writeFileSync('from-js.txt', 'one\\ntwo\\n');
console.log(await readFile('book.txt', 'utf8'));
fs.existsSync('nothing') || fs.readdirSync('.').includes('from-js.txt')`,
  shell: '!cat from-js.txt\n!echo hi\nconst afterShell = 1;\nafterShell',
  local: `import { twice, default as named } from './helper.js';
[twice(21), named, require('./data.json').a]`,
  flood: `const line = 'x'.repeat(1023) + '\\n';
for (let n = 0; n < 1024 * 1024; n++) process.stdout.write(line);
console.log('the end');`,
  escape: `const url = process.env.TRAP;
const tried = {
  fetch: () => fetch(url + '/fetch'),
  xhr: () => { const x = new XMLHttpRequest(); x.open('GET', url + '/xhr', false); x.send(); },
  import: () => import(url + '/import.js'),
  native: () => (0, eval)("import('" + url + "/native.js')"),
  scripts: () => importScripts(url + '/scripts.js'),
  socket: () => new Promise((resolve, reject) => { const s = new WebSocket(url.replace('http', 'ws')); s.onopen = resolve; s.onerror = reject; }),
  events: () => new Promise((resolve, reject) => { const s = new EventSource(url + '/events'); s.onopen = resolve; s.onerror = reject; }),
  worker: () => new Promise((resolve, reject) => { const w = new Worker(URL.createObjectURL(new Blob(["fetch('" + url + "/worker').then(() => postMessage('out'), () => postMessage('in'))"]))); w.onmessage = (e) => e.data === 'out' ? resolve() : reject(); w.onerror = reject; }),
  stored: () => new Promise((resolve, reject) => { const r = indexedDB.open('kafka-sandbox'); r.onsuccess = resolve; r.onerror = reject; }),
};
const out = [];
for (const [way, go] of Object.entries(tried)) { try { await go(); out.push(way); } catch {} }
out`,
  network: `await fetch('https://example.org/')`,
  absent: `import express from 'express'`,
  promised: `const main = async () => { await producer.connect(); return 'ran'; };
main().finally(() => producer.disconnect())`,
  background: `setTimeout(() => console.log('later'), 300);`,
};
const NAMES = Object.keys(CELLS);

let course;
let trap;
const caught = [];

before(async () => {
  trap = createServer((request, response) => {
    caught.push(request.url);
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' }).end('');
  });
  await new Promise((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'deno', display_name: 'Deno', language: 'typescript' },
      sandbox: {
        env: { TRAP: `http://127.0.0.1:${trap.address().port}` },
        files: { 'book.txt': 'book.txt', 'helper.js': 'helper.js', 'data.json': 'data.json' },
      },
    },
    cells: Object.entries(CELLS).map(([id, source]) => ({ id, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null })),
  };
  course = await serveCourse({
    'cells.ipynb': JSON.stringify(notebook),
    'book.txt': 'a book',
    'helper.js': "import { EOL } from 'os';\nexport const twice = (n) => 2 * n;\nexport default 'helper' + EOL.length;\n",
    'data.json': '{"a": 1}',
  });
});
after(async () => {
  trap.close();
  await course.close();
});

/** Runs the cell of that name; also its value, and the error's text. */
async function run(browser, name) {
  const result = await runCell(browser, NAMES.indexOf(name));
  const [value, traceback] = await browser.evaluate((at) => {
    const { outputs } = window.notebookUnderTest.toJSON().cells[at];
    const text = (found) => [found ?? ''].flat().join('');
    return [
      text(outputs.find((o) => o.output_type === 'execute_result')?.data['text/plain']),
      text(outputs.find((o) => o.output_type === 'error')?.traceback),
    ];
  }, NAMES.indexOf(name));
  return { ...result, value, traceback };
}

/** Runs the cell without waiting for its end, until it has printed this; then presses stop. Gives how it ended. */
async function runAndStop(browser, name, printed) {
  const at = NAMES.indexOf(name);
  await browser.evaluate((index) => {
    window.ended = undefined;
    window.notebookUnderTest.runCell(index).then((state) => (window.ended = state));
  }, at);
  if (printed) {
    await browser.until(`${name} prints`, (index, text) => JSON.stringify(window.notebookUnderTest.toJSON().cells[index].outputs).includes(text), at, printed);
  } else await new Promise((resolve) => setTimeout(resolve, 500));
  const started = Date.now();
  await browser.evaluate(() => window.notebookUnderTest.stop());
  const state = await browser.until(`${name} ends`, () => window.ended);
  const outputs = await browser.evaluate((index) => window.notebookUnderTest.toJSON().cells[index].outputs, at);
  return { state, tookMs: Date.now() - started, text: JSON.stringify(outputs) };
}

for (const name of browsersToTest()) {
  test(`KafkaJS runs in cells in ${name}`, async (t) => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/cells.ipynb`);
    try {
      const ok = async (cell) => {
        const result = await run(browser, cell);
        assert.equal(result.state, 'ok', `${cell}: ${result.error} ${result.traceback} ${result.stderr}`);
        return result;
      };
      await t.test('ten records are produced and consumed by a group', async () => {
        await ok('import');
        await ok('produce');
        assert.equal((await ok('consume')).value, `'${[...Array(10).keys()].join(' ')}'`);
        assert.equal((await ok('last')).value, "[ 'function', 10 ]");
        assert.equal((await ok('promised')).value, "'ran'");
      });
      await t.test('stop ends an endless consumer, and the kernel lives on', async () => {
        const { state } = await runAndStop(browser, 'endless', 'got 9');
        assert.equal(state, 'interrupted');
        const asleep = await runAndStop(browser, 'sleepy');
        assert.equal(asleep.state, 'interrupted');
        assert.match(asleep.text, /left/);
        assert.equal((await ok('survives')).value, "'object'");
      });
      await t.test('values and prints look as in Node', async () => {
        const { stdout, stderr, value } = await ok('values');
        const point = "Point {\n  x: 1,\n  y: [ 1, 2, { z: [Map] } ]\n}";
        assert.equal(stdout, `it has 3 Point { x: 1, y: [ 1, 2, { z: [Map] } ] }\n┌─────────┬───┬─────┐\n│ (index) │ a │ b   │\n├─────────┼───┼─────┤\n│ 0       │ 1 │ 'x' │\n└─────────┴───┴─────┘\nno newline`.replace("Point { x: 1, y: [ 1, 2, { z: [Map] } ] }", value));
        assert.ok([point, 'Point { x: 1, y: [ 1, 2, { z: [Map] } ] }'].includes(value), value);
        assert.equal(stderr, 'to stderr\n');
      });
      await t.test('errors name the lines of cells', async () => {
        const thrown = await run(browser, 'error');
        assert.equal(thrown.error, 'RangeError: too far');
        assert.match(thrown.traceback, /In\[\d+\]:3\n {4}throw new RangeError\('too far'\);\n\nUncaught RangeError: too far\n {4}at inner \(In\[\d+\]:3:\d+\)\n {4}at In\[\d+\]:5:\d+$/);
        const rejected = await run(browser, 'awaited');
        assert.match(rejected.error, /^KafkaJS\w+: Connection error: connect ECONNREFUSED/);
        assert.match(rejected.traceback, /at async In\[\d+\]:2:1/);
        const wrong = await run(browser, 'syntax');
        assert.match(wrong.traceback, /^line 2\nconst b = ;\n {10}\^\n\nUncaught SyntaxError: Unexpected token/);
        assert.match((await run(browser, 'absent')).error, /Cannot find module 'express'\. The page carries kafkajs/);
      });
      await t.test('files, shell lines and own modules', async () => {
        const files = await ok('files');
        assert.equal(files.stdout, 'a book\n');
        assert.equal(files.value, 'true');
        const shell = await ok('shell');
        assert.equal(shell.stdout, 'one\ntwo\nhi\n');
        assert.equal(shell.value, '1');
        assert.equal((await ok('local')).value, "[ 42, 'helper1', 1 ]");
      });
      await t.test('what goes on in the background prints into the last cell', async () => {
        await ok('background');
        await browser.until('the text', (at) => JSON.stringify(window.notebookUnderTest.toJSON().cells[at].outputs).includes('later'), NAMES.indexOf('background'));
      });
      await t.test('nothing gets out', async () => {
        assert.equal((await ok('escape')).value, '[]');
        assert.match((await run(browser, 'network')).error, /fetch failed: the page gives cells no network/);
        assert.deepEqual(caught, []);
      });
      await t.test('1 GB of output is cut with a notice, and the page goes on', async () => {
        const { stdout } = await ok('flood');
        assert.ok(stdout.length < 64 * 1024 * 1024, `${stdout.length}`);
        assert.match(stdout, /characters were not kept/);
        assert.match(stdout, /the end\n$/);
      });
      await t.test('a loop without a pause is ended with its kernel, and that is said', async () => {
        const { state, tookMs, text } = await runAndStop(browser, 'loop', 'spinning');
        assert.equal(state, 'interrupted');
        assert.match(text, /Interrupted\. JavaScript did not react to stop and was ended: the next cell gets a new interpreter/);
        assert.doesNotMatch(text, /"error"/);
        assert.ok(tookMs < 3000, `${tookMs} ms`);
        const { error, stderr } = await run(browser, 'survives');
        assert.match(error, /ReferenceError/);
        assert.equal(stderr, '', 'the new kernel was announced already');
        await ok('import');
      });
      // Firefox sets no limit to what a worker may have: the machine's own would be reached.
      if (name === 'chromium')
        await t.test('a loop that allocates for ever is spoken of and can be stopped', async () => {
          const { state, text } = await runAndStop(browser, 'greedy', 'or the memory has ended');
          assert.equal(state, 'interrupted');
          assert.match(text, /was ended/);
          await ok('import');
        });
    } finally {
      await browser.quit();
    }
  });
}

const OFFLINE = `const admin = new (require('kafkajs').Kafka)({ brokers: ['localhost:9092'] }).admin();
await admin.connect();
[(await admin.describeCluster()).brokers.length, typeof indexedDB, typeof Worker, typeof caches, typeof navigator.storage]`;

for (const name of browsersToTest()) {
  test(`JavaScript cells run without a network in ${name}`, async () => {
    const cell = { id: 'only', cell_type: 'code', source: OFFLINE, metadata: {}, outputs: [], execution_count: null };
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { language: 'javascript' } }, cells: [cell] };
    const site = await serveCourse({ 'offline.ipynb': JSON.stringify(notebook) });
    const address = `${site.url}/?notebook=/course/offline.ipynb`;
    const browser = await openNotebook(name, address);
    try {
      await browser.evaluate(async () => {
        await navigator.serviceWorker.ready;
        while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
      });
      await browser.goto('about:blank');
      await show(browser, address);
      await site.close();
      const { state, error } = await runCell(browser, 0);
      assert.equal(state, 'ok', error);
      const outputs = await browser.evaluate(() => window.notebookUnderTest.toJSON().cells[0].outputs);
      assert.match(JSON.stringify(outputs), /3(,[\\n ]*'undefined'){4}/);
    } finally {
      await browser.quit();
    }
  });
}
