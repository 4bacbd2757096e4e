/** The worker of one Python kernel: Pyodide, started by the first message, and the calls of the page. */
import { loadPyodide, type PyodideAPI } from 'pyodide';
import { ByteChannels } from '../../kernels/byte-channel.ts';
import type { CodeResult } from '../../client/code.ts';
import type { CodeCallName, CodeSetupMessage, CodeToPage, PageToCode } from '../code-messages.ts';
import { countBytes, fetchFile, FOLDER, keepOffline, shareModule } from './assets.ts';
import { Bridge } from './bridge.ts';
import { PythonFiles, type EmscriptenFs } from './files.ts';

/** Code that does not wait gives way after this time. A stop must come through within 100 ms. */
const SLICE_MS = 40;
const SITE_PACKAGES = '/lib/python3.14/site-packages';

/** Beyond this Python gets a MemoryError: without it a cell could take all that the person's machine has. */
const MAX_MEMORY_BYTES = 1024 ** 3;
const PAGE_BYTES = 65_536;

const NO_STACK_SWITCHING =
  'Python cells need WebAssembly stack switching, which this browser lacks: they run in Chrome and Edge from version 137 on, and in Firefox from version 153 on. Shell and JavaScript cells work here.';

/** `sandbox_kernel.kernel`, the functions that the page calls. */
interface PythonKernel {
  start(config: string): void;
  run_cell: { callPromising(source: string, count: number, earlier: string): Promise<CodeResult['status']> };
  interrupt(): void;
  complete(source: string, cursor: number): string;
  inspect(source: string, cursor: number): string;
  signature(source: string, cursor: number): string;
  expand(source: string): string;
}

interface Started {
  python: PythonKernel;
  files: PythonFiles;
}

let bridge: Bridge | undefined;
let channels: ByteChannels | undefined;
let starting: Promise<Started> | undefined;
let started: Started | undefined;
/** Stop was pressed before the interpreter was there. */
let stopEarly = false;
let crashed = false;

function say(message: CodeToPage): void {
  self.postMessage(message);
}

/** Pyodide's own limit is 4 GB, and it has no option for another: what it grows by is refused here. */
function limitMemory(): void {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > MAX_MEMORY_BYTES)
      throw new RangeError('the kernel has used up its memory');
    return grow.call(this, pages);
  };
}

async function start(port: MessagePort, setup: CodeSetupMessage): Promise<Started> {
  if (!('Suspending' in WebAssembly)) throw new Error(NO_STACK_SWITCHING);
  limitMemory();
  const compiled = setup.shared as WebAssembly.Module | undefined;
  countBytes((progress) => say(['progress', progress]), compiled !== undefined);
  shareModule(compiled, (module) => say(['share', module]));
  channels = new ByteChannels(port);
  const made = new Bridge({ say, channels, fetchFile });
  bridge = made;
  const home = `/home/${setup.user}`;
  const [py, program] = await Promise.all([
    loadPyodide({
      indexURL: FOLDER,
      env: { HOME: home, USER: setup.user, LOGNAME: setup.user, PWD: home, ...setup.env },
      stdout: (text) => made.output.print('stdout', `${text}\n`),
      stderr: (text) => made.output.print('stderr', `${text}\n`),
    }),
    fetchFile('kernel.zip'),
  ]);
  watchForDeath(py);
  const files = new PythonFiles(
    py.FS as unknown as EmscriptenFs,
    home,
    setup.files,
    (path, bytes) => say(['file', path, bytes]),
  );
  py.unpackArchive(program, 'zip', { extractDir: SITE_PACKAGES });
  py.registerJsModule('_sandbox', {
    ...made.members(),
    flush_files: () => files.flush(),
    limit_stack: stackLimiter(py),
  });
  const python = py.pyimport('sandbox_kernel.kernel') as unknown as PythonKernel;
  python.start(
    JSON.stringify({
      user: setup.user,
      home,
      hosts: setup.hosts,
      packages: setup.packages,
      prelude: setup.prelude,
    }),
  );
  py.setInterruptBuffer(made.interruptBuffer(SLICE_MS));
  say(['ready']);
  void keepOffline().catch(() => undefined);
  return { python, files };
}

