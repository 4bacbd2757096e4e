/**
 * Draws one partition: squares for records, a strip for those that do not fit, pins of groups below. Holds which
 * part of the log is looked at. Knows nothing of the cluster: it is given a `RowModel` and the marks.
 */
import type { PartitionMarks } from './marks.ts';
import type { Palette } from './palette.ts';

export const LOG_HEIGHT = 24;
export const LANE_HEIGHT = 18;

const SIZE = 12;
const PITCH = 14;
const TOP = 6;
const WIDE_STRIP = 64;
const NARROW_STRIP = 42;
const POP_MS = 150;

export interface Lane {
  /** What the pins belong to: a group, or a client without one. */
  name: string;
  committed: number | null;
  members: { label: string; position: number | null }[];
}

export interface RowModel {
  logStart: number;
  highWatermark: number;
  logEnd: number;
  lanes: readonly Lane[];
}

export interface RowView {
  from: number;
  fit: number;
  /** Records before and after the window. */
  older: number;
  newer: number;
}

export class RowCanvas {
  readonly canvas: HTMLCanvasElement;
  #follow = true;
  #from = 0;
  #width = 0;
  #pins = new Map<string, number>();
  #knownEnd = -1;
  #bornAtMs = 0;
  #bornFrom = Infinity;
  #hover = -1;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
  }

  get following(): boolean {
    return this.#follow;
  }

  follow(): void {
    this.#follow = true;
  }

  /** Puts an offset at the left edge of the window. */
  travelTo(offset: number): void {
    this.#follow = false;
    this.#from = offset;
  }

  travelBy(records: number, model: RowModel): void {
    this.travelTo(this.view(model).from + records);
  }

  set hover(offset: number) {
    this.#hover = offset;
  }

  view(model: RowModel): RowView {
    const total = model.logEnd - model.logStart;
    const whole = Math.max(1, Math.floor((this.#width - 4) / PITCH));
    if (total <= whole) {
      this.#follow = true;
      return { from: model.logStart, fit: whole, older: 0, newer: 0 };
    }
    const tail = Math.max(1, Math.floor((this.#width - this.strip - 8) / PITCH));
    const latest = model.logEnd - tail;
    if (this.#follow || this.#from >= latest) {
      this.#follow = true;
      return { from: latest, fit: tail, older: latest - model.logStart, newer: 0 };
    }
    const fit = Math.max(1, Math.floor((this.#width - 2 * this.strip - 8) / PITCH));
    const from = Math.max(model.logStart, this.#from);
    return {
      from,
      fit,
      older: from - model.logStart,
      newer: Math.max(0, model.logEnd - from - fit),
    };
  }

  /** The offset under a place in the canvas, or null. */
  offsetAt(x: number, y: number, model: RowModel): number | null {
    if (y < 0 || y > LOG_HEIGHT) return null;
    const view = this.view(model);
    const index = Math.floor((x - this.#left(view)) / PITCH);
    const offset = view.from + index;
    return index >= 0 && index < view.fit && offset < model.logEnd ? offset : null;
  }

  /** Width of the block that stands for records out of sight. */
  get strip(): number {
    return this.#width < 260 ? NARROW_STRIP : WIDE_STRIP;
  }

  #left(view: RowView): number {
    return view.older > 0 ? this.strip + 4 : 2;
  }

  /** Each colour's letter stands on its squares. */
  letters = false;

  /** Draws; true when something still moves and another frame is wanted. */
  draw(model: RowModel, marks: PartitionMarks, palette: Palette, still: boolean): boolean {
    const width = this.canvas.clientWidth;
    const height = LOG_HEIGHT + model.lanes.length * LANE_HEIGHT;
    const scale = devicePixelRatio || 1;
    if (width === 0) return false;
    const wanted = `${height}px`;
    if (this.canvas.style.height !== wanted) this.canvas.style.height = wanted;
    if (
      this.canvas.width !== Math.round(width * scale) ||
      this.canvas.height !== Math.round(height * scale)
    ) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
    }
    this.#width = width;
    const g = this.canvas.getContext('2d');
    if (!g) return false;
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.clearRect(0, 0, width, height);
    const view = this.view(model);
    marks.need(view.from, Math.min(view.from + view.fit, model.highWatermark));
    const popping = this.#drawLog(g, model, view, marks, palette, still);
    const sliding = this.#drawLanes(g, model, view, palette, still);
    return popping || sliding;
  }

  #drawLog(
    g: CanvasRenderingContext2D,
    model: RowModel,
    view: RowView,
    marks: PartitionMarks,
    palette: Palette,
    still: boolean,
  ): boolean {
    const now = performance.now();
    if (this.#knownEnd >= 0 && model.logEnd > this.#knownEnd) {
      this.#bornAtMs = now;
      this.#bornFrom = this.#knownEnd;
    }
    this.#knownEnd = model.logEnd;
    const age = still ? 1 : Math.min(1, (now - this.#bornAtMs) / POP_MS);
    const left = this.#left(view);
    g.fillStyle = palette.track;
    g.fillRect(0, TOP + SIZE + 3, this.#width, 1);
    const end = Math.min(view.from + view.fit, model.logEnd);
    for (let offset = view.from; offset < end; offset++) {
      const x = left + (offset - view.from) * PITCH;
      const grown = offset >= this.#bornFrom ? 0.4 + 0.6 * age : 1;
      this.#square(g, x, offset, offset >= model.highWatermark, grown, marks, palette);
    }
    if (view.older > 0) this.#strip(g, 0, view.older, palette, false);
    if (view.newer > 0) this.#strip(g, this.#width - this.strip, view.newer, palette, true);
    this.#edge(
      g,
      left + (model.highWatermark - view.from) * PITCH - 1,
      palette.accent,
      view.newer === 0,
    );
    if (view.older === 0 && model.logStart > 0) this.#edge(g, 0, palette.muted, true);
    return age < 1;
  }

  #square(
    g: CanvasRenderingContext2D,
    x: number,
    offset: number,
    pending: boolean,
    grown: number,
    marks: PartitionMarks,
    palette: Palette,
  ): void {
    const mark = pending ? undefined : marks.get(offset);
    const size = SIZE * grown;
    const inset = (SIZE - size) / 2;
    const [left, top] = [x + inset, TOP + inset];
    if (mark === null) {
      g.fillStyle = palette.track;
      g.fillRect(x + SIZE / 2 - 1, TOP + SIZE / 2 - 1, 2, 2);
      return;
    }
    const colour =
      !mark || mark.colour < 0 ? palette.none : (palette.keys[mark.colour] ?? palette.none);
    g.beginPath();
    if (mark?.control) {
      g.moveTo(x + SIZE / 2, TOP);
      g.lineTo(x + SIZE, TOP + SIZE / 2);
      g.lineTo(x + SIZE / 2, TOP + SIZE);
      g.lineTo(x, TOP + SIZE / 2);
      g.closePath();
    } else g.roundRect(left, top, size, size, 2.5);
    if (mark?.tombstone) {
      g.lineWidth = 2;
      g.strokeStyle = colour;
      g.save();
      g.clip();
      g.stroke();
      g.restore();
    } else {
      g.globalAlpha = mark === undefined ? 0.45 : 1;
      g.fillStyle = pending ? palette.hatch(g) : colour;
      g.fill();
      g.globalAlpha = 1;
    }
    if (this.letters && mark && mark.colour >= 0) {
      g.font = `700 9px ${palette.font}`;
      g.textAlign = 'center';
      g.textBaseline = 'middle';
      g.fillStyle = mark.tombstone ? palette.text : palette.background;
      g.fillText('ABCDEFGH'[mark.colour] ?? '', x + SIZE / 2, TOP + SIZE / 2 + 0.5);
    }
    if (offset === this.#hover) {
      g.lineWidth = 2;
      g.strokeStyle = palette.text;
      g.strokeRect(x - 1, TOP - 1, SIZE + 2, SIZE + 2);
    }
  }

  /** Records that do not fit: a fading block with their number. */
  #strip(
    g: CanvasRenderingContext2D,
    x: number,
    count: number,
    palette: Palette,
    right: boolean,
  ): void {
    g.fillStyle = palette.none;
    const strip = this.strip;
    const bars = Math.floor((strip - 4) / 6);
    for (let i = 0; i < bars; i++) {
      const near = right ? bars - i : i + 1;
      g.globalAlpha = 0.1 + 0.4 * (near / bars);
      g.fillRect(x + 2 + i * 6, TOP, 5, SIZE);
    }
    g.globalAlpha = 1;
    g.font = `600 10px ${palette.font}`;
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    const text = `${right ? '' : '+'}${count.toLocaleString()}${right ? '+' : ''}`;
    const width = g.measureText(text).width + 6;
    g.fillStyle = palette.background;
    g.fillRect(x + strip / 2 - width / 2, TOP + 1, width, SIZE - 2);
    g.fillStyle = palette.muted;
    g.fillText(text, x + strip / 2, TOP + SIZE / 2 + 0.5);
  }

  #edge(g: CanvasRenderingContext2D, x: number, colour: string, shown: boolean): void {
    if (!shown || x < 0 || x > this.#width) return;
    g.fillStyle = colour;
    g.fillRect(Math.min(x, this.#width - 2), TOP - 4, 2, SIZE + 8);
  }

  #drawLanes(
    g: CanvasRenderingContext2D,
    model: RowModel,
    view: RowView,
    palette: Palette,
    still: boolean,
  ): boolean {
    let moving = false;
    const seen = new Set<string>();
    for (const [index, lane] of model.lanes.entries()) {
      const y = LOG_HEIGHT + index * LANE_HEIGHT;
      const pins = lane.members.map((member) => ({
        key: `${lane.name}\n${member.label}`,
        offset: member.position,
        solid: false,
      }));
      pins.push({ key: lane.name, offset: lane.committed, solid: true });
      let rightmost = -7;
      for (const pin of pins) {
        seen.add(pin.key);
        if (pin.offset === null) continue;
        const offset = this.#slide(pin.key, pin.offset, still);
        if (offset !== pin.offset) moving = true;
        const x = this.#pinX(offset, view);
        rightmost = Math.max(rightmost, x);
        this.#pin(g, x, y, pin.solid, palette);
      }
      // Names stand behind all pins of the lane, so that no pin is covered.
      this.#label(g, lane.members.map((member) => member.label).join(', '), rightmost, y, palette);
    }
    for (const key of this.#pins.keys()) if (!seen.has(key)) this.#pins.delete(key);
    return moving;
  }

  /** Where a pin is drawn now on its way to its offset. */
  #slide(key: string, to: number, still: boolean): number {
    const at = this.#pins.get(key);
    const next = at === undefined || still || Math.abs(to - at) < 0.05 ? to : at + (to - at) * 0.28;
    this.#pins.set(key, next);
    return next;
  }

  /** The left edge of the record that would be read next; at the rim when that is out of sight. */
  #pinX(offset: number, view: RowView): number {
    const x = this.#left(view) + (offset - view.from) * PITCH - 1;
    const right = this.#width - (view.newer > 0 ? this.strip : 0) - 4;
    return Math.min(Math.max(x, view.older > 0 ? this.strip / 2 : 3), right);
  }

  #pin(g: CanvasRenderingContext2D, x: number, y: number, solid: boolean, palette: Palette): void {
    g.beginPath();
    g.moveTo(x, y - 3);
    g.lineTo(x + 5, y + 5);
    g.lineTo(x - 5, y + 5);
    g.closePath();
    if (solid) {
      g.fillStyle = palette.text;
      g.fill();
      return;
    }
    g.fillStyle = palette.background;
    g.fill();
    g.lineWidth = 1.5;
    g.strokeStyle = palette.accent;
    g.stroke();
  }

  #label(g: CanvasRenderingContext2D, text: string, x: number, y: number, palette: Palette): void {
    if (text === '') return;
    g.font = `11px ${palette.font}`;
    g.textBaseline = 'middle';
    g.fillStyle = palette.muted;
    const fits = x + 9 + g.measureText(text).width <= this.#width;
    g.textAlign = fits ? 'left' : 'right';
    g.fillText(text, fits ? x + 9 : x - 9, y + 3);
  }
}
