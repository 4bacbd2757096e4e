/**
 * Reads `metadata.sandbox` of notebooks and cells (the keys are explained in docs/NOTEBOOKS.md).
 *
 * A key of the wrong shape is taken as absent: a notebook that was written elsewhere must still open.
 */
import type { Cell, Json, JsonObject } from './types.ts';

export interface NotebookSandbox {
  title: string | undefined;
  kernel: string;
  hosts: string[];
  user: string;
  /** Name in the working folder → file or folder beside the notebook. */
  files: Record<string, string>;
  /** Address → file beside the notebook. */
  urls: Record<string, string>;
  env: Record<string, string>;
  /** Package → version, as {'kafka-python': '2.3.3'}. */
  packages: Record<string, string>;
}

export interface Expectation {
  [key: string]: Json;
}

export interface CellSandbox {
  expect: Expectation | undefined;
  stopAfterS: number | undefined;
  stopAfterCell: string | undefined;
  background: boolean;
  kernel: string | undefined;
  delayS: number;
  after: string[];
  /** Our own key: the language of the cell, when its text alone does not tell. */
  language: string | undefined;
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function texts(value: Json | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).filter((e): e is [string, string] => typeof e[1] === 'string'),
  );
}

function list(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function seconds(value: Json | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

export function notebookSandbox(metadata: JsonObject): NotebookSandbox {
  const box = objectOf(metadata.sandbox);
  return {
    title: text(box.title),
    kernel: text(box.kernel) ?? 'main',
    hosts: list(box.hosts),
    user: text(box.user) ?? 'learner',
    files: texts(box.files),
    urls: texts(box.urls),
    env: texts(box.env),
    packages: texts(box.packages),
  };
}

export function cellSandbox(cell: Cell): CellSandbox {
  const box = objectOf(cell.metadata.sandbox);
  const expect = box.expect;
  return {
    expect:
      typeof expect === 'object' && expect !== null && !Array.isArray(expect) ? expect : undefined,
    stopAfterS: seconds(box.stop_after_s),
    stopAfterCell: text(box.stop_after_cell),
    background: box.background === true,
    kernel: text(box.kernel),
    delayS: seconds(box.delay_s) ?? 0,
    after: list(box.after),
    language: text(box.language),
  };
}

/** Title of a notebook: what its metadata say, else its first heading, else the file's name. */
export function titleOf(cells: readonly Cell[], metadata: JsonObject, fileName: string): string {
  const given = notebookSandbox(metadata).title;
  if (given) return given;
  for (const cell of cells) {
    if (cell.type !== 'markdown') continue;
    const heading = /^#{1,3}\s+(.+?)\s*#*$/m.exec(cell.source)?.[1];
    if (heading) return heading.replace(/[*_`]/g, '');
  }
  return fileName.replace(/\.ipynb$/, '');
}
