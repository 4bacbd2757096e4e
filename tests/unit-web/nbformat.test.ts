import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { JsonMistake, scan } from '../../www/src/notebook/json-spans.ts';
import { Notebook } from '../../www/src/notebook/notebook.ts';
import { parseNotebook, serialiseNotebook } from '../../www/src/notebook/nbformat.ts';
import { upgraded } from '../../www/src/notebook/nbformat3.ts';

// Written by hand in ways that JSON.stringify would not: 1.0, \u00e9, an odd indent, a key that we do not know.
const ODD = String.raw`{
  "nbformat": 4,
  "nbformat_minor": 5,
  "future": {"pi": 3.140, "big": 12345678901234567890},
  "metadata": {"title": "caf\u00e9", "zoom": 1.0},
  "cells": [
    {"cell_type": "markdown", "id": "a", "metadata": {"x": 1.50}, "source": "caf\u00e9"},
    {"cell_type": "code", "id": "b", "metadata": {"y": 2.0},
     "execution_count": null, "outputs": [], "source": ["echo 1\n", "echo 2"], "mystery": [1,  2]}
  ]
}`;

describe('an .ipynb file', () => {
  it('is written back as it was when nobody touched it', () => {
    expect(Notebook.parse(ODD).serialise()).toBe(ODD);
  });

  it('keeps the characters of everything that was not touched', () => {
    const notebook = Notebook.parse(ODD);
    notebook.setSource('b', 'echo 3\necho 4\n');
    const text = notebook.serialise();
    expect(text).toContain(String.raw`{"pi": 3.140, "big": 12345678901234567890}`);
    expect(text).toContain(String.raw`{"title": "caf\u00e9", "zoom": 1.0}`);
    expect(text).toContain(
      String.raw`{"cell_type": "markdown", "id": "a", "metadata": {"x": 1.50}, "source": "caf\u00e9"}`,
    );
    expect(text).toContain('"metadata": {"y": 2.0}');
    expect(text).toContain('"mystery": [1,  2]');
    const again = parseNotebook(text);
    expect(again.cells[1]?.source).toBe('echo 3\necho 4\n');
    expect(JSON.parse(text).cells[1].source).toEqual(['echo 3\n', 'echo 4\n']);
  });

  it('is the original again when a change is taken back by removing and undoing', () => {
    const notebook = Notebook.parse(ODD);
    notebook.remove(['a']);
    expect(notebook.cells).toHaveLength(1);
    notebook.undoRemove();
    expect(notebook.serialise()).toBe(ODD);
  });

  it('of format 4.4 gets no cell ids', () => {
    const text = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 4,
      metadata: {},
      cells: [{ cell_type: 'markdown', metadata: {}, source: 'x' }],
    });
    const notebook = Notebook.parse(text);
    notebook.setSource(notebook.cells[0]!.id, 'y');
    expect(JSON.parse(notebook.serialise()).cells[0]).toEqual({
      cell_type: 'markdown',
      metadata: {},
      source: ['y'],
    });
  });

  it('of format 3 is brought to 4.5', () => {
    const three = {
      nbformat: 3,
      nbformat_minor: 0,
      metadata: { name: 'old' },
      worksheets: [
        {
          cells: [
            { cell_type: 'heading', level: 2, metadata: {}, source: ['Title'] },
            {
              cell_type: 'code',
              language: 'python',
              metadata: {},
              input: ['1+1'],
              prompt_number: 7,
              outputs: [
                { output_type: 'pyout', prompt_number: 7, metadata: {}, text: ['2'] },
                { output_type: 'stream', stream: 'stderr', text: ['w\n'] },
              ],
            },
          ],
        },
      ],
    };
    const data = parseNotebook(upgraded(JSON.stringify(three)));
    expect(data.cells.map((cell) => [cell.type, cell.source, cell.executionCount])).toEqual([
      ['markdown', '## Title', null],
      ['code', '1+1', 7],
    ]);
    const written = JSON.parse(serialiseNotebook(data));
    expect([written.nbformat, written.nbformat_minor]).toEqual([4, 5]);
    expect(written.cells[1].outputs[0].data).toEqual({ 'text/plain': ['2'] });
    expect(written.cells[1].outputs[1]).toMatchObject({ output_type: 'stream', name: 'stderr' });
  });

  it('of a later 4.x opens, of format 5 is refused with a sentence', () => {
    const cells = [
      {
        cell_type: 'code',
        id: 'c',
        metadata: {},
        source: '',
        outputs: [{ output_type: 'hologram', x: 1 }],
        execution_count: null,
      },
    ];
    const later = JSON.stringify({ nbformat: 4, nbformat_minor: 9, metadata: {}, cells });
    const notebook = Notebook.parse(later);
    notebook.setSource('c', 'x');
    expect(JSON.parse(notebook.serialise())).toMatchObject({
      nbformat_minor: 9,
      cells: [{ outputs: [{ output_type: 'hologram', x: 1 }] }],
    });
    expect(() => parseNotebook('{"nbformat": 5, "nbformat_minor": 0, "cells": []}')).toThrow(
      /format 5\.0\. This page reads formats 3 and 4/,
    );
  });

  it.each([
    ['{"nbformat": 4,\n "cells": [}', 'line 2, column 12'],
    ['{"nbformat": 4', 'line 1, column 15'],
    ['{"a": "b\n}', 'line 1, column 7'],
    ['', 'line 1, column 1'],
  ])('that is not JSON says where: %j', (text, where) => {
    expect(() => parseNotebook(text)).toThrow(where);
  });

  it.each([
    ['[]', 'not a notebook'],
    ['{"nbformat": 4}', 'no list of cells'],
    ['{"nbformat": 4, "cells": [7]}', 'cell 1 is not an object'],
    ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": {}}]}', 'source of cell 1'],
    ['{"nbformat": 4, "cells": [{"cell_type": "video", "source": ""}]}', 'unknown kind "video"'],
  ])('of the wrong shape says what: %s', (text, what) => {
    expect(() => parseNotebook(text)).toThrow(what);
  });

  it('with two cells of the same id gives the second its own', () => {
    const cell = { cell_type: 'markdown', id: 'same', metadata: {}, source: '' };
    const data = parseNotebook(
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell, cell] }),
    );
    expect(new Set(data.cells.map((c) => c.id)).size).toBe(2);
  });

  it('has its outputs in the same form, however long they are', () => {
    const cell = { cell_type: 'code', execution_count: 1, id: 'a', metadata: {}, outputs: [], source: [] };
    const file = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    for (const indent of [1, 2]) {
      const notebook = Notebook.parse(`${JSON.stringify(file, null, indent)}\n`);
      const long = 'a "line"\n'.repeat(20_000);
      notebook.setOutputs('a', [
        { output_type: 'stream', name: 'stdout', text: 'short\n' },
        { output_type: 'stream', name: 'stderr', text: long },
      ]);
      const text = notebook.serialise();
      expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, indent)}\n`);
      expect(JSON.parse(text).cells[0].outputs[1]).toEqual({ name: 'stderr', output_type: 'stream', text: long });
      // Again, from what was written before.
      expect(notebook.serialise()).toBe(text);
    }
  });

  it('of 50 MB opens within seconds', () => {
    const line = 'x'.repeat(99) + '\n';
    const outputs = [{ output_type: 'stream', name: 'stdout', text: Array(100_000).fill(line) }];
    const cells = Array.from({ length: 5 }, (_, i) => ({
      cell_type: 'code',
      id: `c${i}`,
      metadata: {},
      execution_count: 1,
      source: '',
      outputs,
    }));
    const text = JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, null, 1);
    expect(text.length).toBeGreaterThan(50e6);
    const notebook = Notebook.parse(text);
    notebook.setSource('c0', 'changed');
    expect(notebook.serialise().length).toBeGreaterThan(50e6);
  }, 20_000);

  const seeds = '../shared/notebooks/seeds';
  const files = (() => {
    try {
      return readdirSync(seeds).filter((name) => name.endsWith('.ipynb'));
    } catch {
      return [];
    }
  })();
  it.runIf(files.length > 0)(
    'of a course survives an edit of one cell with no other byte changed',
    () => {
      for (const name of files) {
        const text = readFileSync(`${seeds}/${name}`, 'utf8');
        const notebook = Notebook.parse(text);
        const cell = notebook.cells.find((c) => c.type === 'markdown')!;
        const was = cell.source;
        notebook.setSource(cell.id, 'TOUCHED');
        const touched = notebook.serialise();
        expect(touched).not.toBe(text);
        notebook.setSource(cell.id, was);
        expect(notebook.serialise()).toBe(text);
        const strip = (t: string): string[] => t.split('\n').map((l) => l.trim());
        const kept = new Set(strip(touched));
        const lost = strip(text).filter((l) => l !== '' && !kept.has(l));
        expect(lost.length).toBeLessThanOrEqual(was.split('\n').length);
      }
    },
  );
});

describe('scan', () => {
  it('knows where values stand', () => {
    const text = '{"a": [1, {"b": "x\\"y"}]}';
    const root = scan(text, 3);
    const second = root.members?.get('a')?.items?.[1];
    expect(text.slice(second?.start, second?.end)).toBe('{"b": "x\\"y"}');
  });

  it('does not overflow the stack on hostile nesting', () => {
    expect(() => scan('['.repeat(100_000), 0)).toThrow(JsonMistake);
  });
});
