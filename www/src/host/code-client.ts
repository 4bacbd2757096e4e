/** The page's side of a worker that holds an interpreter: calls, outputs, files, shell lines, and what happens when it dies. */
import type {
  CodeHandlers,
  CodeKernel,
  CodeKernelSetup,
  CodeLanguage,
  CodeResult,
} from '../client/code.ts';
import { Calls } from './calls.ts';
import type { CodeWorkerLike } from './framed-worker.ts';
import type { CodeCallName, CodeCalls, CodeToPage, PageToCode } from './code-messages.ts';

const NAMES: Record<CodeLanguage, string> = { python: 'Python', javascript: 'JavaScript' };

/** What workers of one language leave for the next ones. */
export interface Shared {
  value: unknown;
}

export interface CodeClientOptions {
  language: CodeLanguage;
  /** How long a stop may go unanswered before the worker is ended. 0: it is ended at once. */
  stuckMs: number;
  /** Code that lets nothing be heard for so long is spoken of in its cell. Undefined: it may be silent. */
  silentMs?: number;
  shared: Shared;
  onClose(): void;
}

export class CodeClient implements CodeKernel {
  readonly #worker: CodeWorkerLike;
  readonly #setup: CodeKernelSetup;
  readonly #options: CodeClientOptions;
  readonly #name: string;
  readonly #calls = new Calls();
  #handlers: CodeHandlers | null = null;
  #stops = 0;
  #stuck: ReturnType<typeof setTimeout> | undefined;
  #silent: ReturnType<typeof setTimeout> | undefined;

  constructor(
    worker: CodeWorkerLike,
    port: MessagePort,
    setup: CodeKernelSetup,
    options: CodeClientOptions,
  ) {
    this.#worker = worker;
    this.#setup = setup;
    this.#options = options;
    this.#name = NAMES[options.language];
    worker.onmessage = (event: MessageEvent<CodeToPage>) => this.#on(event.data);
    worker.onerror = (event) => this.#crashed(event.message || 'its program could not be loaded');
    const { user, env, hosts, files, packages, prelude } = setup;
    const shared = options.shared.value;
    this.#post(
      ['start', port, { user, env, hosts, files, packages, prelude, shared }],
      [port],
    );
  }

  get ready(): Promise<void> {
    return this.#calls.ready;
  }

  reconnect(port: MessagePort): void {
    this.#post(['reconnect', port], [port]);
  }

  async run(source: string, count: number, handlers: CodeHandlers): Promise<CodeResult> {
    this.#handlers = handlers;
    try {
      const result = this.#call('run', source, count, handlers.earlier ?? []);
      let ended = false;
      result.then(() => (ended = true)).catch(() => (ended = true));
      this.ready.then(() => ended || this.#listen()).catch(() => undefined);
      return await result;
    } catch (error) {
      if (this.#calls.ended === 'closed') return { status: 'interrupted' };
      throw error;
    } finally {
      // The handlers stay: what goes on in the background prints into the cell that ran last, as in Jupyter.
      clearTimeout(this.#stuck);
      clearTimeout(this.#silent);
      this.#silent = undefined;
    }
  }

  /** Waits for the next sign of life. A worker that has run out of memory ends without a word in some browsers. */
  #listen(): void {
    clearTimeout(this.#silent);
    const { silentMs } = this.#options;
    if (silentMs === undefined) return;
    this.#silent = setTimeout(() => {
      const text = `${this.#name} has not answered for ${silentMs / 1000} s: the code loops without a pause, or the memory has ended. Stop ends it.\n`;
      this.#handlers?.onOutput({ type: 'stream', name: 'stderr', text });
    }, silentMs);
  }

  input(text: string | null): void {
    this.#post(['input', text]);
  }

  interrupt(): void {
    this.#setup.interruptShell();
    if (this.#options.stuckMs === 0) {
      this.#die('closed');
      return;
    }
    this.#post(['interrupt', ++this.#stops]);
    clearTimeout(this.#stuck);
    this.#stuck = setTimeout(() => this.#stuckAway(), this.#options.stuckMs);
  }

  complete(source: string, cursor: number) {
    return this.#call('complete', source, cursor);
  }
  inspect(source: string, cursor: number) {
    return this.#call('inspect', source, cursor);
  }
  signature(source: string, cursor: number) {
    return this.#call('signature', source, cursor);
  }
  expand(source: string) {
    return this.#call('expand', source);
  }
  readFile(path: string) {
    return this.#call('readFile', path);
  }
  writeFile(path: string, bytes: Uint8Array) {
    return this.#call('writeFile', path, bytes);
  }
  removeFile(path: string) {
    return this.#call('removeFile', path);
  }

  close(): void {
    this.#die('closed');
  }

  #call<N extends CodeCallName>(
    name: N,
    ...args: Parameters<CodeCalls[N]>
  ): Promise<ReturnType<CodeCalls[N]>> {
    return this.#calls.make((id) => this.#post(['call', id, name, args]));
  }

  #post(message: PageToCode, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #on(message: CodeToPage): void {
    switch (message[0]) {
      case 'ready':
        this.#setup.onProgress(null);
        this.#calls.isReady();
        break;
      case 'share':
        this.#options.shared.value = message[1];
        break;
      case 'unable':
        this.#die(message[1]);
        break;
      case 'progress':
        this.#setup.onProgress(message[1]);
        break;
      case 'done':
        this.#calls.answer(message[1], message[2]);
        break;
      case 'failed':
        this.#calls.fail(message[1], message[2]);
        break;
      case 'crashed':
        this.#crashed(message[1]);
        break;
      case 'alive':
        if (this.#silent !== undefined) this.#listen();
        break;
      case 'stopping':
        if (message[1] === this.#stops) clearTimeout(this.#stuck);
        break;
      case 'outputs':
        for (const output of message[1]) this.#handlers?.onOutput(output);
        break;
      case 'waiting':
        this.#handlers?.onInput(message[1]);
        break;
      case 'file':
        this.#setup.onFile(message[1], message[2]);
        break;
      case 'shell':
        void this.#shell(message[1], message[2]);
        break;
      case 'shellInterrupt':
        this.#setup.interruptShell();
        break;
    }
  }

  async #shell(id: number, source: string): Promise<void> {
    try {
      const result = await this.#setup.runShell(source, (stream, text) =>
        this.#post(['shellOutput', id, stream, text]),
      );
      this.#post(['shellDone', id, result, '']);
    } catch (error) {
      this.#post(['shellDone', id, null, error instanceof Error ? error.message : String(error)]);
    }
  }

  #crashed(why: string): void {
    this.#die(
      `${this.#name} has crashed (${why}). Run the cell again: it gets a new interpreter, without the old one's variables. The cluster, the files and other notebooks are as they were.`,
    );
  }

  /** The cell ends as one that heard the stop; what this cost is said in its output, once. */
  #stuckAway(): void {
    const text = `Interrupted. ${this.#name} did not react to stop and was ended: the next cell gets a new interpreter, without the old one's variables. The cluster, the files and other notebooks are as they were.\n`;
    this.#handlers?.onOutput({ type: 'stream', name: 'stderr', text });
    this.#die('closed');
  }

  get alive(): boolean {
    return this.#calls.ended === '';
  }

  #die(why: string): void {
    if (this.#calls.ended !== '') return;
    this.#calls.end(why);
    clearTimeout(this.#stuck);
    clearTimeout(this.#silent);
    this.#setup.onProgress(null);
    this.#worker.terminate();
    this.#options.onClose();
  }
}
