/** As much of Node's `stream` as reading and writing files needs: no back pressure, no object modes. */
import EventEmitter from 'events';

type Chunk = Uint8Array | string;

/** Reads from an asynchronous source as soon as somebody listens. */
export class Readable extends EventEmitter {
  readonly #source: AsyncIterator<unknown>;
  #flowing = false;
  destroyed = false;

  constructor(source: AsyncIterable<unknown>) {
    super();
    this.#source = source[Symbol.asyncIterator]();
    this.on('newListener', (name) => {
      if (name === 'data') this.resume();
    });
  }

  static from(source: Iterable<unknown> | AsyncIterable<unknown>): Readable {
    return new Readable(
      Symbol.asyncIterator in source ? source : (async function* () { yield* source; })(),
    );
  }

  resume(): this {
    if (!this.#flowing) {
      this.#flowing = true;
      queueMicrotask(() => void this.#flow());
    }
    return this;
  }

  pause(): this {
    return this;
  }
  setEncoding(): this {
    return this;
  }

  async #flow(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#source.next();
        if (done || this.destroyed) break;
        this.emit('data', value);
      }
      this.emit('end');
      this.emit('close');
    } catch (error) {
      this.emit('error', error);
    }
  }

  pipe<W extends Writable>(to: W): W {
    this.on('data', (chunk: Chunk) => to.write(chunk));
    this.on('end', () => to.end());
    return to;
  }

  destroy(): this {
    this.destroyed = true;
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.#source;
  }
}

/** Hands each piece to a function. */
export class Writable extends EventEmitter {
  readonly #put: (data: Chunk) => void;
  writable = true;

  constructor(put: (data: Chunk) => void) {
    super();
    this.#put = put;
  }

  write(data: Chunk, encoding?: unknown, done?: () => void): boolean {
    this.#put(data);
    const listener = typeof encoding === 'function' ? (encoding as () => void) : done;
    if (listener) queueMicrotask(listener);
    return true;
  }

  end(data?: Chunk | (() => void), done?: () => void): this {
    if (data !== undefined && typeof data !== 'function') this.write(data);
    const listener = typeof data === 'function' ? data : done;
    this.writable = false;
    queueMicrotask(() => {
      this.emit('finish');
      this.emit('close');
      listener?.();
    });
    return this;
  }
}

export default { Readable, Writable };
