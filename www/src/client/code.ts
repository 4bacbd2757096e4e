/**
 * Kernels for code in languages other than the shell's, as the page sees them. Outputs are Jupyter's (nbformat).
 *
 * One kernel is one worker with one interpreter; it has a port of its own to the cluster (`kernels/byte-channel.ts`).
 * `!` lines inside such code go to the shell of the same notebook and kernel name. Nothing here does work.
 */
import type { CodeOutput, MimeBundle } from '../notebook/types.ts';
import type { Completions, Hover, RunResult, Signature, StreamName } from './types.ts';

export type CodeLanguage = 'python' | 'javascript';

export type { CodeOutput, MimeBundle };

/** What a cell asks the person for. */
export interface InputRequest {
  prompt: string;
  password: boolean;
}

/** Number and source of a cell. */
export type Input = readonly [count: number, source: string];

export interface CodeHandlers {
  /** Cells of the kernel that ran since the last one without its interpreter, as those of `!` lines do. */
  earlier?: readonly Input[];
  onOutput(output: CodeOutput): void;
  /** Null: nothing is asked for any more. */
  onInput(request: InputRequest | null): void;
}

export interface CodeResult {
  /** interrupted: stop was pressed and the code ended by it. An error has been given to `onOutput`. */
  status: 'ok' | 'error' | 'interrupted';
}

/** The interpreter is being fetched or started. `totalBytes` is 0 when it is not known. */
export interface LoadProgress {
  text: string;
  loadedBytes: number;
  totalBytes: number;
}

export interface CodeKernelSetup {
  user: string;
  env: Record<string, string>;
  hosts: string[];
  /** The working folder at the start. */
  files: { path: string; bytes: Uint8Array }[];
  /** Packages and versions that the notebook asks for, as {'kafka-python': '2.3.3'}. */
  packages: Record<string, string>;
  /** Magics that ran before without an interpreter, to be repeated silently. */
  prelude: string[];
  /** A file was written (its contents) or removed (null). Not called for `writeFile` and `removeFile`. */
  onFile(path: string, bytes: Uint8Array | null): void;
  /** Runs lines in the notebook's shell. Rejects when the shell is busy. */
  runShell(
    source: string,
    onOutput: (stream: StreamName, text: string) => void,
  ): Promise<RunResult>;
  interruptShell(): void;
  /** Null: it is ready, or will never be. */
  onProgress(progress: LoadProgress | null): void;
}

export interface CodeKernel {
  /** False when its interpreter has died or was ended. */
  readonly alive: boolean;
  /** Resolves when the interpreter is there. Nobody needs to wait for it: calls do. */
  readonly ready: Promise<void>;
  /**
   * Runs a cell; one at a time. `count` is its number, as in `In [count]`. Rejects when the interpreter dies; the
   * kernel is of no use afterwards.
   */
  run(source: string, count: number, handlers: CodeHandlers): Promise<CodeResult>;
  /** Answers what `onInput` asked for; null is the end of the input (Ctrl-D). */
  input(text: string | null): void;
  interrupt(): void;
  complete(source: string, cursor: number): Promise<Completions>;
  /** Signature and first lines of the documentation of what stands at the cursor. */
  inspect(source: string, cursor: number): Promise<Hover | undefined>;
  /** The call that is being typed at the cursor. */
  signature(source: string, cursor: number): Promise<Signature | undefined>;
  /** Shell lines (without their `!`) with the values that the interpreter's variables have in them. */
  expand(source: string): Promise<string>;
  readFile(path: string): Promise<Uint8Array | undefined>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Ends the worker; what runs in it ends as interrupted. */
  close(): void;
}
