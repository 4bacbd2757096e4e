import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nameIn, rawAddress, refusalOf, typedAddress } from '../../www/src/notebook/addresses.ts';

const ID = '0123456789abcdef0123456789abcdef';

describe('the file behind a page that shows it', () => {
  test.each([
    ['https://github.com/u/r/blob/main/a/b%20c.ipynb', 'https://raw.githubusercontent.com/u/r/main/a/b%20c.ipynb'],
    ['https://github.com/u/r/raw/v1/a.py', 'https://raw.githubusercontent.com/u/r/v1/a.py'],
    [`https://gist.github.com/u/${ID}`, `https://gist.githubusercontent.com/u/${ID}/raw`],
    [`https://gist.github.com/u/${ID}#file-a-ipynb`, `https://gist.githubusercontent.com/u/${ID}/raw`],
    ['https://nbviewer.org/github/u/r/blob/main/a.ipynb', 'https://raw.githubusercontent.com/u/r/main/a.ipynb'],
    [`https://nbviewer.org/gist/u/${ID}/a.ipynb`, `https://gist.githubusercontent.com/u/${ID}/raw/a.ipynb`],
    ['https://nbviewer.jupyter.org/urls/example.org/a.ipynb', 'https://example.org/a.ipynb'],
    ['https://nbviewer.org/url/example.org/a.ipynb', 'http://example.org/a.ipynb'],
    ['https://colab.research.google.com/github/u/r/blob/main/a.ipynb', 'https://raw.githubusercontent.com/u/r/main/a.ipynb'],
    ['https://gitlab.com/u/r/-/blob/main/a.ipynb', 'https://gitlab.com/u/r/-/raw/main/a.ipynb'],
  ])('%s', (shown, file) => expect(rawAddress(new URL(shown)).href).toBe(file));
  test.each(['https://raw.githubusercontent.com/u/r/main/a.ipynb', 'https://github.com/u/r', 'https://example.org/blob/a.ipynb', 'https://evil.org/github.com/u/r/blob/main/a'])(
    '%s is left as it is',
    (address) => expect(rawAddress(new URL(address)).href).toBe(address),
  );
});

test('only https may be asked, and http on this computer', () => {
  for (const address of ['https://example.org/a', 'http://localhost:8000/a', 'http://127.0.0.1:1/a']) expect(refusalOf(new URL(address))).toBeNull();
  for (const address of ['http://example.org/a', 'ftp://example.org/a', 'file:///etc/passwd', 'data:,x', 'blob:https://x/1', 'http://localhost.evil.org/a'])
    expect(refusalOf(new URL(address))).toMatch(/by https addresses only/);
  expect(refusalOf(new URL('https://me:secret@example.org/a'))).toMatch(/name or password/);
});

test('names and typed addresses', () => {
  expect(nameIn(new URL('https://x.org/a/b%20c.py?raw=1'))).toBe('b c.py');
  expect(nameIn(new URL(`https://gist.githubusercontent.com/u/${ID}/raw`))).toBe('notebook.ipynb');
  expect(typedAddress(' github.com/u/r/blob/main/a.ipynb ')).toBe('https://github.com/u/r/blob/main/a.ipynb');
  expect(typedAddress('notebooks/a.ipynb')).toBe('notebooks/a.ipynb');
});

test('the frame that fetches may run its one script and nothing else', () => {
  const html = readFileSync('www/public/elsewhere.html', 'utf8');
  const script = /<script>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
  const hash = createHash('sha256').update(script).digest('base64');
  expect(policy).toBe(`default-src 'none'; script-src 'sha256-${hash}'; connect-src https: http://localhost:* http://127.0.0.1:*`);
});

test("the page's own policy is not widened by it", () => {
  expect(readFileSync('vite.config.ts', 'utf8')).toContain(`"connect-src 'self'"`);
});
