/**
 * The order in which cells run: one at a time per kernel, kernels side by side. Pure: it is told how to run a cell.
 *
 * As in Jupyter, a cell that fails drops the cells that wait behind it in its kernel.
 */

export type RunState = 'queued' | 'running' | 'ok' | 'error' | 'interrupted' | 'dropped';

export interface QueueHooks {
  /** Runs one cell to its end; never rejects. */
  run(cellId: string): Promise<'ok' | 'error' | 'interrupted'>;
  /** Ends what runs in this kernel; `run` then resolves. */
  interrupt(kernel: string): void;
  changed(cellId: string, state: RunState): void;
}

interface Entry {
  cellId: string;
  /** The cells behind it run even when this one fails or is stopped: its author expects that. */
  goOn: boolean;
  done: (state: RunState) => void;
}

interface Lane {
  running: Entry | null;
  waiting: Entry[];
}

export class RunQueue {
  #lanes = new Map<string, Lane>();
  readonly #hooks: QueueHooks;

  constructor(hooks: QueueHooks) {
    this.#hooks = hooks;
  }

  /** Resolves with how the cell ended. A cell that waits already is not queued twice. */
  add(kernel: string, cellId: string, goOn = false): Promise<RunState> {
    const lane = this.#lane(kernel);
    if (lane.waiting.some((entry) => entry.cellId === cellId)) return Promise.resolve('queued');
    return new Promise((done) => {
      lane.waiting.push({ cellId, goOn, done });
      this.#hooks.changed(cellId, 'queued');
      this.#next(kernel, lane);
    });
  }

  /** Takes all that waits off the queue and ends what runs. Without a kernel: everywhere. */
  stop(kernel?: string): void {
    for (const [name, lane] of this.#lanes) {
      if (kernel !== undefined && name !== kernel) continue;
      this.#drop(lane);
      if (lane.running) this.#hooks.interrupt(name);
    }
  }

  /** Ends this cell, or takes it off the queue; the others go on. */
  stopCell(cellId: string): void {
    for (const [name, lane] of this.#lanes) {
      if (lane.running?.cellId === cellId) this.#hooks.interrupt(name);
      const entry = lane.waiting.find((waiting) => waiting.cellId === cellId);
      if (!entry) continue;
      lane.waiting = lane.waiting.filter((waiting) => waiting !== entry);
      this.#end(entry, 'dropped');
    }
  }

  get busy(): boolean {
    return [...this.#lanes.values()].some(
      (lane) => lane.running !== null || lane.waiting.length > 0,
    );
  }

  running(kernel: string): string | null {
    return this.#lanes.get(kernel)?.running?.cellId ?? null;
  }

  #lane(kernel: string): Lane {
    let lane = this.#lanes.get(kernel);
    if (!lane) this.#lanes.set(kernel, (lane = { running: null, waiting: [] }));
    return lane;
  }

  #next(kernel: string, lane: Lane): void {
    if (lane.running) return;
    const entry = lane.waiting.shift();
    if (!entry) return;
    lane.running = entry;
    this.#hooks.changed(entry.cellId, 'running');
    void this.#hooks.run(entry.cellId).then((state) => {
      lane.running = null;
      if (state !== 'ok' && !entry.goOn) this.#drop(lane);
      this.#end(entry, state);
      this.#next(kernel, lane);
    });
  }

  #drop(lane: Lane): void {
    for (const entry of lane.waiting.splice(0)) this.#end(entry, 'dropped');
  }

  #end(entry: Entry, state: RunState): void {
    this.#hooks.changed(entry.cellId, state);
    entry.done(state);
  }
}
