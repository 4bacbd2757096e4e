import { describe, expect, it } from 'vitest';
import { ansiSpans, stripAnsi } from '../../www/src/notebook/ansi.ts';
import { hostsNamed, hostsNote } from '../../www/src/notebook/hosts.ts';
import { isBangOnly, kindOf, shellSource, withKind } from '../../www/src/notebook/kinds.ts';
import { Keys, type KeyPress } from '../../www/src/notebook/keys.ts';
import { Notebook } from '../../www/src/notebook/notebook.ts';
import {
  OutputCollector,
  applyCarriageReturns,
  shownPart,
} from '../../www/src/notebook/outputs.ts';
import { RunQueue, type RunState } from '../../www/src/notebook/queue.ts';
import { cellSandbox, notebookSandbox, titleOf } from '../../www/src/notebook/sandbox.ts';
import type { Cell, JsonObject, Output } from '../../www/src/notebook/types.ts';
import { unmet } from '../../www/src/notebook/expect.ts';

const PYTHON: JsonObject = { kernelspec: { language: 'python', name: 'python3' } };
const SHELL: JsonObject = { kernelspec: { language: 'bash', name: 'kafka-shell' } };

function code(source: string, metadata: JsonObject = {}): Cell {
  return {
    id: 'c',
    type: 'code',
    source,
    metadata,
    outputs: [],
    executionCount: null,
    attachments: undefined,
  };
}

describe('the kind of a cell', () => {
  it.each([
    ['!kafka-topics.sh --list', PYTHON, 'shell'],
    ['# a comment\n\n!ls \\\n  -l\n!pwd', PYTHON, 'shell'],
    ['# only a comment', PYTHON, 'shell'],
    ['import os\n!ls', PYTHON, 'python'],
    ['files = !ls', PYTHON, 'python'],
    ['%%bash\nls', PYTHON, 'shell'],
    ['%%script bash\nls', PYTHON, 'shell'],
    ['%%js\n1', SHELL, 'javascript'],
    ['ls', SHELL, 'shell'],
    ['', PYTHON, 'python'],
  ])('%j', (source, notebook, kind) => {
    expect(kindOf(code(source), notebook)).toBe(kind);
  });

  it('can be said by metadata', () => {
    expect(kindOf(code('ls', { sandbox: { language: 'shell' } }), PYTHON)).toBe('shell');
    expect(kindOf(code('ls', { vscode: { languageId: 'shellscript' } }), PYTHON)).toBe('shell');
    expect(withKind(code('x', { sandbox: { expect: {} } }), 'shell', PYTHON)).toEqual({
      sandbox: { expect: {}, language: 'shell' },
    });
    expect(withKind(code('x', { sandbox: { language: 'shell' } }), 'python', PYTHON)).toEqual({});
  });

  it('does not take a heredoc inside Python for commands', () => {
    expect(isBangOnly('x = """\n!no\n"""')).toBe(false);
  });
});

describe('what the shell is given', () => {
  it('is without the exclamation marks, and knows where it came from', () => {
    const cell = '# hi\n!kafka-topics.sh \\\n  !not-a-bang\n  !ls';
    const shell = shellSource(cell);
    expect(shell.text).toBe('# hi\nkafka-topics.sh \\\n  !not-a-bang\n  ls');
    expect(shell.failsCell).toBe(false);
    const at = cell.indexOf('topics');
    expect(shell.text.slice(shell.fromCell(at))).toMatch(/^topics/);
    expect(shell.toCell(shell.fromCell(at))).toBe(at);
  });

  it('is without the magic line', () => {
    const shell = shellSource('%%bash\nfalse');
    expect([shell.text, shell.failsCell]).toEqual(['false', true]);
  });
});

