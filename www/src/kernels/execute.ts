/** Runs a shell cell in its kernel, and turns what happens into outputs. Code has its own: `execute-code.ts`. */
import type { InputRequest } from '../client/code.ts';
import type { StreamName } from '../client/types.ts';
import { shellSource } from '../notebook/kinds.ts';
import type { DisplayUpdate, OutputCollector } from '../notebook/outputs.ts';
import type { Kernels } from './kernels.ts';

export type Ended = 'ok' | 'error' | 'interrupted';

export interface CellRun {
  /** Name of the kernel. */
  kernel: string;
  source: string;
  count: number;
  collector: OutputCollector;
  /** The collector has changed. */
  changed(): void;
  text(stream: StreamName, text: string): void;
  /** A display that may stand in another cell. */
  updated(update: DisplayUpdate): void;
  waiting(request: InputRequest | null): void;
  exitCode(code: number): void;
}

export async function runShellCell(kernels: Kernels, run: CellRun): Promise<Ended> {
  const { collector } = run;
  const shell = shellSource(run.source);
  try {
    const text = shell.failsCell ? shell.text : await withVariables(kernels, run.kernel, shell.commands);
    const result = await kernels.running(run.kernel, kernels.shell(run.kernel), (kernel) =>
      kernel.run(text, {
        onOutput: (stream, text) => {
          collector.stream(stream, text);
          run.changed();
          run.text(stream, text);
        },
        onInput: (waiting) => run.waiting(waiting ? { prompt: '', password: false } : null),
      }),
    );
    if (!result) return 'interrupted';
    run.exitCode(result.exitCode);
    if (result.status === 'interrupted') return 'interrupted';
    if (result.exitCode === 0 || !shell.failsCell) return 'ok';
    collector.error({
      ename: 'CalledProcessError',
      evalue: `exit status ${result.exitCode}`,
      traceback: [],
    });
    return 'error';
  } catch (error) {
    await kernels.dropShell(run.kernel);
    return failed(collector, error);
  }
}

/** As in Jupyter, `!` lines may name Python's variables; without an interpreter there are none. */
async function withVariables(kernels: Kernels, name: string, text: string): Promise<string> {
  const opened = /[{$]/.test(text) ? kernels.openCode(name, 'python') : undefined;
  const python = await opened?.catch(() => undefined);
  return python?.alive ? await python.expand(text).catch(() => text) : text;
}

/** What the collector shows of a kernel that could not go on. */
export function failed(collector: OutputCollector, error: unknown): Ended {
  const text = error instanceof Error ? error.message : String(error);
  collector.error({ ename: 'KernelError', evalue: text, traceback: [] });
  return 'error';
}
