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
await browser.close();
await server.close();
