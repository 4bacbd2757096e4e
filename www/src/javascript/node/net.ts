/** Node's `net`, as far as clients use it: a socket is a byte stream to the cluster in the page, and leads nowhere else. */
import { Buffer } from 'buffer';
import EventEmitter from 'events';
import type { ByteChannels, ByteStream, Refusal } from '../../kernels/byte-channel.ts';

let channels: ByteChannels | undefined;

/** Every socket goes over these. */
export function connectThrough(all: ByteChannels): void {
  channels = all;
}

export interface ConnectOptions {
  host?: string;
  port: number;
}

type Callback = () => void;

export class Socket extends EventEmitter {
  #stream: ByteStream | undefined;
  #encoding: BufferEncoding | undefined;
  connecting = false;
  destroyed = false;
  writable = true;
  readable = true;
  bytesRead = 0;
  bytesWritten = 0;
  remoteAddress: string | undefined;
  remotePort: number | undefined;

  connect(options: ConnectOptions | number, host?: string | Callback, onConnect?: Callback): this {
    const { port, host: name = 'localhost' } =
      typeof options === 'object'
        ? options
        : { port: options, host: typeof host === 'string' ? host : undefined };
    const listener = typeof host === 'function' ? host : onConnect;
    if (listener) this.once('connect', listener);
    this.connecting = true;
    this.remoteAddress = name;
    this.remotePort = Number(port);
    this.#stream = channels?.dial(name, Number(port), {
      onOpen: () => {
        this.connecting = false;
        this.emit('connect');
        this.emit('ready');
      },
      onData: (bytes) => {
        this.bytesRead += bytes.length;
        const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.emit('data', this.#encoding ? data.toString(this.#encoding) : data);
      },
      onClose: (refused) => this.#ended(refused, name, Number(port)),
    });
    return this;
  }

  #ended(refused: Refusal | null, host: string, port: number): void {
    this.connecting = false;
    this.#stream = undefined;
    if (refused) {
      const error =
        refused === 'UnknownHost'
          ? failure('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`, 'getaddrinfo')
          : failure('ECONNREFUSED', `connect ECONNREFUSED ${host}:${port}`, 'connect');
      this.destroy(error);
      return;
    }
    this.writable = false;
    this.emit('end');
    this.destroy();
  }

  write(data: Uint8Array | string, encoding?: BufferEncoding | Callback, done?: Callback): boolean {
    const bytes =
      typeof data === 'string'
        ? Buffer.from(data, typeof encoding === 'string' ? encoding : 'utf8')
        : data;
    this.bytesWritten += bytes.length;
    this.#stream?.send(bytes);
    const listener = typeof encoding === 'function' ? encoding : done;
    if (listener) queueMicrotask(listener);
    return true;
  }

  end(data?: Uint8Array | string | Callback): this {
    if (data !== undefined && typeof data !== 'function') this.write(data);
    this.writable = false;
    this.destroy();
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#stream?.close();
    this.#stream = undefined;
    queueMicrotask(() => {
      if (error) this.emit('error', error);
      this.emit('close', error !== undefined);
    });
    return this;
  }

  setEncoding(encoding: BufferEncoding): this {
    this.#encoding = encoding;
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  pause(): this {
    return this;
  }
  resume(): this {
    return this;
  }
}

function failure(code: string, message: string, syscall: string): Error {
  return Object.assign(new Error(message), { code, syscall });
}

export function connect(options: ConnectOptions | number, host?: string | Callback, onConnect?: Callback): Socket {
  return new Socket().connect(options, host, onConnect);
}

export const createConnection = connect;

/** 4, 6, or 0 for a name. */
export function isIP(text: string): number {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return 4;
  return /^[0-9a-f:]*:[0-9a-f:]*$/i.test(text) ? 6 : 0;
}

export function createServer(): never {
  throw new Error('The page cannot listen on a port: only the cluster in the page answers connections.');
}

export default { Socket, connect, createConnection, createServer, isIP };
