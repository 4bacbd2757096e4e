/**
 * What Python calls: the module `_sandbox` (see `www/python/sandbox_kernel/host.py`, its only importer).
 *
 * Blocking in Python is waiting for a `Waiter`'s promise on a suspended stack; everything here is what may end such
 * a wait: time, bytes of the cluster, the person, the page's shell.
 */
import type { InputRequest } from '../../client/code.ts';
import type { RunResult, StreamName } from '../../client/types.ts';
import type { ByteChannels, Refusal } from '../../kernels/byte-channel.ts';
import { Output } from '../../kernels/code-output.ts';
import type { CodeToPage } from '../code-messages.ts';
import { crc32c } from './crc32c.ts';

/** The numbers that `park` in Python understands. */
const TIMED_OUT = 0;
const WOKEN = 1;

export interface Waiter {
  promise: Promise<number>;
  wake(value?: number): void;
  /** Wakes it with 0 after this time. */
  arm(ms: number): void;
}

function waiter(): Waiter {
  let resolve: (value: number) => void = () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let done = false;
  return {
    promise: new Promise<number>((ready) => (resolve = ready)),
    wake(value = WOKEN) {
      if (done) return;
      done = true;
      clearTimeout(timer);
      resolve(value);
    },
    arm(ms) {
      timer = setTimeout(() => this.wake(TIMED_OUT), ms);
    },
  };
}

/** A connection as Python's socket sees it. */
export interface Channel {
  readonly state: 'opening' | 'open' | 'closed';
  readonly refused: Refusal | null;
  /** Wakes it at every change, until `unwatch`. */
  watch(waiter: Waiter): void;
  unwatch(waiter: Waiter): void;
  /** There are bytes, or there will never be any more. */
  readable(): boolean;
  /** At most so many bytes; none at the end; undefined when nothing has come yet. */
  recv(limit: number): Uint8Array | undefined;
  send(bytes: Uint8Array): void;
  close(): void;
}

function dial(channels: ByteChannels, host: string, port: number): Channel {
  const pieces: Uint8Array[] = [];
  let first = 0;
  const watching = new Set<Waiter>();
  const changed = (): void => {
    for (const waiting of watching) waiting.wake();
  };
  const channel = {
    watch: (waiting: Waiter) => void watching.add(waiting),
    unwatch: (waiting: Waiter) => void watching.delete(waiting),
    state: 'opening' as Channel['state'],
    refused: null as Refusal | null,
    readable: () => first < pieces.length || channel.state === 'closed',
    recv(limit: number): Uint8Array | undefined {
      const head = pieces[first];
      if (!head) return channel.state === 'closed' ? new Uint8Array() : undefined;
      if (head.length > limit) {
        pieces[first] = head.subarray(limit);
        return head.subarray(0, limit);
      }
      first += 1;
      if (first === pieces.length) {
        pieces.length = 0;
        first = 0;
      }
      return head;
    },
    send: (bytes: Uint8Array) => stream.send(bytes),
    close(): void {
      channel.state = 'closed';
      stream.close();
    },
  };
  const stream = channels.dial(host, port, {
    onOpen() {
      channel.state = 'open';
      changed();
    },
    onData(bytes) {
      pieces.push(bytes);
      changed();
    },
    onClose(refused) {
      channel.state = 'closed';
      channel.refused = refused;
      changed();
    },
  });
  return channel;
}

/**
 * For Python to wait for. A call that gives a bare promise becomes a future of the running asyncio loop, which cannot
 * get its turn while one of its own tasks is what waits.
 */
function boxed<T>(promise: Promise<T>): { promise: Promise<T> } {
  return { promise };
}

/** A line that the page's shell runs for Python. */
export interface ShellRun {
  waiter: Waiter | null;
  /** Output that has come since the last call, as [stream, text]. */
  take(): [StreamName, string][];
  result: RunResult | null;
  problem: string;
}

export interface BridgeHooks {
  say(message: CodeToPage): void;
  channels: ByteChannels;
  fetchFile(name: string): Promise<Uint8Array>;
}

