/**
 * The boundary between the page and the sandbox, written by hand.
 *
 * Part 1 are the facts that cross it, part 2 what the wasm module (`pkg/kafka_sandbox.js`) exports, part 3
 * what the page's parts see. Only `host/` touches part 2. Names cross the boundary in camelCase. Offsets and
 * timestamps are numbers: exact up to 2^53, which no log in a browser reaches. Nothing here does work.
 */
import type { CodeKernel, CodeKernelSetup, CodeLanguage } from './code.ts';

// ─── 1. Facts ────────────────────────────────────────────────────────────────────────────────────────────

export interface BrokerState {
  id: number;
  host: string;
  port: number;
  rack: string | null;
  /** Is the active controller. */
  controller: boolean;
  alive: boolean;
  /** Partitions that it leads. */
  leaders: number;
  /** Replicas that it holds, and how many of them are in sync. */
  replicas: number;
  inSync: number;
}

export interface PartitionState {
  partition: number;
  /** Broker id; -1 when there is none. */
  leader: number;
  leaderEpoch: number;
  replicas: number[];
  isr: number[];
  /** First offset that can still be read. */
  logStart: number;
  /** First offset that consumers may not read yet. */
  highWatermark: number;
  /** Next offset to be written. */
  logEnd: number;
  sizeBytes: number;
}

