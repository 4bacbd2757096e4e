/**
 * The kernels of a notebook: under each name a shell, and an interpreter per language, all opened when first needed.
 *
 * They share the notebook's folder. Knows nothing of cells.
 */
import type { CodeKernel, CodeLanguage, Input, LoadProgress } from '../client/code.ts';
import type { Kernel, RunResult, Sandbox, StreamName } from '../client/types.ts';
import type { NotebookSandbox } from '../notebook/sandbox.ts';
import type { Folder, FolderUser } from './folder.ts';

/** A notebook of `!` lines alone must not gather them for ever. */
const MAX_INPUTS = 1000;

interface Interruptible {
  interrupt(): void;
}

export class Kernels {
  readonly #sandbox: Sandbox;
  readonly #folder: Folder;
  readonly #box: NotebookSandbox;
  #shells = new Map<string, Promise<Kernel>>();
  /** By name and language. */
  #codes = new Map<string, Promise<CodeKernel>>();
  /** What runs a cell now, by kernel name; null while it is being opened. */
  #running = new Map<string, Interruptible | null>();
  #stopEarly = new Set<string>();
  /** Names of shells that run a line for an interpreter. */
  #lent = new Set<string>();
  /** Magics that ran before there was an interpreter, by kernel name. */
  #prelude = new Map<string, string[]>();
  /** Inputs that the Python of a kernel name has not been told of yet. */
  #inputs = new Map<string, Input[]>();
  /** Packages and versions that new interpreters shall have. */
  readonly packages: Record<string, string>;
  /** Tells how an interpreter's loading goes, by kernel name. */
  onProgress: (name: string, progress: LoadProgress | null) => void = () => undefined;

  constructor(sandbox: Sandbox, folder: Folder, box: NotebookSandbox) {
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.#box = box;
    this.packages = { ...box.packages };
  }

  shell(name: string): Promise<Kernel> {
    return kept(this.#shells, name, () => this.#openShell());
  }

  code(name: string, language: CodeLanguage): Promise<CodeKernel> {
    return kept(this.#codes, keyOf(name, language), () => this.#openCode(name, language));
  }

  /** A magic that took effect without an interpreter: the next one is told. */
  remember(name: string, magic: string): void {
    this.#prelude.set(name, [...(this.#prelude.get(name) ?? []), magic]);
  }

  /** A cell of a Python notebook is run, by whatever runs it. */
  note(name: string, input: Input): void {
    this.#inputs.set(name, [...(this.#inputs.get(name) ?? []), input].slice(-MAX_INPUTS));
  }

  /** Inputs that Python gets to know with this one: of cells that ran without it. */
  inputsBefore(name: string, count: number): Input[] {
    const inputs = this.#inputs.get(name) ?? [];
    this.#inputs.set(name, inputs.filter(([number]) => number > count));
    return inputs.filter(([number]) => number < count);
  }

  /** A file of the folder, from a magic; whether there was one. */
  async writeFile(path: string, text: string, append: boolean): Promise<boolean> {
    await this.#folder.load();
    const before = this.#folder.read(path);
    const bytes = new TextEncoder().encode(text);
    const whole = append && before ? new Uint8Array([...before, ...bytes]) : bytes;
    await this.#folder.write(path, whole);
    return before !== undefined;
  }

  /** The interpreter if there is one already. */
  openCode(name: string, language: CodeLanguage): Promise<CodeKernel> | undefined {
    return this.#codes.get(keyOf(name, language));
  }

  openShell(name: string): Promise<Kernel> | undefined {
    return this.#shells.get(name);
  }

  /**
   * Marks what runs under this name, so that `interrupt` finds it. Undefined: stop was pressed while it was being
   * opened.
   */
  async running<K extends Interruptible, R>(
    name: string,
    opening: Promise<K>,
    work: (kernel: K) => Promise<R>,
  ): Promise<R | undefined> {
    this.#running.set(name, null);
    this.#stopEarly.delete(name);
    try {
      const kernel = await opening;
      if (this.#stopEarly.delete(name)) return undefined;
      this.#running.set(name, kernel);
      return await work(kernel);
    } finally {
      this.#running.delete(name);
    }
  }

  interrupt(name: string): void {
    const running = this.#running.get(name);
    if (running) running.interrupt();
    else if (running === null) this.#stopEarly.add(name);
  }

  /** A shell that failed is not used again: the next cell gets a new one. */
  async dropShell(name: string): Promise<void> {
    await this.#drop(this.#shells, name);
  }

  async dropCode(name: string, language: CodeLanguage): Promise<void> {
    await this.#drop(this.#codes, keyOf(name, language));
  }

  async closeAll(): Promise<void> {
    this.#prelude.clear();
    this.#inputs.clear();
    await Promise.all([
      ...[...this.#shells.keys()].map((key) => this.#drop(this.#shells, key)),
      ...[...this.#codes.keys()].map((key) => this.#drop(this.#codes, key)),
    ]);
  }

  async #drop<K extends FolderUser & { close(): void }>(
    from: Map<string, Promise<K>>,
    key: string,
  ): Promise<void> {
    const opening = from.get(key);
    from.delete(key);
    const kernel = await opening?.catch(() => undefined);
    if (!kernel) return;
    this.#folder.detach(kernel);
    kernel.close();
  }

  async #openShell(): Promise<Kernel> {
    await this.#folder.load();
    let kernel: Kernel | undefined;
    kernel = await this.#sandbox.openKernel({
      user: this.#box.user,
      env: this.#box.env,
      hosts: this.#box.hosts,
      files: this.#folder.all(),
      fetchUrl: (url) => this.#folder.fetchUrl(url),
      onFile: (path, bytes) => this.#folder.written(kernel, path, bytes),
    });
    this.#folder.attach(kernel);
    return kernel;
  }

  async #openCode(name: string, language: CodeLanguage): Promise<CodeKernel> {
    await this.#folder.load();
    let kernel: CodeKernel | undefined;
    kernel = await this.#sandbox.openCodeKernel(language, {
      user: this.#box.user,
      env: this.#box.env,
      hosts: this.#box.hosts,
      files: this.#folder.all(),
      packages: { ...this.packages },
      prelude: this.#prelude.get(name) ?? [],
      onFile: (path, bytes) => this.#folder.written(kernel, path, bytes),
      runShell: (source, onOutput) => this.#lendShell(name, source, onOutput),
      interruptShell: () => this.#interruptLent(name),
      onProgress: (progress) => this.onProgress(name, progress),
    });
    this.#folder.attach(kernel);
    return kernel;
  }

  /** A `!` line of an interpreter's cell. Its cell holds the queue of this name, so the shell is free. */
  async #lendShell(
    name: string,
    source: string,
    onOutput: (stream: StreamName, text: string) => void,
  ): Promise<RunResult> {
    if (this.#lent.has(name)) throw new Error('the shell of this notebook is busy');
    this.#lent.add(name);
    try {
      const shell = await this.shell(name);
      return await shell.run(source, { onOutput });
    } finally {
      this.#lent.delete(name);
    }
  }

  #interruptLent(name: string): void {
    if (this.#lent.has(name)) void this.#shells.get(name)?.then((shell) => shell.interrupt());
  }
}

function keyOf(name: string, language: CodeLanguage): string {
  return `${language} ${name}`;
}

function kept<K>(
  all: Map<string, Promise<K>>,
  key: string,
  open: () => Promise<K>,
): Promise<K> {
  let opening = all.get(key);
  if (!opening) {
    opening = open();
    all.set(key, opening);
    opening.catch(() => all.delete(key));
  }
  return opening;
}
