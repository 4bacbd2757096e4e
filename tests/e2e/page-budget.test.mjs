/** How much a visitor loads: the first chunk, and all JavaScript before a cell runs, as a server with Brotli sends it. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { ROOT } from './server.mjs';

const ASSETS = join(ROOT, 'dist/assets');

function brotli(name) {
  return brotliCompressSync(readFileSync(join(ASSETS, name))).length;
}

function sum(names) {
  return names.reduce((total, name) => total + brotli(name), 0);
}

const first = [
  ...readFileSync(join(ROOT, 'dist/index.html'), 'utf8').matchAll(/assets\/([^"]+\.js)"/g),
].map((match) => match[1]);

test('the first chunk has at most 40 KB', () => {
  assert.ok(first.length > 0);
  assert.ok(sum(first) <= 40_000, `${sum(first)} bytes: ${first.join(', ')}`);
});

test('all JavaScript before a cell runs has at most 150 KB', () => {
  const soon = readdirSync(ASSETS).filter((name) =>
    /^(panel|markdown|cluster\.worker|kernel\.worker|offline)-.*\.js$/.test(name),
  );
  assert.equal(soon.length, 5, soon.join(', '));
  const total = sum([...new Set([...first, ...soon])]);
  assert.ok(total <= 150_000, `${total} bytes`);
});
