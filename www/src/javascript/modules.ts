/** What code may import: Node's modules as far as they make sense in a page, libraries, and the notebook's own files. */
import * as buffer from 'buffer';
import EventEmitter from 'events';
import type { Files } from './files.ts';
import libraries from './libraries.cjs';
import assert from './node/assert.ts';
import crypto from './node/crypto.ts';
import { makeFs } from './node/fs.ts';
import net from './node/net.ts';
import path, { basename, dirname, extname } from './node/path.ts';
import { makeReadline, type Ask } from './node/readline.ts';
import stream from './node/stream.ts';
import type { Timers } from './node/timers.ts';
import tls from './node/tls.ts';
import util from './node/util.ts';
import zlib from './node/zlib.ts';
import { knowLines } from './stack.ts';
import { transformModule } from './transform.ts';

/** What is not there, and why. */
const ABSENT: Record<string, string> = {
  http: 'The page gives cells no network.',
  https: 'The page gives cells no network.',
  http2: 'The page gives cells no network.',
  dgram: 'The page gives cells no network.',
  dns: 'The page gives cells no network.',
  child_process: 'There are no processes in the page; a line that begins with ! is run by its shell.',
  cluster: 'There are no processes in the page.',
  worker_threads: 'A kernel of the page is one thread; another notebook is another.',
  'node-rdkafka': 'It is native code; use kafkajs.',
  '@confluentinc/kafka-javascript': 'It is native code; use kafkajs.',
};

export interface Namespace {
  default: unknown;
  [name: string]: unknown;
}

export interface ModuleParts {
  files: Files;
  timers: Timers;
  process: object;
  ask: Ask;
  /** Called once, with a library that is used for the first time. */
  onLibrary(name: string, library: unknown): void;
}

/** Evaluates the text of a function in the kernel's globals. */
const evaluate = globalThis.eval;

export class Modules {
  readonly #parts: ModuleParts;
  readonly #own: Record<string, () => unknown>;
  #loaded = new Map<string, unknown>();
  #files = new Map<string, { bytes: Uint8Array; namespace: Promise<Namespace> }>();

