/**
 * What a million records of 100 bytes cost the cluster's worker: how far its WebAssembly memory, which only grows, is
 * above that of an empty cluster. The site's own module with real storage, in a page that has nothing else in it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, serve } from '../e2e/server.mjs';
import { launch } from '../e2e/webdriver.mjs';
import { row } from './rows.mjs';

const MIB = 1024 * 1024;

/** Runs in the page; bytes of memory empty and full. */
async function measure(records, perBatch) {
  const { default: init, startCluster } = await import('/pkg/kafka_sandbox.js');
  const { Client, produce } = await import('/client/client.mjs');
  const { memory } = await init();
  const options = { brokers: 1, firstId: 1, config: {}, database: 'bench' };
  const cluster = await startCluster(options, () => undefined);
  const { port1, port2 } = new MessageChannel();
  cluster.attach(port2, { clientHost: '127.0.0.1', hosts: [] });
  const client = new Client(port1);
  await client.create('records', 1);
  const [conn] = await client.leaders('records');
  const values = Array.from({ length: perBatch }, () => new Uint8Array(100).fill(65));
  await produce(conn, 'records', 0, values);
  const empty = memory.buffer.byteLength;
  let next = perBatch;
  const loop = async () => {
    while (next < records) {
      next += perBatch;
      await produce(conn, 'records', 0, values);
    }
  };
  await Promise.all(Array.from({ length: 5 }, loop));
  return [empty, memory.buffer.byteLength];
}

const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bench-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
const server = await serve({ '/': folder, '/pkg/': join(ROOT, 'pkg'), '/client/': join(ROOT, 'tests/e2e/crash') });
try {
  const browser = await launch('chromium');
  try {
    await browser.goto(`${server.url}/`);
    const [empty, full] = await browser.evaluate(measure, 1_000_000, 150);
    const above = (full - empty) / MIB;
    row('memory of the cluster with 1,000,000 records of 100 bytes, above empty', `${above.toFixed(0)} MB`, '≤ 64 MB', above <= 64);
    console.log(`  empty ${(empty / MIB).toFixed(1)} MB, full ${(full / MIB).toFixed(1)} MB`);
  } finally {
    await browser.quit();
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
