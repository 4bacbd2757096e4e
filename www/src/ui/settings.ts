/** What the page remembers of itself between visits: theme, panel, open notebooks. Small, and never needed. */

export type Theme = 'auto' | 'light' | 'dark';

export interface Settings {
  theme: Theme;
  /** Per cent of the width. */
  panelWidth: number;
  /** Per cent of the height, where the panel is a sheet at the bottom. */
  sheetHeight: number;
  panelOpen: boolean;
  /** Addresses and `local:` keys of open notebooks, the current one first in `current`. */
  open: string[];
  current: string;
  /** The two that are seen side by side, left and right; empty for one. */
  pair: string[];
}

const KEY = 'kafka-sandbox-page';
const DEFAULTS: Settings = {
  theme: 'auto',
  panelWidth: 44,
  sheetHeight: 40,
  panelOpen: true,
  open: [],
  current: '',
  pair: [],
};

export function readSettings(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>) };
  } catch {
    return { ...DEFAULTS };
  }
}

export function writeSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is refused: the page forgets how it looked, nothing else.
  }
}