export class Bridge {
  readonly #hooks: BridgeHooks;
  readonly output: Output;
  #shells = new Map<number, ShellRun & { output: [StreamName, string][]; done: boolean }>();
  #shellIds = 0;
  #turns: (() => void)[] = [];
  #turn = new MessageChannel();
  #sliceBegan = 0;
  #asked: { waiter: Waiter; text: string | null } | null = null;

  constructor(hooks: BridgeHooks) {
    this.#hooks = hooks;
    this.output = new Output((outputs) => this.#say(['outputs', outputs]));
    this.#turn.port1.onmessage = () => this.#turns.shift()?.();
  }

  /** The module's members. Python sees functions, not methods. */
  members() {
    return {
      waiter,
      crc32c,
      dial: (host: string, port: number) => dial(this.#hooks.channels, host, port),
      next_turn: () => boxed(this.#nextTurn()),
      begin_slice: () => this.beginSlice(),
      spawn: spawnStack,
      emit: (json: string) => this.output.show(JSON.parse(json), json.length),
      stream: this.output.print,
      ask: (prompt: string, password: boolean) => this.#ask(prompt, password),
      answer: () => this.#asked?.text ?? null,
      asked: () => this.#say(['waiting', null]),
      shell: (source: string) => this.#shell(source),
      shell_interrupt: () => this.#say(['shellInterrupt']),
      fetch_file: (name: string) => boxed(this.#hooks.fetchFile(name)),
    };
  }

  /** Gives the event loop a turn. A timer would be slowed down to 4 ms by browsers; a message is not. */
  #nextTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.#turns.push(resolve);
      this.#turn.port2.postMessage(null);
    });
  }

  beginSlice(): void {
    this.#sliceBegan = performance.now();
  }

  /**
   * CPython looks into this "buffer" every few instructions. It finds a signal there whenever a slice of time is
   * over; the handler in Python then gives way. So even `while True: pass` can be stopped.
   */
  interruptBuffer(sliceMs: number): Uint8Array {
    const SIGALRM = 14;
    return Object.defineProperty({}, '0', {
      get: () => {
        const now = performance.now();
        if (now - this.#sliceBegan <= sliceMs) return 0;
        this.#sliceBegan = now;
        return SIGALRM;
      },
      set: () => undefined,
    }) as Uint8Array;
  }

  #ask(prompt: string, password: boolean): Waiter {
    this.output.flush();
    this.#asked = { waiter: waiter(), text: null };
    this.#say(['waiting', { prompt, password } satisfies InputRequest]);
    return this.#asked.waiter;
  }

  answered(text: string | null): void {
    if (!this.#asked) return;
    this.#asked.text = text;
    this.#asked.waiter.wake();
  }

  #shell(source: string): ShellRun {
    const id = ++this.#shellIds;
    const run = {
      waiter: null as Waiter | null,
      output: [] as [StreamName, string][],
      result: null as RunResult | null,
      problem: '',
      done: false,
      take: () => run.output.splice(0),
    };
    this.#shells.set(id, run);
    this.#say(['shell', id, source]);
    return run;
  }

  shellOutput(id: number, stream: StreamName, text: string): void {
    const run = this.#shells.get(id);
    run?.output.push([stream, text]);
    run?.waiter?.wake();
  }

  shellDone(id: number, result: RunResult | null, problem: string): void {
    const run = this.#shells.get(id);
    if (!run) return;
    this.#shells.delete(id);
    run.result = result;
    run.problem = problem;
    run.done = true;
    run.waiter?.wake();
  }

  #say(message: CodeToPage): void {
    this.#hooks.say(message);
  }
}

interface Callable {
  callPromising(): Promise<unknown>;
  destroy(): void;
}

/**
 * Runs a Python function on a stack of its own: not at once, for then it would begin on top of the stack that asks.
 */
function spawnStack(body: Callable): void {
  queueMicrotask(() => void body.callPromising().finally(() => body.destroy()));
}
