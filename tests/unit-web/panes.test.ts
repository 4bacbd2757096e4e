import { describe, expect, test } from 'vitest';
import { closed, pairUp, show, sideOf } from '../../www/src/ui/panes.ts';

const ALONE = { current: 2, pair: null };
const TABS = [1, 2, 3];

describe('one notebook', () => {
  test('a tab brings its notebook to the front', () => {
    expect(show(ALONE, 3)).toEqual({ current: 3, pair: null });
    expect(TABS.map((id) => sideOf(ALONE, id))).toEqual(['hidden', 'alone', 'hidden']);
  });
  test('when it closes, the one on its left comes to the front, or else the one on its right', () => {
    expect(closed(ALONE, TABS, 2).current).toBe(1);
    expect(closed({ current: 1, pair: null }, TABS, 1).current).toBe(2);
    expect(closed(ALONE, [2], 2).current).toBe(0);
    expect(closed(ALONE, TABS, 3)).toBe(ALONE);
  });
});

describe('two side by side', () => {
  const pair = pairUp(ALONE, TABS);
  test('the next tab is put on the right; the last one gets its neighbour on its left', () => {
    expect(pair).toEqual({ current: 2, pair: [2, 3] });
    expect(pairUp({ current: 3, pair: null }, TABS).pair).toEqual([2, 3]);
    expect(pairUp(ALONE, [2]).pair).toBeNull();
    expect(TABS.map((id) => sideOf(pair, id))).toEqual(['hidden', 'left', 'right']);
  });
  test('a tab that is seen becomes the current one; another takes the place of the current one', () => {
    expect(show(pair, 3)).toEqual({ current: 3, pair: [2, 3] });
    expect(show(show(pair, 3), 1)).toEqual({ current: 1, pair: [2, 1] });
    expect(show(pair, 1)).toEqual({ current: 1, pair: [1, 3] });
  });
  test('when one closes, the other stands alone', () => {
    expect(closed(pair, TABS, 2)).toEqual({ current: 3, pair: null });
    expect(closed(pair, TABS, 3)).toEqual({ current: 2, pair: null });
    expect(closed(pair, TABS, 1)).toBe(pair);
  });
});
