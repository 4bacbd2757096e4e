/**
 * A notebook that is open: its document, its kernels, what runs, and the person's saved copy.
 *
 * The elements draw it and call it; it draws nothing itself.
 */
import type { DocumentStore } from '../client/documents.ts';
import type { Completions, Hover, Kernel, Sandbox } from '../client/types.ts';
import { KIND_NAMES, kindOf, shellSource, type Kind } from '../notebook/kinds.ts';
import { Notebook, type Change } from '../notebook/notebook.ts';
import { OutputCollector } from '../notebook/outputs.ts';
import { RunQueue, type RunState } from '../notebook/queue.ts';
import {
  cellSandbox,
  notebookSandbox,
  titleOf,
  type NotebookSandbox,
} from '../notebook/sandbox.ts';
import type { Cell, Output } from '../notebook/types.ts';
import { Folder } from './folder.ts';
import type { Opened } from './opening.ts';
import { hashOf } from './opening.ts';

export interface RunInfo {
  state: RunState;
  startedAtMs: number;
  endedAtMs: number;
  exitCode: number;
  /** A command waits for its standard input. */
  wantsInput: boolean;
}

export type SessionEvent =
  | { type: 'notebook'; change: Change; cellId: string | null }
  /** The cell came into another state. */
  | { type: 'run'; cellId: string; state: RunState }
  /** Something about its run is known better: it waits for input, or its exit code. */
  | { type: 'progress'; cellId: string }
  | { type: 'output'; cellId: string; stream: 'stdout' | 'stderr'; text: string }
  | { type: 'saved' }
  | { type: 'kernel' };

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'failed';

const AUTOSAVE_MS = 800;
/** While cells run, their outputs change all the time. */
const BUSY_SAVE_MS = 5000;
const OUTPUT_MS = 33;
const LONG_CHARS = 500_000;
const LONG_MS = 150;

export class NotebookSession {
  readonly notebook: Notebook;
  readonly opened: Opened;
  readonly folder: Folder;
  readonly box: NotebookSandbox;
  readonly #sandbox: Sandbox;
  readonly #store: DocumentStore;
  readonly #queue: RunQueue;
  #kernels = new Map<string, Promise<Kernel>>();
  #runs = new Map<string, RunInfo>();
  #listeners = new Set<(event: SessionEvent) => void>();
  #count: number;
  #edited: boolean;
  #authorHash: string;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  saveState: SaveState = 'saved';
  saveProblem = '';

