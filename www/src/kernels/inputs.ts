/** What was run in a notebook, for the editor to bring back: per kernel and language, the newest last. */

const MAX_INPUTS = 1000;

export class InputHistory {
  #all = new Map<string, string[]>();

  add(place: string, source: string): void {
    const inputs = this.#all.get(place) ?? [];
    if (source.trim() === '' || inputs.at(-1) === source) return;
    this.#all.set(place, [...inputs, source].slice(-MAX_INPUTS));
  }

  of(place: string): readonly string[] {
    return this.#all.get(place) ?? [];
  }
}
