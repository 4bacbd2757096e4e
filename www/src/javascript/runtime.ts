/**
 * Runs cells: evaluates them in the kernel's globals, shows their values and errors, and stops them.
 *
 * A stop reaches code at its next `await`. Code that never awaits is ended with its worker, by the page.
 */
import type { CodeOutput, CodeResult } from '../client/code.ts';
import type { RunResult, StreamName } from '../client/types.ts';
import type { Json } from '../notebook/types.ts';
import { makeConsole } from './console.ts';
import type { Files } from './files.ts';
import { Modules, pick } from './modules.ts';
import { workIn } from './node/path.ts';
import { Exit, makeGlobal, makeProcess } from './node/process.ts';
import type { Ask } from './node/readline.ts';
import { Timers } from './node/timers.ts';
import { inspect } from './node/util.ts';
import { Output } from '../kernels/code-output.ts';
import { cameBy, errorText, knowLines, tidyErrors, type ErrorText } from './stack.ts';
import { HELPERS, transformCell, type CellProgram } from './transform.ts';

/** How long handlers of SIGINT, consumers that leave, and the stopped code itself may take. */
const SIGINT_MS = 3000;
const LEAVE_MS = 2000;
const END_MS = 300;

/** Jupyter kernels of JavaScript ask a value for its pictures under this name. */
const DISPLAY = Symbol.for('Jupyter.display');

const evaluate = globalThis.eval;
const schedule = globalThis.setTimeout.bind(globalThis);

