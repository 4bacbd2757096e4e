/**
 * Brings earlier inputs of the kernel into an empty cell: Alt+↑ the one before, Alt+↓ the one after, as in JupyterLab.
 *
 * Only an empty cell or one that shows a recalled input as it was is ever replaced, and undo brings back what stood
 * there. In any other cell these keys do what the editor does with them: they move lines. The plain arrows go on to
 * the next cells, as Jupyter's do.
 */
import { isolateHistory } from '@codemirror/commands';
import { StateEffect, StateField, Transaction, type EditorState, type Extension } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';

/** Which of the inputs the cell shows, and how many there were then: a run adds one, and it is a cell's own again. */
interface Recalled {
  at: number;
  of: number;
}

const recalled = StateEffect.define<Recalled>();

const shown = StateField.define<Recalled | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(recalled)) return effect.value;
    return transaction.docChanged ? null : value;
  },
});

/** Where in the inputs the cell is, `inputs.length` for an empty one; null when it has a text of its own. */
function placeIn(state: EditorState, inputs: readonly string[]): number | null {
  if (state.doc.length === 0) return state.field(shown)?.of === inputs.length ? state.field(shown)!.at : inputs.length;
  const value = state.field(shown);
  return value && value.of === inputs.length ? value.at : null;
}

function go(view: EditorView, inputs: readonly string[], by: -1 | 1): boolean {
  const place = placeIn(view.state, inputs);
  if (place === null || inputs.length === 0) return false;
  const at = Math.min(inputs.length, Math.max(0, place + by));
  if (at === place) return true;
  const text = inputs[at] ?? '';
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    selection: { anchor: text.length },
    effects: recalled.of({ at, of: inputs.length }),
    annotations: [Transaction.userEvent.of('input.recall'), isolateHistory.of('full')],
    scrollIntoView: true,
  });
  return true;
}

export function recall(inputs: () => readonly string[]): Extension {
  return [
    shown,
    keymap.of([
      { key: 'Alt-ArrowUp', run: (view) => go(view, inputs(), -1) },
      { key: 'Alt-ArrowDown', run: (view) => go(view, inputs(), 1) },
    ]),
  ];
}
