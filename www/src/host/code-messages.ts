/**
 * What the page and a worker with an interpreter say to each other, whatever the language. Every message is an
 * array whose first item names it. A worker for a new language answers these, and `code-client.ts` serves it.
 */
import type { CodeOutput, CodeResult, Input, InputRequest, LoadProgress } from '../client/code.ts';
import type { Completions, Hover, RunResult, Signature, StreamName } from '../client/types.ts';

/** What can be sent of `CodeKernelSetup`. */
export interface CodeSetupMessage {
  user: string;
  env: Record<string, string>;
  hosts: string[];
  files: { path: string; bytes: Uint8Array }[];
  packages: Record<string, string>;
  prelude: string[];
  /** What an earlier worker of the language has said by 'share'. */
  shared: unknown;
}

export interface CodeCalls {
  run(source: string, count: number, earlier: readonly Input[]): CodeResult;
  complete(source: string, cursor: number): Completions;
  inspect(source: string, cursor: number): Hover | undefined;
  signature(source: string, cursor: number): Signature | undefined;
  /** A language without variables in shell lines gives them back as they are. */
  expand(source: string): string;
  readFile(path: string): Uint8Array | undefined;
  writeFile(path: string, bytes: Uint8Array): void;
  removeFile(path: string): void;
}

export type CodeCallName = keyof CodeCalls;

export type PageToCode =
  /** First, once. The port leads to the cluster. */
  | ['start', port: MessagePort, setup: CodeSetupMessage]
  | ['reconnect', port: MessagePort]
  | ['call', id: number, name: CodeCallName, args: unknown[]]
  | ['input', text: string | null]
  /** Answered by 'stopping' with the same number at once, or the page takes the worker for stuck. */
  | ['interrupt', number: number]
  | ['shellOutput', id: number, stream: StreamName, text: string]
  | ['shellDone', id: number, result: RunResult | null, problem: string];

export type CodeToPage =
  | ['ready']
  /** Something costly to make, for the next workers of the language: a compiled module. */
  | ['share', value: unknown]
  /** It will never be ready; a sentence for the person. */
  | ['unable', why: string]
  | ['progress', LoadProgress | null]
  | ['done', id: number, value: unknown]
  | ['failed', id: number, message: string]
  /** The interpreter cannot go on; the worker is of no use any more. */
  | ['crashed', why: string]
  | ['stopping', number: number]
  /** Its code lets other things happen: said now and then by workers whose `silentMs` is set. */
  | ['alive']
  /** What has come since the last such message. */
  | ['outputs', CodeOutput[]]
  | ['waiting', InputRequest | null]
  | ['file', path: string, bytes: Uint8Array | null]
  | ['shell', id: number, source: string]
  | ['shellInterrupt'];
