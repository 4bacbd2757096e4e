/** `cargo xtask execute` as a process of its own, for tests that run notebooks side by side. */
import { execFile } from 'node:child_process';

/** Runs a program to its end; its exit status and what it printed on both streams. */
export function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error ? (error.code ?? error.signal) : 0, output: `${stdout}\n${stderr}` });
    });
  });
}

/** Executes the notebook in that browser. */
export function execute(file, browser, out) {
  return run(process.execPath, ['tests/e2e/execute.mjs', file, '--browser', browser, '--out', out]);
}
