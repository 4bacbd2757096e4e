/** Calls to a worker that wait for their answers. Knows nothing of what is called, nor how it is sent. */

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The number under which a worker says that it is ready. */
const READY = 0;

export class Calls {
  #pending = new Map<number, Pending>();
  #last = READY;
  #ended = '';
  readonly ready: Promise<void>;

  constructor() {
    this.ready = this.#wait(READY) as Promise<void>;
    // Who does not wait for it need not hear that it failed: every call does.
    this.ready.catch(() => undefined);
  }

  /** Why nothing is answered any more; empty while there is hope. */
  get ended(): string {
    return this.#ended;
  }

  /** A call that `send` makes under the number it is given. */
  make<R>(send: (id: number) => void): Promise<R> {
    if (this.#ended !== '') return Promise.reject(new Error(this.#ended));
    const answer = this.#wait(++this.#last);
    send(this.#last);
    return answer as Promise<R>;
  }

  isReady(): void {
    this.answer(READY, undefined);
  }

  answer(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  fail(id: number, message: string): void {
    this.#take(id)?.reject(new Error(message));
  }

  /** Nothing will be answered any more; the first reason counts. */
  end(why: string): void {
    this.#ended ||= why;
    for (const pending of this.#pending.values()) pending.reject(new Error(why));
    this.#pending.clear();
  }

  #wait(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
