/**
 * Connections to the cluster as byte streams, over the MessagePort that leads there.
 *
 * Clients that bring their own Kafka protocol (kafka-python, KafkaJS) write bytes into a socket. The door takes
 * whole frames without their length prefix (docs/ARCHITECTURE.md, "The door"), so what is written is cut into frames
 * here, and what arrives gets its prefix back.
 */
import type { DoorMessage } from '../client/types.ts';

/** A frame that claims to be longer ends its connection: Kafka's default of `socket.request.max.bytes`. */
const MAX_FRAME_BYTES = 100 * 1024 * 1024;
const PREFIX_BYTES = 4;

export type Refusal = 'UnknownHost' | 'Refused';

export interface ByteStreamEvents {
  onOpen(): void;
  onData(bytes: Uint8Array): void;
  /** The other side has closed it, or never opened it. Nothing follows; not called after `close()`. */
  onClose(refused: Refusal | null): void;
}

export interface ByteStream {
  /** The bytes are copied: the caller may use them again. Ignored when the connection has ended. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** Puts together frames from pieces of a byte stream. */
export class FrameCutter {
  #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixFilled = 0;
  #frame: Uint8Array<ArrayBuffer> | null = null;
  #filled = 0;

  /** Calls back with each whole frame; false when a length is impossible. */
  push(bytes: Uint8Array, onFrame: (frame: ArrayBuffer) => void): boolean {
    let at = 0;
    while (at < bytes.length) {
      if (!this.#frame) {
        const part = bytes.subarray(at, at + PREFIX_BYTES - this.#prefixFilled);
        this.#prefix.set(part, this.#prefixFilled);
        this.#prefixFilled += part.length;
        at += part.length;
        if (this.#prefixFilled < PREFIX_BYTES) return true;
        const length = new DataView(this.#prefix.buffer).getInt32(0);
        if (length < 0 || length > MAX_FRAME_BYTES) return false;
        this.#prefixFilled = 0;
        // Grown as it comes: a prefix alone must not cost memory.
        this.#frame = new Uint8Array(Math.min(length, Math.max(bytes.length - at, 65_536)));
        this.#want = length;
        this.#filled = 0;
      }
      const part = bytes.subarray(at, at + this.#want - this.#filled);
      this.#put(part);
      at += part.length;
      if (this.#filled < this.#want) continue;
      const frame = this.#frame;
      this.#frame = null;
      onFrame(
        frame.length === this.#want ? frame.buffer : frame.buffer.slice(0, this.#want),
      );
    }
    return true;
  }

  #want = 0;

  #put(part: Uint8Array): void {
    let frame = this.#frame;
    if (!frame) return;
    const needed = this.#filled + part.length;
    if (needed > frame.length) {
      const grown = new Uint8Array(Math.min(this.#want, Math.max(needed, 2 * frame.length)));
      grown.set(frame.subarray(0, this.#filled));
      this.#frame = frame = grown;
    }
    frame.set(part, this.#filled);
    this.#filled = needed;
  }
}

/** A frame with its length in front. */
export function withPrefix(frame: ArrayBuffer): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + frame.byteLength);
  new DataView(bytes.buffer).setInt32(0, frame.byteLength);
  bytes.set(new Uint8Array(frame), PREFIX_BYTES);
  return bytes;
}

/** All connections of one client. */
export class ByteChannels {
  #port: MessagePort;
  #last = 0;
  #open = new Map<number, ByteStreamEvents>();

  constructor(port: MessagePort) {
    this.#port = port;
    this.#listen();
  }

  dial(host: string, port: number, events: ByteStreamEvents): ByteStream {
    const conn = ++this.#last;
    const door = this.#port;
    const cutter = new FrameCutter();
    this.#open.set(conn, events);
    this.#post(['open', conn, host, port]);
    const end = (): boolean => {
      if (!this.#open.delete(conn)) return false;
      door.postMessage(['close', conn] satisfies DoorMessage);
      return true;
    };
    return {
      send: (bytes) => {
        if (!this.#open.has(conn)) return;
        const good = cutter.push(bytes, (frame) =>
          door.postMessage(['frame', conn, frame] satisfies DoorMessage, [frame]),
        );
        if (!good && end()) events.onClose(null);
      },
      close: () => void end(),
    };
  }

  /** The cluster was restarted: every connection has ended, new ones go over this port. */
  reconnect(port: MessagePort): void {
    this.#port.onmessage = null;
    this.#port.close();
    this.#port = port;
    const ended = [...this.#open.values()];
    this.#open.clear();
    this.#listen();
    for (const events of ended) events.onClose(null);
  }

  #listen(): void {
    this.#port.onmessage = (event: MessageEvent<DoorMessage>) => this.#on(event.data);
  }

  #post(message: DoorMessage): void {
    this.#port.postMessage(message);
  }

  #on(message: DoorMessage): void {
    const events = this.#open.get(message[1]);
    if (!events) return;
    switch (message[0]) {
      case 'opened':
        events.onOpen();
        break;
      case 'frame':
        events.onData(withPrefix(message[2]));
        break;
      case 'refused':
        this.#open.delete(message[1]);
        events.onClose(message[2]);
        break;
      case 'closed':
        this.#open.delete(message[1]);
        events.onClose(null);
        break;
    }
  }
}
