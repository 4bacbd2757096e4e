/**
 * Which of the open notebooks are to be seen: one, or two side by side (a producer's and a consumer's).
 *
 * Notebooks are known by the numbers of their tabs. Commands of the page go to the current one.
 */

export interface Panes {
  readonly current: number;
  /** The left and the right one; null where the current one stands alone. The current one is of them. */
  readonly pair: readonly [number, number] | null;
}

/** Brings a notebook to the front: it takes the place of the current one unless it is seen already. */
export function show({ current, pair }: Panes, id: number): Panes {
  if (!pair || pair.includes(id)) return { current: id, pair };
  const [left, right] = pair;
  return { current: id, pair: current === left ? [id, right] : [left, id] };
}

/** Puts the next notebook of the tabs beside the current one; the last tab gets the one before it, on its left. */
export function pairUp({ current }: Panes, ids: readonly number[]): Panes {
  const at = ids.indexOf(current);
  const [before, after] = [ids[at - 1], ids[at + 1]];
  if (after !== undefined) return { current, pair: [current, after] };
  return { current, pair: before === undefined ? null : [before, current] };
}

/** After a tab has closed: what stood beside it stands alone, else its neighbour in `ids`, the tabs until now. */
export function closed(panes: Panes, ids: readonly number[], id: number): Panes {
  const { current, pair } = panes;
  const other = pair?.find((one) => one !== id);
  if (pair?.includes(id)) return { current: other ?? 0, pair: null };
  if (current !== id) return panes;
  const at = ids.indexOf(id);
  return { current: ids[at - 1] ?? ids[at + 1] ?? 0, pair };
}

/** Where a notebook is seen. */
export function sideOf({ current, pair }: Panes, id: number): 'left' | 'right' | 'alone' | 'hidden' {
  if (!pair) return id === current ? 'alone' : 'hidden';
  return id === pair[0] ? 'left' : id === pair[1] ? 'right' : 'hidden';
}
