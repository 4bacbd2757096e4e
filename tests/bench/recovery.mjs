/**
 * How soon a cluster of 50 partitions serves after its worker has begun anew: the site's own module reads its logs back
 * from IndexedDB in a page that was loaded again. Opening the database is part of it; loading the module is not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, serve } from '../e2e/server.mjs';
import { launch } from '../e2e/webdriver.mjs';
import { median, row } from './rows.mjs';

const [PARTITIONS, BATCHES, ROUNDS] = [50, 20, 5];

/** Runs in the page: fills every partition with batches of 150 records of 100 bytes. */
async function fill(partitions, batches) {
  const { default: init, startCluster } = await import('/pkg/kafka_sandbox.js');
  const { Client, produce } = await import('/client/client.mjs');
  await init();
  const options = { brokers: 3, firstId: 1, config: {}, database: 'bench' };
  const cluster = await startCluster(options, () => undefined);
  const { port1, port2 } = new MessageChannel();
  cluster.attach(port2, { clientHost: '127.0.0.1', hosts: [] });
  const client = new Client(port1);
  await client.create('records', partitions);
  const leaders = await client.leaders('records');
  const values = Array.from({ length: 150 }, () => new Uint8Array(100).fill(65));
  for (let batch = 0; batch < batches; batch++) {
    await Promise.all(leaders.map((conn, partition) => produce(conn, 'records', partition, values)));
  }
}

/** Runs in the page: milliseconds from the start of the cluster until it serves. */
async function recover() {
  const { default: init, startCluster } = await import('/pkg/kafka_sandbox.js');
  await init();
  const started = performance.now();
  const cluster = await startCluster({ brokers: 3, firstId: 1, config: {}, database: 'bench' }, () => undefined);
  const startMs = performance.now() - started;
  const { topics } = cluster.snapshot();
  return { startMs, partitions: topics.find(({ name }) => name === 'records')?.partitions.length };
}

const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bench-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
const server = await serve({ '/': folder, '/pkg/': join(ROOT, 'pkg'), '/client/': join(ROOT, 'tests/e2e/crash') });
try {
  const browser = await launch('chromium');
  try {
    await browser.goto(`${server.url}/`);
    await browser.evaluate(fill, PARTITIONS, BATCHES);
    const found = [];
    for (let round = 0; round < ROUNDS; round++) {
      await browser.goto(`${server.url}/?${round}`);
      const result = await browser.evaluate(recover);
      if (result.partitions !== PARTITIONS) throw new Error(`${result.partitions} partitions came back`);
      found.push(result);
    }
    const ms = median(found.map(({ startMs }) => startMs));
    row('recovery of 50 partitions with 150,000 records, opening the database included', `${ms.toFixed(0)} ms`, '≤ 100 ms', ms <= 100);
    console.log(`  ms: ${found.map(({ startMs }) => startMs.toFixed(0)).join(' ')}`);
  } finally {
    await browser.quit();
  }
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
