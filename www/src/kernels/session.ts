/**
 * A notebook that is open: its document, its kernels, what runs, and the person's saved copy.
 *
 * The elements draw it and call it; it draws nothing itself.
 */
import type { DocumentStore } from '../client/documents.ts';
import type { CodeKernel, CodeLanguage, LoadProgress } from '../client/code.ts';
import type { Completions, Hover, Kernel, Sandbox, Signature } from '../client/types.ts';
import { kindOf, shellSource, type Kind, type ShellSource } from '../notebook/kinds.ts';
import { Notebook, type Change } from '../notebook/notebook.ts';
import { hasPip } from '../notebook/pip.ts';
import { OutputCollector, type DisplayUpdate } from '../notebook/outputs.ts';
import { RunQueue, type RunState } from '../notebook/queue.ts';
import { hostsNamed, hostsNote } from '../notebook/hosts.ts';
import {
  cellSandbox,
  notebookSandbox,
  titleOf,
  type NotebookSandbox,
} from '../notebook/sandbox.ts';
import type { Cell } from '../notebook/types.ts';
import { runShellCell, type CellRun, type Ended } from './execute.ts';
import { Folder } from './folder.ts';
import { InputHistory } from './inputs.ts';
import { Kernels } from './kernels.ts';
import { hashOf, type Opened } from './opened.ts';

export interface RunInfo {
  state: RunState;
  startedAtMs: number;
  endedAtMs: number;
  exitCode: number;
  /** A command waits for its standard input, or code asks the person. */
  wantsInput: boolean;
  /** What code asks for. */
  prompt: string;
  password: boolean;
  /** The interpreter that it waits for is being fetched. */
  loading: LoadProgress | null;
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
/** While a long text grows: each save writes the whole of it, which holds up the page. */
const LONG_SAVE_MS = 60_000;
const OUTPUT_MS = 33;
const LONG_CHARS = 500_000;
const LONG_MS = 150;

export class NotebookSession {
  readonly notebook: Notebook;
  readonly opened: Opened;
  readonly folder: Folder;
  readonly box: NotebookSandbox;
  readonly #store: DocumentStore;
  readonly #queue: RunQueue;
  readonly #kernels: Kernels;
  /** Outputs of cells that have ended, which may still be updated. */
  #displays: { cellId: string; count: number; collector: OutputCollector }[] = [];
  #runs = new Map<string, RunInfo>();
  readonly #inputs = new InputHistory();
  #listeners = new Set<(event: SessionEvent) => void>();
  #count: number;
  #edited: boolean;
  #authorHash: string;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  /** Cells that run and have printed much. */
  #long = new Set<string>();
  #closed = false;
  saveState: SaveState = 'saved';
  saveProblem = '';

  /** What the person should know about what was opened. */
  readonly note: string;

