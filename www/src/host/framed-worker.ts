/**
 * A worker for the code of notebooks, in a frame that has an origin and a policy of its own (www/public/javascript.html).
 *
 * The page's own policy evaluates nothing; that of the frame fetches nothing. Its origin keeps code away from what this
 * site has stored, and the browser may give the frame a process of its own.
 */

/** What `CodeClient` needs of a worker. */
export interface CodeWorkerLike {
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
  terminate(): void;
}

const READY_MS = 15_000;
/** Where there is another way, in Firefox, which says nothing of a frame that cannot be loaded. */
const FIRST_WAY_MS = 3000;

export class FramedWorker implements CodeWorkerLike {
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly #port: MessagePort;
  readonly #far: MessagePort;
  #frame: HTMLIFrameElement | undefined;
  #ended = false;

  /** `page` is the address of the frame's document, `program` the text that its worker runs. */
  constructor(page: string, program: Promise<string>) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#far = port2;
    addEventListener('message', this.#onFrame);
    void this.#start(page, program);
  }

  set onmessage(listener: ((event: MessageEvent) => void) | null) {
    this.#port.onmessage = listener;
  }
  get onmessage(): ((event: MessageEvent) => void) | null {
    return this.#port.onmessage;
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  terminate(): void {
    this.#ended = true;
    removeEventListener('message', this.#onFrame);
    this.#frame?.remove();
    this.#port.close();
  }

  async #start(page: string, program: Promise<string>): Promise<void> {
    try {
      const text = await program;
      // Without a network the service worker has the document, but serves it to frames of this origin alone.
      const ways = navigator.serviceWorker?.controller
        ? ['allow-scripts', 'allow-scripts allow-same-origin']
        : ['allow-scripts'];
      for (const [at, way] of ways.entries()) {
        if (this.#ended) return;
        if (!(await this.#load(page, way, at < ways.length - 1 ? FIRST_WAY_MS : READY_MS))) continue;
        if (this.#ended) return;
        this.#frame?.contentWindow?.postMessage(text, '*', [this.#far]);
        return;
      }
      this.#fail('its frame could not be loaded');
    } catch {
      this.#fail('its program could not be loaded');
    }
  }

  #ready: (() => void) | undefined;

  async #load(page: string, sandbox: string, limitMs: number): Promise<boolean> {
    this.#frame?.remove();
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', sandbox);
    frame.hidden = true;
    frame.title = 'JavaScript kernel';
    frame.src = page;
    this.#frame = frame;
    const said = new Promise<boolean>((resolve) => {
      this.#ready = () => resolve(true);
      // The document speaks before it has loaded: one that has loaded and said nothing is not ours.
      frame.onload = () => setTimeout(() => resolve(false), 500);
      setTimeout(() => resolve(false), limitMs);
    });
    document.body.append(frame);
    return await said;
  }

  #onFrame = (event: MessageEvent): void => {
    if (event.source === null || event.source !== this.#frame?.contentWindow) return;
    if (event.data === '') this.#ready?.();
    else this.#fail(String(event.data));
  };

  #fail(message: string): void {
    if (!this.#ended) this.onerror?.(new ErrorEvent('error', { message }));
  }
}
