/** The worker of one kernel or of the viewer: a Kafka client in wasm, and the messages between it and the page. */
import init, { ShellKernel, Viewer } from '#pkg';
import type { StreamName, WasmKernel, WasmViewer } from '../client/types.ts';
import type { CallName, KernelToPage, PageToKernel } from './messages.ts';

/** Text is sent on after this time, or at once when there is this much of it. */
const OUTPUT_MS = 16;
const OUTPUT_CHARS = 256 * 1024;

let kernel: WasmKernel | undefined;
let viewer: WasmViewer | undefined;
let fetches = 0;
const fetching = new Map<number, (bytes: Uint8Array | null) => void>();

function say(message: KernelToPage): void {
  self.postMessage(message);
}

const output = {
  stream: 'stdout' as StreamName,
  text: '',
  timer: undefined as ReturnType<typeof setTimeout> | undefined,
};

function flush(): void {
  clearTimeout(output.timer);
  output.timer = undefined;
  if (output.text === '') return;
  say(['output', output.stream, output.text]);
  output.text = '';
}

function print(stream: StreamName, text: string): void {
  if (output.stream !== stream) flush();
  output.stream = stream;
  output.text += text;
  if (output.text.length >= OUTPUT_CHARS) flush();
  else output.timer ??= setTimeout(flush, OUTPUT_MS);
}

async function call(name: CallName, args: unknown[]): Promise<unknown> {
  const [a, b, c, d] = args as [string, never, number, number];
  switch (name) {
    case 'run': {
      const result = await theKernel().run(a, print, (waiting) => {
        flush();
        say(['waiting', waiting]);
      });
      flush();
      return { status: result.status, exitCode: result.exitCode };
    }
    case 'complete':
      return await theKernel().complete(a, b);
    case 'hover':
      return theKernel().hover(a, b);
    case 'readFile':
      return theKernel().readFile(a);
    case 'writeFile':
      return theKernel().writeFile(a, b);
    case 'removeFile':
      return theKernel().removeFile(a);
    case 'records':
      return await theViewer().records(a, b, c, d);
    case 'marks':
      return await theViewer().marks(a, b, c, d);
    case 'offsetForTime':
      return await theViewer().offsetForTime(a, b, c);
  }
}

function theKernel(): WasmKernel {
  if (!kernel) throw new Error('This worker is not a kernel.');
  return kernel;
}

function theViewer(): WasmViewer {
  if (!viewer) throw new Error('This worker is not a viewer.');
  return viewer;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

self.onmessage = async (event: MessageEvent<PageToKernel>) => {
  const message = event.data;
  switch (message[0]) {
    case 'kernel':
      await init({ module_or_path: message[3] });
      kernel = new ShellKernel(message[1], {
        ...message[2],
        onFile: (path: string, bytes: Uint8Array | null) => say(['file', path, bytes]),
        fetchUrl: (url: string) =>
          new Promise<Uint8Array | null>((resolve) => {
            fetching.set(++fetches, resolve);
            say(['fetch', fetches, url]);
          }),
      });
      say(['ready']);
      break;
    case 'viewer':
      await init({ module_or_path: message[2] });
      viewer = new Viewer(message[1]);
      say(['ready']);
      break;
    case 'reconnect':
      (kernel ?? viewer)?.reconnect(message[1]);
      break;
    case 'call':
      try {
        say(['done', message[1], await call(message[2], message[3])]);
      } catch (error) {
        flush();
        say(['failed', message[1], messageOf(error)]);
        // A trapped module cannot go on: let the page see the crash.
        if (error instanceof WebAssembly.RuntimeError) throw error;
      }
      break;
    case 'input':
      kernel?.input(message[1]);
      break;
    case 'interrupt':
      kernel?.interrupt();
      break;
    case 'fetched':
      fetching.get(message[1])?.(message[2]);
      fetching.delete(message[1]);
      break;
  }
};
