/**
 * A sandbox without a cluster: deterministic, in memory, only for working on the page's looks (`vite --mode fake`).
 *
 * It understands a handful of commands by their first word. No test of behaviour may rely on it.
 */
import { MemoryDocuments } from './documents.ts';
import { ClusterModel } from './model.ts';
import { provide } from './provide.ts';
import {
  MARK_KEY,
  MARK_TOMBSTONE,
  type GroupState,
  type Kernel,
  type KernelSetup,
  type Marks,
  type PositionState,
  type RecordView,
  type RunHandlers,
  type RunResult,
  type Sandbox,
  type TopicState,
} from './types.ts';

interface FakeRecord {
  key: string | null;
  value: string | null;
  timestamp: number;
}

const utf8 = new TextEncoder();
const START = Date.UTC(2026, 10, 20, 9, 0, 0);

function hash(text: string): number {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0 || 1;
}

class FakeCluster {
  readonly model = new ClusterModel();
  logs = new Map<string, FakeRecord[][]>();
  groups = new Map<string, GroupState>();
  positions: PositionState[] = [];
  internal = new Set<string>();

  constructor() {
    setTimeout(() => this.publish(true), 30);
  }

  create(name: string, partitions: number, internal = false): boolean {
    if (this.logs.has(name)) return false;
    this.logs.set(
      name,
      Array.from({ length: partitions }, () => []),
    );
    if (internal) this.internal.add(name);
    this.publish();
    return true;
  }

  produce(topic: string, key: string | null, value: string | null, partition?: number): void {
    if (!this.logs.has(topic)) this.create(topic, 1);
    const logs = this.logs.get(topic)!;
    const total = logs.reduce((sum, log) => sum + log.length, 0);
    const to =
      partition ?? (key === null ? Math.floor(total / 7) % logs.length : hash(key) % logs.length);
    logs[to]!.push({ key, value, timestamp: START + total * 37 });
  }

  topicState(name: string): TopicState {
    return {
      name,
      id: 'AAAAAAAAAAAAAAAAAAAAAA'.slice(name.length) + name.slice(0, 22),
      internal: this.internal.has(name),
      configs: {},
      partitions: this.logs.get(name)!.map((log, partition) => ({
        partition,
        leader: 1 + ((partition + name.length) % 3),
        leaderEpoch: 0,
        replicas: [0, 1, 2].map((r) => 1 + ((partition + name.length + r) % 3)),
        isr: [0, 1, 2].map((r) => 1 + ((partition + name.length + r) % 3)),
        logStart: 0,
        highWatermark: log.length,
        logEnd: log.length,
        sizeBytes: log.reduce((sum, r) => sum + 70 + (r.value?.length ?? 0), 0),
      })),
    };
  }

  publish(full = false): void {
    const topics = [...this.logs.keys()].map((name) => this.topicState(name));
    this.model.apply({
      full,
      clusterId: '5L6g3nShT-eMCtK--X86sw',
      brokers: [1, 2, 3].map((id) => ({
        id,
        host: 'localhost',
        port: 9091 + id,
        rack: null,
        controller: id === 1,
        alive: true,
        leaders: topics.flatMap((t) => t.partitions).filter((p) => p.leader === id).length,
        replicas: topics.flatMap((t) => t.partitions).filter((p) => p.replicas.includes(id)).length,
        inSync: topics.flatMap((t) => t.partitions).filter((p) => p.isr.includes(id)).length,
      })),
      topics,
      groups: [...this.groups.values()],
      positions: this.positions,
      storage: { state: 'saved', text: '', usedBytes: 1_300_000 },
    });
  }

  record(topic: string, partition: number, offset: number): RecordView {
    const record = this.logs.get(topic)![partition]![offset]!;
    const base = Math.floor(offset / 8) * 8;
    return {
      offset,
      timestamp: record.timestamp,
      timestampType: 'CreateTime',
      key: record.key === null ? null : utf8.encode(record.key),
      value: record.value === null ? null : utf8.encode(record.value),
      headers: offset % 5 === 0 ? [{ key: 'trace-id', value: utf8.encode(`t-${offset}`) }] : [],
      baseOffset: base,
      batchRecords: 8,
      batchBytes: 612,
      compression: 'none',
      producerId: 4000,
      producerEpoch: 0,
      sequence: offset,
      leaderEpoch: 0,
      transactional: false,
      control: false,
      sizeBytes: 12 + (record.value?.length ?? 0),
    };
  }
}

class FakeKernel implements Kernel {
  readonly #cluster: FakeCluster;
  readonly #setup: KernelSetup;
  #stop: (() => void) | null = null;

  constructor(cluster: FakeCluster, setup: KernelSetup) {
    this.#cluster = cluster;
    this.#setup = setup;
  }

  async run(source: string, handlers: RunHandlers): Promise<RunResult> {
    for (const line of source.replaceAll('\\\n', ' ').split('\n')) {
      if (line.trim() === '' || line.trim().startsWith('#')) continue;
      const exitCode = await this.#line(line.trim(), handlers);
      if (exitCode === 130) return { status: 'interrupted', exitCode };
      if (exitCode !== 0) return { status: 'error', exitCode };
    }
    return { status: 'ok', exitCode: 0 };
  }