  constructor(opened: Opened, sandbox: Sandbox, store: DocumentStore, baseUrl: string) {
    this.opened = opened;
    this.notebook = Notebook.parse(opened.text);
    this.box = this.#sandboxOf(notebookSandbox(this.notebook.metadata));
    this.note = opened.note || hostsNote(this.box.hosts);
    this.folder = new Folder(opened.key, store, baseUrl, this.box);
    this.#kernels = new Kernels(sandbox, this.folder, this.box);
    this.#kernels.onProgress = (name, progress) => this.#loading(name, progress);
    this.#store = store;
    this.#edited = opened.edited;
    this.#authorHash = opened.authorHash;
    this.#count = Math.max(0, ...this.notebook.cells.map((cell) => cell.executionCount ?? 0));
    this.#queue = new RunQueue({
      run: (id) => this.#execute(id),
      interrupt: (kernel) => this.#kernels.interrupt(kernel),
      changed: (id, state) => this.#changed(id, state),
    });
    this.notebook.subscribe((change, cellId) => {
      if (change !== 'outputs') this.#edited = true;
      this.#emit({ type: 'notebook', change, cellId });
      this.#scheduleSave();
    });
  }

  /** Unless the author lists hosts, those that the cells name when a kernel starts. */
  #sandboxOf(box: NotebookSandbox): NotebookSandbox {
    if (box.hosts.length > 0) return box;
    const { notebook } = this;
    return {
      ...box,
      get hosts() {
        return hostsNamed(notebook.cells);
      },
    };
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
    if (first) void this.#kernels.shell(this.kernelOf(first)).catch(() => undefined);
  }

  /** Starts an interpreter before a cell needs it, until it is there. Failures show when cells run. */
  async openInterpreter(kernel: string, language: CodeLanguage): Promise<void> {
    await this.#kernels.code(kernel, language).then(({ ready }) => ready).catch(() => undefined);
  }

  /** Resolves when the cell has ended. Cells without code end at once. */
  runCell(cellId: string, goOn = false): Promise<RunState> {
    const cell = this.notebook.cell(cellId);
    if (!cell || cell.type !== 'code') return Promise.resolve('ok');
    return this.#queue.add(this.kernelOf(cell), cellId, goOn);
  }

  /** Runs lines in the notebook's shell without a cell; their exit status. What they print is not kept. */
  async runShell(source: string): Promise<number> {
    const shell = await this.#kernels.shell(this.box.kernel);
    return (await shell.run(source, { onOutput: () => undefined })).exitCode;
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
    this.#displays = [];
    await this.#kernels.closeAll();
    this.#emit({ type: 'kernel' });
  }

  async input(cellId: string, text: string | null): Promise<void> {
    const cell = this.notebook.cell(cellId);
    if (!cell) return;
    const language = codeLanguage(this.kind(cell));
    const name = this.kernelOf(cell);
    const kernel = language ? this.#kernels.openCode(name, language) : this.#kernels.openShell(name);
    (await kernel)?.input(text);
  }

  async complete(cellId: string, source: string, cursor: number): Promise<Completions | null> {
    return await this.#help<Completions>(
      cellId,
      source,
      (code) => code.complete(source, cursor),
      async (kernel, shell) => {
        const found = await kernel.complete(shell.text, shell.fromCell(cursor));
        return { ...found, from: shell.toCell(found.from) };
      },
    );
  }

  async hover(cellId: string, source: string, cursor: number): Promise<Hover | null> {
    return await this.#help<Hover>(
      cellId,
      source,
      (code) => code.inspect(source, cursor),
      async (kernel, shell) => {
        const found = await kernel.hover(shell.text, shell.fromCell(cursor));
        return found && { ...found, from: shell.toCell(found.from), to: shell.toCell(found.to) };
      },
    );
  }

  /** The call at the cursor. */
  async signature(cellId: string, source: string, cursor: number): Promise<Signature | null> {
    return await this.#help<Signature>(cellId, source, (code) => code.signature(source, cursor));
  }

  /** Asks who would run the source. An interpreter is not loaded for it. */
  async #help<T>(
    cellId: string,
    source: string,
    byCode: (code: CodeKernel) => Promise<T | undefined>,
    byShell?: (kernel: Kernel, shell: ShellSource) => Promise<T | null | undefined>,
  ): Promise<T | null> {
    const cell = this.notebook.cell(cellId);
    if (!cell) return null;
    const kind = kindOf({ ...cell, source }, this.notebook.metadata);
    const name = this.kernelOf(cell);
    const language = codeLanguage(kind);
    const code = language && (await this.#kernels.openCode(name, language));
    if (code) return (await byCode(code)) ?? null;
    if (kind !== 'shell' || !byShell) return null;
    return (await byShell(await this.#kernels.shell(name), shellSource(source))) ?? null;
  }

  /** What was run where this cell would run, the newest last. A restart does not forget it. */
  inputs(cellId: string): readonly string[] {
    const cell = this.notebook.cell(cellId);
    return cell ? this.#inputs.of(this.#inputPlace(cell)) : [];
  }

  /** By the cell's own language, not its text: in a Python notebook a `!` line is one of Python's inputs. */
  #inputPlace(cell: Cell): string {
    return `${this.#ownKind(cell)} ${this.kernelOf(cell)}`;
  }

  #ownKind(cell: Cell): Kind {
    return kindOf({ ...cell, source: '' }, this.notebook.metadata);
  }

  async #execute(cellId: string): Promise<Ended> {
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
    this.#inputs.add(this.#inputPlace(cell), cell.source);
    if (this.#ownKind(cell) === 'python') this.#kernels.note(this.kernelOf(cell), [count, cell.source]);
    const run: CellRun = {
      kernel: this.kernelOf(cell),
      source: cell.source,
      count,
      collector,
      // A long text is redrawn seldom: each time costs its whole length.
      changed: () => {
        const long = collector.length > LONG_CHARS;
        if (long) this.#long.add(cellId);
        timer ??= setTimeout(flush, long ? LONG_MS : OUTPUT_MS);
      },
      text: (stream, text) => this.#emit({ type: 'output', cellId, stream, text }),
      updated: (update) => this.#updateElsewhere(collector, update),
      waiting: (request) =>
        this.#patch(cellId, { wantsInput: request !== null, prompt: request?.prompt ?? '', password: request?.password ?? false }),
      exitCode: (exitCode) => this.#patch(cellId, { exitCode }),
    };
    try {
      return await this.#dispatch(cell, run);
    } finally {
      if (collector.hasDisplays) this.#displays.push({ cellId, count, collector });
      this.#patch(cellId, { wantsInput: false });
      this.#long.delete(cellId);
      flush();
    }
  }

  /** To the shell, unless the cell is code or has a `pip` line, which the shell does not know. */
  async #dispatch(cell: Cell, run: CellRun): Promise<Ended> {
    const kind = this.kind(cell);
    if (kind === 'shell' && !hasPip(cell.source)) return await runShellCell(this.#kernels, run);
    const { runCode } = await import('./execute-code.ts');
    return await runCode(this.#kernels, kind, run);
  }

  /** Displays of cells that have ended are updated too. */
  #updateElsewhere(own: OutputCollector, update: DisplayUpdate): void {
    for (const { cellId, count, collector } of this.#displays) {
      if (collector === own || !this.notebook.cell(cellId)) continue;
      if (collector.update(update.displayId, update.data, update.metadata))
        this.notebook.setOutputs(cellId, collector.outputs, count);
    }
  }

  /** Shown in the cells that wait for the interpreter. */
  #loading(kernel: string, progress: LoadProgress | null): void {
    const cellId = this.#queue.running(kernel);
    if (cellId !== null) this.#patch(cellId, { loading: progress });
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
      prompt: '',
      password: false,
      loading: null,
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
    const busyMs = this.#long.size > 0 ? LONG_SAVE_MS : BUSY_SAVE_MS;
    this.#saveTimer ??= setTimeout(() => void this.save(), this.busy ? busyMs : AUTOSAVE_MS);
  }

  async save(): Promise<void> {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    if (this.#closed) return;
    this.saveState = 'saving';
    this.#emit({ type: 'saved' });
    try {
      const text = this.notebook.serialise();
      // Storing a long text is as much work as writing it: the page may breathe in between.
      if (text.length > LONG_CHARS) await new Promise((resolve) => setTimeout(resolve));
      await this.#store.save({
        key: this.opened.key,
        fileName: this.opened.fileName,
        title: this.title,
        text,
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

export function codeLanguage(kind: Kind): CodeLanguage | null {
  return kind === 'python' || kind === 'javascript' ? kind : null;
}
