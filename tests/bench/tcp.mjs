/**
 * Brokers over TCP under the same librdkafka client (kcat): ours, librdkafka's own mock broker, and Apache Kafka when
 * `KAFKA_JARS` names a folder with its jars. One broker each, one partition, acks=all, records of 100 bytes.
 *
 * Each round visits all brokers one after the other, so that they share the machine's good and bad moments; the ratio is
 * that of the best times. Ours and the mock keep records in memory; Kafka leaves them to the page cache.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { program } from '../e2e/webdriver.mjs';
import { row, thousands } from './rows.mjs';

const RECORDS = 1_000_000;
const ROUNDS = 5;
const KCAT = program(['kcat']);
const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bench-'));
const running = [];

/** Resolves with the first line of output that matches. The program ends with the bench. */
function start(command, args, ready, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.push(child);
  return new Promise((resolve, reject) => {
    const said = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const match = ready.exec(line);
        if (match) resolve(match);
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}:\n${said.slice(-10).join('\n')}`)));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function ours() {
  const address = `127.0.0.1:${await freePort()}`;
  await start(process.env.KAFKA_SANDBOX, ['serve', '--listen', address, '--brokers', '1'], /127\.0\.0\.1:\d+/);
  return address;
}

/** A consumer whose librdkafka brings its own broker along; others may use that broker as well. */
async function mock() {
  const args = ['-C', '-b', 'none', '-t', 'held', '-X', 'test.mock.num.brokers=1', '-X', 'debug=mock'];
  const [, address] = await start(KCAT, args, /bootstrap\.servers=(127\.0\.0\.1:\d+)/);
  return address;
}

async function kafka(jars) {
  const [port, controller] = [await freePort(), await freePort()];
  const properties = join(folder, 'server.properties');
  writeFileSync(
    properties,
    Object.entries({
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(folder, 'kafka'),
      'offsets.topic.replication.factor': 1,
      'group.initial.rebalance.delay.ms': 0,
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const log4j = join(folder, 'log4j2.properties');
  writeFileSync(log4j, 'rootLogger.level=info\nrootLogger.appenderRef.o.ref=O\nappender.o.type=Console\nappender.o.name=O\nappender.o.layout.type=PatternLayout\nappender.o.layout.pattern=%m%n\n');
  const java = ['-Xmx1g', '-Xms1g', `-Dlog4j2.configurationFile=${log4j}`, '-cp', `${jars}/*`];
  execFileSync('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', properties], { stdio: 'ignore' });
  await start('java', [...java, 'kafka.Kafka', properties], /Kafka Server started/);
  return `127.0.0.1:${port}`;
}

/** Runs kcat to its end; seconds. */
async function kcat(args, input) {
  const from = input ? openSync(input, 'r') : 'ignore';
  const started = process.hrtime.bigint();
  const child = spawn(KCAT, args, { stdio: [from, 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (input) closeSync(from);
  if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${code}`);
  return seconds;
}

async function round(broker, number, lines, first) {
  const topic = `bench-${number}`;
  const client = ['-b', broker.address, '-t', topic, '-p', '0', '-q'];
  const producer = ['-P', ...client, '-X', 'acks=all', '-X', 'linger.ms=5', '-X', 'queue.buffering.max.messages=1000000'];
  // A topic that is made by its first record costs librdkafka a wait of a second, which says nothing about the broker.
  await kcat(producer, first);
  const produced = await kcat(producer, lines);
  broker.produced = Math.min(broker.produced, produced);
  if (!broker.keepsAll) return;
  const consumed = await kcat(['-C', ...client, '-o', 'beginning', '-c', String(RECORDS)]);
  broker.consumed = Math.min(broker.consumed, consumed);
}

async function measure() {
  const lines = join(folder, 'lines.txt');
  writeFileSync(lines, Array.from({ length: RECORDS }, (_, n) => `${n} `.padEnd(100, 'abcdefghij')).join('\n') + '\n');
  const first = join(folder, 'first.txt');
  writeFileSync(first, 'the first record\n');
  const broker = (name, address, keepsAll) => ({ name, address, keepsAll, produced: Infinity, consumed: Infinity });
  const own = broker('ours', await ours(), true);
  // The mock broker keeps but the newest few megabytes of a partition: nothing to consume a million records from.
  const others = [broker('mock', await mock(), false)];
  if (process.env.KAFKA_JARS) others.push(broker('Apache Kafka', await kafka(process.env.KAFKA_JARS), true));
  for (let number = 1; number <= ROUNDS; number++) {
    for (const each of [own, ...others]) await round(each, number, lines, first);
  }
  for (const each of [own, ...others]) {
    const rate = (seconds) => (seconds === Infinity ? '–' : `${thousands(RECORDS / seconds)} records/s`);
    console.log(`  ${each.name}: produce ${rate(each.produced)}, consume ${rate(each.consumed)}`);
  }
  const [librdkafka, apache] = others;
  const ratio = (what, of, to, goal) => row(what, (to / of).toFixed(2), `≥ ${goal}`, to / of >= Number(goal));
  ratio('produce over TCP: ours / librdkafka’s mock broker', own.produced, librdkafka.produced, '1.0');
  if (!apache) return;
  ratio('produce over TCP: ours / Apache Kafka', own.produced, apache.produced, '1.5');
  ratio('consume over TCP: ours / Apache Kafka', own.consumed, apache.consumed, '1.5');
}

try {
  await measure();
} finally {
  const ended = running.filter((child) => child.exitCode === null).map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ended);
  rmSync(folder, { recursive: true, force: true });
}
