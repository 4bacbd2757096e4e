import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { complete } from '../../www/src/javascript/complete.ts';
import { Files } from '../../www/src/javascript/files.ts';
import { ParseError, transformCell, transformModule } from '../../www/src/javascript/transform.ts';

/** The body without its wrapper. */
function bodyOf(source: string): string {
  const { body } = transformCell(source, 'In[1]');
  return body.slice('(async () => {'.length, -'\n})()'.length);
}

describe('a cell', () => {
  test('makes its variables global', () => {
    expect(bodyOf('const a = 1, b = 2;')).toBe('; a = 1, b = 2;');
    expect(bodyOf('let a\nlet b = 1')).toBe('; a = undefined\n; b = 1');
    expect(bodyOf('const { a, b: [c = 1, ...d] } = x')).toBe('; ({ a, b: [c = 1, ...d] } = x)');
    expect(transformCell('const { a, b: [c = 1, ...d] } = x', 'In[1]').names).toEqual(['a', 'c', 'd']);
    expect(bodyOf('class A {}')).toBe(';A = class A {};');
  });
  test('leaves what is inside of blocks and functions alone, but for var', () => {
    expect(bodyOf('for (const a of b) { let c = 1; }')).toBe('for (const a of b) { let c = 1; }');
    expect(bodyOf('for (var i = 0; i < 3; i++) { var j = i }')).toBe('for ( i = 0; i < 3; i++) { ; j = i }');
    expect(bodyOf('if (a) var b = 1; 0')).toBe('if (a)  b = 1; return (0)');
    expect(bodyOf('f = () => { var a = 1 };')).toBe('return (f = () => { var a = 1 });');
  });
  test('keeps its functions on their lines, for an evaluation of their own', () => {
    const { functions, body, names } = transformCell('a()\nfunction a() {\n  return 1\n}\na()', 'In[1]');
    expect(functions).toBe('   \nfunction a() {\n  return 1\n}');
    expect(body).toBe('(async () => {a()\n              \n          \n \nreturn (a())\n})()');
    expect(names).toEqual(['a']);
  });
  test('names its imports', () => {
    const { imports } = transformCell("import d, { Kafka as K } from 'kafkajs'\nimport * as all from 'fs'\nimport 'x'", 'In[1]');
    expect(imports).toEqual([
      { source: 'kafkajs', bindings: [{ imported: 'default', local: 'd' }, { imported: 'Kafka', local: 'K' }] },
      { source: 'fs', bindings: [{ imported: '*', local: 'all' }] },
      { source: 'x', bindings: [] },
    ]);
  });
  test('can be stopped at each await', () => {
    expect(bodyOf('await a(await b)')).toBe('return (await $await((a(await $await((b), "In[1]:1:9"))), "In[1]:1:1"))');
    expect(bodyOf('for await (const a of b) c;')).toBe('for await (const a of $iterate((b), "In[1]:1:1")) c;');
  });
  test('may hold lines for the shell, and keeps the places of all others', () => {
    expect(bodyOf('%%js\n!ls -l \\\n  x\n!a')).toBe(
      '    \n;await $await(($shell("ls -l \\\\\\n  x")), "In[1]:2:2");\n\n;return (await $await(($shell("a")), "In[1]:4:2"));',
    );
    expect(bodyOf('!a')).toBe('return (!a)');
  });
  test('says where it cannot be parsed', () => {
    expect(() => transformCell('1\nconst = 2', 'In[1]')).toThrow(ParseError);
    expect(() => transformCell('1\nconst = 2', 'In[1]')).toThrow(expect.objectContaining({ line: 2, column: 6 }));
  });
});

test('a module gives what it exports', async () => {
  const source = `import * as all from 'm'; import { one as uno } from 'm';
export const a = uno + 1, { b } = { b: 2 };
export function f() { return all.one }
export { a as 'c' }; export { one } from 'm'; export * from 'n';
export default class {}`;
  const program = transformModule(source, '/m.js');
  const work = (0, eval)(program?.body ?? '');
  const m = { one: 1 };
  const given = await work([m, m, m, { n: 3 }], {});
  expect(program?.imports.map((i) => i.source)).toEqual(['m', 'm', 'm', 'n']);
  expect({ ...given, f: given.f(), default: typeof given.default }).toEqual({ a: 2, b: 2, c: 2, f: 1, one: 1, n: 3, default: 'function' });
  expect(transformModule('module.exports = 1', '/m.js')).toBeUndefined();
});

test('files are the folder, and what is written there is told', () => {
  const told: [string, number | null][] = [];
  const files = new Files('/home/me', (path, bytes) => told.push([path, bytes?.length ?? null]));
  files.put('data/a.txt', new Uint8Array(3));
  expect(files.list('.')).toEqual(['data']);
  expect(files.read('data/../data/a.txt').length).toBe(3);
  files.write('/home/me/b', new Uint8Array(1));
  files.append('b', new Uint8Array(2));
  files.write('/tmp/c', new Uint8Array(1));
  files.remove('b');
  expect(told).toEqual([['b', 1], ['b', 3], ['b', null]]);
  expect(() => files.read('nothing')).toThrow("ENOENT: no such file or directory, open 'nothing'");
  expect(() => files.write('no/where', new Uint8Array())).toThrow('ENOENT');
  expect(() => files.read('data')).toThrow('EISDIR');
});

test('completion calls no getter', () => {
  const box = { plain: { inner: 1 }, get trap(): never { throw new Error('called'); } };
  Object.assign(globalThis, { boxUnderTest: box });
  const labels = (text: string) => complete(text, text.length, new Set(['boxUnderTest']), ['kafkajs']).options.map((o) => o.label);
  expect(labels('boxUnder')).toEqual(['boxUnderTest']);
  expect(labels('boxUnderTest.pla')).toEqual(['plain']);
  expect(labels('boxUnderTest.trap.x')).toEqual([]);
  expect(labels('boxUnderTest.plain?.in')).toEqual(['inner']);
  expect(labels("import { Kafka } from 'kaf")).toEqual(['kafkajs']);
});

test('the policy of the frame allows its script', () => {
  const html = readFileSync('www/public/javascript.html', 'utf8');
  const script = /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  expect(html).toContain(`'sha256-${hash}'`);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/connect-src|'self'|https?:/);
});