/** Ends code at an `await`. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

interface Leaving {
  disconnect(): Promise<void>;
}

interface Run {
  end(result: CodeResult): void;
  ended: Promise<CodeResult>;
  stopping: boolean;
}

export interface RuntimeParts {
  user: string;
  env: Record<string, string>;
  files: Files;
  ask: Ask;
  send(outputs: CodeOutput[]): void;
  shell(source: string, print: (stream: StreamName, text: string) => void): Promise<RunResult>;
}

export class Runtime {
  readonly #parts: RuntimeParts;
  readonly #output: Output;
  readonly #timers = new Timers();
  readonly #modules: Modules;
  readonly #process: ReturnType<typeof makeProcess>;
  #waiting = new Set<(error: Error) => void>();
  #interrupted = false;
  #run: Run | undefined;
  #consumers = new Set<Leaving>();
  /** Variables, functions and classes that cells have made. */
  readonly names = new Set<string>();

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
    this.#output = new Output(parts.send);
    const { files, user, env, ask } = parts;
    this.#process = makeProcess({
      user, env, files, ask,
      print: this.#output.print,
      onExit: (exit) => this.#exit(exit),
    });
    this.#modules = new Modules({
      files, ask, timers: this.#timers, process: this.#process,
      onLibrary: (name, library) => {
        if (name === 'kafkajs') this.#watchConsumers(library as KafkaModule);
      },
    });
    workIn(() => files.cwd);
    this.#setGlobals();
    this.#watchErrors();
  }

  get modules(): string[] {
    return this.#modules.names;
  }

  async run(source: string, count: number): Promise<CodeResult> {
    this.#interrupted = false;
    this.#output.muted = new Set();
    let end: (result: CodeResult) => void = () => undefined;
    const ended = new Promise<CodeResult>((resolve) => {
      end = resolve;
    });
    this.#run = { end, ended, stopping: false };
    void this.#evaluate(source, `In[${count}]`).then(
      (value) => this.#end({ status: 'ok' }, () => this.#show(value)),
      (error) => this.#failed(error),
    );
    const result = await ended;
    this.#output.flush();
    if (result.status === 'interrupted') this.#output.muted = new Set(['stdout', 'stderr']);
    this.#run = undefined;
    return result;
  }

  /** Asks what runs to end; resolves when that has been said to it. A second call no longer waits for anything. */
  async interrupt(): Promise<void> {
    const run = this.#run;
    if (!run) return;
    if (run.stopping) return run.end({ status: 'interrupted' });
    run.stopping = true;
    void this.#stop(run);
    // Code that catches the interruption and goes on without a pause never lets this come.
    await pause(0);
  }

  async #stop(run: Run): Promise<void> {
    if (this.#process.listenerCount('SIGINT') > 0) {
      this.#process.emit('SIGINT', 'SIGINT');
      await Promise.race([run.ended, pause(SIGINT_MS)]);
    }
    this.#interrupted = true;
    // What clients say of handlers that were stopped is no news.
    this.#output.muted = new Set(['stderr']);
    this.#timers.clearAll();
    for (const reject of this.#waiting) reject(new Interrupted('the cell was stopped'));
    this.#waiting.clear();
    const leaving = [...this.#consumers].map((consumer) => consumer.disconnect().catch(() => undefined));
    this.#consumers.clear();
    if (leaving.length > 0) await Promise.race([Promise.all(leaving), pause(LEAVE_MS)]);
    await Promise.race([run.ended, pause(END_MS)]);
    run.end({ status: 'interrupted' });
  }

  async #evaluate(source: string, file: string): Promise<unknown> {
    const program = transformCell(source, file);
    knowLines(file, source);
    const named = (text: string): string => `${text}\n//# sourceURL=${file}`;
    this.#declare(program);
    for (const { source: name, bindings } of program.imports) {
      const namespace = await this.#modules.import(name);
      for (const { imported, local } of bindings) setGlobal(local, pick(namespace, imported, name));
    }
    if (program.functions !== '') evaluate(named(program.functions));
    return await evaluate(named(program.body));
  }

  #declare(program: CellProgram): void {
    for (const name of program.names) {
      this.names.add(name);
      makeOwn(name, program.declare.includes(name));
    }
  }

  async #show(value: unknown): Promise<void> {
    if (value === undefined) return;
    const rich = typeof value === 'object' && value !== null ? Reflect.get(value, DISPLAY) : undefined;
    if (typeof rich === 'function') {
      const data = (await rich.call(value)) as { [mime: string]: Json };
      this.#output.show({ type: 'result', data, metadata: {} });
      return;
    }
    tidyErrors(value);
    this.#output.show({ type: 'result', data: { 'text/plain': inspect(value) }, metadata: {} });
  }

  async #end(result: CodeResult, before?: () => Promise<void>): Promise<void> {
    const run = this.#run;
    if (!run) return;
    if (run.stopping && this.#interrupted) {
      run.end({ status: 'interrupted' });
      return;
    }
    await before?.();
    run.end(result);
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof Exit) return;
    if (error instanceof Interrupted) return await this.#end({ status: 'interrupted' });
    await this.#end({ status: 'error' }, async () => this.#fail(errorText(error)));
  }

  #fail(text: ErrorText): void {
    this.#output.show({ type: 'error', ...text });
  }

  #exit(exit: Exit): void {
    const run = this.#run;
    if (!run) return;
    if (exit.exitCode === 0 || run.stopping) {
      run.end({ status: run.stopping ? 'interrupted' : 'ok' });
      return;
    }
    this.#fail({ ename: 'Exit', evalue: exit.message, traceback: [exit.message] });
    run.end({ status: 'error' });
  }

  // ─── What code finds ───

  #setGlobals(): void {
    makeGlobal(this.#process);
    const { setTimeout, setInterval, setImmediate, clear } = this.#timers;
    const globals = {
      console: makeConsole(this.#output.print),
      require: this.#modules.require,
      setTimeout, setInterval, setImmediate,
      clearTimeout: clear, clearInterval: clear, clearImmediate: clear,
      fetch: noNetwork(globalThis.fetch),
      display: (value: unknown) => this.#display(value),
      [HELPERS.await]: this.#await,
      [HELPERS.iterate]: this.#iterate,
      [HELPERS.import]: this.#modules.import,
      [HELPERS.shell]: async (line: string) => {
        // As in Jupyter, a command that fails does not fail the cell.
        await this.#parts.shell(line, this.#output.print);
      },
      [HELPERS.meta]: {
        url: `file://${this.#parts.files.home}/notebook.js`,
        filename: `${this.#parts.files.home}/notebook.js`,
        dirname: this.#parts.files.home,
      },
      __dirname: this.#parts.files.home,
      __filename: `${this.#parts.files.home}/notebook.js`,
      module: { exports: {} },
      exports: {},
    };
    for (const [name, value] of Object.entries(globals)) {
      const enumerable = false;
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable });
    }
  }

  async #display(value: unknown): Promise<void> {
    const rich = typeof value === 'object' && value !== null ? Reflect.get(value, DISPLAY) : undefined;
    const data =
      typeof rich === 'function'
        ? ((await rich.call(value)) as { [mime: string]: Json })
        : { 'text/plain': inspect(value) };
    this.#output.show({ type: 'display', data, metadata: {} });
  }

  /** Every `await` of cells goes through here: that is where a stop reaches them. */
  #await = (value: unknown, place: string): unknown => {
    if (this.#interrupted) throw new Interrupted('the cell was stopped');
    if (typeof value !== 'object' || value === null) return value;
    if (typeof (value as PromiseLike<unknown>).then !== 'function') return value;
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      (value as PromiseLike<unknown>).then(
        (result) => {
          this.#waiting.delete(reject);
          resolve(result);
        },
        (error) => {
          this.#waiting.delete(reject);
          cameBy(error, place);
          reject(error);
        },
      );
    });
  };

  #iterate = (values: AsyncIterable<unknown> | Iterable<unknown>, place: string): AsyncIterable<unknown> => {
    const inner =
      Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
    const next = (): Promise<IteratorResult<unknown>> =>
      this.#await(Promise.resolve(inner.next()), place) as Promise<IteratorResult<unknown>>;
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const { done, value } = await next();
          return { done: done ?? false, value: await value };
        },
        return: async (value?: unknown) => {
          await inner.return?.(value);
          return { done: true, value };
        },
      }),
    };
  };

  /** A stop lets consumers leave their groups: they run on when the cell that started them has ended. */
  #watchConsumers({ Kafka }: KafkaModule): void {
    const consumers = this.#consumers;
    const make = Kafka.prototype.consumer;
    Kafka.prototype.consumer = function (this: unknown, options: unknown) {
      const consumer = make.call(this, options);
      const { run } = consumer;
      consumer.run = (settings) => {
        consumers.add(consumer);
        return run(settings);
      };
      return consumer;
    };
  }

  #watchErrors(): void {
    const say = (error: unknown, how: string): void => {
      if (error instanceof Interrupted || error instanceof Exit || this.#interrupted) return;
      if (this.#process.emit(how, error)) return;
      this.#output.print('stderr', `${errorText(error).traceback.join('\n')}\n`);
    };
    self.addEventListener('unhandledrejection', (event) => {
      event.preventDefault();
      say(event.reason, 'unhandledRejection');
    });
    self.addEventListener('error', (event) => {
      event.preventDefault();
      say(event.error ?? new Error(event.message), 'uncaughtException');
    });
  }
}

interface Consumer extends Leaving {
  run(settings: unknown): Promise<void>;
}

interface KafkaModule {
  Kafka: { prototype: { consumer(this: unknown, options: unknown): Consumer } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    schedule(() => resolve(), ms);
  });
}

/** The policy of the page refuses every request; this says so in words. */
function noNetwork(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (...args) =>
    fetch(...args).catch((cause) => {
      throw new TypeError('fetch failed: the page gives cells no network', { cause });
    });
}

function setGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
}

/** Some names are the browser's and cannot be assigned to: a cell may use them all the same. */
function makeOwn(name: string, always: boolean): void {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  if (own?.writable || (own && !own.configurable)) return;
  if (own || name in globalThis || always) setGlobal(name, own && 'value' in own ? own.value : undefined);
}
