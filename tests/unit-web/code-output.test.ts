/** What code shows reaches the page in few messages, cut where it is too much. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CodeOutput } from '../../www/src/client/code.ts';
import { Output } from '../../www/src/kernels/code-output.ts';

const LINE = `${'x'.repeat(1023)}\n`;
const BIG = 64 * 1024 * 1024;

let now = 0;
let sent: CodeOutput[][] = [];
let output: Output;

beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  sent = [];
  output = new Output((outputs) => sent.push(outputs), () => now);
});
afterEach(() => void vi.useRealTimers());

/** Time goes by, for timers and for the budget. */
function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

function textOf(messages: CodeOutput[][]): string {
  return messages.flat().map((part) => (part.type === 'stream' ? part.text : '')).join('');
}

describe('output of code', () => {
  test('goes out at once when it is little', () => {
    output.print('stdout', 'first\n');
    output.print('stderr', 'second\n');
    expect(sent).toEqual([
      [{ type: 'stream', name: 'stdout', text: 'first\n' }],
      [{ type: 'stream', name: 'stderr', text: 'second\n' }],
    ]);
  });

  test('wakes the page once in a frame, however often it comes', () => {
    for (let ms = 0; ms < 1000; ms++) {
      for (let n = 0; n < 100; n++) output.print('stdout', `${ms}.${n}\n`);
      pass(1);
    }
    output.flush();
    expect(sent.length).toBeLessThan(2 * (1000 / 16 + 20));
    expect(textOf(sent).split('\n').length).toBe(100_001);
  });

  test('keeps its beginning and its end when it is too much, and says how much is missing', () => {
    for (let n = 0; n < BIG / LINE.length; n++) output.print('stdout', LINE);
    output.print('stdout', 'last\n');
    output.flush();
    const text = textOf(sent);
    expect(text.length).toBeLessThan(17 * 1024 * 1024);
    expect(text).toMatch(/\n… \d+ characters were not kept: they came faster than the page can show them …\n(x{1023}\n)+last\n$/);
    const lost = Number(/… (\d+) characters/.exec(text)?.[1]);
    expect(lost + text.replace(/\n… .* …\n/, '').length).toBe(BIG + 5);
    // Later there is room again.
    pass(60_000);
    sent.length = 0;
    output.print('stderr', 'more');
    expect(sent).toEqual([[{ type: 'stream', name: 'stderr', text: 'more' }]]);
  });

  test('of a program that prints for ever costs the page about 1 MB a second', () => {
    for (let ms = 0; ms < 30_000; ms += 10) {
      for (let n = 0; n < 500; n++) output.print('stdout', LINE);
      pass(10);
    }
    expect(textOf(sent).length).toBeLessThan((16 + 31) * 1024 * 1024);
    expect(textOf(sent.slice(-400)).length).toBeGreaterThan(0);
  });

  test('is not sent when it is cleared before anybody has seen it', () => {
    for (let n = 0; n < 100_000; n++) {
      output.show({ type: 'clear', wait: true });
      output.print('stdout', `${n}\n`);
    }
    output.flush();
    const count = sent.flat().length;
    expect(count).toBeLessThan(60);
    expect(sent.flat().at(-1)).toEqual({ type: 'stream', name: 'stdout', text: '99999\n' });
    output.print('stdout', 'seen by nobody');
    output.show({ type: 'clear', wait: false });
    output.flush();
    expect(sent.flat().slice(count)).toEqual([{ type: 'clear', wait: false }]);
  });

  test('has displays that are counted too, but never loses an error', () => {
    const display = { type: 'display', data: { 'text/plain': 'x' }, metadata: {} } as const;
    for (let n = 0; n < 100_000; n++) output.show(display, 40);
    output.show({ type: 'error', ename: 'E', evalue: 'v', traceback: [] });
    const displays = sent.flat().filter((part) => part.type === 'display').length;
    output.flush();
    expect(displays).toBeLessThanOrEqual(4096);
    expect(textOf(sent)).toMatch(/… \d+ displays were not kept/);
    expect(sent.flat().at(-1)?.type).toBe('error');
  });
});
