/** Timers as Node's: objects that can be cleared, referenced and not; and a way to end all that a cell has set. */

const web = {
  setTimeout: globalThis.setTimeout.bind(globalThis),
  setInterval: globalThis.setInterval.bind(globalThis),
  clearTimeout: globalThis.clearTimeout.bind(globalThis),
};

export class Timeout {
  #id: number | ReturnType<typeof setTimeout> = 0;
  readonly #start: () => number | ReturnType<typeof setTimeout>;

  constructor(start: () => number | ReturnType<typeof setTimeout>) {
    this.#start = start;
    this.refresh();
  }

  refresh(): this {
    this.close();
    this.#id = this.#start();
    return this;
  }

  close(): this {
    web.clearTimeout(this.#id);
    return this;
  }

  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return Number(this.#id);
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

type Work = (...args: any[]) => void;

export class Timers {
  /** Those that have not fired. */
  #set = new Set<Timeout>();

  setTimeout = Object.assign(
    (work: Work, ms = 1, ...args: unknown[]): Timeout => {
      const timeout: Timeout = new Timeout(() =>
        web.setTimeout(() => {
          this.#set.delete(timeout);
          work(...args);
        }, ms),
      );
      this.#set.add(timeout);
      return timeout;
    },
    { [Symbol.for('nodejs.util.promisify.custom')]: (ms: number, value?: unknown) => this.wait(ms, value) },
  );

  setInterval = (work: Work, ms = 1, ...args: unknown[]): Timeout => {
    const timeout = new Timeout(() => web.setInterval(() => work(...args), ms));
    this.#set.add(timeout);
    return timeout;
  };

  setImmediate = (work: Work, ...args: unknown[]): Timeout => this.setTimeout(work, 0, ...args);

  clear = (timeout: unknown): void => {
    if (timeout instanceof Timeout) {
      timeout.close();
      this.#set.delete(timeout);
      return;
    }
    for (const set of this.#set) if (Number(set) === Number(timeout)) this.clear(set);
  };

  wait = (ms = 1, value?: unknown): Promise<unknown> =>
    new Promise((resolve) => this.setTimeout(() => resolve(value), ms));

  clearAll(): void {
    for (const timeout of this.#set) timeout.close();
    this.#set.clear();
  }
}
