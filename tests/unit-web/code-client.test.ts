import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CodeKernelSetup, CodeOutput } from '../../www/src/client/code.ts';
import { CodeClient } from '../../www/src/host/code-client.ts';
import type { CodeToPage, PageToCode } from '../../www/src/host/code-messages.ts';
import type { CodeWorkerLike } from '../../www/src/host/framed-worker.ts';

const SETUP: CodeKernelSetup = {
  user: 'learner', env: {}, hosts: [], files: [], packages: {}, prelude: [],
  onFile: () => undefined,
  runShell: () => Promise.reject(new Error('no shell')),
  interruptShell: () => undefined,
  onProgress: () => undefined,
};

/** A kernel whose worker does nothing by itself, and what it showed. */
function kernel() {
  const posted: PageToCode[] = [];
  const worker: CodeWorkerLike & { ended: boolean } = {
    onmessage: null,
    onerror: null,
    ended: false,
    postMessage: (message) => posted.push(message as PageToCode),
    terminate() {
      this.ended = true;
    },
  };
  const client = new CodeClient(worker, {} as MessagePort, SETUP, {
    language: 'javascript', stuckMs: 1000, shared: { value: null }, onClose: () => undefined,
  });
  const shown: CodeOutput[] = [];
  const say = (message: CodeToPage): void => worker.onmessage?.({ data: message } as MessageEvent);
  say(['ready']);
  const running = client.run('while (true);', 1, { onOutput: (output) => shown.push(output), onInput: () => undefined });
  return { client, worker, posted, shown, say, running };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('stop', () => {
  test('that the worker does not hear ends it; the cell is interrupted, and its output says what is gone', async () => {
    const { client, worker, shown, running } = kernel();
    client.interrupt();
    await vi.advanceTimersByTimeAsync(999);
    expect(worker.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await running).toEqual({ status: 'interrupted' });
    expect(worker.ended).toBe(true);
    expect(client.alive).toBe(false);
    expect(shown).toEqual([{ type: 'stream', name: 'stderr', text: expect.stringMatching(/^Interrupted\. JavaScript did not react.*new interpreter/) }]);
  });
  test('that the worker hears leaves it alive and adds nothing', async () => {
    const { client, worker, shown, say, running } = kernel();
    client.interrupt();
    say(['stopping', 1]);
    await vi.advanceTimersByTimeAsync(5000);
    say(['done', 1, { status: 'interrupted' }]);
    expect(await running).toEqual({ status: 'interrupted' });
    expect([worker.ended, shown]).toEqual([false, []]);
  });
  test('a crash is an error all the same', async () => {
    const { say, running } = kernel();
    const failed = expect(running).rejects.toThrow(/JavaScript has crashed \(memory\)/);
    say(['crashed', 'memory']);
    await failed;
  });
});
