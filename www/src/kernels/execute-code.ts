/** Runs a cell of code in its interpreter, and turns what happens into outputs. Fetched with the first such cell. */
import type { CodeLanguage } from '../client/code.ts';
import type { Kind } from '../notebook/kinds.ts';
import { failed, type CellRun, type Ended } from './execute.ts';
import type { Kernels } from './kernels.ts';
import { lightSteps } from './light.ts';
import { runLightCell } from './light-run.ts';

/** A cell of code, or of `!` lines with `pip` among them. */
export async function runCode(kernels: Kernels, kind: Kind, run: CellRun): Promise<Ended> {
  if (kind === 'javascript') return await runCodeCell(kernels, kind, run);
  const python = await kernels.openCode(run.kernel, 'python')?.catch(() => undefined);
  // An interpreter that is there knows better; one that is not there is not loaded for magics.
  const steps = python?.alive ? null : lightSteps(run.source);
  return steps
    ? await runLightCell(kernels, steps, run)
    : await runCodeCell(kernels, 'python', run);
}

async function runCodeCell(
  kernels: Kernels,
  language: CodeLanguage,
  run: CellRun,
): Promise<Ended> {
  const { collector } = run;
  const opening = kernels.code(run.kernel, language);
  try {
    const result = await kernels.running(run.kernel, opening, (kernel) =>
      kernel.run(run.source, run.count, {
        earlier: language === 'python' ? kernels.inputsBefore(run.kernel, run.count) : [],
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
