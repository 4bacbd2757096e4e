/** Serves the built page as a plain web server would, with further folders beside it. */
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.ipynb': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/**
 * @param {Record<string, string>} folders address prefix → folder, as { '/': 'dist', '/course/': '/some/where' }
 * @returns {Promise<{ url: string, requests: string[], close(): Promise<void> }>}
 */
export async function serve(folders = { '/': join(ROOT, 'dist') }) {
  const requests = [];
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    requests.push(path);
    const prefix = prefixes.find((candidate) => path.startsWith(candidate));
    const file = prefix && locate(folders[prefix], path.slice(prefix.length));
    const list = prefix && !file ? listing(folders[prefix], path.slice(prefix.length)) : undefined;
    if (list) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
      return;
    }
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

/** The files below a folder, when its `index.json` is asked for and there is none: what a lesson's folder is read by. */
function listing(folder, path) {
  const asked = /^(?:(.*)\/)?index\.json$/.exec(path);
  const below = asked && inside(folder, asked[1] ?? '');
  if (!below || !existsSync(below) || !statSync(below).isDirectory()) return undefined;
  const names = readdirSync(below, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map((entry) => relative(below, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/')).sort();
}

/** The file in the folder, never one outside. */
function locate(folder, path) {
  const full = inside(folder, path);
  if (!full || !existsSync(full)) return undefined;
  if (!statSync(full).isDirectory()) return full;
  const index = join(full, 'index.html');
  return existsSync(index) ? index : undefined;
}

function inside(folder, path) {
  const base = normalize(`${folder}/`);
  const full = normalize(join(base, path));
  return full.startsWith(base) || `${full}${sep}` === base ? full : undefined;
}
