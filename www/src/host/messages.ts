/** What the page and its workers say to each other. Every message is an array whose first item names it. */
import type {
  AttachOptions,
  ClusterOptions,
  ClusterUpdate,
  Completions,
  Hover,
  Marks,
  RecordPage,
  RunResult,
  StreamName,
} from '../client/types.ts';

export type PageToCluster =
  /** `lock` is held by the page as long as it lives. */
  | ['hello', options: ClusterOptions, lock: string]
  /** The port comes along as a transferred object. */
  | ['attach', id: string, options: AttachOptions, port: MessagePort]
  | ['detach', id: string]
  | ['reset', call: number];

export type ClusterToPage =
  | ['update', ClusterUpdate]
  | ['failed', why: string, kind: string]
  | ['resetDone', call: number, problem: string]
  /** Every attachment has ended: attach again. With a name in `worker`, make a new worker of that name first. */
  | ['restart', worker: string];

export interface KernelSetupMessage {
  user: string;
  env: Record<string, string>;
  files: { path: string; bytes: Uint8Array }[];
}

export interface KernelCalls {
  run(source: string): RunResult;
  complete(source: string, cursor: number): Completions;
  hover(source: string, cursor: number): Hover | undefined;
  readFile(path: string): Uint8Array | undefined;
  writeFile(path: string, bytes: Uint8Array): void;
  removeFile(path: string): void;
  records(topic: string, partition: number, fromOffset: number, maxRecords: number): RecordPage;
  marks(topic: string, partition: number, fromOffset: number, maxRecords: number): Marks;
  offsetForTime(topic: string, partition: number, timestampMs: number): number;
}

export type CallName = keyof KernelCalls;

export type PageToKernel =
  /** The module comes compiled: the page does that once for all its workers. */
  | ['kernel', port: MessagePort, setup: KernelSetupMessage, module: WebAssembly.Module]
  | ['viewer', port: MessagePort, module: WebAssembly.Module]
  | ['reconnect', port: MessagePort]
  | ['call', id: number, name: CallName, args: unknown[]]
  | ['input', text: string | null]
  | ['interrupt']
  | ['fetched', id: number, bytes: Uint8Array | null];

export type KernelToPage =
  | ['ready']
  | ['done', id: number, value: unknown]
  | ['failed', id: number, message: string]
  | ['output', stream: StreamName, text: string]
  | ['waiting', waiting: boolean]
  | ['file', path: string, bytes: Uint8Array | null]
  | ['fetch', id: number, url: string];
