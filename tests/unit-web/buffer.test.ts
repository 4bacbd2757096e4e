/** Our Buffer against Node's. */
import { Buffer as NodeBuffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { Buffer as OurBuffer } from '../../www/src/javascript/node/buffer.ts';

type B = typeof NodeBuffer;

const TEXTS = ['', 'abc', 'ä€😀x', '\ud800', 'a\udc00b', `${'x'.repeat(100)}é`, '\ufeffbom'];

const USES: Record<string, (b: B, text: string) => unknown> = {
  byteLength: (b, text) => b.byteLength(text),
  'from a text': (b, text) => [...b.from(text)],
  'to a text': (b, text) => b.from(text).toString(),
  'part of a text': (b, text) => b.from(text).toString('utf8', 1, 3),
  write: (b, text) => within(b, (buffer) => buffer.write(text, 2)),
  'write a part': (b, text) => within(b, (buffer) => buffer.write(text, 1, 4, 'utf8')),
  'other encodings': (b, text) => ['hex', 'base64', 'latin1', 'utf16le'].map((e) => b.from(text).toString(e as BufferEncoding)),
  'from base64': (b, text) => b.from(b.from(text).toString('base64'), 'base64').toString(),
  slice: (b) => [...b.from('hello').slice(-3, -1), ...b.from('hello').subarray(1, 99)],
  'slices share memory': (b) => {
    const whole = b.from('hello');
    whole.slice(1)[0] = 65;
    return whole.toString();
  },
  copy: (b) => within(b, (buffer) => b.from('hello').copy(buffer, 1, 2, 4)),
  'copy what fits': (b) => within(b, (buffer) => b.from('hello, world').copy(buffer)),
  concat: (b) => [[...b.concat([b.from('a'), new Uint8Array([1, 2])])], [...b.concat([b.from('abc'), b.from('d')], 2)], [...b.concat([b.from('abc')], 5)]],
  'from others': (b) => [[...b.from([1, 300, -1])], [...b.from(new Uint8Array([1, 2]))], [...b.from(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)]],
  'a copy is one': (b) => {
    const first = b.from('abc');
    b.from(first)[0] = 1;
    return first.toString();
  },
  kind: (b) => [b.from('a') instanceof b, b.isBuffer(b.from('a')), b.isBuffer(new Uint8Array(1)), b.from('a') instanceof Uint8Array, b.from('a').constructor.name],
  compare: (b) => [b.from('a').equals(b.from('a')), b.compare(b.from('a'), b.from('b')), b.from('hello').indexOf('l'), b.from('hello').includes('lo')],
  numbers: (b) => within(b, (buffer) => {
    buffer.writeInt32BE(-5, 0);
    buffer.writeUInt16LE(7, 4);
    return [buffer.readInt32BE(0), buffer.readUInt16LE(4), buffer.readUIntBE(0, 6)];
  }),
  'out of bounds': (b) => b.alloc(2).readInt32BE(0),
  fill: (b) => [...b.alloc(4, 'ab'), ...b.alloc(2, 1)],
  'impossible size': (b) => b.alloc(-1),
  'a number is no source': (b) => b.from(5 as never),
  json: (b) => JSON.stringify(b.from('a')),
  map: (b) => [...b.from('abc').map((x) => x + 1), b.from('abc').filter((x) => x > 97).toString()],
};

function within(b: B, work: (buffer: NodeBuffer) => unknown): unknown {
  const buffer = b.alloc(10);
  return [work(buffer), [...buffer]];
}

function outcome(use: (b: B, text: string) => unknown, b: unknown, text: string): unknown {
  try {
    return use(b as B, text);
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

test.each(Object.entries(USES))('%s', (_, use) => {
  for (const text of TEXTS) expect(outcome(use, OurBuffer, text)).toEqual(outcome(use, NodeBuffer, text));
});
