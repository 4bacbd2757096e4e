/** What each of the notebook's commands does. A command gets its cell and a few hands of the element; no DOM. */
import type { NotebookSession } from '../kernels/session.ts';
import type { Command, Mode } from '../notebook/keys.ts';
import { notebookLanguage, type Kind } from '../notebook/kinds.ts';
import type { Cell, CellType } from '../notebook/types.ts';

export interface CommandTarget {
  readonly session: NotebookSession;
  readonly cell: Cell;
  readonly index: number;
  /** The selected cells, or this one. */
  readonly chosen: string[];
  readonly editing: boolean;
  readonly readonly: boolean;
  /** Where the cursor stands in the cell's editor. */
  readonly cursor: number;
  goTo(id: string, mode: Mode): void;
  extendTo(id: string): void;
  insert(index: number, kind: Kind, mode: Mode): void;
  runChosen(): void;
  /** A Markdown cell shows its text again. */
  showText(): void;
  toggleOutput(): void;
  help(): void;
}

/** Cells that were cut or copied, for all notebooks of the page. */
let clipboard: readonly Cell[] = [];

/** Commands that change nothing, for a notebook that is only read. */
const HARMLESS: ReadonlySet<Command> = new Set<Command>([
  'run',
  'run-next',
  'to-command',
  'previous',
  'next',
  'first',
  'last',
  'extend-previous',
  'extend-next',
  'interrupt',
  'toggle-output',
  'help',
  'copy',
]);

/** A new cell is of the kind beside it; beside a text it is code. */
function newKind({ session, cell }: CommandTarget): Kind {
  const kind = session.kind(cell);
  return kind === 'markdown' || kind === 'raw' ? notebookLanguage(session.notebook.metadata) : kind;
}

function cellAt({ session, cell }: CommandTarget, index: number): string {
  const { cells } = session.notebook;
  return cells[Math.min(Math.max(index, 0), cells.length - 1)]?.id ?? cell.id;
}

function go(target: CommandTarget, index: number): void {
  target.goTo(cellAt(target, index), 'command');
}

function setType(target: CommandTarget, type: CellType): void {
  for (const id of target.chosen) target.session.notebook.setType(id, type);
}

function remove(target: CommandTarget): Cell[] {
  const gone = target.session.notebook.remove(target.chosen);
  go(target, target.index);
  return gone;
}

function paste(target: CommandTarget, index: number): void {
  const last = target.session.notebook.paste(index, clipboard).at(-1);
  if (last) target.goTo(last.id, 'command');
}

function move(target: CommandTarget, by: -1 | 1): void {
  target.session.notebook.move(target.cell.id, by);
  target.goTo(target.cell.id, 'command');
}

const COMMANDS: Record<Command, (target: CommandTarget) => void> = {
  run: (t) => {
    t.runChosen();
    if (t.editing || t.cell.type === 'markdown') t.goTo(t.cell.id, 'command');
  },
  'run-next': (t) => {
    t.runChosen();
    const last = t.index === t.session.notebook.cells.length - 1;
    if (last && !t.readonly) t.insert(t.index + 1, newKind(t), 'edit');
    else go(t, t.index + 1);
  },
  'run-insert': (t) => {
    t.runChosen();
    t.insert(t.index + 1, newKind(t), 'edit');
  },
  interrupt: (t) => t.session.stopCell(t.cell.id),
  'to-command': (t) => {
    t.showText();
    t.goTo(t.cell.id, 'command');
  },
  'to-edit': (t) => t.goTo(t.cell.id, 'edit'),
  'insert-above': (t) => t.insert(t.index, newKind(t), 'command'),
  'insert-below': (t) => t.insert(t.index + 1, newKind(t), 'command'),
  delete: (t) => void remove(t),
  cut: (t) => (clipboard = remove(t)),
  copy: (t) => (clipboard = t.session.notebook.cells.filter((c) => t.chosen.includes(c.id))),
  'paste-below': (t) => paste(t, t.index + 1),
  'paste-above': (t) => paste(t, t.index),
  'undo-delete': (t) => {
    const [first] = t.session.notebook.undoRemove();
    if (first) t.goTo(first.id, 'command');
  },
  'to-markdown': (t) => setType(t, 'markdown'),
  'to-code': (t) => setType(t, 'code'),
  'to-raw': (t) => setType(t, 'raw'),
  previous: (t) => go(t, t.index - 1),
  next: (t) => go(t, t.index + 1),
  first: (t) => go(t, 0),
  last: (t) => go(t, t.session.notebook.cells.length - 1),
  'extend-previous': (t) => t.extendTo(cellAt(t, t.index - 1)),
  'extend-next': (t) => t.extendTo(cellAt(t, t.index + 1)),
  'move-up': (t) => move(t, -1),
  'move-down': (t) => move(t, 1),
  split: (t) => void t.session.notebook.split(t.cell.id, t.cursor),
  'toggle-output': (t) => t.toggleOutput(),
  save: (t) => void t.session.save(),
  help: (t) => t.help(),
};

export function perform(command: Command, target: CommandTarget): void {
  if (target.readonly && !HARMLESS.has(command)) return;
  COMMANDS[command](target);
}
