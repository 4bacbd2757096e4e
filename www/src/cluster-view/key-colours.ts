/**
 * Which of the eight colours a key gets: its own where one is free, so that a course's handful of keys is told apart.
 *
 * A key has the same colour in all topics. With more keys than colours they are spread evenly.
 */

export const COLOURS = 8;
/** Beyond so many keys colours tell little, and remembering each would cost more than it shows. */
const MAX_KEYS = 4096;

export class KeyColours {
  readonly #colours = new Map<number, number>();
  readonly #used = new Array<number>(COLOURS).fill(0);

  /** `hash`: of the key's bytes; it says which colour is tried first, so that most keys keep theirs over a reload. */
  of(hash: number): number {
    const known = this.#colours.get(hash);
    if (known !== undefined) return known;
    const wish = hash % COLOURS;
    if (this.#colours.size >= MAX_KEYS) return wish;
    const least = Math.min(...this.#used);
    let colour = wish;
    while (this.#used[colour] !== least) colour = (colour + 1) % COLOURS;
    this.#used[colour] = least + 1;
    this.#colours.set(hash, colour);
    return colour;
  }
}
