/** Jupyter's keys: from a key press and the mode to a command. Pure; `DD` and `II` are remembered here. */

export type Mode = 'command' | 'edit';

export type Command =
  | 'run-next'
  | 'run'
  | 'run-insert'
  | 'to-command'
  | 'to-edit'
  | 'insert-above'
  | 'insert-below'
  | 'delete'
  | 'undo-delete'
  | 'cut'
  | 'copy'
  | 'paste-below'
  | 'paste-above'
  | 'to-markdown'
  | 'to-code'
  | 'to-raw'
  | 'previous'
  | 'next'
  | 'extend-previous'
  | 'extend-next'
  | 'move-up'
  | 'move-down'
  | 'first'
  | 'last'
  | 'interrupt'
  | 'split'
  | 'save'
  | 'toggle-output'
  | 'help';

export interface KeyPress {
  key: string;
  ctrl: boolean;
  meta: boolean;
  shift: boolean;
  alt: boolean;
  /** Text is selected in the editor: then Ctrl-C copies. */
  selection?: boolean;
  /** The cell runs: then Ctrl-C stops it. */
  running?: boolean;
}

/** Two presses within this time make a pair. */
export const PAIR_MS = 800;

const PLAIN: Record<string, Command> = {
  Enter: 'to-edit',
  a: 'insert-above',
  b: 'insert-below',
  z: 'undo-delete',
  x: 'cut',
  c: 'copy',
  v: 'paste-below',
  V: 'paste-above',
  m: 'to-markdown',
  y: 'to-code',
  r: 'to-raw',
  k: 'previous',
  j: 'next',
  K: 'extend-previous',
  J: 'extend-next',
  ArrowUp: 'previous',
  ArrowDown: 'next',
  Home: 'first',
  End: 'last',
  o: 'toggle-output',
  s: 'save',
  h: 'help',
};

const PAIRS: Record<string, Command> = { d: 'delete', i: 'interrupt' };

export class Keys {
  #pending = '';
  #pendingAtMs = 0;

  /** The command of this key, or null when it is not ours. `nowMs` is any clock that does not jump. */
  press(mode: Mode, press: KeyPress, nowMs: number): Command | null {
    const pair = this.#pending !== '' && nowMs - this.#pendingAtMs <= PAIR_MS ? this.#pending : '';
    this.#pending = '';
    const control = press.ctrl || press.meta;
    if (press.key === 'Enter') {
      if (press.shift && !control) return 'run-next';
      if (control && !press.shift) return 'run';
      if (press.alt) return 'run-insert';
    }
    if (control && !press.alt) {
      const key = press.key.toLowerCase();
      if (key === 's' && !press.shift) return 'save';
      if (key === 'c' && press.ctrl && press.running && !press.selection) return 'interrupt';
      if (press.shift && (press.key === '-' || press.key === '_') && mode === 'edit')
        return 'split';
      if (press.shift && press.key === 'ArrowUp') return 'move-up';
      if (press.shift && press.key === 'ArrowDown') return 'move-down';
      return null;
    }
    if (press.alt) return null;
    if (mode === 'edit') return press.key === 'Escape' ? 'to-command' : null;
    if (press.shift && press.key === 'ArrowUp') return 'extend-previous';
    if (press.shift && press.key === 'ArrowDown') return 'extend-next';
    const paired = PAIRS[press.key.toLowerCase()];
    if (paired) {
      if (pair === press.key.toLowerCase()) return paired;
      this.#pending = press.key.toLowerCase();
      this.#pendingAtMs = nowMs;
      return null;
    }
    if (press.shift && press.key.length === 1)
      return PLAIN[press.key] ?? PLAIN[press.key.toLowerCase()] ?? null;
    return PLAIN[press.key] ?? null;
  }
}
