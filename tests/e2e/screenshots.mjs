/**
 * Takes the pictures of `docs/img/` from the built page, with a real cluster in it.
 *
 * usage: node tests/e2e/screenshots.mjs [FOLDER]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ROOT, serve } from './server.mjs';
import { program } from './webdriver.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** What fills the busy cluster, besides the lesson. */
const BUSY = `kafka-topics.sh --create --topic clicks --partitions 4 --bootstrap-server localhost:9092
for n in $(seq 1 40); do for user in ada bob cy dan eve fay gus; do echo "$user:{\\"page\\": $n, \\"user\\": \\"$user\\"}"; done; done > clicks.txt
for n in $(seq 1 72); do cat clicks.txt; done | kafka-console-producer.sh --topic clicks --bootstrap-server localhost:9092 --reader-property parse.key=true --reader-property key.separator=:
kafka-console-consumer.sh --topic clicks --group audit --from-beginning --max-messages 12000 --bootstrap-server localhost:9092 > /dev/null 2>&1
kafka-console-consumer.sh --topic clicks --group billing --from-beginning --max-messages 19000 --bootstrap-server localhost:9092 > /dev/null 2>&1`;

/** A producer's and a consumer's notebook, for the pictures of Python at work. */
const PRODUCER = [
  '# Orders: the kitchen door\n\nEvery guest’s order is a record. Its **key** is the table, so the orders of one table stay in their order.',
  '!kafka-topics.sh --create --topic orders --partitions 3 --replication-factor 3 --bootstrap-server localhost:9092',
  `import json
from kafka import KafkaProducer

producer = KafkaProducer(
    bootstrap_servers="localhost:9092",
    key_serializer=str.encode,
    value_serializer=lambda o: json.dumps(o).encode(),
)`,
  `from itertools import cycle
from time import sleep

tables = cycle(["window", "corner", "bar", "door"])
dishes = cycle(["soup", "bread", "fish", "rice"])

for number in range(1, 13):
    order = {"no": number, "dish": next(dishes)}
    sent = producer.send("orders", order, next(tables)).get()
    print(f"order {number}: partition {sent.partition}")
    sleep(0.05)`,
];
const CONSUMER = [
  '# Orders: the kitchen\n\nThe cook reads for ever: **Stop** ends the loop. A second cook in the same group would get a share of the partitions.',
  `import json
from kafka import KafkaConsumer

cook = KafkaConsumer(
    "orders",
    bootstrap_servers="localhost:9092",
    group_id="kitchen",
    client_id="cook-1",
    auto_offset_reset="earliest",
    auto_commit_interval_ms=500,
    key_deserializer=bytes.decode,
    value_deserializer=json.loads,
)`,
  `for record in cook:
    order = record.value
    print(order["no"], order["dish"], "for the", record.key)`,
];

const folder = process.argv[2] ?? join(ROOT, 'docs/img');
mkdirSync(folder, { recursive: true });
const server = await serve();
const browser = await chromium.launch({ executablePath: program(['chromium', 'chromium-browser', 'google-chrome']), args: ARGS });

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`${server.url}/`);
  await page.waitForFunction(() => document.querySelector('ks-app')?.notebook?.session && customElements.get('ks-cluster-panel'));
  await page.getByTestId('brokers').waitFor();
  return page;
}

async function shot(page, name) {
  // Squares pop up and pins slide for a fifth of a second.
  await page.getByTestId('storage').filter({ hasText: 'Saved' }).waitFor();
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`${name}.png`);
}

/** Runs the lesson's cells up to this one, then shows it in the middle. */
async function lesson(page, lastId) {
  await page.evaluate(async (last) => {
    const { notebook } = document.querySelector('ks-app');
    for (const [index, cell] of notebook.session.notebook.cells.entries()) {
      if (cell.type === 'code') await notebook.runCell(index);
      if (cell.id === last) break;
    }
    notebook.renderRoot.querySelector(`#cell-${last}`).scrollIntoView({ block: 'center' });
  }, lastId);
}

