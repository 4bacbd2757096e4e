/** What the page survives: a cluster whose program traps, and storage that is full. Nothing acknowledged is lost. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { notebookOf, openNotebook, ready, runCell } from './page.mjs';
import { ROOT, serve } from './server.mjs';
import { browsersToTest } from './webdriver.mjs';

const AT = '--bootstrap-server localhost:9092';
const CREATE = `!kafka-topics.sh --create --topic faults --partitions 1 ${AT}`;
const READ = `!kafka-console-consumer.sh --topic faults --partition 0 --offset earliest --timeout-ms 5000 ${AT} 2>/dev/null`;
const END = `!kafka-get-offsets.sh --topic faults ${AT}`;

/** Put before the cluster worker's own program. `trap`: the module reads far outside its memory, a trap like any other. `full`: the browser has no room for another record, until `room`. */
const FAULTS = `{
  const orders = new BroadcastChannel('test-faults');
  let snapshot;
  let full = false;
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name].bind(WebAssembly);
    WebAssembly[name] = async (...given) => {
      const made = await original(...given);
      snapshot = (made.instance ?? made).exports.wasmcluster_snapshot;
      return made;
    };
  }
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...given) {
    if (full) throw new DOMException('no room', 'QuotaExceededError');
    return add.apply(this, given);
  };
  orders.onmessage = ({ data: order }) => {
    full = order === 'full';
    if (order === 'trap') setTimeout(() => snapshot(0xfffffff0));
  };
}
`;

/** A copy of the built page, beside a notebook of these cells, whose cluster worker obeys the orders above. */
async function servePage(cells) {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-faults-'));
  cpSync(join(ROOT, 'dist'), folder, { recursive: true });
  writeFileSync(join(folder, 'faults.ipynb'), notebookOf(cells));
  const assets = join(folder, 'assets');
  const worker = readdirSync(assets).find((file) => /^cluster\.worker.*\.js$/.test(file));
  writeFileSync(join(assets, worker), FAULTS + readFileSync(join(assets, worker), 'utf8'));
  const server = await serve({ '/': folder });
  return {
    page: `${server.url}/?notebook=/faults.ipynb`,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function order(browser, what) {
  return browser.evaluate((order) => new BroadcastChannel('test-faults').postMessage(order), what);
}

function numbers(from, to) {
  return Array.from({ length: to - from + 1 }, (_, n) => `${from + n}\n`).join('');
}

/** Waits until the topic has that many records. */
async function untilWritten(browser, count) {
  await browser.until(
    `${count} records`,
    (wanted) => document.querySelector('ks-app').renderRoot.querySelector('ks-cluster-panel')?.state.topics.get('faults')?.partitions[0].highWatermark >= wanted,
    count,
  );
}

for (const name of browsersToTest()) {
  test(`a cluster that traps is started again and a producer goes on in ${name}`, async () => {
    const produce = `!{ seq 1 100; sleep 2; seq 101 200; } | kafka-console-producer.sh --topic faults ${AT}`;
    const server = await servePage([CREATE, produce, READ]);
    const browser = await openNotebook(name, server.page);
    try {
      await runCell(browser, 0);
      await browser.evaluate(() => void (window.producing = window.notebookUnderTest.runCell(1)));
      await untilWritten(browser, 100);
      await order(browser, 'trap');
      const told = await browser.until(
        'the restart is told',
        () => document.querySelector('ks-app').cluster.notices.find((notice) => /had to be restarted/.test(notice.text))?.text,
      );
      assert.match(told, /after an internal error\. Everything acknowledged is there\.$/);
      assert.equal(await browser.evaluate(() => window.producing), 'ok');
      assert.equal((await runCell(browser, 2)).stdout, numbers(1, 200));
    } finally {
      await browser.quit();
      await server.close();
    }
  });

  test(`full storage is told, refuses what is new, loses nothing and recovers in ${name}`, async () => {
    const impatient = ['delivery.timeout.ms=3000', 'request.timeout.ms=2000', 'linger.ms=0'];
    const properties = impatient.map((property) => `--command-property ${property}`).join(' ');
    const produce = (what) => `!${what} | kafka-console-producer.sh --topic faults ${properties} ${AT}`;
    const server = await servePage([CREATE, produce('seq 1 100'), produce('echo refused'), READ, produce('seq 101 200'), READ]);
    const browser = await openNotebook(name, server.page);
    try {
      await runCell(browser, 0);
      assert.equal((await runCell(browser, 1)).state, 'ok');
      await order(browser, 'full');

      const refused = await runCell(browser, 2);
      assert.match(refused.stderr, /ERROR Error when sending message to topic faults with key: null, value: 7 bytes with error/);
      const button = () => document.querySelector('ks-app').renderRoot.querySelector('[data-testid=storage]')?.textContent;
      assert.match(await browser.evaluate(button), /Storage full/);
      const text = await browser.evaluate(() => document.querySelector('ks-app').cluster.storage.text);
      assert.match(text, /^The browser's storage is full \(.*\)\. Nothing new is accepted until something is deleted/);
      assert.equal((await runCell(browser, 3)).stdout, numbers(1, 100));

      await order(browser, 'room');
      assert.deepEqual(await runCell(browser, 4), { state: 'ok', stdout: '', stderr: '', error: '' });
      assert.equal((await runCell(browser, 5)).stdout, numbers(1, 200));
      await browser.until('the storage is well again', `() => !/full/.test((${button})())`);
      await browser.reload();
      await ready(browser);
      assert.equal((await runCell(browser, 5)).stdout, numbers(1, 200));
    } finally {
      await browser.quit();
      await server.close();
    }
  });
}
