/** Node's `process` for one kernel. */
import { Buffer } from 'buffer';
import EventEmitter from 'events';
import type { StreamName } from '../../client/types.ts';
import type { Files } from '../files.ts';
import type { Ask } from './readline.ts';
import { Readable, Writable } from './stream.ts';

/** The Node that code is told it runs on: the oldest that KafkaJS's users still have. */
const VERSION = '20.20.2';
const PID = 4242;

/** Ends the cell, whatever it is doing. */
export class Exit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`process.exit(${exitCode})`);
    this.name = 'Exit';
    this.exitCode = exitCode;
  }
}

export interface ProcessOptions {
  user: string;
  env: Record<string, string>;
  files: Files;
  print(stream: StreamName, text: string): void;
  ask: Ask;
  onExit(exit: Exit): void;
}

function hrtime(since?: [number, number]): [number, number] {
  const now = performance.now();
  let seconds = Math.floor(now / 1000);
  let nanos = Math.floor((now % 1000) * 1e6);
  if (since) {
    seconds -= since[0];
    nanos -= since[1];
    if (nanos < 0) {
      seconds--;
      nanos += 1e9;
    }
  }
  return [seconds, nanos];
}

async function* typed(ask: Ask): AsyncGenerator<string> {
  for (let line = await ask(''); line !== null; line = await ask('')) yield `${line.replace(/\n$/, '')}\n`;
}

export function makeProcess({ user, env, files, print, ask, onExit }: ProcessOptions) {
  const decoder = new TextDecoder();
  const stream = (name: StreamName, fd: number) =>
    Object.assign(
      new Writable((data) => print(name, typeof data === 'string' ? data : decoder.decode(data))),
      { fd, isTTY: false, columns: 80 },
    );
  const process = Object.assign(new EventEmitter(), {
    title: 'node',
    version: `v${VERSION}`,
    versions: { node: VERSION },
    platform: 'linux',
    arch: 'x64',
    pid: PID,
    ppid: 1,
    argv: ['/usr/bin/node', `${files.home}/notebook.js`],
    argv0: 'node',
    execArgv: [] as string[],
    execPath: '/usr/bin/node',
    exitCode: undefined as number | undefined,
    env: { USER: user, HOME: files.home, PWD: files.home, ...env } as Record<string, string>,
    release: { name: 'node' },
    stdout: stream('stdout', 1),
    stderr: stream('stderr', 2),
    stdin: Object.assign(new Readable(typed(ask)), { fd: 0, isTTY: false }),
    cwd: () => files.cwd,
    chdir: (path: string) => {
      const full = files.resolve(path);
      if (!files.isFolder(full)) files.list(path);
      files.cwd = full;
    },
    nextTick: (work: (...args: unknown[]) => void, ...args: unknown[]) => queueMicrotask(() => work(...args)),
    hrtime: Object.assign(hrtime, { bigint: () => BigInt(Math.round(performance.now() * 1e6)) }),
    uptime: () => performance.now() / 1000,
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    umask: () => 0o022,
    getuid: () => 1000,
    emitWarning: (warning: string | Error) => print('stderr', `(node:${PID}) ${warning}\n`),
    exit: (code?: number): never => {
      const exit = new Exit(code ?? process.exitCode ?? 0);
      process.emit('exit', exit.exitCode);
      onExit(exit);
      throw exit;
    },
    kill: (pid: number, signal = 'SIGTERM') => {
      if (pid !== PID) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
      return process.emit(signal) || process.exit(143);
    },
  });
  process.setMaxListeners(0);
  return process;
}

/** What libraries take for granted without importing it. */
export function makeGlobal(process: ReturnType<typeof makeProcess>): void {
  Object.assign(globalThis, { process, Buffer, global: globalThis });
}
