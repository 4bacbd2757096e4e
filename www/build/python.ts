/**
 * Vite plugin: the Python interpreter's files, our own Python modules, and the wheels that the page carries.
 *
 * They go to `python/<version>/`, where the version is a hash of all of them: such an address never changes its contents.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';
import { zip } from './zip.ts';

const PYODIDE = 'node_modules/pyodide';
const SOURCES = 'www/python';
/** Filled by `cargo xtask`, from `www/python/wheels.txt`. */
const WHEELS = 'pkg/wheels';
/** The .py files of confluent-kafka's wheel over our own `cimpl`, put together by `cargo xtask`. */
const CONFLUENT = 'pkg/confluent';

/** Fetched before the first cell runs; their sizes make the progress bar. */
const FIRST = ['pyodide.asm.wasm', 'python_stdlib.zip', 'kernel.zip'];

function files(): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const name of ['pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip'])
    found.set(name, readFileSync(join(PYODIDE, name)));
  // Its own list of packages is for another site's wheels: only the versions are kept.
  const lock = JSON.parse(readFileSync(join(PYODIDE, 'pyodide-lock.json'), 'utf8')) as {
    info: unknown;
  };
  found.set('pyodide-lock.json', Buffer.from(JSON.stringify({ info: lock.info, packages: {} })));
  // What `assemble_confluent.py` takes goes into that package's archive.
  const own = walk(SOURCES).filter(
    (path) => /\.(py|json)$/.test(path) && !/^(assemble_confluent|confluent_kafka_cimpl)/.test(path),
  );
  found.set('kernel.zip', zip(own.map((path) => [path, readFileSync(join(SOURCES, path))])));
  if (existsSync(WHEELS))
    for (const name of readdirSync(WHEELS).sort())
      if (name.endsWith('.whl') && !name.startsWith('confluent_kafka-'))
        found.set(name, readFileSync(join(WHEELS, name)));
  if (existsSync(CONFLUENT)) {
    const files = walk(CONFLUENT).map((path): [string, Buffer] => [
      path,
      readFileSync(join(CONFLUENT, path)),
    ]);
    found.set('confluent_kafka-2.16.1.zip', zip(files));
  }
  return found;
}

function walk(dir: string, root = dir): string[] {
  return readdirSync(dir)
    .filter((name) => name !== '__pycache__')
    .sort()
    .flatMap((name) => {
      const path = join(dir, name);
      return statSync(path).isDirectory() ? walk(path, root) : [relative(root, path)];
    });
}

export function python(): Plugin {
  const all = files();
  const hash = createHash('sha256');
  for (const [name, bytes] of all) hash.update(name).update(bytes);
  const version = hash.digest('hex').slice(0, 12);
  const sizes = Object.fromEntries(FIRST.map((name) => [name, all.get(name)?.length ?? 0]));
  return {
    name: 'python',
    config: () => ({
      define: {
        __PYTHON_VERSION__: JSON.stringify(version),
        __PYTHON_FILES__: JSON.stringify(sizes),
      },
    }),
    configureServer(server) {
      server.middlewares.use(`/python/${version}/`, (request, response, next) => {
        const name = (request.url ?? '').split('?')[0]?.slice(1) ?? '';
        const bytes = all.get(name);
        if (!bytes) return next();
        const type = name.endsWith('.mjs') ? 'text/javascript' : 'application/octet-stream';
        response.setHeader('content-type', name.endsWith('.wasm') ? 'application/wasm' : type);
        response.end(bytes);
      });
    },
    writeBundle(options) {
      const folder = join(options.dir ?? 'dist', 'python', version);
      mkdirSync(folder, { recursive: true });
      for (const [name, bytes] of all) writeFileSync(join(folder, name), bytes);
    },
  };
}
