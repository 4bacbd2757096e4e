/** Node's `readline`: the lines of a stream, and questions to the person. */
import EventEmitter from 'events';
import type { Readable } from './stream.ts';

/** Asks the person for a line; null at the end of the input. */
export type Ask = (prompt: string) => Promise<string | null>;

async function* linesOf(input: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

class Interface extends EventEmitter {
  readonly #lines: AsyncGenerator<string>;
  readonly #ask: Ask;
  #prompt = '> ';
  #closed = false;

  constructor(input: Readable, ask: Ask) {
    super();
    this.#ask = ask;
    this.#lines = linesOf(input);
    this.on('newListener', (name) => {
      if (name === 'line') queueMicrotask(() => void this.#flow());
    });
  }

  async #flow(): Promise<void> {
    for await (const line of this.#lines) {
      if (this.#closed) return;
      this.emit('line', line);
    }
    this.close();
  }

  async ask(prompt: string): Promise<string> {
    return (await this.#ask(prompt)) ?? '';
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt;
  }
  prompt(): void {
    void this.ask(this.#prompt).then((line) => this.emit('line', line));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#lines;
  }
}

/** `readline` and `readline/promises`. */
export function makeReadline(ask: Ask) {
  const make = (first: { input: Readable } | Readable): Interface =>
    new Interface('input' in first ? first.input : first, ask);
  const createInterface = (options: { input: Readable }) =>
    Object.assign(make(options), {
      question(this: Interface, prompt: string, given: unknown, done?: (answer: string) => void) {
        const listener = (typeof given === 'function' ? given : done) as (answer: string) => void;
        void this.ask(prompt).then(listener);
      },
    });
  const promises = {
    createInterface: (options: { input: Readable }) =>
      Object.assign(make(options), {
        question(this: Interface, prompt: string) {
          return this.ask(prompt);
        },
      }),
  };
  return { createInterface, promises };
}