  async #line(line: string, handlers: RunHandlers): Promise<number> {
    const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      (m) => m[1] ?? m[2] ?? m[3] ?? '',
    );
    const option = (name: string): string | undefined =>
      words[words.indexOf(name) + 1] || undefined;
    const has = (name: string): boolean => words.includes(name);
    const out = (text: string): void => handlers.onOutput('stdout', `${text}\n`);
    const cluster = this.#cluster;
    switch ((words[0] ?? '').replace(/\.sh$/, '')) {
      case 'kafka-topics': {
        const topic = option('--topic') ?? '';
        if (has('--create')) {
          if (!cluster.create(topic, Number(option('--partitions') ?? 1))) {
            out(`Error while executing topic command : Topic '${topic}' already exists.`);
            return 1;
          }
          out(`Created topic ${topic}.`);
        } else if (has('--delete')) {
          cluster.logs.delete(topic);
          cluster.model.apply({ removedTopics: [topic] });
        } else out([...cluster.logs.keys()].sort().join('\n'));
        return 0;
      }
      case 'produce': {
        const count = Number(option('--count') ?? 1);
        for (let i = 0; i < count; i++) {
          const key = option('--keys')
            ? `user-${hash(String(i)) % Number(option('--keys'))}`
            : has('--key')
              ? (option('--key') ?? null)
              : null;
          cluster.produce(
            words[1] ?? '',
            key,
            has('--tombstone')
              ? null
              : (option('--value') ?? `{"order": ${i}, "total": ${(i * 7) % 90}}`),
          );
          if (i % 40 === 39) {
            cluster.publish();
            await this.#sleep(16);
          }
        }
        cluster.publish();
        out(`${count} records to ${words[1]}`);
        return 0;
      }
      case 'group':
        cluster.groups.set(words[1] ?? '', JSON.parse(words[2] ?? '{}') as GroupState);
        cluster.publish();
        return 0;
      case 'kafka-console-consumer': {
        const topic = option('--topic') ?? '';
        for (const log of cluster.logs.get(topic) ?? [])
          for (const record of log) out(record.value ?? 'null');
        if (has('--max-messages')) return 0;
        return await new Promise((done) => (this.#stop = () => done(130)));
      }
      case 'seq':
        handlers.onOutput(
          'stdout',
          Array.from({ length: Number(words[1]) }, (_, i) => `${i + 1}\n`).join(''),
        );
        return 0;
      case 'echo':
        out(words.slice(1).join(' ').replaceAll('\\e', '\x1b'));
        return 0;
      case 'sleep':
        return (await this.#sleep(Number(words[1]) * 1000)) ? 0 : 130;
      case 'cat':
        handlers.onInput?.(true);
        return await new Promise((done) => (this.#stop = () => done(130)));
      default:
        handlers.onOutput('stderr', `${words[0]}: command not found\n`);
        return 127;
    }
  }

  #sleep(ms: number): Promise<boolean> {
    return new Promise((done) => {
      const timer = setTimeout(() => done(true), ms);
      this.#stop = () => {
        clearTimeout(timer);
        done(false);
      };
    });
  }

  input(): void {}
  interrupt(): void {
    this.#stop?.();
  }
  async complete(source: string, cursor: number) {
    const from = source.slice(0, cursor).search(/[^\s]*$/);
    const word = source.slice(from, cursor);
    const all = [
      'kafka-topics.sh',
      'kafka-console-producer.sh',
      'kafka-console-consumer.sh',
      'produce',
      'consume',
      'consumer',
    ];
    return {
      from,
      options: all
        .filter((l) => l.startsWith(word))
        .map((label) => ({ label, kind: 'command' as const })),
    };
  }
  async hover() {
    return undefined;
  }
  async readFile(path: string) {
    return this.#setup.files.find((file) => file.path === path)?.bytes;
  }
  async writeFile(): Promise<void> {}
  async removeFile(): Promise<void> {}
  close(): void {
    this.#stop?.();
  }
}

function fakeSandbox(): Sandbox {
  const cluster = new FakeCluster();
  return {
    cluster: {
      get state() {
        return cluster.model.state;
      },
      subscribe: (listener) => cluster.model.subscribe(listener),
      reset: async () => {
        cluster.logs.clear();
        cluster.groups.clear();
        cluster.publish(true);
      },
    },
    viewer: {
      records: async (topic, partition, fromOffset, maxRecords) => {
        const log = cluster.logs.get(topic)?.[partition] ?? [];
        const from = Math.max(0, fromOffset);
        const to = Math.min(log.length, from + maxRecords);
        const records: RecordView[] = [];
        for (let offset = from; offset < to; offset++)
          records.push(cluster.record(topic, partition, offset));
        return { records, nextOffset: to, logStart: 0, highWatermark: log.length };
      },
      marks: async (topic, partition, fromOffset, maxRecords): Promise<Marks> => {
        const log = cluster.logs.get(topic)?.[partition] ?? [];
        const part = log.slice(fromOffset, fromOffset + maxRecords);
        return {
          offsets: Float64Array.from(part, (_, i) => fromOffset + i),
          keyHash: Uint32Array.from(part, (r) => (r.key === null ? 0 : hash(r.key))),
          flags: Uint8Array.from(
            part,
            (r) => (r.key === null ? 0 : MARK_KEY) | (r.value === null ? MARK_TOMBSTONE : 0),
          ),
          nextOffset: fromOffset + part.length,
        };
      },
      offsetForTime: async () => 0,
    },
    openKernel: async (setup) => new FakeKernel(cluster, setup),
    openCodeKernel: async () => {
      throw new Error('The page without a cluster runs shell cells only.');
    },
  };
}

provide({ sandbox: fakeSandbox, documents: () => new MemoryDocuments() });
