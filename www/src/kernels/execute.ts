/** Runs one cell in the kernel that its kind asks for, and turns what happens into outputs. */
import type { CodeLanguage, InputRequest } from '../client/code.ts';
import type { RunResult, StreamName } from '../client/types.ts';
import { shellSource } from '../notebook/kinds.ts';
import type { DisplayUpdate, OutputCollector } from '../notebook/outputs.ts';
import type { Kernels } from './kernels.ts';
import { pip, type LightStep } from './light.ts';

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
    const text = shell.failsCell ? shell.text : await withVariables(kernels, run.kernel, shell.text);
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

export async function runCodeCell(
  kernels: Kernels,
  language: CodeLanguage,
  run: CellRun,
): Promise<Ended> {
  const { collector } = run;
  const opening = kernels.code(run.kernel, language);
  try {
    const result = await kernels.running(run.kernel, opening, (kernel) =>
      kernel.run(run.source, run.count, {
        onOutput: (output) => {
          collector.take(output, run.count);
          if (output.type === 'update') run.updated(output);
          run.changed();
          if (output.type === 'stream') run.text(output.name, output.text);
        },
        onInput: (request) => run.waiting(request),
      }),
    );
    if (!(await opening).alive) await kernels.dropCode(run.kernel, language);
    return result?.status ?? 'interrupted';
  } catch (error) {
    await kernels.dropCode(run.kernel, language);
    return failed(collector, error);
  }
}

/** A cell of magics that needs no interpreter, in a notebook that has none running. */
export async function runLightCell(
  kernels: Kernels,
  steps: LightStep[],
  run: CellRun,
): Promise<Ended> {
  const print = (stream: StreamName, text: string): void => {
    run.collector.stream(stream, text);
    run.changed();
    run.text(stream, text);
  };
  const shell = (text: string): Promise<RunResult | undefined> =>
    kernels.running(run.kernel, kernels.shell(run.kernel), (kernel) =>
      kernel.run(text, { onOutput: print }),
    );
  try {
    for (const step of steps) {
      const result = await lightStep(kernels, step, run.kernel, print, shell);
      if (result === undefined || result.status === 'interrupted') return 'interrupted';
    }
    return 'ok';
  } catch (error) {
    await kernels.dropShell(run.kernel);
    return failed(run.collector, error);
  }
}

const DONE: RunResult = { status: 'ok', exitCode: 0 };

async function lightStep(
  kernels: Kernels,
  step: LightStep,
  name: string,
  print: (stream: StreamName, text: string) => void,
  shell: (text: string) => Promise<RunResult | undefined>,
): Promise<RunResult | undefined> {
  switch (step.do) {
    case 'shell':
      return await shell(step.text);
    case 'pip':
      for (const [stream, text] of pip(step.words, kernels.packages)) print(stream, text);
      return DONE;
    case 'env':
      print('stdout', `env: ${step.name}=${step.value}\n`);
      kernels.remember(name, `%env ${step.name}=${step.value}`);
      return await shell(`export ${step.name}=${quoted(step.value)}`);
    case 'cd':
      kernels.remember(name, `%cd ${step.path}`);
      return await shell(`cd ${quoted(step.path)} && pwd`);
    case 'write': {
      const existed = await kernels.writeFile(step.path, step.body, step.append);
      const verb = step.append ? 'Appending to' : existed ? 'Overwriting' : 'Writing';
      print('stdout', `${verb} ${step.path}\n`);
      return DONE;
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function failed(collector: OutputCollector, error: unknown): Ended {
  const text = error instanceof Error ? error.message : String(error);
  collector.error({ ename: 'KernelError', evalue: text, traceback: [] });
  return 'error';
}
