/**
 * What code prints, on its way to the page: in pieces that are worth a message, and never more than the page can take.
 *
 * A worker that prints without a pause cannot be told to wait. So there is a budget that grows with time; what goes
 * beyond it is dropped, counted, and said.
 */
import type { CodeOutput } from '../client/code.ts';
import type { StreamName } from '../client/types.ts';

/** Where much is printed, text is sent on after this time, or when there is this much of it. */
const FLUSH_MS = 16;
const FLUSH_CHARS = 64 * 1024;
/** Few prints are sent at once: code that loops without a pause behind them would never let them go. */
const BURST_MESSAGES = 100;
const MESSAGES_PER_MS = 1;
const BURST_CHARS = 8 * 1024 * 1024;
const CHARS_PER_MS = 4000;
/** Of what was dropped, the end is shown. */
const TAIL_CHARS = 16 * 1024;

export class Output {
  readonly #send: (output: CodeOutput) => void;
  readonly #now: () => number;
  #stream: StreamName = 'stdout';
  #text = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #budget = BURST_CHARS;
  #messages = BURST_MESSAGES;
  #filledMs: number;
  #dropped = 0;
  #tail = '';
  /** These streams go nowhere. */
  muted: ReadonlySet<StreamName> = new Set();

  constructor(send: (output: CodeOutput) => void, now = () => performance.now()) {
    this.#send = send;
    this.#now = now;
    this.#filledMs = now();
  }

  print = (stream: StreamName, text: string): void => {
    if (text === '' || this.muted.has(stream)) return;
    if (this.#stream !== stream) this.flush();
    this.#stream = stream;
    this.#text += text;
    if (this.#messages >= 1 && this.#dropped === 0) this.#pass();
    else if (this.#text.length >= FLUSH_CHARS) this.#pass();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  };

  /** Something that is not text, behind the text so far. */
  show(output: CodeOutput): void {
    this.flush();
    this.#send(output);
  }

  /** Sends all that waits, also the end of what was dropped. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#refill();
    if (this.#dropped > 0) {
      this.#say(this.#notice() + this.#tail + this.#text);
      this.#tail = '';
    } else if (this.#text !== '') this.#say(this.#text);
    this.#text = '';
  }

  #refill(): void {
    const now = this.#now();
    const ms = now - this.#filledMs;
    this.#budget = Math.min(BURST_CHARS, this.#budget + ms * CHARS_PER_MS);
    this.#messages = Math.min(BURST_MESSAGES, this.#messages + ms * MESSAGES_PER_MS);
    this.#filledMs = now;
  }

  #pass(): void {
    this.#refill();
    if (this.#budget >= this.#text.length) {
      this.flush();
      return;
    }
    // The line of the notice has to fit in: what is over goes, but for its end.
    this.#tail += this.#text;
    this.#text = '';
    if (this.#tail.length <= TAIL_CHARS) return;
    const cut = this.#tail.indexOf('\n', this.#tail.length - TAIL_CHARS) + 1 || this.#tail.length - TAIL_CHARS;
    this.#dropped += cut;
    this.#tail = this.#tail.slice(cut);
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  #notice(): string {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return `\n… ${dropped} characters were not kept: they came faster than the page can show them …\n`;
  }

  #say(text: string): void {
    this.#budget -= text.length;
    this.#messages--;
    this.#send({ type: 'stream', name: this.#stream, text });
  }
}
