/**
 * The whole browser is killed while a client produces, again and again, with the same profile. After each time every
 * record that was acknowledged is there with its offset and bytes, offsets have no holes, and nothing is there twice.
 *
 * Chromium's own files do not survive every second killing of two in a row (one in some 400: LevelDB goes on writing behind
 * a record that the first one tore, and finds a wrong checksum after the second). It then deletes the whole database, and what the
 * cluster owes is to say so.
 *
 * `CRASH_RUNS` says how often each browser is killed.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, serve } from './server.mjs';
import { browsersToTest, launch } from './webdriver.mjs';

const RUNS = { chromium: 20, firefox: 5 };
const TOPIC = 'crash';
const PARTITIONS = 5;
/** Numbers of records of one run stand apart from those of every other. */
const IDS_PER_RUN = 1_000_000;

/** Hears what the page says to be acknowledged, and what goes wrong there. */
async function listen() {
  const heard = [];
  let wake = () => undefined;
  let fail = () => undefined;
  const failed = new Promise((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    if (text.startsWith('problem')) fail(new Error(text));
    else for (const line of text.split('\n')) {
      const [partition, offset, id] = line.split(' ').map(Number);
      heard.push({ partition, offset, id });
    }
    response.writeHead(204).end();
    wake();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    heard,
    /** What this gives, unless the page tells a problem first. */
    unlessFailed: (work) => Promise.race([work, failed]),
    async atLeast(count) {
      while (heard.length < count) await Promise.race([new Promise((resolve) => (wake = resolve)), failed]);
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Opens the client's page, which is there when its module has run. */
async function connect(browser, url, ear) {
  await browser.goto(url);
  const worker = readdirSync(join(ROOT, 'dist/assets')).find((file) => file.startsWith('cluster.worker'));
  const connected = browser.evaluate(
    async (path, address) => {
      window.crash.tellProblems(address);
      window.client = await window.crash.connect(path);
    },
    `/assets/${worker}`,
    ear.url,
  );
  await ear.unlessFailed(connected);
}

const create = (browser) => browser.evaluate((topic, count) => window.client.create(topic, count), TOPIC, PARTITIONS);
const wasDropped = (browser) => browser.evaluate(() => window.crash.wasDropped());

/** Starts a producer in the page that only the browser's end will stop. */
async function startProducing(browser, firstId, ear) {
  await browser.evaluate(
    (topic, id, url) => void window.crash.produceForever(window.client, topic, id, url),
    TOPIC,
    firstId,
    ear.url,
  );
}

function readAll(browser, ear) {
  return ear.unlessFailed(browser.evaluate((topic) => window.crash.readAll(window.client, topic), TOPIC));
}

/** What `readAll` gave against what was heard; the page has looked at bytes and offsets. */
function check(partitions, heard, run) {
  const all = partitions.flat();
  assert.equal(new Set(all).size, all.length, `run ${run}: a record is there twice`);
  for (const { partition, offset, id } of heard) {
    assert.equal(partitions[partition][offset], id, `run ${run}: acknowledged ${partition}@${offset}`);
  }
}

for (const name of browsersToTest()) {
  const runs = Number(process.env.CRASH_RUNS ?? RUNS[name]);
  test(`acknowledged records survive ${runs} killings of ${name}`, async (t) => {
    const site = await serve({ '/': join(ROOT, 'dist'), '/crash/': join(ROOT, 'tests/e2e/crash') });
    const ear = await listen();
    const profile = mkdtempSync(join(tmpdir(), `kafka-sandbox-crash-${name}-`));
    let dropped = 0;
    let browser;
    const open = async () => {
      browser = await launch(name, { profile });
      await connect(browser, `${site.url}/crash/`, ear);
    };
    try {
      for (let run = 1; run <= runs; run++) {
        await open();
        if (await wasDropped(browser)) {
          t.diagnostic(`run ${run}: ${name} found its own files damaged, and the cluster says so`);
          assert.ok(++dropped <= 1, `${name} deleted the database twice within ${run} kills: too often to be its own doing`);
          ear.heard.length = 0;
        }
        if (ear.heard.length === 0) await create(browser);
        else check(await readAll(browser, ear), ear.heard, run);
        await startProducing(browser, run * IDS_PER_RUN, ear);
        // A different moment each time: after a handful of commits, or after many.
        await ear.atLeast(ear.heard.length + 20 + ((run * 37) % 150));
        await browser.kill();
      }
      await open();
      const partitions = (await wasDropped(browser)) ? [] : await readAll(browser, ear);
      if (partitions.length > 0) check(partitions, ear.heard, runs + 1);
      t.diagnostic(`${ear.heard.length} acknowledged, ${partitions.flat().length} found`);
    } finally {
      await browser?.quit();
      rmSync(profile, { recursive: true, force: true });
      ear.close();
      await site.close();
    }
  });
}

test('the cluster tells when chromium has deleted its damaged database', { skip: !browsersToTest().includes('chromium') }, async () => {
  const site = await serve({ '/': join(ROOT, 'dist'), '/crash/': join(ROOT, 'tests/e2e/crash') });
  const ear = await listen();
  const profile = mkdtempSync(join(tmpdir(), 'kafka-sandbox-damaged-'));
  let browser = await launch('chromium', { profile });
  try {
    await connect(browser, `${site.url}/crash/`, ear);
    assert.equal(await wasDropped(browser), false);
    await create(browser);
    await browser.kill();
    const folder = join(profile, 'Default/IndexedDB');
    const database = readdirSync(folder).find((name) => name.endsWith('.leveldb'));
    const log = readdirSync(join(folder, database)).find((name) => name.endsWith('.log'));
    const file = join(folder, database, log);
    const bytes = readFileSync(file);
    bytes[64] ^= 0xff;
    writeFileSync(file, bytes);
    browser = await launch('chromium', { profile });
    await connect(browser, `${site.url}/crash/`, ear);
    assert.equal(await wasDropped(browser), true);
    await create(browser);
  } finally {
    await browser.quit();
    rmSync(profile, { recursive: true, force: true });
    ear.close();
    await site.close();
  }
});