  constructor(opened: Opened, sandbox: Sandbox, store: DocumentStore, baseUrl: string) {
    this.opened = opened;
    this.notebook = Notebook.parse(opened.text);
    this.box = notebookSandbox(this.notebook.metadata);
    this.folder = new Folder(opened.key, store, baseUrl, this.box);
    this.#sandbox = sandbox;
    this.#store = store;
    this.#edited = opened.edited;
    this.#authorHash = opened.authorHash;
    this.#count = Math.max(0, ...this.notebook.cells.map((cell) => cell.executionCount ?? 0));
    this.#queue = new RunQueue({
      run: (id) => this.#execute(id),
      interrupt: (kernel) => void this.#kernels.get(kernel)?.then((k) => k.interrupt()),
      changed: (id, state) => this.#changed(id, state),
    });
    this.notebook.subscribe((change, cellId) => {
      if (change !== 'outputs') this.#edited = true;
      this.#emit({ type: 'notebook', change, cellId });
      this.#scheduleSave();
    });
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get title(): string {
    return titleOf(this.notebook.cells, this.notebook.metadata, this.opened.fileName);
  }

  get edited(): boolean {
    return this.#edited;
  }

  get busy(): boolean {
    return this.#queue.busy;
  }

  run(cellId: string): RunInfo | undefined {
    return this.#runs.get(cellId);
  }

  kind(cell: Cell): Kind {
    return kindOf(cell, this.notebook.metadata);
  }

  // ─── Running ───

  /** Starts the notebook's shell before it is needed; runs nothing. */
  warmUp(): void {
    const first = this.notebook.cells.find((c) => c.type === 'code' && this.kind(c) === 'shell');
    if (first) void this.#kernel(this.kernelOf(first)).catch(() => undefined);
  }

  /** Resolves when the cell has ended. Cells without code end at once. */
  runCell(cellId: string, goOn = false): Promise<RunState> {
    const cell = this.notebook.cell(cellId);
    if (!cell || cell.type !== 'code') return Promise.resolve('ok');
    const notBuilt = this.kind(cell) !== 'shell';
    return this.#queue.add(this.kernelOf(cell), cellId, goOn || notBuilt);
  }

  kernelOf(cell: Cell): string {
    return cellSandbox(cell).kernel ?? this.box.kernel;
  }

  stop(): void {
    this.#queue.stop();
  }

  stopCell(cellId: string): void {
    this.#queue.stopCell(cellId);
  }

  /** Ends the kernels: variables and named consumers are gone, files and the cluster stay. */
  async restart(): Promise<void> {
    this.#queue.stop();
    this.#count = 0;
    await Promise.all([...this.#kernels.keys()].map((name) => this.#drop(name)));
    this.#emit({ type: 'kernel' });
  }

  /** A kernel that failed is not used again: the next cell gets a new one. */
  async #drop(name: string): Promise<void> {
    const opening = this.#kernels.get(name);
    this.#kernels.delete(name);
    const kernel = await opening?.catch(() => undefined);
    if (!kernel) return;
    this.folder.detach(kernel);
    kernel.close();
  }

  async input(cellId: string, text: string | null): Promise<void> {
    const cell = this.notebook.cell(cellId);
    if (!cell) return;
    const kernel = await this.#kernels.get(this.kernelOf(cell));
    kernel?.input(text);
  }

  async complete(cellId: string, source: string, cursor: number): Promise<Completions | null> {
    const cell = this.notebook.cell(cellId);
    if (!cell || kindOf({ ...cell, source }, this.notebook.metadata) !== 'shell') return null;
    const shell = shellSource(source);
    const kernel = await this.#kernel(this.kernelOf(cell));
    const found = await kernel.complete(shell.text, shell.fromCell(cursor));
    return { ...found, from: shell.toCell(found.from) };
  }

  async hover(cellId: string, source: string, cursor: number): Promise<Hover | null> {
    const cell = this.notebook.cell(cellId);
    if (!cell || kindOf({ ...cell, source }, this.notebook.metadata) !== 'shell') return null;
    const shell = shellSource(source);
    const kernel = await this.#kernel(this.kernelOf(cell));
    const found = await kernel.hover(shell.text, shell.fromCell(cursor));
    return found ? { ...found, from: shell.toCell(found.from), to: shell.toCell(found.to) } : null;
  }

  #kernel(name: string): Promise<Kernel> {
    let opening = this.#kernels.get(name);
    if (!opening) {
      opening = this.#openKernel();
      this.#kernels.set(name, opening);
      opening.catch(() => this.#kernels.delete(name));
    }
    return opening;
  }

  async #openKernel(): Promise<Kernel> {
    await this.folder.load();
    let kernel: Kernel | undefined;
    kernel = await this.#sandbox.openKernel({
      user: this.box.user,
      env: this.box.env,
      hosts: this.box.hosts,
      files: this.folder.all(),
      fetchUrl: (url) => this.folder.fetchUrl(url),
      onFile: (path, bytes) => this.folder.written(kernel, path, bytes),
    });
    this.folder.attach(kernel);
    return kernel;
  }

  async #execute(cellId: string): Promise<'ok' | 'error' | 'interrupted'> {
    const cell = this.notebook.cell(cellId);
    if (!cell) return 'ok';
    const count = ++this.#count;
    const collector = new OutputCollector();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = (): void => {
      clearTimeout(timer);
      timer = undefined;
      this.notebook.setOutputs(cellId, collector.outputs, count);
    };
    this.notebook.setOutputs(cellId, [], null);
    try {
      const kind = this.kind(cell);
      if (kind !== 'shell') {
        collector.error(notBuilt(kind));
        return 'error';
      }
      const shell = shellSource(cell.source);
      const kernel = await this.#kernel(this.kernelOf(cell));
      const result = await kernel.run(shell.text, {
        onOutput: (stream, text) => {
          collector.stream(stream, text);
          // A long text is redrawn seldom: each time costs its whole length.
          timer ??= setTimeout(flush, collector.length > LONG_CHARS ? LONG_MS : OUTPUT_MS);
          this.#emit({ type: 'output', cellId, stream, text });
        },
        onInput: (waiting) => this.#patch(cellId, { wantsInput: waiting }),
      });
      this.#patch(cellId, { exitCode: result.exitCode, wantsInput: false });
      if (result.status === 'interrupted') return 'interrupted';
      if (result.exitCode === 0 || !shell.failsCell) return 'ok';
      collector.error({
        ename: 'CalledProcessError',
        evalue: `exit status ${result.exitCode}`,
        traceback: [],
      });
      return 'error';
    } catch (error) {
      await this.#drop(this.kernelOf(cell));
      const text = error instanceof Error ? error.message : String(error);
      collector.error({ ename: 'KernelError', evalue: text, traceback: [] });
      return 'error';
    } finally {
      flush();
    }
  }

  #changed(cellId: string, state: RunState): void {
    const now = Date.now();
    const was = this.#runs.get(cellId);
    this.#runs.set(cellId, {
      state,
      startedAtMs: state === 'running' ? now : (was?.startedAtMs ?? now),
      endedAtMs: state === 'running' || state === 'queued' ? 0 : now,
      exitCode: state === 'running' ? 0 : (was?.exitCode ?? 0),
      wantsInput: false,
    });
    this.#emit({ type: 'run', cellId, state });
    if (this.#saveTimer === undefined || this.busy) return;
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => void this.save(), AUTOSAVE_MS);
  }

  #patch(cellId: string, part: Partial<RunInfo>): void {
    const was = this.#runs.get(cellId);
    if (!was) return;
    this.#runs.set(cellId, { ...was, ...part });
    this.#emit({ type: 'progress', cellId });
  }

  // ─── Saving ───

  #scheduleSave(): void {
    if (this.saveState === 'saved') {
      this.saveState = 'unsaved';
      this.#emit({ type: 'saved' });
    }
    // Outputs that pour in must not postpone the save for ever: the first change sets the time.
    this.#saveTimer ??= setTimeout(() => void this.save(), this.busy ? BUSY_SAVE_MS : AUTOSAVE_MS);
  }

  async save(): Promise<void> {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    if (this.#closed) return;
    this.saveState = 'saving';
    this.#emit({ type: 'saved' });
    try {
      await this.#store.save({
        key: this.opened.key,
        fileName: this.opened.fileName,
        title: this.title,
        text: this.notebook.serialise(),
        authorHash: this.#authorHash,
        edited: this.#edited,
        savedAtMs: Date.now(),
      });
      this.saveState = this.#saveTimer === undefined ? 'saved' : 'unsaved';
      this.saveProblem = '';
    } catch (error) {
      this.saveState = 'failed';
      this.saveProblem = `Your changes could not be saved in this browser (${error instanceof Error ? error.message : error}). Download the notebook to keep them.`;
    }
    this.#emit({ type: 'saved' });
  }

  /** Takes the author's present version as the one that this copy is of, so that it is not offered again. */
  async keepMine(): Promise<void> {
    if (this.opened.authorText !== null) this.#authorHash = await hashOf(this.opened.authorText);
    await this.save();
  }

  /** Forgets the saved copy. The caller opens the notebook anew. */
  async discard(): Promise<void> {
    await this.close();
    await this.#store.remove(this.opened.key);
    await this.#store.clearFiles(this.opened.key);
  }

  async close(): Promise<void> {
    if (this.saveState === 'unsaved') await this.save();
    this.#closed = true;
    clearTimeout(this.#saveTimer);
    await this.restart();
  }

  #emit(event: SessionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function notBuilt(kind: Kind): Omit<Extract<Output, { output_type: 'error' }>, 'output_type'> {
  return {
    ename: 'NotBuiltYet',
    evalue: `This page cannot run ${KIND_NAMES[kind]} cells yet. Shell cells run: lines that start with !, cells that start with %%bash, or change the cell's kind to Shell.`,
    traceback: [],
  };
}