async function busy(page) {
  await page.evaluate(async (source) => {
    const { session } = document.querySelector('ks-app').notebook;
    const cell = session.notebook.insert(session.notebook.cells.length, 'code', source);
    const state = await session.runCell(cell.id);
    if (state !== 'ok') console.error(JSON.stringify(session.notebook.cell(cell.id).outputs).slice(0, 400));
    session.notebook.remove([cell.id]);
  }, BUSY);
}

/** Text of a Python notebook: first a text, then code. */
function pythonNotebook([text, ...code]) {
  const cell = (cell_type, source, at) => ({ id: `cell-${at}`, cell_type, source, metadata: {}, ...(cell_type === 'code' && { outputs: [], execution_count: null }) });
  const cells = [cell('markdown', text, 0), ...code.map((source, at) => cell('code', source, at + 1))];
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } }, cells });
}

/** Opens both notebooks side by side, and lets the consumer read while the producer sends. */
async function sideBySide(page) {
  const texts = { 'Producer.ipynb': pythonNotebook(PRODUCER), 'Consumer.ipynb': pythonNotebook(CONSUMER) };
  await page.evaluate(async (files) => {
    const app = document.querySelector('ks-app');
    for (const tab of app.renderRoot.querySelectorAll('[data-testid=close-tab]')) tab.click();
    await app.openFiles(Object.entries(files).map(([name, text]) => new File([text], name)));
  }, texts);
  await page.getByTestId('side-by-side').click();
  await page.evaluate(async () => {
    const app = document.querySelector('ks-app');
    const both = [...app.renderRoot.querySelectorAll('kafka-notebook')];
    while (both.some((notebook) => !notebook.session)) await new Promise(requestAnimationFrame);
    const [producer, consumer] = both;
    await producer.runCell(1);
    await consumer.runCell(1);
    void consumer.runCell(2);
    await producer.runCell(2);
    await producer.runCell(3);
    const printed = () => JSON.stringify(consumer.session.notebook.cells[2].outputs);
    while (!printed().includes('12 ')) await new Promise(requestAnimationFrame);
    for (const notebook of both) notebook.closest('.scroll').scrollTo(0, 0);
  });
}

const WIDE = { viewport: { width: 1440, height: 900 } };
const NARROW = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };

let page = await open({ ...WIDE, colorScheme: 'light' });
await shot(page, 'empty');
await lesson(page, 'leave');
await shot(page, 'light');
await page.emulateMedia({ colorScheme: 'dark' });
await shot(page, 'dark');
await busy(page);
await shot(page, 'busy-dark');
await page.emulateMedia({ colorScheme: 'light' });
await shot(page, 'busy');
await page.setViewportSize({ width: 1024, height: 768 });
await shot(page, 'medium');
await page.setViewportSize(WIDE.viewport);
for (const tab of ['topics', 'groups', 'messages']) {
  await page.getByTestId(`tab-${tab}`).click();
  if (tab === 'groups') await page.getByTestId('groups-table').getByRole('button', { name: 'crew' }).click();
  if (tab === 'messages') {
    await page.getByTestId('messages-topic').selectOption('clicks');
    await page.getByTestId('messages-table').locator('tbody tr').nth(2).click();
  }
  await shot(page, tab);
}
await page.context().close();

page = await open({ ...NARROW, colorScheme: 'light' });
await lesson(page, 'leave');
await shot(page, 'narrow');
await page.emulateMedia({ colorScheme: 'dark' });
await shot(page, 'narrow-dark');
await page.context().close();

page = await open({ ...WIDE, colorScheme: 'light' });
await sideBySide(page);
await shot(page, 'python');
await page.emulateMedia({ colorScheme: 'dark' });
await shot(page, 'python-dark');
await page.setViewportSize(NARROW.viewport);
await shot(page, 'python-narrow-dark');
await page.emulateMedia({ colorScheme: 'light' });
await shot(page, 'python-narrow');
await browser.close();
await server.close();