export interface TopicState {
  name: string;
  /** Kafka's 22 characters. */
  id: string;
  internal: boolean;
  /** Ascending by number; the array's index is the partition. */
  partitions: PartitionState[];
  /** Configs set on the topic itself (not the defaults). */
  configs: Record<string, string>;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface MemberState {
  memberId: string;
  groupInstanceId: string | null;
  clientId: string;
  /** As Kafka prints it, without the slash. */
  host: string;
  assignment: TopicPartition[];
}

/** As `kafka-consumer-groups --describe --state` spells it. */
export type GroupPhase = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

export interface GroupState {
  group: string;
  state: GroupPhase;
  /** 'consumer' for consumers, '' when nobody has joined yet. */
  protocolType: string;
  /** The assignor, as 'range'. */
  protocol: string;
  generation: number;
  coordinator: number;
  members: MemberState[];
  /** Committed offsets: the next to read. */
  offsets: (TopicPartition & { committed: number; metadata: string })[];
}

/** Where a client last fetched: its position, as the broker sees it. */
export interface PositionState extends TopicPartition {
  /** Tells consumers apart: many programs leave the client id at its default. */
  connection: number;
  clientId: string;
  /** The member that fetches, when the client is one of a group. */
  memberId: string | null;
  offset: number;
}

/**
 * saved: everything acknowledged is in the browser's storage. saving: a commit is in flight.
 * memory: there is no storage; a reload forgets all. quota: storage is full, writes are refused.
 * refused: the browser gives no storage, or what is stored cannot be read.
 */
export type StorageKind = 'saved' | 'saving' | 'memory' | 'quota' | 'refused';

export interface StorageState {
  state: StorageKind;
  /** One sentence for the person, empty when all is well. */
  text: string;
  usedBytes: number;
}

/** Something that a person should know: a record cut from storage, a log that was repaired. */
export interface Notice {
  level: 'info' | 'warning' | 'error';
  text: string;
}

/**
 * What has changed since the last update. An entity that has changed comes whole and replaces what was known
 * under its name. A field that is absent has not changed.
 */
export interface ClusterUpdate {
  /** This is everything: forget what was known before. */
  full?: boolean;
  clusterId?: string;
  brokers?: BrokerState[];
  topics?: TopicState[];
  removedTopics?: string[];
  groups?: GroupState[];
  removedGroups?: string[];
  /** Positions that moved. */
  positions?: PositionState[];
  /** Connections that have ended, with all their positions. */
  removedConnections?: number[];
  storage?: StorageState;
  notices?: Notice[];
}

export interface RecordHeader {
  key: string;
  value: Uint8Array | null;
}

export interface RecordView {
  offset: number;
  /** Milliseconds since 1970; -1 when there is none. */
  timestamp: number;
  timestampType: 'CreateTime' | 'LogAppendTime';
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: RecordHeader[];
  /** The batch that it came in. */
  baseOffset: number;
  batchRecords: number;
  batchBytes: number;
  compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  producerId: number;
  producerEpoch: number;
  sequence: number;
  leaderEpoch: number;
  transactional: boolean;
  control: boolean;
  /** Serialised size of this record alone, uncompressed. */
  sizeBytes: number;
}

export interface RecordPage {
  records: RecordView[];
  /** Where to go on reading. */
  nextOffset: number;
  logStart: number;
  highWatermark: number;
}

/** What the live picture draws: records without their contents, in three columns of the same length. */
export interface Marks {
  offsets: Float64Array;
  /** murmur2 of the key, as Kafka's partitioner takes it; 0 when there is no key. */
  keyHash: Uint32Array;
  /** Bits: 1 has a key, 2 tombstone (null value), 4 control record. */
  flags: Uint8Array;
  nextOffset: number;
}

export const MARK_KEY = 1;
export const MARK_TOMBSTONE = 2;
export const MARK_CONTROL = 4;

export type StreamName = 'stdout' | 'stderr';

export interface RunResult {
  /** interrupted: stop was pressed. */
  status: 'ok' | 'error' | 'interrupted';
  /** Of the last command; 130 when interrupted. */
  exitCode: number;
}

export interface Completion {
  label: string;
  kind: 'command' | 'option' | 'topic' | 'group' | 'file' | 'value' | 'variable';
  /** A few words beside the label. */
  detail?: string;
  /** A sentence or two: an option's help. */
  info?: string;
}

export interface Completions {
  /** UTF-16 index in the source where the completed word starts. */
  from: number;
  options: Completion[];
}

export interface Hover {
  from: number;
  to: number;
  text: string;
}

/** The call that the cursor is in. */
export interface Signature {
  /** Place of its bracket in the source. */
  at: number;
  name: string;
  /** As they are written in Python, with `/` and `*` between them. */
  parameters: string[];
  /** Which of them is being typed; -1 when that is not known. */
  current: number;
  /** First paragraph of its documentation, or what that says of the argument. */
  doc: string;
}

export interface FileInfo {
  /** Relative to the working folder, with '/' between. Folders are implied by their files. */
  path: string;
  sizeBytes: number;
}

// ─── 2. The wasm module ──────────────────────────────────────────────────────────────────────────────────

/**
 * What goes over the MessagePort between a client and the cluster. `conn` is chosen by the client and used
 * once. A frame is a whole Kafka request or response without its length prefix; its buffer is transferred.
 *
 * client → cluster: ['open', conn, host, port], then ['frame', conn, bytes]…, ['close', conn]
 * cluster → client: ['opened', conn] or ['refused', conn, 'UnknownHost' | 'Refused'],
 *                   then ['frame', conn, bytes]…, ['closed', conn, why]
 *
 * Between the two sides in wasm several frames go in one message, ['frames', conn, bytes, conn, bytes, …]: who sends
 * so is answered so.
 */
export type DoorMessage =
  | ['open', number, string, number]
  | ['opened', number]
  | ['refused', number, 'UnknownHost' | 'Refused']
  | ['frame', number, ArrayBuffer]
  | ['close', number]
  | ['closed', number, string];

export interface ClusterOptions {
  /** Used when the cluster is made; a stored cluster keeps its own. */
  brokers: number;
  firstId: number;
  /** Kafka's broker configs, as {'num.partitions': '4'}. */
  config: Record<string, string>;
  /** Name of the IndexedDB database; null: memory only. */
  database: string | null;
}

export interface AttachOptions {
  /** What brokers shall see as the peer's address, as '127.0.0.1'. */
  clientHost: string;
  /**
   * Addresses that this client's course material uses, as 'kafka1:9092'. Each leads to the cluster; metadata on
   * such a connection advertises those names. 'localhost', '127.0.0.1' on the brokers' ports always work.
   */
  hosts: string[];
}

/** Rejections of `startCluster` carry this in `cause`; their `message` is a sentence for the person. */
export interface StorageProblem {
  kind: 'refused' | 'version' | 'broken';
}

/** The cluster role. Lives in one worker per origin, which holds the Web Lock before it calls `startCluster`. */
export interface WasmCluster {
  /** Serves a client on this port; gives a number for `detach`. */
  attach(port: MessagePort, options: AttachOptions): number;
  /** The client has gone: its connections end as when a process dies. */
  detach(attachment: number): void;
  /** Everything, with `full: true`. */
  snapshot(): ClusterUpdate;
  /** What has changed since the last call; arms `onDirty` again. */
  takeUpdate(): ClusterUpdate;
  /** Deletes the database, drops all connections and begins anew with the same options. */
  reset(): Promise<void>;
}

export interface KernelOptions {
  /** `$USER`. */
  user: string;
  /** Further variables; `HOME`, `PWD` have their defaults. */
  env: Record<string, string>;
  /** The working folder at the start. */
  files: { path: string; bytes: Uint8Array }[];
  /** What `wget` and `curl` are given: address → bytes, or null when there is nothing under it. */
  fetchUrl(url: string): Promise<Uint8Array | null>;
  /** A file was written (its contents) or removed (null). Not called for `writeFile` and `removeFile`. */
  onFile(path: string, bytes: Uint8Array | null): void;
}

/** The kernel role: shell and clients of one notebook, in a dedicated worker. One cell runs at a time. */
export interface WasmKernel {
  /**
   * Runs the lines of a cell; `onOutput` is called with text in the order in which it came, in pieces of any size but
   * not one by one where lines pour. `onInput(true)` is called when a command waits for its standard input.
   */
  run(
    source: string,
    onOutput: (stream: StreamName, text: string) => void,
    onInput: (waiting: boolean) => void,
  ): Promise<RunResult>;
  /** Gives text to the command that waits for its input; null is the end of it (Ctrl-D). */
  input(text: string | null): void;
  /** Ctrl-C for what runs now. */
  interrupt(): void;
  complete(source: string, cursor: number): Promise<Completions>;
  hover(source: string, cursor: number): Hover | undefined;
  listFiles(): FileInfo[];
  readFile(path: string): Uint8Array | undefined;
  writeFile(path: string, bytes: Uint8Array): void;
  removeFile(path: string): void;
  /** The cluster was restarted: every open connection has ended, new ones go over this port. */
  reconnect(port: MessagePort): void;
}

/** The viewer role: a Kafka client that only reads, for the picture and the Messages tab. */
export interface WasmViewer {
  /** Records from `fromOffset` on (-1: the oldest), at most so many and about 1 MB; empty at the end. */
  records(
    topic: string,
    partition: number,
    fromOffset: number,
    maxRecords: number,
  ): Promise<RecordPage>;
  marks(topic: string, partition: number, fromOffset: number, maxRecords: number): Promise<Marks>;
  /** First offset whose record is not older than `timestampMs`; the end when there is none. */
  offsetForTime(topic: string, partition: number, timestampMs: number): Promise<number>;
  reconnect(port: MessagePort): void;
}

/** `pkg/kafka_sandbox.js`, as `wasm-bindgen --target web` makes it. */
export interface WasmModule {
  default(input?: {
    module_or_path: string | URL | Response | WebAssembly.Module;
  }): Promise<unknown>;
  /** `onDirty` is called once when something changes, and again only after `takeUpdate`. */
  startCluster(options: ClusterOptions, onDirty: () => void): Promise<WasmCluster>;
  ShellKernel: new (port: MessagePort, options: KernelOptions) => WasmKernel;
  Viewer: new (port: MessagePort) => WasmViewer;
}

// ─── 3. What the page sees ───────────────────────────────────────────────────────────────────────────────

/** Everything known of the cluster, kept up to date by `ClusterModel`. */
export interface ClusterState {
  clusterId: string;
  brokers: readonly BrokerState[];
  topics: ReadonlyMap<string, TopicState>;
  groups: ReadonlyMap<string, GroupState>;
  positions: readonly PositionState[];
  storage: StorageState;
  notices: readonly Notice[];
  /** starting: not yet known. failed: it does not run, `failure` says why. */
  phase: 'starting' | 'running' | 'failed';
  failure: string;
}

export interface Cluster {
  readonly state: ClusterState;
  /** Called after each change, at most once a frame. */
  subscribe(listener: (state: ClusterState) => void): () => void;
  reset(): Promise<void>;
}

export interface KernelSetup {
  user: string;
  env: Record<string, string>;
  hosts: string[];
  files: { path: string; bytes: Uint8Array }[];
  fetchUrl(url: string): Promise<Uint8Array | null>;
  onFile(path: string, bytes: Uint8Array | null): void;
}

export interface RunHandlers {
  onOutput(stream: StreamName, text: string): void;
  onInput?(waiting: boolean): void;
}

export interface Kernel {
  run(source: string, handlers: RunHandlers): Promise<RunResult>;
  input(text: string | null): void;
  interrupt(): void;
  complete(source: string, cursor: number): Promise<Completions>;
  hover(source: string, cursor: number): Promise<Hover | undefined>;
  readFile(path: string): Promise<Uint8Array | undefined>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Ends the worker; whatever runs in it ends as interrupted. */
  close(): void;
}

export interface Viewer {
  records(
    topic: string,
    partition: number,
    fromOffset: number,
    maxRecords: number,
  ): Promise<RecordPage>;
  marks(topic: string, partition: number, fromOffset: number, maxRecords: number): Promise<Marks>;
  offsetForTime(topic: string, partition: number, timestampMs: number): Promise<number>;
}

/** The whole sandbox behind one object: what `host/` (or the fake) gives to the page. */
export interface Sandbox {
  readonly cluster: Cluster;
  readonly viewer: Viewer;
  openKernel(setup: KernelSetup): Promise<Kernel>;
  /** Resolves before the interpreter is there: calls wait for it. Rejects with a sentence when there can be none. */
  openCodeKernel(language: CodeLanguage, setup: CodeKernelSetup): Promise<CodeKernel>;
}
