/** The page's side of a kernel or viewer worker: calls, output, files, and what happens when it dies. */
import type { Kernel, KernelSetup, RunHandlers, RunResult, Viewer } from '../client/types.ts';
import { Calls } from './calls.ts';
import type { CallName, KernelCalls, KernelToPage, PageToKernel } from './messages.ts';

export class WorkerClient implements Kernel, Viewer {
  readonly #worker: Worker;
  readonly #setup: KernelSetup | null;
  readonly #onClose: () => void;
  readonly #calls = new Calls();
  #handlers: RunHandlers | null = null;
  #begun = false;
  /** What was said before the module was there. */
  #early: [PageToKernel, Transferable[]][] = [];

  constructor(
    worker: Worker,
    module: Promise<WebAssembly.Module>,
    port: MessagePort,
    setup: KernelSetup | null,
    onClose: () => void,
  ) {
    this.#worker = worker;
    this.#setup = setup;
    this.#onClose = onClose;
    worker.onmessage = (event: MessageEvent<KernelToPage>) => void this.#on(event.data);
    worker.onerror = (event) =>
      this.#die(
        `The shell has crashed (${event.message || 'its program could not be loaded'}). Run the cell again: it gets a new one, without the old one's variables and named consumers. The cluster and the files are as they were.`,
      );
    module.then(
      (compiled) => this.#begin(port, compiled),
      () =>
        this.#die(
          'The program of the sandbox could not be loaded. Check the connection, then reload the page.',
        ),
    );
  }

  #begin(port: MessagePort, module: WebAssembly.Module): void {
    if (this.#calls.ended !== '') return;
    if (this.#setup) {
      const { user, env, files } = this.#setup;
      this.#post(['kernel', port, { user, env, files }, module], [port]);
    } else this.#post(['viewer', port, module], [port]);
    for (const message of this.#early.splice(0)) this.#post(...message);
    this.#begun = true;
  }

  get ready(): Promise<void> {
    return this.#calls.ready;
  }

  reconnect(port: MessagePort): void {
    this.#send(['reconnect', port], [port]);
  }

  async run(source: string, handlers: RunHandlers): Promise<RunResult> {
    this.#handlers = handlers;
    try {
      return await this.#call('run', source);
    } catch (error) {
      if (this.#calls.ended === 'closed') return { status: 'interrupted', exitCode: 130 };
      throw error;
    } finally {
      this.#handlers = null;
    }
  }

  input(text: string | null): void {
    this.#send(['input', text]);
  }
  interrupt(): void {
    this.#send(['interrupt']);
  }
  complete(source: string, cursor: number) {
    return this.#call('complete', source, cursor);
  }
  hover(source: string, cursor: number) {
    return this.#call('hover', source, cursor);
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
  records(topic: string, partition: number, fromOffset: number, maxRecords: number) {
    return this.#call('records', topic, partition, fromOffset, maxRecords);
  }
  marks(topic: string, partition: number, fromOffset: number, maxRecords: number) {
    return this.#call('marks', topic, partition, fromOffset, maxRecords);
  }
  offsetForTime(topic: string, partition: number, timestampMs: number) {
    return this.#call('offsetForTime', topic, partition, timestampMs);
  }

  close(): void {
    this.#die('closed');
    this.#worker.terminate();
    this.#onClose();
  }

  #call<N extends CallName>(
    name: N,
    ...args: Parameters<KernelCalls[N]>
  ): Promise<ReturnType<KernelCalls[N]>> {
    return this.#calls.make((id) => this.#send(['call', id, name, args]));
  }

  #send(message: PageToKernel, transfer: Transferable[] = []): void {
    if (this.#begun) this.#post(message, transfer);
    else this.#early.push([message, transfer]);
  }

  #post(message: PageToKernel, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  async #on(message: KernelToPage): Promise<void> {
    switch (message[0]) {
      case 'ready':
        this.#calls.isReady();
        break;
      case 'done':
        this.#calls.answer(message[1], message[2]);
        break;
      case 'failed':
        this.#calls.fail(message[1], message[2]);
        break;
      case 'output':
        this.#handlers?.onOutput(message[1], message[2]);
        break;
      case 'waiting':
        this.#handlers?.onInput?.(message[1]);
        break;
      case 'file':
        this.#setup?.onFile(message[1], message[2]);
        break;
      case 'fetch': {
        const bytes = await this.#setup?.fetchUrl(message[2]).catch(() => null);
        this.#post(['fetched', message[1], bytes ?? null]);
        break;
      }
    }
  }

  #die(why: string): void {
    this.#calls.end(why);
  }
}
