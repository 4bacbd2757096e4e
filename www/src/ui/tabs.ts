/** The open notebooks of the page: their tabs, which of them are seen, and what is remembered of that for the next visit. */
import type { Opened } from '../kernels/opened.ts';
import { closed, pairUp, show, type Panes } from './panes.ts';
import type { Settings } from './settings.ts';

export interface Tab {
  id: number;
  /** Address to open; empty for a notebook that was handed over as text. */
  src: string;
  key: string;
  title: string;
  /** Handed over, and not yet given to the tab's element. */
  opened: Opened | null;
}

export class Tabs {
  list: readonly Tab[] = [];
  panes: Panes = { current: 0, pair: null };
  readonly #changed: () => void;
  readonly #remember: (open: Pick<Settings, 'open' | 'current' | 'pair'>) => void;
  #ids = 0;

  constructor(changed: () => void, remember: (open: Pick<Settings, 'open' | 'current' | 'pair'>) => void) {
    this.#changed = changed;
    this.#remember = remember;
  }

  /** The tab whose notebook gets the commands. */
  get current(): Tab | undefined {
    return this.list.find((tab) => tab.id === this.panes.current);
  }

  withKey(key: string): Tab | undefined {
    return this.list.find((tab) => tab.key === key);
  }

  /** A tab for this notebook, in front; the one that has it already when there is one. */
  openAddress(address: string, key: string): void {
    const open = this.withKey(key);
    if (open) this.show(open.id);
    else this.#add(address, key, 'Opening…', null);
  }

  openText(opened: Opened): void {
    this.#add('', opened.key, opened.fileName.replace(/\.ipynb$/, ''), opened);
  }

  #add(src: string, key: string, title: string, opened: Opened | null): void {
    const id = ++this.#ids;
    this.list = [...this.list, { id, src, key, title, opened }];
    this.show(id);
  }

  show(id: number): void {
    if (id !== this.panes.current) this.#see(show(this.panes, id));
  }

  /** The tab `by` places on from the current one, around the ends. */
  step(by: number): Tab | undefined {
    const at = this.list.findIndex((tab) => tab.id === this.panes.current);
    const next = this.list[(at + by + this.list.length) % this.list.length];
    if (next) this.show(next.id);
    return next;
  }

  /** As they were in an earlier visit. */
  putSideBySide([left, right]: readonly string[]): void {
    const ids = [left, right].map((key) => this.withKey(key ?? '')?.id);
    const [first, second] = ids;
    if (first && second && first !== second)
      this.#see({ current: first, pair: [first, second] });
  }

  /** Two notebooks beside each other, or one again. `another` opens one when there is no second. */
  toggleSideBySide(another: () => void): void {
    const { current, pair } = this.panes;
    if (pair) {
      this.#see({ current, pair: null });
      return;
    }
    if (this.list.length === 1) another();
    const ids = this.list.map((tab) => tab.id);
    this.#see(show(pairUp({ current, pair: null }, ids), this.panes.current));
  }

  close(id: number): void {
    const ids = this.list.map((tab) => tab.id);
    this.list = this.list.filter((tab) => tab.id !== id);
    this.#see(closed(this.panes, ids, id));
  }

  rename(id: number, title: string): void {
    if (!this.list.some((tab) => tab.id === id && tab.title !== title)) return;
    this.list = this.list.map((tab) => (tab.id === id ? { ...tab, title } : tab));
    this.#changed();
  }

  #see(panes: Panes): void {
    this.panes = panes;
    const key = (id: number): string => this.list.find((tab) => tab.id === id)?.key ?? '';
    const open = this.list.map((tab) => tab.key);
    this.#remember({ open, current: key(panes.current), pair: panes.pair?.map(key) ?? [] });
    this.#changed();
  }
}
