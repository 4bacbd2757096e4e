/**
 * What code shows, on its way to the page: in pieces that are worth a message, and never more than the page can take.
 *
 * A worker that prints without a pause cannot be told to wait. So there is a budget that grows with time; what goes
 * beyond it is dropped, counted, and said. The page is woken once in a frame, however often code flushes its output.
 */
import type { CodeOutput } from '../client/code.ts';
import type { StreamName } from '../client/types.ts';

/** Where much is shown, it is sent on after this time. */
const FRAME_MS = 16;
/** The first few are sent at once: code that loops without a pause behind them would never let them go. */
const BURST_MESSAGES = 20;
/** What a page keeps of a cell anyhow; then as much as it can draw and store beside its other work. */
const BURST_CHARS = 16 * 1024 * 1024;
const CHARS_PER_MS = 1000;
/** Where some was dropped, text goes on when there is room for this much: a notice is worth more than one line. */
const RESUME_CHARS = 256 * 1024;
/** Of what was dropped, the end is shown. */
const TAIL_CHARS = 16 * 1024;
/** A display costs more than its characters: it becomes elements of the page. */
const DISPLAY_CHARS = 4 * 1024;

export class Output {
  readonly #send: (outputs: CodeOutput[]) => void;
  readonly #now: () => number;
  #waiting: CodeOutput[] = [];
  #waitingCost = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #budget = BURST_CHARS;
  #messages = BURST_MESSAGES;
  #filledMs: number;
  #droppedChars = 0;
  #droppedDisplays = 0;
  #tail = '';
  #tailStream: StreamName = 'stdout';
  /** These streams go nowhere. */
  muted: ReadonlySet<StreamName> = new Set();

  constructor(send: (outputs: CodeOutput[]) => void, now = () => performance.now()) {
    this.#send = send;
    this.#now = now;
    this.#filledMs = now();
  }

  print = (stream: StreamName, text: string): void => {
    if (text === '' || this.muted.has(stream)) return;
    this.#refill();
    const fits = this.#dropping ? 0 : Math.min(text.length, Math.floor(this.#budget));
    if (fits > 0) this.#take({ type: 'stream', name: stream, text: text.slice(0, fits) }, fits);
    if (fits < text.length) this.#drop(stream, text.slice(fits));
    this.#pass();
  };

  /** Something that is not text, behind the text so far; of so many characters. Only displays are ever dropped. */
  show(output: CodeOutput, chars = 0): void {
    this.#refill();
    const costs = output.type === 'display' || output.type === 'update';
    const cost = costs ? Math.max(DISPLAY_CHARS, chars) : 0;
    if (output.type === 'clear' && !output.wait) this.#forget();
    else if (!costs && output.type !== 'clear') this.#resume();
    if (cost > 0 && (this.#dropping || cost > this.#budget)) this.#droppedDisplays++;
    else this.#take(output, cost);
    this.#pass();
  }

  /** Sends all that waits, also the end of what was dropped. */
  flush(): void {
    this.#resume();
    this.#sendAll();
  }

  get #dropping(): boolean {
    return this.#tail !== '' || this.#droppedDisplays > 0;
  }

  #take(output: CodeOutput, cost: number): void {
    // What is cleared before anybody has seen it need not be sent.
    const clear = this.#waiting.at(-1);
    if (clear?.type === 'clear') {
      this.#forget();
      this.#waiting = [clear];
    }
    this.#budget -= cost;
    this.#waitingCost += cost;
    const last = this.#waiting.at(-1);
    if (output.type === 'stream' && last?.type === 'stream' && last.name === output.name)
      this.#waiting[this.#waiting.length - 1] = { ...last, text: last.text + output.text };
    else this.#waiting.push(output);
  }

  #drop(stream: StreamName, text: string): void {
    this.#tail += text;
    this.#tailStream = stream;
    if (this.#tail.length <= 2 * TAIL_CHARS) return;
    const from = this.#tail.length - TAIL_CHARS;
    const cut = this.#tail.indexOf('\n', from) + 1 || from;
    this.#droppedChars += cut;
    this.#tail = this.#tail.slice(cut);
  }

  #forget(): void {
    this.#waiting = [];
    this.#budget += this.#waitingCost;
    this.#waitingCost = 0;
    this.#tail = '';
    this.#droppedChars = 0;
    this.#droppedDisplays = 0;
  }

  /** Says what was dropped; from here on all is kept again. */
  #resume(): void {
    if (!this.#dropping) return;
    const lost = [
      this.#droppedChars > 0 ? `${this.#droppedChars} characters` : '',
      this.#droppedDisplays > 0 ? `${this.#droppedDisplays} displays` : '',
    ].filter(Boolean);
    const notice =
      lost.length === 0
        ? ''
        : `\n… ${lost.join(' and ')} were not kept: they came faster than the page can show them …\n`;
    const text = notice + this.#tail;
    const stream = this.#tailStream;
    this.#tail = '';
    this.#droppedChars = 0;
    this.#droppedDisplays = 0;
    this.#take({ type: 'stream', name: stream, text }, text.length);
  }

  #pass(): void {
    if (this.#messages >= 1 && !this.#dropping) this.#sendAll();
    else this.#timer ??= setTimeout(() => this.#onFrame(), FRAME_MS);
  }

  #onFrame(): void {
    this.#timer = undefined;
    this.#refill();
    if (this.#budget >= RESUME_CHARS) this.#resume();
    this.#sendAll();
    if (this.#dropping) this.#pass();
  }

  #refill(): void {
    const now = this.#now();
    const ms = now - this.#filledMs;
    this.#budget = Math.min(BURST_CHARS, this.#budget + ms * CHARS_PER_MS);
    this.#messages = Math.min(BURST_MESSAGES, this.#messages + ms / FRAME_MS);
    this.#filledMs = now;
  }

  #sendAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const outputs = this.#waiting;
    this.#waiting = [];
    this.#waitingCost = 0;
    this.#messages--;
    this.#send(outputs);
  }
}
