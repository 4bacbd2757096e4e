/**
 * IndexedDB in Chromium: our module against plain JavaScript in the same page. What is compared takes turns, one
 * transaction or one scan each, and the medians of these are compared: so others' load falls on all alike.
 * `CORE_BENCH_WASM` is the folder with the module. Everything is written strictly.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../e2e/server.mjs';
import { launch } from '../e2e/webdriver.mjs';
import { median, row } from './rows.mjs';

/** Runs in the page: for each case the milliseconds of each turn. */
async function measure() {
  const KIB = 1024;
  const { default: init, Disk } = await import('/wasm/core_bench.js');
  await init();
  const disk = await Disk.open('ours');
  const done = (request) => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = () => reject(request.error))));
  const opening = indexedDB.open('plain', 1);
  opening.onupgradeneeded = () => ['log', 'large'].forEach((name) => opening.result.createObjectStore(name));
  const database = await done(opening);

  const WARM_UP = 4;
  let group = 0;
  /** One strict transaction with such chunks. */
  const plain = (store, chunks, bytes) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction([store], 'readwrite', { durability: 'strict' });
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      const log = transaction.objectStore(store);
      group += 1;
      for (let chunk = 0; chunk < chunks; chunk++) log.add(new Uint8Array(bytes).fill(7), [chunk, group]);
      transaction.commit();
    });
  const scan = async () => {
    const log = database.transaction(['log']).objectStore('log');
    const query = IDBKeyRange.bound([0, 0], [0, Infinity]);
    const found = log.getAllRecords ? await done(log.getAllRecords({ query })) : await done(log.getAll(query));
    return found.length;
  };
  /** Turns forwards and backwards: what one leaves to be written down must not always burden the same other one. */
  const turns = async (count, cases) => {
    const found = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
    for (let turn = -WARM_UP; turn < count; turn++) {
      const entries = Object.entries(cases);
      for (const [name, work] of turn % 2 === 0 ? entries : entries.toReversed()) {
        const started = performance.now();
        await work();
        if (turn >= 0) found[name].push(performance.now() - started);
      }
    }
    return found;
  };
  const series = async (count, work) => {
    for (let n = 0; n < count; n++) await work();
  };
  return {
    ...(await turns(200, {
      oursSingle: () => disk.append(1, 4 * KIB),
      plainSingle: () => plain('log', 1, 4 * KIB),
    })),
    ...(await turns(60, {
      oursGrouped: () => disk.append(50, 4 * KIB),
      plainGrouped: () => plain('log', 50, 4 * KIB),
    })),
    // A few transactions a turn, for what one leaves to be written down belongs to it.
    ...(await turns(20, {
      oursSeparate: () => series(25, () => disk.append(1, 4 * KIB)),
      plainSeparate: () => series(25, () => plain('log', 1, 4 * KIB)),
      oursMerged: () => series(5, () => disk.append(5, 40 * KIB)),
      plainMerged: () => series(5, () => plain('log', 5, 40 * KIB)),
      plainLarge: () => series(5, () => plain('large', 1, 256 * KIB)),
    })),
    // Both logs hold the same by now.
    ...(await turns(20, { oursScan: () => disk.scan(0), plainScan: scan })),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bench-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
const server = await serve({ '/': folder, '/wasm/': process.env.CORE_BENCH_WASM });
try {
  const browser = await launch('chromium');
  try {
    await browser.goto(`${server.url}/`);
    const found = await browser.evaluate(measure);
    const ms = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, median(all)]));
    // Rates in KiB per millisecond, so that cases of different sizes compare.
    const merged = (5 * 5 * 40) / ms.oursMerged;
    const large = (5 * 256) / ms.plainLarge;
    const single = (25 * 4) / ms.oursSeparate;
    const atLeast = (what, ratio, goal) => row(what, ratio.toFixed(2), `≥ ${goal}`, ratio >= goal);
    atLeast('IndexedDB, groups of 50 × 4 KiB: our module / JavaScript', ms.plainGrouped / ms.oursGrouped, 0.9);
    // The cluster merges what a group has for one partition, so that 50 clients of five partitions give five records.
    atLeast('50 × 4 KiB in five records a group / JavaScript’s single records of 256 KiB, in bytes', merged / large, 0.8);
    atLeast('50 × 4 KiB in five records a group / a transaction per batch, in bytes', merged / single, 8);
    const wait = ms.oursSingle / ms.plainSingle;
    row('one client’s acknowledgement: our module / JavaScript’s transaction', wait.toFixed(2), '≤ 1.3', wait <= 1.3);
    atLeast('reading a log: our module / JavaScript’s getAllRecords', ms.plainScan / ms.oursScan, 0.8);
    console.log(`  ms: ${JSON.stringify(ms)}`);
  } finally {
    await browser.quit();
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