describe('outputs', () => {
  it('merge while they come from one stream', () => {
    const collector = new OutputCollector();
    collector.stream('stdout', 'a\n');
    collector.stream('stdout', 'b\n');
    collector.stream('stderr', 'c\n');
    collector.stream('stdout', 'd\n');
    expect(collector.outputs.map((o) => o.output_type === 'stream' && [o.name, o.text])).toEqual([
      ['stdout', 'a\nb\n'],
      ['stderr', 'c\n'],
      ['stdout', 'd\n'],
    ]);
  });

  it('keeps a thousand outputs of a cell, and says how many there were besides', () => {
    const collector = new OutputCollector();
    for (let n = 0; n < 5000; n++)
      collector.display({ output_type: 'display_data', data: { 'text/plain': `${n}` }, metadata: {} });
    expect(collector.outputs.length).toBe(1001);
    expect(collector.outputs.at(-1)).toMatchObject({ text: '… 4000 more displays were not kept …\n' });
    for (let n = 0; n < 5000; n++) collector.stream(n % 2 ? 'stdout' : 'stderr', `${n}\n`);
    expect(collector.outputs.length).toBeLessThan(1005);
    collector.error({ ename: 'E', evalue: '', traceback: [] });
    expect(collector.outputs.at(-1)).toMatchObject({ output_type: 'error' });
  });

  it('of a flood keep beginning and end and say what is missing', () => {
    const collector = new OutputCollector(1000);
    for (let i = 0; i < 5000; i++) collector.stream('stdout', `${i}\n`);
    const [output] = collector.outputs;
    const text = output?.output_type === 'stream' ? output.text : '';
    expect(text.startsWith('0\n1\n2\n')).toBe(true);
    expect(text.endsWith('4998\n4999\n')).toBe(true);
    expect(text).toMatch(/… \d+ characters of output were not kept …/);
    expect(text.length).toBeLessThan(4000);
  });

  it('show both ends of a long text', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`).join('');
    const part = shownPart(text, 10);
    expect(part.head.endsWith('line 9\n')).toBe(true);
    expect(part.hiddenLines).toBe(980);
    expect(part.tail.startsWith('line 990\n')).toBe(true);
    expect(shownPart('a\nb\n', 10)).toEqual({ head: 'a\nb\n', hiddenLines: 0, tail: '' });
  });

  it('start a line anew at a carriage return', () => {
    expect(applyCarriageReturns('10%\r20%\r100%\ndone\r\n')).toBe('100%\ndone\n');
    expect(applyCarriageReturns('abcdef\rxy')).toBe('xycdef');
  });

  it('have colours as classes', () => {
    expect(ansiSpans('a\x1b[1;31mb\x1b[0mc\x1b]0;title\x07')).toEqual([
      { text: 'a', classes: '' },
      { text: 'b', classes: 'ansi-bold ansi-fg-1' },
      { text: 'c', classes: '' },
    ]);
    expect(stripAnsi('\x1b[2K\x1b[38;5;9mx\x1b[m')).toBe('x');
  });
});

describe('keys', () => {
  const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
    key,
    ctrl: false,
    meta: false,
    shift: false,
    alt: false,
    ...more,
  });

  it('are those of Jupyter', () => {
    const keys = new Keys();
    expect(keys.press('command', press('Enter', { shift: true }), 0)).toBe('run-next');
    expect(keys.press('edit', press('Enter', { ctrl: true }), 0)).toBe('run');
    expect(keys.press('edit', press('a'), 0)).toBe(null);
    expect(keys.press('command', press('a'), 0)).toBe('insert-above');
    expect(keys.press('edit', press('Escape'), 0)).toBe('to-command');
    expect(keys.press('command', press('V', { shift: true }), 0)).toBe('paste-above');
    expect(keys.press('command', press('ArrowDown', { shift: true }), 0)).toBe('extend-next');
  });

  it('come in pairs for what is dangerous', () => {
    const keys = new Keys();
    expect(keys.press('command', press('d'), 0)).toBe(null);
    expect(keys.press('command', press('d'), 500)).toBe('delete');
    expect(keys.press('command', press('d'), 600)).toBe(null);
    expect(keys.press('command', press('d'), 2000)).toBe(null);
    expect(keys.press('command', press('i'), 2100)).toBe(null);
    expect(keys.press('command', press('d'), 2200)).toBe(null);
  });

  it('stop a running cell with Ctrl-C unless text is selected', () => {
    const keys = new Keys();
    expect(keys.press('edit', press('c', { ctrl: true, running: true }), 0)).toBe('interrupt');
    expect(keys.press('edit', press('c', { ctrl: true, running: true, selection: true }), 0)).toBe(
      null,
    );
    expect(keys.press('edit', press('c', { ctrl: true }), 0)).toBe(null);
  });
});

describe('the queue', () => {
  function setUp() {
    const ends = new Map<string, (state: 'ok' | 'error' | 'interrupted') => void>();
    const log: string[] = [];
    const queue = new RunQueue({
      run: (id) => new Promise((end) => ends.set(id, end)),
      interrupt: (kernel) => {
        const id = queue.running(kernel);
        if (id) ends.get(id)?.('interrupted');
      },
      changed: (id, state: RunState) => log.push(`${id} ${state}`),
    });
    return { ends, log, queue };
  }

  it('runs one cell after the other, kernels side by side', async () => {
    const { ends, log, queue } = setUp();
    const a = queue.add('main', 'a');
    void queue.add('main', 'b');
    void queue.add('other', 'c');
    expect(log).toEqual(['a queued', 'a running', 'b queued', 'c queued', 'c running']);
    ends.get('a')?.('ok');
    expect(await a).toBe('ok');
    expect(log.slice(5)).toEqual(['a ok', 'b running']);
  });

  it('drops what waits behind a cell that failed, unless its failure was expected', async () => {
    const { ends, log, queue } = setUp();
    void queue.add('main', 'a', true);
    const b = queue.add('main', 'b');
    const c = queue.add('main', 'c');
    ends.get('a')?.('error');
    await Promise.resolve().then(() => ends.get('b')?.('error'));
    expect(await b).toBe('error');
    expect(await c).toBe('dropped');
    expect(log).toContain('c dropped');
    expect(queue.busy).toBe(false);
  });

  it('stops everything, or one cell', async () => {
    const { queue } = setUp();
    const a = queue.add('main', 'a');
    const b = queue.add('main', 'b');
    queue.stopCell('b');
    expect(await b).toBe('dropped');
    queue.stop();
    expect(await a).toBe('interrupted');
  });
});

describe('metadata.sandbox', () => {
  it('is read with defaults, and what has the wrong shape is absent', () => {
    expect(
      notebookSandbox({
        sandbox: {
          user: 'bigdata',
          hosts: ['kafka1:9092', 7],
          files: { a: 'b', c: 1 },
        } as JsonObject,
      }),
    ).toMatchObject({
      user: 'bigdata',
      hosts: ['kafka1:9092'],
      files: { a: 'b' },
      kernel: 'main',
    });
    expect(
      cellSandbox(code('', { sandbox: { after: 'x', background: 'yes', stop_after_s: 3 } })),
    ).toMatchObject({
      after: ['x'],
      background: false,
      stopAfterS: 3,
      expect: undefined,
    });
  });

  it('or the first heading names the notebook', () => {
    const heading: Cell = { ...code('text\n## The *title*\n'), type: 'markdown' };
    expect(titleOf([heading], {}, 'x.ipynb')).toBe('The title');
    expect(titleOf([], {}, 'x.ipynb')).toBe('x');
  });
});

describe('an expectation', () => {
  const none = (): undefined => undefined;
  it('is met by what it says', () => {
    const outputs = [
      { output_type: 'stream', name: 'stdout', text: 'b\r\na\r\n\x1b[1m\x1b[0m^C\n' },
    ] as const;
    expect(unmet({ stdout: 'b\na\n' }, outputs, none)).toEqual([]);
    expect(unmet({ stdout_any_order: ['a', 'b'] }, outputs, none)).toEqual([]);
    expect(unmet({ stdout_regex: ['^a$', 'b'], stderr: '' }, outputs, none)).toEqual([]);
    expect(unmet({ stdout_lines_of: 'f' }, outputs, () => 'a\r\nb\r\n')).toEqual([]);
  });

  it('tells what is missing', () => {
    const outputs: Output[] = [
      { output_type: 'error', ename: 'CalledProcessError', evalue: 'exit status 1', traceback: [] },
    ];
    expect(unmet({}, outputs, none)).toEqual([
      'error: expected none, got CalledProcessError: exit status 1',
    ]);
    expect(
      unmet({ error: 'CalledProcessError', error_regex: 'status [23]' }, outputs, none),
    ).toHaveLength(1);
    expect(
      unmet({ stdout_not_regex: 'x', stdout_regex: 'y', mime: ['image/png'] }, [], none),
    ).toEqual(['stdout_regex "y" not in ""', 'mime: expected image/png, got none']);
  });
});

describe('a notebook being edited', () => {
  it('pastes copies with ids of their own and is never without a cell', () => {
    const notebook = Notebook.empty('shell');
    const [first] = notebook.cells;
    notebook.setSource(first!.id, 'one');
    notebook.paste(1, [notebook.cells[0]!]);
    expect(notebook.cells.map((c) => c.source)).toEqual(['one', 'one']);
    expect(new Set(notebook.cells.map((c) => c.id)).size).toBe(2);
    notebook.remove(notebook.cells.map((c) => c.id));
    expect(notebook.cells.map((c) => c.source)).toEqual(['']);
    notebook.undoRemove();
    expect(notebook.cells.map((c) => c.source)).toEqual(['one', 'one', '']);
  });

  it('moves and splits cells', () => {
    const notebook = Notebook.empty('shell');
    const id = notebook.cells[0]!.id;
    notebook.setSource(id, 'one\ntwo');
    notebook.split(id, 4);
    expect(notebook.cells.map((c) => c.source)).toEqual(['one', 'two']);
    notebook.move(id, 1);
    expect(notebook.cells.map((c) => c.source)).toEqual(['two', 'one']);
  });
});

describe('the brokers that a notebook names', () => {
  const cells = (...sources: string[]) => sources.map((source) => code(source));

  it('are those of a classroom, each once and in order', () => {
    const named = cells(
      "KafkaProducer(bootstrap_servers=['kafka:9092', 'node-2:19093'])",
      "conf = {'bootstrap.servers': 'kafka:9092,192.168.7.5:9092'}",
      '!kafka-topics.sh --bootstrap-server host.docker.internal:9092 --list',
      'broker = "PLAINTEXT://localhost:29092"',
    );
    expect(hostsNamed(named)).toEqual([
      'kafka:9092',
      'node-2:19093',
      '192.168.7.5:9092',
      'host.docker.internal:9092',
      'localhost:29092',
    ]);
  });

  it('are no other services, no ports of containers, no public names, and not the cluster itself', () => {
    const named = cells(
      'localhost:9092 127.0.0.1:9094 localhost:2181 localhost:9090 mongo:27017 schema-registry:8081',
      '!docker run -p 9092:9092 kafka',
      'bootstrap_servers="pkc-1.eu.confluent.cloud:9092"',
      'f"{host}:9092" x@kafka:9092 kafka:90925',
    );
    expect(hostsNamed([...named, { ...code('kafka:9092'), type: 'markdown' }])).toEqual([]);
  });

  it('are told to the reader', () => {
    expect(hostsNote([])).toBe('');
    expect(hostsNote(['kafka:9092'])).toMatch(/kafka:9092 leads to this page's cluster/);
    expect(hostsNote(['a:9092', 'b:9092', 'c:9092', 'd:9092'])).toMatch(/c:9092 … lead /);
  });
});

describe('cells of courses', () => {
  it("have comments above the magic, as Colab's forms do", () => {
    const form = code('#@title Install\n#@markdown x\n\n%%bash\necho a');
    expect(kindOf(form, PYTHON)).toBe('shell');
    expect(shellSource(form.source).text).toBe('echo a');
  });

  it('that hold comments only cannot fail', () => {
    expect(shellSource('# nothing to do').failsCell).toBe(false);
    expect(shellSource('%%bash\necho a').failsCell).toBe(true);
  });
});
