/** The sandbox as the page sees it: one cluster worker, one worker per kernel, one for the viewer. */
import { ClusterModel } from '../client/model.ts';
import { provide, type SandboxSettings } from '../client/provide.ts';
import type {
  AttachOptions,
  Cluster,
  Kernel,
  KernelSetup,
  Sandbox,
  Viewer,
} from '../client/types.ts';
import type { CodeKernel, CodeKernelSetup, CodeLanguage } from '../client/code.ts';
import wasmUrl from '#wasm?url';
import clusterUrl from './cluster.worker.ts?worker&url';
import type { Shared } from './code-client.ts';
import { IndexedDocuments } from './documents.ts';
import { WorkerClient } from './kernel-client.ts';
import kernelUrl from './kernel.worker.ts?worker&url';
import type { ClusterToPage, PageToCluster } from './messages.ts';
import { spawnShared, spawnWorker } from './spawn.ts';

const DATABASE = 'kafka-sandbox';

interface Attached {
  options: AttachOptions;
  client: { reconnect(port: MessagePort): void };
}

class HostSandbox implements Sandbox, Cluster {
  readonly #model = new ClusterModel();
  readonly #settings: SandboxSettings;
  readonly #page = `page-${Math.random().toString(36).slice(2)}`;
  #port: MessagePort | Worker | undefined;
  #lock: Promise<string> | undefined;
  #attached = new Map<string, Attached>();
  #attachments = 0;
  #resetCalls = 0;
  #resets = new Map<number, (problem: string) => void>();
  #viewer: WorkerClient | undefined;
  #module: Promise<WebAssembly.Module> | undefined;
  #shared: Record<CodeLanguage, Shared> = {
    python: { value: undefined },
    javascript: { value: undefined },
  };

  constructor(settings: SandboxSettings) {
    this.#settings = settings;
    void this.#connect('kafka-sandbox');
  }

  get cluster(): Cluster {
    return this;
  }

  get state() {
    return this.#model.state;
  }

  subscribe(listener: Parameters<Cluster['subscribe']>[0]): () => void {
    return this.#model.subscribe(listener);
  }

  async reset(): Promise<void> {
    const call = ++this.#resetCalls;
    const problem = await new Promise<string>((resolve) => {
      this.#resets.set(call, resolve);
      this.#say(['reset', call]);
    });
    if (problem !== '') throw new Error(problem);
  }

  get viewer(): Viewer {
    return (this.#viewer ??= this.#open(null, { clientHost: '127.0.0.1', hosts: [] }));
  }

  async openKernel(setup: KernelSetup): Promise<Kernel> {
    const client = this.#open(setup, { clientHost: '127.0.0.1', hosts: setup.hosts });
    await client.ready;
    return client;
  }

  async openCodeKernel(language: CodeLanguage, setup: CodeKernelSetup): Promise<CodeKernel> {
    // Loaded with the first cell that needs an interpreter.
    const { openCode } = await import('./code-kernels.ts');
    return this.#attach({ clientHost: '127.0.0.1', hosts: setup.hosts }, (port, onClose) =>
      openCode(language, port, setup, this.#shared[language], onClose),
    );
  }

  #open(setup: KernelSetup | null, options: AttachOptions): WorkerClient {
    const worker = spawnWorker(kernelUrl, setup ? 'kafka-sandbox kernel' : 'kafka-sandbox viewer');
    return this.#attach(
      options,
      (port, onClose) =>
        new WorkerClient(worker, (this.#module ??= compileModule()), port, setup, onClose),
    );
  }

  /** Connects a new client with the cluster, until it says that it has ended. */
  #attach<C extends Attached['client']>(
    options: AttachOptions,
    make: (port: MessagePort, onClose: () => void) => C,
  ): C {
    const id = `${this.#page}-${++this.#attachments}`;
    const { port1, port2 } = new MessageChannel();
    const client = make(port1, () => {
      this.#attached.delete(id);
      this.#say(['detach', id]);
    });
    this.#attached.set(id, { options, client });
    this.#say(['attach', id, options, port2], [port2]);
    return client;
  }

  async #connect(name: string): Promise<void> {
    const shared = spawnShared(clusterUrl, name);
    const worker = shared ?? spawnWorker(clusterUrl, 'kafka-sandbox cluster');
    const port = worker instanceof Worker ? worker : worker.port;
    worker.onerror = () => {
      this.#model.fail(
        'The cluster could not be started: its program did not load. Reload the page.',
      );
    };
    port.onmessage = (event: MessageEvent<ClusterToPage>) => this.#on(event.data);
    const lock = await (this.#lock ??= holdLock(this.#page));
    const { brokers } = this.#settings;
    port.postMessage([
      'hello',
      { brokers, firstId: 1, config: {}, database: DATABASE },
      lock,
    ] satisfies PageToCluster);
    for (const [message, transfer] of this.#unsent.splice(0)) port.postMessage(message, transfer);
    this.#port = port;
  }

  #unsent: [PageToCluster, Transferable[]][] = [];

  #say(message: PageToCluster, transfer: Transferable[] = []): void {
    if (this.#port) this.#port.postMessage(message, transfer);
    else this.#unsent.push([message, transfer]);
  }

  #on(message: ClusterToPage): void {
    switch (message[0]) {
      case 'update':
        this.#model.apply(message[1]);
        break;
      case 'failed':
        this.#model.fail(message[1]);
        break;
      case 'resetDone':
        this.#resets.get(message[1])?.(message[2]);
        this.#resets.delete(message[1]);
        break;
      case 'restart':
        void this.#restart(message[1]);
        break;
    }
  }

  async #restart(worker: string): Promise<void> {
    this.#model.restarting();
    if (worker !== '') {
      this.#port = undefined;
      await this.#connect(worker);
      this.#model.notice({
        level: 'warning',
        text: 'The cluster had to be restarted after an internal error. Everything acknowledged is there.',
      });
    }
    for (const [id, { options, client }] of this.#attached) {
      const { port1, port2 } = new MessageChannel();
      client.reconnect(port1);
      this.#say(['attach', id, options, port2], [port2]);
    }
  }
}

/** Once for all kernels and the viewer. The cluster's worker may be another tab's: it compiles for itself. */
async function compileModule(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL(wasmUrl, import.meta.url));
  // A server that does not know the file's type would make the streaming compiler refuse it.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return await WebAssembly.compileStreaming(response);
  }
  return await WebAssembly.compile(await response.arrayBuffer());
}

/** Holds a lock as long as this page lives, so that the cluster learns when it has gone. */
function holdLock(name: string): Promise<string> {
  if (!navigator.locks) return Promise.resolve('');
  return new Promise((resolve) => {
    void navigator.locks.request(name, () => {
      resolve(name);
      return new Promise(() => undefined);
    });
  });
}

// Importing this module provides the sandbox: elements that stand in the page already are made by the next import.
provide({
  sandbox: (settings) => new HostSandbox(settings),
  documents: () => new IndexedDocuments(),
});