/** CPython's functions, as the module exports them. */
interface Interpreter {
  _PyThreadState_Get(): number;
  _emscripten_stack_get_base(): number;
  _PyUnstable_ThreadState_SetStackProtection(thread: number, end: number, bytes: number): number;
}

/** Sets how much of Python's stack the running green thread may use before it gets a RecursionError. */
function stackLimiter(py: PyodideAPI): (bytes: number) => void {
  const module = (py as unknown as { _module: Interpreter })._module;
  return (bytes) => {
    const end = module._emscripten_stack_get_base() - bytes;
    module._PyUnstable_ThreadState_SetStackProtection(module._PyThreadState_Get(), end, bytes);
  };
}

/** Pyodide tells of an interpreter that cannot go on by this hook only. */
function watchForDeath(py: PyodideAPI): void {
  const { _api } = py as unknown as { _api: { on_fatal?: (error: Error) => void } };
  _api.on_fatal = (error) => crash(error);
}

function crash(error: unknown): void {
  if (crashed) return;
  crashed = true;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // Chromium's words, and Firefox's.
  const why = /call stack size exceeded|too much recursion/.test(text)
    ? 'its code calls itself too often'
    : (text.trim().split('\n')[0] ?? '');
  bridge?.output.flush();
  say(['crashed', why]);
}

async function run({ python, files }: Started, source: string, count: number, earlier: unknown): Promise<CodeResult> {
  bridge?.beginSlice();
  try {
    return { status: await python.run_cell.callPromising(source, count, JSON.stringify(earlier)) };
  } catch (error) {
    // What the cell raises is shown by Python. Whatever else comes up to here, the interpreter did not survive.
    if (!(error instanceof Error && error.name === 'PythonError')) crash(error);
    throw error;
  } finally {
    files.flush();
    bridge?.output.flush();
  }
}

async function call(name: CodeCallName, args: unknown[]): Promise<unknown> {
  if (!starting) throw new Error('This worker was not started.');
  const { python, files } = await starting;
  const [text, second] = args as [string, never];
  switch (name) {
    case 'run':
      if (stopEarly) {
        stopEarly = false;
        return { status: 'interrupted' } satisfies CodeResult;
      }
      return await run({ python, files }, text, second, args[2]);
    case 'complete':
      return JSON.parse(python.complete(text, second));
    case 'inspect':
      return JSON.parse(python.inspect(text, second)) ?? undefined;
    case 'signature':
      return JSON.parse(python.signature(text, second)) ?? undefined;
    case 'expand':
      return python.expand(text);
    case 'readFile':
      return files.read(text);
    case 'writeFile':
      return files.write(text, second);
    case 'removeFile':
      return files.remove(text);
  }
}

self.onmessage = async (event: MessageEvent<PageToCode>) => {
  const message = event.data;
  switch (message[0]) {
    case 'start':
      starting = start(message[1], message[2]);
      starting.then(
        (made) => (started = made),
        (error: unknown) => say(['unable', error instanceof Error ? error.message : String(error)]),
      );
      break;
    case 'reconnect':
      channels?.reconnect(message[1]);
      break;
    case 'call':
      try {
        say(['done', message[1], await call(message[2], message[3])]);
      } catch (error) {
        say(['failed', message[1], error instanceof Error ? error.message : String(error)]);
      }
      break;
    case 'input':
      bridge?.answered(message[1]);
      break;
    case 'interrupt':
      say(['stopping', message[1]]);
      if (started) started.python.interrupt();
      else stopEarly = true;
      break;
    case 'shellOutput':
      bridge?.shellOutput(message[1], message[2], message[3]);
      break;
    case 'shellDone':
      bridge?.shellDone(message[1], message[2], message[3]);
      break;
  }
};
