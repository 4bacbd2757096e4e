/**
 * Brokers over TCP under the same librdkafka client (kcat): ours, librdkafka's own mock broker, and Apache Kafka when
 * `KAFKA_JARS` names a folder with its jars. One broker each, one partition, acks=all, records of 100 bytes.
 *
 * Each round visits all brokers one after the other, so that they share the machine's good and bad moments; the ratio is
 * that of the best times. Where the client is the slowest part all brokers look alike; what tells them apart then is the
 * processor time that each took itself. Ours and the mock keep records in memory; Kafka leaves them to the page cache.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { program } from '../e2e/webdriver.mjs';
import { row, thousands } from './rows.mjs';

const RECORDS = 1_000_000;
const ROUNDS = 6;
/** Once 64 MB wait in its queue librdkafka fetches nothing for a second: the faster broker would look the slower. */
const UNBOUNDED_QUEUE = ['-X', `queued.min.messages=${RECORDS}`, '-X', 'queued.max.messages.kbytes=1000000'];
const KCAT = program(['kcat']);
const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bench-'));
const running = [];

/** Resolves with the process and the first line of its output that matches. The program ends with the bench. */
function start(command, args, ready, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.push(child);
  return new Promise((resolve, reject) => {
    const said = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const match = ready.exec(line);
        if (match) resolve({ match, pid: child.pid });
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
  const { pid } = await start(process.env.KAFKA_SANDBOX, ['serve', '--listen', address, '--brokers', '1'], /127\.0\.0\.1:\d+/);
  return { address, pid };
}

/** A consumer whose librdkafka brings its own broker along; others may use that broker as well. */
async function mock() {
  const args = ['-C', '-b', 'none', '-t', 'held', '-X', 'test.mock.num.brokers=1', '-X', 'debug=mock'];
  const { match, pid } = await start(KCAT, args, /bootstrap\.servers=(127\.0\.0\.1:\d+)/);
  return { address: match[1], pid };
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
  const { pid } = await start('java', [...java, 'kafka.Kafka', properties], /Kafka Server started/);
  return { address: `127.0.0.1:${port}`, pid };
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

/** Processor time that a process has taken so far, in ticks of the system. */
function ticks(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13);
  return Number(user) + Number(system);
}

async function round(broker, number, lines, first) {
  const topic = `bench-${number}`;
  const client = ['-b', broker.address, '-t', topic, '-p', '0', '-q'];
  const producer = ['-P', ...client, '-X', 'acks=all', '-X', 'linger.ms=5', '-X', 'queue.buffering.max.messages=1000000'];
  // A topic that is made by its first record costs librdkafka a wait of a second, which says nothing about the broker.
  await kcat(producer, first);
  const measured = async (verb, ...run) => {
    const before = ticks(broker.pid);
    broker[verb].seconds = Math.min(broker[verb].seconds, await kcat(...run));
    // The first rounds are those in which Java still compiles.
    if (number > ROUNDS / 2) broker[verb].ticks += ticks(broker.pid) - before;
  };
  await measured('produce', producer, lines);
  if (!broker.keepsAll) return;
  await measured('consume', ['-C', ...client, ...UNBOUNDED_QUEUE, '-o', 'beginning', '-c', String(RECORDS)]);
}

async function measure() {
  const lines = join(folder, 'lines.txt');
  writeFileSync(lines, Array.from({ length: RECORDS }, (_, n) => `${n} `.padEnd(100, 'abcdefghij')).join('\n') + '\n');
  const first = join(folder, 'first.txt');
  writeFileSync(first, 'the first record\n');
  const broker = (name, keepsAll, process) => {
    const nothing = () => ({ seconds: Infinity, ticks: 0 });
    return { name, keepsAll, ...process, produce: nothing(), consume: nothing() };
  };
  const own = broker('ours', true, await ours());
  // The mock broker keeps but the newest few megabytes of a partition: nothing to consume a million records from.
  const others = [broker('mock', false, await mock())];
  if (process.env.KAFKA_JARS) others.push(broker('Apache Kafka', true, await kafka(process.env.KAFKA_JARS)));
  for (let number = 1; number <= ROUNDS; number++) {
    for (const each of [own, ...others]) await round(each, number, lines, first);
  }
  for (const each of [own, ...others]) {
    const told = (verb) => `${thousands(RECORDS / each[verb].seconds)} records/s, ${each[verb].ticks} ticks of its processor time`;
    console.log(`  ${each.name}: produce ${told('produce')}${each.keepsAll ? `; consume ${told('consume')}` : ''}`);
  }
  const [librdkafka, apache] = others;
  compare('produce', own, librdkafka, 'librdkafka’s mock broker', 1.0);
  if (!apache) return;
  for (const verb of ['produce', 'consume']) {
    compare(verb, own, apache, 'Apache Kafka', 1.5);
    row(`processor time of the broker to ${verb}: Apache Kafka / ours`, (apache[verb].ticks / own[verb].ticks).toFixed(1));
  }
}

function compare(verb, own, other, name, goal) {
  const ratio = other[verb].seconds / own[verb].seconds;
  row(`${verb} over TCP: ours / ${name}`, ratio.toFixed(2), `≥ ${goal.toFixed(1)}`, ratio >= goal);
}

try {
  await measure();
} finally {
  const ended = running.filter((child) => child.exitCode === null).map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ended);
  rmSync(folder, { recursive: true, force: true });
}
