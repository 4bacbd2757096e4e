/** Node's `path` for POSIX. */
let folder = (): string => '/';

export function workIn(current: () => string): void {
  folder = current;
}

export const sep = '/';
export const delimiter = ':';

export function normalize(path: string): string {
  if (path === '') return '.';
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !absolute) parts.push(part);
  }
  const joined = (absolute ? '/' : '') + parts.join('/');
  return joined === '' ? '.' : joined + (path.endsWith('/') && parts.length > 0 ? '/' : '');
}

export function join(...parts: string[]): string {
  return normalize(parts.filter((part) => part !== '').join('/'));
}

export function resolve(...parts: string[]): string {
  let path = '';
  for (const part of parts.toReversed()) {
    path = path === '' ? part : `${part}/${path}`;
    if (path.startsWith('/')) break;
  }
  if (!path.startsWith('/')) path = `${folder()}/${path}`;
  return normalize(path).replace(/(.)\/$/, '$1');
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

export function dirname(path: string): string {
  const end = path.replace(/\/+$/, '').lastIndexOf('/');
  return end < 0 ? '.' : path.slice(0, end) || '/';
}

export function basename(path: string, suffix = ''): string {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}

export function relative(from: string, to: string): string {
  const [a, b] = [resolve(from).split('/'), resolve(to).split('/')];
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  return [...a.slice(same).filter(Boolean).map(() => '..'), ...b.slice(same)].join('/');
}

export function parse(path: string) {
  const [base, ext] = [basename(path), extname(path)];
  const dir = dirname(path);
  return { root: isAbsolute(path) ? '/' : '', dir: dir === '.' ? '' : dir, base, ext, name: basename(base, ext) };
}

export function format(path: { dir?: string; root?: string; base?: string; name?: string; ext?: string }): string {
  const base = path.base ?? `${path.name ?? ''}${path.ext ?? ''}`;
  return path.dir ? `${path.dir}/${base}` : `${path.root ?? ''}${base}`;
}

const all = { sep, delimiter, normalize, join, resolve, isAbsolute, dirname, basename, extname, relative, parse, format };
export default { ...all, posix: all };
