/**
 * The program of a JavaScript kernel: its worker's side of the messages in `host/code-messages.ts`.
 *
 * It runs in a worker inside a frame of an origin of its own, whose policy allows code to be evaluated and nothing to
 * be fetched (www/public/javascript.html). The first message brings the port to the page.
 */
import { forgetStored } from '../host/forget-stored.ts';
import type { CodeSetupMessage, CodeToPage, PageToCode } from '../host/code-messages.ts';
import type { RunResult, StreamName } from '../client/types.ts';
import { ByteChannels } from '../kernels/byte-channel.ts';
import { complete, describe } from './complete.ts';
import { Files } from './files.ts';
import { connectThrough } from './node/net.ts';
import { Runtime } from './runtime.ts';

/** The page hears so often that code lets other things happen. */
const ALIVE_MS = 2000;

interface Shell {
  print(stream: StreamName, text: string): void;
  resolve(result: RunResult): void;
  reject(error: Error): void;
}

class Program {
  readonly #page: MessagePort;
  #channels: ByteChannels | undefined;
  #files: Files | undefined;
  #runtime: Runtime | undefined;
  #shells = new Map<number, Shell>();
  #lines = 0;
  #asked: ((text: string | null) => void) | undefined;

  constructor(page: MessagePort) {
    this.#page = page;
    page.onmessage = (event: MessageEvent<PageToCode>) => void this.#on(event.data);
  }

  #say(message: CodeToPage): void {
    this.#page.postMessage(message);
  }

  async #on(message: PageToCode): Promise<void> {
    switch (message[0]) {
      case 'start':
        this.#start(message[1], message[2]);
        break;
      case 'reconnect':
        this.#channels?.reconnect(message[1]);
        break;
      case 'call':
        try {
          this.#say(['done', message[1], await this.#call(message[2], message[3])]);
        } catch (error) {
          this.#say(['failed', message[1], error instanceof Error ? error.message : String(error)]);
        }
        break;
      case 'input':
        this.#asked?.(message[1]);
        break;
      case 'interrupt':
        this.#asked?.(null);
        await this.#runtime?.interrupt();
        this.#say(['stopping', message[1]]);
        break;
      case 'shellOutput':
        this.#shells.get(message[1])?.print(message[2], message[3]);
        break;
      case 'shellDone': {
        const [, id, result, problem] = message;
        const shell = this.#shells.get(id);
        this.#shells.delete(id);
        if (result) shell?.resolve(result);
        else shell?.reject(new Error(problem));
        break;
      }
    }
  }

  #start(port: MessagePort, { user, env, files }: CodeSetupMessage): void {
    this.#channels = new ByteChannels(port);
    connectThrough(this.#channels);
    const own = new Files(`/home/${user}`, (path, bytes) => this.#say(['file', path, bytes]));
    for (const { path, bytes } of files) own.put(path, bytes);
    this.#files = own;
    this.#runtime = new Runtime({
      user, env,
      files: own,
      ask: (prompt) => this.#ask(prompt),
      send: (outputs) => this.#say(['outputs', outputs]),
      shell: (source, print) =>
        new Promise((resolve, reject) => {
          this.#shells.set(++this.#lines, { print, resolve, reject });
          this.#say(['shell', this.#lines, source]);
        }),
    });
    this.#say(['ready']);
    setInterval(() => this.#say(['alive']), ALIVE_MS);
  }

  #ask(prompt: string): Promise<string | null> {
    return new Promise((resolve) => {
      this.#asked = (text) => {
        this.#asked = undefined;
        this.#say(['waiting', null]);
        const shown = text === null ? prompt : `${prompt}${text.replace(/\n?$/, '\n')}`;
        if (shown !== '') this.#say(['outputs', [{ type: 'stream', name: 'stdout', text: shown }]]);
        resolve(text?.replace(/\n$/, '') ?? null);
      };
      this.#say(['waiting', { prompt, password: false }]);
    });
  }

  async #call(name: string, args: unknown[]): Promise<unknown> {
    const runtime = this.#runtime;
    const files = this.#files;
    if (!runtime || !files) throw new Error('the kernel has not been started');
    const [text, second] = args as [string, never];
    switch (name) {
      case 'run':
        return await runtime.run(text, second);
      case 'complete':
        return complete(text, second, runtime.names, runtime.modules);
      case 'inspect':
        return describe(text, second);
      case 'signature':
        return undefined;
      case 'expand':
        // Variables of JavaScript have no meaning in shell lines.
        return text;
      case 'readFile':
        return files.isFile(`${files.home}/${text}`) ? files.read(`${files.home}/${text}`) : undefined;
      case 'writeFile':
        return files.put(text, second);
      case 'removeFile':
        return files.put(text, null);
      default:
        throw new Error(`there is no call ${name}`);
    }
  }
}

self.onmessage = (event: MessageEvent) => {
  forgetStored();
  const page = event.ports[0];
  if (page) new Program(page);
  self.onmessage = null;
};