  constructor(parts: ModuleParts) {
    this.#parts = parts;
    const { files, timers, process, ask } = parts;
    const fs = makeFs(files);
    const readline = makeReadline(ask);
    const events = Object.assign(EventEmitter, { default: EventEmitter });
    this.#own = {
      assert: () => assert,
      'assert/strict': () => assert,
      buffer: () => buffer,
      console: () => console,
      crypto: () => crypto,
      events: () => events,
      fs: () => fs,
      'fs/promises': () => fs.promises,
      module: () => ({ createRequire: () => this.require }),
      net: () => net,
      os: () => os(files),
      path: () => path,
      perf_hooks: () => ({ performance }),
      process: () => process,
      readline: () => readline,
      'readline/promises': () => readline.promises,
      stream: () => stream,
      timers: () => ({
        setTimeout: timers.setTimeout, setInterval: timers.setInterval, setImmediate: timers.setImmediate,
        clearTimeout: timers.clear, clearInterval: timers.clear, clearImmediate: timers.clear,
      }),
      'timers/promises': () => ({ setTimeout: timers.wait, setImmediate: () => timers.wait(0) }),
      tls: () => tls,
      url: () => ({
        URL, URLSearchParams,
        fileURLToPath: (url: string | URL) => decodeURIComponent(new URL(url).pathname),
        pathToFileURL: (name: string) => new URL(`file://${files.resolve(name)}`),
      }),
      util: () => util,
      zlib: () => zlib,
    };
  }

  /** Names for completion. */
  get names(): string[] {
    return [...Object.keys(libraries), ...Object.keys(this.#own)];
  }

  require = (name: string): unknown => this.#require(name, this.#parts.files.cwd);

  import = (name: string): Promise<Namespace> => this.#import(name, this.#parts.files.cwd);

  async #import(name: string, from: string): Promise<Namespace> {
    const file = this.#fileOf(name, from);
    if (file === undefined) return namespaceOf(this.#builtIn(name));
    if (/\.(json|cjs)$/.test(file)) return namespaceOf(this.#load(file));
    const bytes = this.#parts.files.read(file);
    const known = this.#files.get(file);
    if (known?.bytes === bytes) return await known.namespace;
    const namespace = this.#evaluateModule(file, new TextDecoder().decode(bytes));
    this.#files.set(file, { bytes, namespace });
    return await namespace;
  }

  async #evaluateModule(file: string, source: string): Promise<Namespace> {
    const program = transformModule(source, file);
    if (!program) return namespaceOf(this.#load(file));
    const inner = dirname(file);
    const imports: Namespace[] = [];
    for (const { source: name, bindings } of program.imports) {
      const namespace = await this.#import(name, inner);
      for (const { imported } of bindings) if (imported !== '*') pick(namespace, imported, name);
      imports.push(namespace);
    }
    knowLines(file, source);
    const work = evaluate(`${program.body}\n//# sourceURL=${file}`);
    return await work(imports, { url: `file://${file}`, filename: file, dirname: inner });
  }

  #require(name: string, from: string): unknown {
    const file = this.#fileOf(name, from);
    return file === undefined ? this.#builtIn(name) : this.#load(file);
  }

  /** A CommonJS file or JSON. A file that has changed is read again, as a person who works in a notebook expects. */
  #load(file: string): unknown {
    const source = new TextDecoder().decode(this.#parts.files.read(file));
    if (file.endsWith('.json')) return JSON.parse(source);
    const module = { exports: {} };
    const inner = dirname(file);
    const head = '(function (exports, require, module, __filename, __dirname) {';
    knowLines(file, source);
    const work = evaluate(`${head}${source}\n})\n//# sourceURL=${file}`);
    work(module.exports, (name: string) => this.#require(name, inner), module, file, inner);
    return module.exports;
  }

  #builtIn(name: string): unknown {
    const plain = name.replace(/^node:/, '');
    const known = this.#loaded.get(plain);
    if (known !== undefined) return known;
    const library = plain === name && Object.hasOwn(libraries, name) ? libraries[name] : undefined;
    const own = Object.hasOwn(this.#own, plain) ? this.#own[plain] : undefined;
    const found = (library ?? own)?.();
    if (found === undefined) throw notFound(name, ABSENT[plain] ?? this.#carried());
    this.#loaded.set(plain, found);
    if (library) this.#parts.onLibrary(plain, found);
    return found;
  }

  #carried(): string {
    return `The page carries ${Object.keys(libraries).join(', ')}, and of Node: ${Object.keys(this.#own).join(', ')}. Files of the notebook are imported by './name.js'.`;
  }

  /** The full path of a file that is meant, undefined for a module's name. */
  #fileOf(name: string, from: string): string | undefined {
    const given = name.startsWith('file://') ? decodeURIComponent(new URL(name).pathname) : name;
    if (!/^(\.{1,2})?\//.test(given)) return undefined;
    const { files } = this.#parts;
    const full = files.resolve(given.startsWith('/') ? given : `${from}/${given}`);
    const tries = ['', '.js', '.mjs', '.cjs', '.json', '/index.js'].map((end) => full + end);
    const found = tries.find((candidate) => files.isFile(candidate));
    if (found === undefined) throw notFound(name, `There is no file ${basename(full)} beside the notebook.`);
    if (!/^\.([mc]?js|json)$/.test(extname(found))) throw notFound(name, 'Only .js, .mjs, .cjs and .json files can be imported.');
    return found;
  }
}

/** The value of one name of an import. */
export function pick(namespace: Namespace, imported: string, module: string): unknown {
  if (imported === '*') return namespace;
  if (imported in namespace) return namespace[imported];
  throw new SyntaxError(`The requested module '${module}' does not provide an export named '${imported}'`);
}

function namespaceOf(value: unknown): Namespace {
  const names = typeof value === 'object' || typeof value === 'function' ? value : {};
  const copy: Namespace = { default: value };
  // Methods of classes and getters as well, as `module.exports` may have them.
  for (const name in names as object) copy[name] = Reflect.get(names as object, name);
  for (const name of Object.keys(names as object)) copy[name] = Reflect.get(names as object, name);
  if (!Object.hasOwn(names as object, 'default')) copy.default = value;
  return Object.defineProperty(copy, Symbol.toStringTag, { value: 'Module' });
}

function notFound(name: string, why: string): Error {
  const error = new Error(`Cannot find module '${name}'. ${why}`);
  return Object.assign(error, { code: 'MODULE_NOT_FOUND' });
}

function os(files: Files) {
  return {
    EOL: '\n',
    hostname: () => 'sandbox',
    platform: () => 'linux',
    type: () => 'Linux',
    release: () => '6.1.0',
    arch: () => 'x64',
    homedir: () => files.home,
    tmpdir: () => '/tmp',
    uptime: () => performance.now() / 1000,
    cpus: () => [{ model: 'browser', speed: 0 }],
    totalmem: () => 0,
    freemem: () => 0,
    networkInterfaces: () => ({}),
    userInfo: () => ({ username: basename(files.home), homedir: files.home }),
  };
}
