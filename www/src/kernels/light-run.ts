/** Runs a cell of magics that needs no interpreter (`light.ts`). Fetched with the first such cell. */
import type { RunResult, StreamName } from '../client/types.ts';
import { failed, type CellRun, type Ended } from './execute.ts';
import type { Kernels } from './kernels.ts';
import { pip, type LightStep } from './light.ts';

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
