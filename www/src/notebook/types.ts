/** What a notebook is made of, in memory. Values are replaced, never changed in place: identity tells "touched". */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type CellType = 'code' | 'markdown' | 'raw';

export interface StreamOutput {
  output_type: 'stream';
  name: 'stdout' | 'stderr';
  text: string;
}

export interface DataOutput {
  output_type: 'display_data' | 'execute_result';
  data: { [mime: string]: Json };
  metadata: JsonObject;
  execution_count?: number | null;
}

export interface ErrorOutput {
  output_type: 'error';
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Of a kind that this page does not know: shown as a note, written back as it was. */
export interface UnknownOutput {
  output_type: 'unknown';
  original: JsonObject;
}

export type Output = StreamOutput | DataOutput | ErrorOutput | UnknownOutput;

export interface Cell {
  /** Unique in the notebook. Written to the file from nbformat 4.5 on. */
  readonly id: string;
  readonly type: CellType;
  readonly source: string;
  readonly metadata: JsonObject;
  readonly outputs: readonly Output[];
  readonly executionCount: number | null;
  /** Pictures that Markdown names as `attachment:name`: name → mime → base64. */
  readonly attachments: JsonObject | undefined;
  /** How the cell stood in its file. */
  readonly origin?: CellOrigin;
}

/** The cell as read, and the file's own characters for each of its members. */
export interface CellOrigin {
  readonly text: string;
  readonly members: ReadonlyMap<string, string>;
  readonly values: Omit<Cell, 'origin'>;
}

export interface NotebookData {
  readonly cells: readonly Cell[];
  readonly metadata: JsonObject;
  /** Version that it is written in: major is always 4. */
  readonly minor: number;
  readonly origin?: NotebookOrigin;
}

export interface NotebookOrigin {
  readonly text: string;
  /** Members of the top level in their order, with the file's own characters. */
  readonly members: ReadonlyMap<string, string>;
  readonly metadata: JsonObject;
  readonly cells: readonly Cell[];
  /** Spaces per level. */
  readonly indent: string;
}

export type MimeBundle = { [mime: string]: Json };

/** What a running cell shows. `displayId` names a display that may be updated later, also from other cells. */
export type CodeOutput =
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display'; data: MimeBundle; metadata: JsonObject; displayId?: string }
  | { type: 'update'; data: MimeBundle; metadata: JsonObject; displayId: string }
  | { type: 'result'; data: MimeBundle; metadata: JsonObject }
  /** `wait`: only when the next output comes. */
  | { type: 'clear'; wait: boolean }
  | { type: 'error'; ename: string; evalue: string; traceback: string[] };

/** A cell as a text has it. */
export interface TextCell {
  type: CellType;
  source: string;
  metadata?: JsonObject;
}

/** The lines of a text without its header, and what the header says. */
export interface TextBody {
  lines: string[];
  /** Line of the file that the first of them is, from 1. */
  firstLine: number;
  metadata: JsonObject;
}
