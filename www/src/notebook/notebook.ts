/**
 * A notebook that is being edited: its cells, the changes that people make, and undo for what they deleted.
 *
 * Pure: knows nothing of the DOM, of kernels or of storage. Every change replaces `data` and tells the listeners.
 */
import { KERNELSPECS, type CodeKind } from './kinds.ts';
import { freshId, parseNotebook, serialiseNotebook } from './nbformat.ts';
import type { Cell, CellType, JsonObject, NotebookData, Output } from './types.ts';

export type Change = 'structure' | 'source' | 'outputs' | 'metadata';
type Listener = (change: Change, cellId: string | null) => void;

interface Removed {
  cells: Cell[];
  index: number;
}

const UNDO_LIMIT = 100;

export class Notebook {
  #data: NotebookData;
  #listeners = new Set<Listener>();
  #removed: Removed[] = [];

  constructor(data: NotebookData) {
    this.#data = data;
  }

  static parse(text: string): Notebook {
    return new Notebook(parseNotebook(text));
  }

  /** One empty cell, in a notebook of that language. */
  static empty(kind: CodeKind): Notebook {
    const metadata = { kernelspec: KERNELSPECS[kind] };
    const notebook = new Notebook({ cells: [], minor: 5, metadata });
    notebook.insert(0, 'code');
    return notebook;
  }

  get data(): NotebookData {
    return this.#data;
  }

  get cells(): readonly Cell[] {
    return this.#data.cells;
  }

  get metadata(): JsonObject {
    return this.#data.metadata;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  indexOf(id: string): number {
    return this.cells.findIndex((cell) => cell.id === id);
  }

  cell(id: string): Cell | undefined {
    return this.cells.find((cell) => cell.id === id);
  }

  serialise(): string {
    return serialiseNotebook(this.#data);
  }

  // ─── Structure ───

  insert(index: number, type: CellType, source = '', metadata: JsonObject = {}): Cell {
    const id = freshId(new Set(this.cells.map((cell) => cell.id)));
    const cell: Cell = {
      id,
      type,
      source,
      metadata,
      outputs: [],
      executionCount: null,
      attachments: undefined,
    };
    this.#splice(index, 0, [cell]);
    return cell;
  }

  /** Takes cells out; `undoRemove` brings them back. A notebook is never without a cell. */
  remove(ids: readonly string[]): Cell[] {
    const first = this.cells.findIndex((cell) => ids.includes(cell.id));
    if (first < 0) return [];
    const gone = this.cells.filter((cell) => ids.includes(cell.id));
    this.#removed.push({ cells: gone, index: first });
    if (this.#removed.length > UNDO_LIMIT) this.#removed.shift();
    this.#setCells(this.cells.filter((cell) => !ids.includes(cell.id)));
    if (this.cells.length === 0) this.insert(0, 'code');
    return gone;
  }

  get canUndoRemove(): boolean {
    return this.#removed.length > 0;
  }

  undoRemove(): Cell[] {
    const last = this.#removed.pop();
    if (!last) return [];
    const index = Math.min(last.index, this.cells.length);
    this.#splice(index, 0, last.cells);
    return last.cells;
  }

  /** Copies get ids of their own; a cell that was cut keeps its id when that is free. */
  paste(index: number, cells: readonly Cell[]): Cell[] {
    const taken = new Set(this.cells.map((cell) => cell.id));
    const fresh = cells.map((cell) => {
      const id = taken.has(cell.id) ? freshId(taken) : cell.id;
      taken.add(id);
      return id === cell.id ? cell : { ...cell, id, origin: undefined };
    });
    this.#splice(index, 0, fresh);
    return fresh;
  }

  move(id: string, by: -1 | 1): void {
    const from = this.indexOf(id);
    const to = from + by;
    const cell = this.cells[from];
    if (!cell || to < 0 || to >= this.cells.length) return;
    const cells = [...this.cells];
    cells.splice(from, 1);
    cells.splice(to, 0, cell);
    this.#setCells(cells);
  }

  /** Splits a cell at a place in its source; the second half is a new cell below it. */
  split(id: string, at: number): Cell | undefined {
    const cell = this.cell(id);
    if (!cell) return undefined;
    const rest = cell.source.slice(at).replace(/^\n/, '');
    this.#replace(
      id,
      { source: cell.source.slice(0, at).replace(/\n$/, ''), outputs: [], executionCount: null },
      'source',
    );
    return this.insert(this.indexOf(id) + 1, cell.type, rest, cell.metadata);
  }

  // ─── One cell ───

  setSource(id: string, source: string): void {
    if (this.cell(id)?.source !== source) this.#replace(id, { source }, 'source');
  }

  setType(id: string, type: CellType): void {
    const cell = this.cell(id);
    if (!cell || cell.type === type) return;
    const outputs = type === 'code' ? cell.outputs : [];
    this.#replace(
      id,
      { type, outputs, executionCount: type === 'code' ? cell.executionCount : null },
      'structure',
    );
  }

  setCellMetadata(id: string, metadata: JsonObject): void {
    this.#replace(id, { metadata }, 'metadata');
  }

  setOutputs(id: string, outputs: readonly Output[], executionCount?: number | null): void {
    const cell = this.cell(id);
    if (!cell) return;
    const count = executionCount === undefined ? cell.executionCount : executionCount;
    if (outputs.length === 0 && cell.outputs.length === 0 && count === cell.executionCount) return;
    this.#replace(id, { outputs, executionCount: count }, 'outputs');
  }

  clearAllOutputs(): void {
    for (const cell of this.cells) this.setOutputs(cell.id, [], null);
  }

  setMetadata(metadata: JsonObject): void {
    this.#data = { ...this.#data, metadata };
    this.#tell('metadata', null);
  }

  #replace(id: string, part: Partial<Cell>, change: Change): void {
    const index = this.indexOf(id);
    const cell = this.cells[index];
    if (!cell) return;
    const cells = [...this.cells];
    cells[index] = { ...cell, ...part };
    this.#data = { ...this.#data, cells };
    this.#tell(change, id);
  }

  #splice(index: number, remove: number, cells: readonly Cell[]): void {
    const all = [...this.cells];
    all.splice(index, remove, ...cells);
    this.#setCells(all);
  }

  #setCells(cells: readonly Cell[]): void {
    this.#data = { ...this.#data, cells };
    this.#tell('structure', null);
  }

  #tell(change: Change, id: string | null): void {
    for (const listener of this.#listeners) listener(change, id);
  }
}
