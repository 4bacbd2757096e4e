/**
 * Remembers what the picture needs of each record: its key's colour and whether it is a tombstone. Fetches what is
 * missing in the window that is looked at, one request at a time per partition. Pure but for the viewer it is given.
 */
import { MARK_CONTROL, MARK_KEY, MARK_TOMBSTONE, type Viewer } from '../client/types.ts';
import type { KeyColours } from './key-colours.ts';

const CHUNK = 256;
/** Chunks kept per partition; the farthest from the window go first. */
const MAX_CHUNKS = 64;
const MAX_FETCH = 512;

/** Not yet known; below `GAP` it is the mark's flags. */
export const UNKNOWN = 255;
/** No record has this offset: it was compacted away, or held a marker. */
export const GAP = 254;

export interface Mark {
  /** 0–7, or -1 without a key. */
  colour: number;
  tombstone: boolean;
  control: boolean;
}

interface Chunk {
  colour: Uint8Array;
  flags: Uint8Array;
}

export class PartitionMarks {
  readonly topic: string;
  readonly partition: number;
  readonly #viewer: Viewer;
  readonly #colours: KeyColours;
  readonly #changed: () => void;
  #chunks = new Map<number, Chunk>();
  #fetching = false;
  #failedAtMs = -Infinity;

  constructor(
    topic: string,
    partition: number,
    viewer: Viewer,
    colours: KeyColours,
    changed: () => void,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#viewer = viewer;
    this.#colours = colours;
    this.#changed = changed;
  }

  /** Undefined: not yet known. Null: there is no such record. */
  get(offset: number): Mark | null | undefined {
    const chunk = this.#chunks.get(Math.floor(offset / CHUNK));
    const flags = chunk?.flags[offset % CHUNK] ?? UNKNOWN;
    if (flags === UNKNOWN) return undefined;
    if (flags === GAP) return null;
    return {
      colour: flags & MARK_KEY ? (chunk?.colour[offset % CHUNK] ?? 0) : -1,
      tombstone: (flags & MARK_TOMBSTONE) !== 0,
      control: (flags & MARK_CONTROL) !== 0,
    };
  }

  /** Sees to it that the offsets `from` ≤ o < `to` become known. */
  need(from: number, to: number): void {
    if (this.#fetching || performance.now() - this.#failedAtMs < 1000) return;
    let first = from;
    while (first < to && this.#known(first)) first++;
    if (first >= to) return;
    this.#fetching = true;
    void this.#fetch(first, Math.min(to, first + MAX_FETCH), from).finally(
      () => (this.#fetching = false),
    );
  }

  #known(offset: number): boolean {
    return (
      (this.#chunks.get(Math.floor(offset / CHUNK))?.flags[offset % CHUNK] ?? UNKNOWN) !== UNKNOWN
    );
  }

  async #fetch(from: number, to: number, windowFrom: number): Promise<void> {
    try {
      const marks = await this.#viewer.marks(this.topic, this.partition, from, to - from);
      let next = from;
      for (let i = 0; i < marks.offsets.length; i++) {
        const offset = marks.offsets[i] ?? 0;
        // Offsets between two records hold nothing.
        while (next < offset) this.#set(next++, GAP, 0);
        const flags = marks.flags[i] ?? 0;
        const colour = flags & MARK_KEY ? this.#colours.of(marks.keyHash[i] ?? 0) : 0;
        this.#set(offset, flags, colour);
        next = offset + 1;
      }
      while (next < Math.min(marks.nextOffset, to)) this.#set(next++, GAP, 0);
      this.#prune(windowFrom);
      if (next > from) this.#changed();
      else this.#failedAtMs = performance.now() - 900;
    } catch {
      // The topic may have gone, or the cluster restarts: ask again in a second, if it is still looked at.
      this.#failedAtMs = performance.now();
    }
  }

  #set(offset: number, flags: number, colour: number): void {
    const index = Math.floor(offset / CHUNK);
    let chunk = this.#chunks.get(index);
    if (!chunk) {
      chunk = { colour: new Uint8Array(CHUNK), flags: new Uint8Array(CHUNK).fill(UNKNOWN) };
      this.#chunks.set(index, chunk);
    }
    chunk.flags[offset % CHUNK] = flags;
    chunk.colour[offset % CHUNK] = colour;
  }

  #prune(around: number): void {
    if (this.#chunks.size <= MAX_CHUNKS) return;
    const centre = Math.floor(around / CHUNK);
    const far = [...this.#chunks.keys()].sort(
      (a, b) => Math.abs(b - centre) - Math.abs(a - centre),
    );
    for (const index of far.slice(0, this.#chunks.size - MAX_CHUNKS)) this.#chunks.delete(index);
  }
}
