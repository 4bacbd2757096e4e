/** The theme's colours as a canvas needs them: resolved, and asked for again when the theme changes. */

export interface Palette {
  keys: string[];
  none: string;
  text: string;
  muted: string;
  accent: string;
  background: string;
  track: string;
  font: string;
  /** The filling of records that are written but not yet readable. */
  hatch(g: CanvasRenderingContext2D): CanvasPattern | string;
}

export class PaletteReader {
  readonly #probe: HTMLElement;
  #signature = '';
  #palette: Palette | undefined;

  /** `probe`: a hidden element inside the themed tree. */
  constructor(probe: HTMLElement) {
    this.#probe = probe;
  }

  read(): Palette {
    const signature = `${this.#colour('--ks-bg')} ${this.#colour('--ks-text')} ${this.#colour('--ks-accent')}`;
    if (this.#palette && signature === this.#signature) return this.#palette;
    this.#signature = signature;
    const none = this.#colour('--ks-key-none');
    let pattern: CanvasPattern | string | null = null;
    this.#palette = {
      keys: Array.from({ length: 8 }, (_, i) => this.#colour(`--ks-key-${i}`)),
      none,
      text: this.#colour('--ks-text'),
      muted: this.#colour('--ks-muted'),
      accent: this.#colour('--ks-accent'),
      background: this.#colour('--ks-bg'),
      track: this.#colour('--ks-border'),
      font: getComputedStyle(this.#probe).fontFamily,
      hatch: (g) => (pattern ??= hatch(g, none)),
    };
    return this.#palette;
  }

  #colour(name: string): string {
    this.#probe.style.color = `var(${name})`;
    return getComputedStyle(this.#probe).color;
  }
}

function hatch(g: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 4;
  const t = tile.getContext('2d');
  if (!t) return colour;
  t.strokeStyle = colour;
  t.beginPath();
  t.moveTo(-1, 5);
  t.lineTo(5, -1);
  t.stroke();
  return g.createPattern(tile, 'repeat') ?? colour;
}
