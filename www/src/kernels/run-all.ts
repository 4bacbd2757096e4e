/**
 * Runs all cells of a notebook in the order that its author means: `after`, `background`, `delay_s`, and the stop
 * button pressed for cells that never end by themselves. Used by "Run all" and by `cargo xtask execute`.
 */
import type { CodeLanguage } from '../client/code.ts';
import { unmet } from '../notebook/expect.ts';
import { cellSandbox } from '../notebook/sandbox.ts';
import type { Cell } from '../notebook/types.ts';
import { codeLanguage, type NotebookSession } from './session.ts';

/** Before an endless cell is stopped early, nothing may have come for this long. */
const QUIET_MS = 1000;
/** A program that is stopped may have to tidy up: stop is not pressed again at once. */
const AGAIN_MS = 10_000;

export interface RunAllResult {
  /** Cells that ended in an error that they do not expect, or were stopped by the person. */
  failed: string[];
}

/** Resolves when a cell of another notebook, named as 'file.ipynb#id', has ended. */
export type Elsewhere = (cell: string) => Promise<unknown> | undefined;

export async function runAll(
  session: NotebookSession,
  signal?: AbortSignal,
  elsewhere: Elsewhere = () => undefined,
): Promise<RunAllResult> {
  const failed: string[] = [];
  const ends = new Map<string, Promise<unknown>>();
  const stopWith = new Map<string, string[]>();
  for (const cell of session.notebook.cells) {
    const other = cellSandbox(cell).stopAfterCell;
    if (other) stopWith.set(other, [...(stopWith.get(other) ?? []), cell.id]);
  }
  // Several kernels are meant to meet in time: none may come late because it was loaded late.
  await untilAborted(openInterpreters(session, signal), signal);
  const background: Promise<unknown>[] = [];
  for (const cell of session.notebook.cells) {
    if (cell.type !== 'code' || cell.source.trim() === '') continue;
    const box = cellSandbox(cell);
    // Unless somebody runs them too, cells of other notebooks are the reader's affair.
    await untilAborted(
      Promise.all(box.after.map((id) => (id.includes('#') ? elsewhere(id) : ends.get(id)))),
      signal,
    );
    if (box.delayS > 0) await pause(box.delayS * 1000, signal);
    if (signal?.aborted) break;
    const end = runOne(session, cell, signal).then((ok) => {
      if (!ok) failed.push(cell.id);
      for (const id of stopWith.get(cell.id) ?? []) session.stopCell(id);
      return ok;
    });
    ends.set(cell.id, end);
    if (box.background) background.push(end);
    else if (!(await end)) break;
  }
  await Promise.all(background);
  return { failed };
}

async function runOne(
  session: NotebookSession,
  cell: Cell,
  signal?: AbortSignal,
): Promise<boolean> {
  const box = cellSandbox(cell);
  const expectsError = typeof box.expect?.error === 'string' || raisesException(cell);
  const endless = box.stopAfterS !== undefined || box.stopAfterCell !== undefined;
  const watch =
    box.stopAfterS === undefined ? undefined : stopInTime(session, cell, box.stopAfterS);
  const state = await session.runCell(cell.id, true);
  watch?.();
  if (signal?.aborted) return false;
  if (state === 'interrupted') return endless;
  return state === 'ok' || expectsError;
}

function raisesException(cell: Cell): boolean {
  const tags = cell.metadata.tags;
  return Array.isArray(tags) && tags.includes('raises-exception');
}

/** Presses stop when the time is over, or earlier when the expectation is met and no more output comes. */
function stopInTime(session: NotebookSession, cell: Cell, limitS: number): () => void {
  const expect = cellSandbox(cell).expect;
  const early = expect !== undefined && Object.keys(expect).length > 0;
  let lastOutputMs = 0;
  let startedMs = 0;
  const unsubscribe = session.subscribe((event) => {
    if (event.type === 'output' && event.cellId === cell.id) lastOutputMs = performance.now();
    if (event.type === 'run' && event.cellId === cell.id && event.state === 'running')
      startedMs ||= performance.now();
  });
  const books = new Map<string, string>();
  if (early) void loadFiles(session, cell, books);
  let pressedMs = -AGAIN_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    if (startedMs === 0 || now - pressedMs < AGAIN_MS) return;
    const over = now - startedMs > limitS * 1000;
    if (!over && (!early || lastOutputMs === 0 || now - lastOutputMs < QUIET_MS)) return;
    const outputs = session.notebook.cell(cell.id)?.outputs ?? [];
    const met = (): boolean =>
      unmet({ ...expect, error: null }, outputs, (path) => books.get(path)).length === 0;
    if (!over && !met()) return;
    pressedMs = now;
    session.stopCell(cell.id);
  }, 100);
  return () => {
    clearInterval(timer);
    unsubscribe();
  };
}

async function loadFiles(
  session: NotebookSession,
  cell: Cell,
  into: Map<string, string>,
): Promise<void> {
  for (const [key, path] of Object.entries(cellSandbox(cell).expect ?? {})) {
    if (!key.endsWith('_lines_of') || typeof path !== 'string') continue;
    const bytes = await session.folder.fetchBeside(path);
    // A byte-order mark is part of the first line that a consumer prints.
    if (bytes) into.set(path, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  }
}

function untilAborted(work: Promise<unknown>, signal?: AbortSignal): Promise<unknown> {
  if (!signal) return work;
  const aborted = new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  return Promise.race([work, aborted]);
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
}

/** Starts the interpreters of all kernels that the notebook names, one after the other. */
async function openInterpreters(session: NotebookSession, signal?: AbortSignal): Promise<void> {
  const wanted = new Map<string, CodeLanguage>();
  for (const cell of session.notebook.cells) {
    const language = cell.type === 'code' ? codeLanguage(session.kind(cell)) : null;
    if (language) wanted.set(session.kernelOf(cell), language);
  }
  // A notebook with one kernel starts it with its first cell, whose place shows how it goes.
  if (wanted.size < 2) return;
  for (const [name, language] of wanted) if (!signal?.aborted) await session.openInterpreter(name, language);
}
