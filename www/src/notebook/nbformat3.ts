/** Brings a notebook of format 3 (IPython 1–2, 2013) to the shape of format 4.5. Knows only what changed; fetched with the first such file. */
import { isObject } from './nbformat.ts';
import type { Json, JsonObject } from './types.ts';

const MIMES: Record<string, string> = {
  text: 'text/plain',
  html: 'text/html',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpeg: 'image/jpeg',
  latex: 'text/latex',
  json: 'application/json',
  javascript: 'application/javascript',
};

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value)
    ? value.filter((v): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v))
    : [];
}

function metadataOf(value: JsonObject): JsonObject {
  const metadata = value.metadata;
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
    ? metadata
    : {};
}

/** The text of a notebook of format 3 as one of 4.5; other texts as they are. */
export function upgraded(text: string): string {
  try {
    const root = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
    return isObject(root) && root.nbformat === 3 ? JSON.stringify(upgradeFrom3(root), null, 1) : text;
  } catch {
    // What is wrong with it, who reads it says.
    return text;
  }
}

function upgradeFrom3(root: JsonObject): JsonObject {
  const cells = objects(root.worksheets).flatMap((sheet) => objects(sheet.cells));
  const { name: _name, ...metadata } = metadataOf(root);
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: cells.map(upgradeCell) };
}

function upgradeCell(cell: JsonObject): JsonObject {
  const metadata = metadataOf(cell);
  switch (cell.cell_type) {
    case 'code':
      return {
        cell_type: 'code',
        metadata,
        execution_count: cell.prompt_number ?? null,
        source: cell.input ?? '',
        outputs: objects(cell.outputs).map(upgradeOutput),
      };
    case 'heading': {
      const level = typeof cell.level === 'number' ? Math.min(Math.max(cell.level, 1), 6) : 1;
      const source = Array.isArray(cell.source) ? cell.source.join('') : String(cell.source ?? '');
      return {
        cell_type: 'markdown',
        metadata,
        source: `${'#'.repeat(level)} ${source.replaceAll('\n', ' ')}`,
      };
    }
    case 'raw':
      return { cell_type: 'raw', metadata, source: cell.source ?? '' };
    default:
      // 'html' cells were Markdown with tags.
      return { cell_type: 'markdown', metadata, source: cell.source ?? '' };
  }
}

function upgradeOutput(output: JsonObject): JsonObject {
  switch (output.output_type) {
    case 'stream':
      return { output_type: 'stream', name: output.stream ?? 'stdout', text: output.text ?? '' };
    case 'pyerr':
      return { ...output, output_type: 'error' };
    case 'pyout':
    case 'display_data': {
      const data: JsonObject = {};
      for (const [name, mime] of Object.entries(MIMES)) {
        if (output[name] !== undefined) data[mime] = output[name] as Json;
      }
      const result = output.output_type === 'pyout';
      return {
        output_type: result ? 'execute_result' : 'display_data',
        data,
        metadata: metadataOf(output),
        ...(result ? { execution_count: output.prompt_number ?? null } : {}),
      };
    }
    default:
      return output;
  }
}
