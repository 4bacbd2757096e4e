/** Starts interpreters: their workers, and the page's side of them. */
import type { CodeKernelSetup, CodeLanguage } from '../client/code.ts';
import programUrl from '#javascript-program';
import { CodeClient, type Shared } from './code-client.ts';
import { FramedWorker, type CodeWorkerLike } from './framed-worker.ts';
import pythonUrl from './python/worker.ts?worker&url';
import { spawnWorker } from './spawn.ts';

interface CodeWorker {
  spawn(): CodeWorkerLike;
  /** How long its interpreter may take to answer a stop before it is ended; 0: a stop ends it. */
  stuckMs: number;
  silentMs?: number;
}

const CODE_WORKERS: Record<CodeLanguage, CodeWorker> = {
  javascript: { spawn: () => new FramedWorker(framePage(), javascriptText()), stuckMs: 1000, silentMs: 10_000 },
  python: { spawn: () => spawnWorker(pythonUrl, 'kafka-sandbox python'), stuckMs: 5000 },
};

export function openCode(
  language: CodeLanguage,
  port: MessagePort,
  setup: CodeKernelSetup,
  shared: Shared,
  onClose: () => void,
): CodeClient {
  const { spawn, stuckMs, silentMs } = CODE_WORKERS[language];
  return new CodeClient(spawn(), port, setup, { language, stuckMs, silentMs, shared, onClose });
}

/** The document stands at the site's root, this program in a folder below; Vite's own server knows no such folder. */
function framePage(): string {
  return new URL('javascript.html', import.meta.env.DEV ? location.href : new URL('../', import.meta.url)).href;
}

let program: Promise<string> | undefined;

/** Once for all kernels; asked for again after a failure. */
function javascriptText(): Promise<string> {
  program ??= fetch(new URL(programUrl, import.meta.url)).then((response) => {
    if (!response.ok) throw new Error(`${response.status}`);
    return response.text();
  });
  program.catch(() => (program = undefined));
  return program;
}
