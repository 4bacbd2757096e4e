/**
 * `<kafka-notebook src="lesson.ipynb" brokers="3" theme="auto|light|dark" readonly>`: a notebook that runs.
 *
 * The page's own building block, and what a course page embeds. Methods `runAll()`, `runCell(i)`, `stop()`,
 * `toJSON()`; events `cell-start`, `cell-end`, `output`. With `bare` it leaves the toolbar to the page around it.
 */
import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { getDocuments, getSandbox } from '../client/provide.ts';
import type { EditorModule } from '../editor/types.ts';
import type { Consent, Opened } from '../kernels/opened.ts';
import { openAddress } from '../kernels/opening.ts';
import type { Elsewhere, RunAllResult } from '../kernels/run-all.ts';
import { NotebookSession, type SessionEvent } from '../kernels/session.ts';
import { Keys, type Command, type Mode } from '../notebook/keys.ts';
import { KIND_NAMES, notebookLanguage, withKind, type Kind } from '../notebook/kinds.ts';
import { plainText } from '../notebook/outputs.ts';
import type { RunState } from '../notebook/queue.ts';
import type { CellProblem } from '../notebook/expect.ts';
import type { Cell } from '../notebook/types.ts';
import { notebookStyles } from './notebook-css.ts';
import { controls, tokens } from '../look/tokens.ts';
import type { CellHost, KsCell, MarkdownModule } from './cell.ts';
import './cell.ts';
import { saveFile } from './download.ts';
import { icon } from '../look/icons.ts';

export class KafkaNotebook extends LitElement implements CellHost {
  static override properties = {
    src: {},
    brokers: { type: Number },
    theme: { reflect: true },
    readonly: { type: Boolean },
    bare: { type: Boolean },
    session: { state: true },
    problem: { state: true },
    activeId: { state: true },
    selection: { state: true },
    mode: { state: true },
    version: { state: true },
    dismissed: { state: true },
  };
  declare src: string;
  declare brokers: number;
  declare theme: string;
  declare readonly: boolean;
  declare bare: boolean;
  declare session: NotebookSession | null;
  declare problem: string;
  declare activeId: string;
  declare selection: ReadonlySet<string>;
  declare mode: Mode;
  declare version: number;
  declare dismissed: boolean;

  static override styles = [tokens, controls, notebookStyles];

  /** Asked before a `src` on another host is fetched; without it none is. Set it before `src`. */
  consent: Consent | null = null;
  readonly #keys = new Keys();
  /** What keys and buttons do: fetched after the first paint. */
  #commands: typeof import('./commands.ts') | undefined;
  #unsubscribe: (() => void) | undefined;
  #runAll: AbortController | undefined;
  #collapsed = new Set<string>();
  #editors: Promise<EditorModule> | undefined;
  #markdown: Promise<MarkdownModule> | undefined;
  #ready: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.src = '';
    this.brokers = 3;
    this.theme = 'auto';
    this.readonly = false;
    this.bare = false;
    this.session = null;
    this.problem = '';
    this.activeId = '';
    this.selection = new Set();
    this.mode = 'command';
    this.version = 0;
    this.dismissed = false;
  }

  get editors(): Promise<EditorModule> {
    return (this.#editors ??= import('../editor/editor.ts'));
  }

  get markdown(): Promise<MarkdownModule> {
    return (this.#markdown ??= import('./markdown.ts'));
  }

  /** Address that relative links and pictures of the notebook start from. */
  get base(): string {
    const key = this.session?.opened.key ?? '';
    return key.startsWith('local:') || key === '' ? document.baseURI : key;
  }

  /** Resolves when the notebook of `src` is open; rejects with the sentence that is shown when it cannot be. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('src') && this.src !== '') this.#ready = this.#openSrc(this.src);
  }

  async #openSrc(src: string): Promise<void> {
    try {
      this.load(await openAddress(src, getDocuments(), this.consent));
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
      this.dispatchEvent(new CustomEvent('notebook-problem', { detail: this.problem }));
    }
  }

  /** Shows this notebook. A text that is no notebook leaves what was open and throws. */
  load(opened: Opened): void {
    const base = opened.key.startsWith('local:') ? document.baseURI : opened.key;
    const session = new NotebookSession(
      opened,
      getSandbox({ brokers: this.brokers }),
      getDocuments(),
      base,
    );
    this.#unsubscribe?.();
    void this.session?.close();
    this.session = session;
    this.problem = '';
    this.dismissed = false;
    this.#collapsed.clear();
    this.mode = 'command';
    this.activeId = session.notebook.cells[0]?.id ?? '';
    this.selection = new Set();
    this.#unsubscribe = session.subscribe((event) => this.#onSession(event));
    // After the first paint, so that the first command does not wait for the shell's program.
    requestAnimationFrame(() =>
      setTimeout(() => {
        void this.#loadCommands();
        this.session?.warmUp();
      }, 0),
    );
    this.dispatchEvent(new CustomEvent('notebook-open', { detail: { title: session.title } }));
  }

  #onSession(event: SessionEvent): void {
    const { session } = this;
    if (!session) return;
    if (event.type === 'run' || event.type === 'output') {
      const index = session.notebook.indexOf(event.cellId);
      if (event.type === 'output')
        this.#fire('output', { index, id: event.cellId, stream: event.stream, text: event.text });
      else if (event.state === 'running') this.#fire('cell-start', { index, id: event.cellId });
      else if (event.state !== 'queued') {
        this.#fire('cell-end', {
          index,
          id: event.cellId,
          status: event.state,
          exitCode: session.run(event.cellId)?.exitCode ?? 0,
        });
      }
    }
    if (event.type === 'output') return;
    if (
      event.type === 'notebook' &&
      event.change === 'structure' &&
      session.notebook.indexOf(this.activeId) < 0
    ) {
      this.activeId = session.notebook.cells[0]?.id ?? '';
    }
    this.version++;
    this.dispatchEvent(new CustomEvent('notebook-change'));
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  // ─── Methods for embedders and for `cargo xtask execute` ───

  /** `elsewhere` tells when cells of notebooks beside this one have ended, for cells that wait for them. */
  async runAll(elsewhere?: Elsewhere): Promise<RunAllResult> {
    if (!this.session) return { failed: [] };
    this.#runAll?.abort();
    const { signal } = (this.#runAll = new AbortController());
    const { runAll } = await import('../kernels/run-all.ts');
    return await runAll(this.session, signal, elsewhere);
  }

  async runCell(index: number): Promise<RunState> {
    const cell = this.session?.notebook.cells[index];
    if (!this.session || !cell) throw new RangeError(`There is no cell ${index}.`);
    return await this.session.runCell(cell.id);
  }

  stop(): void {
    this.#runAll?.abort();
    this.session?.stop();
  }

  /** The notebook as an .ipynb file holds it. */
  toJSON(): unknown {
    return JSON.parse(this.session?.notebook.serialise() ?? 'null');
  }

  /** What of the cells' expectations does not hold now. */
  async check(): Promise<CellProblem[]> {
    const { session } = this;
    if (!session) return [];
    const { problemsIn } = await import('../notebook/expect.ts');
    return await problemsIn(session.notebook.cells, (path) => session.folder.fetchBeside(path));
  }

  // ─── Drawing ───

  protected override render() {
    if (this.problem !== '' && !this.session) {
      return html`<div class="banner bad" role="alert" data-testid="notebook-problem">
        <span>${this.problem}</span>
      </div>`;
    }
    const { session } = this;
    if (!session) return nothing;
    const { cells, metadata } = session.notebook;
    const language = notebookLanguage(metadata);
    return html`
      ${this.bare ? nothing : this.#toolbar(session)} ${this.#banners(session)}
      <div
        class="cells"
        role="region"
        aria-label=${session.title}
        @keydown=${this.#onKey}
        @focusin=${this.#onFocusIn}
      >
        ${repeat(
          cells,
          (cell) => cell.id,
          (cell, index) =>
            html`<ks-cell
              data-testid="cell"
              .cell=${cell}
              .session=${session}
              .host=${this}
              .index=${index}
              .active=${cell.id === this.activeId}
              .selected=${this.selection.has(cell.id)}
              .mode=${this.mode}
              .run=${session.run(cell.id)}
              .readonly=${this.readonly}
              .collapsed=${this.#collapsed.has(cell.id)}
              @pointerdown=${(event: PointerEvent) => this.#onPointer(event, cell.id)}
            ></ks-cell>`,
        )}
        ${
          this.readonly
            ? nothing
            : html`<div class="add">
                <button class="button small" @click=${() => this.#add(language)}>
                  ${icon('plus')} ${KIND_NAMES[language]}
                </button>
                <button class="button small" @click=${() => this.#add('markdown')}>
                  ${icon('plus')} Text
                </button>
              </div>`
        }
      </div>
    `;
  }

  #toolbar(session: NotebookSession) {
    return html`<div class="toolbar">
      <span class="title">${session.title}</span>
      <button class="button small" @click=${() => void this.runAll()}>
        ${icon('playAll')} Run all
      </button>
      <button class="button small" ?disabled=${!session.busy} @click=${() => this.stop()}>
        ${icon('stop')} Stop
      </button>
    </div>`;
  }

  #banners(session: NotebookSession) {
    const { opened } = session;
    return html`
      ${
        opened.newVersion && !this.dismissed
          ? html`<div class="banner" role="status" data-testid="new-version">
              <span
                >The author has published a new version of this lesson. You see your own copy, with
                your changes.</span
              >
              <button class="button small primary" @click=${() => this.#fire('reset-lesson', null)}>
                Show the new version
              </button>
              <button class="button small" @click=${() => this.#keepMine(session)}>
                Keep mine
              </button>
            </div>`
          : nothing
      }
      ${session.note !== '' && !this.dismissed ? html`<div class="banner" role="status" data-testid="note">
              <span>${session.note}</span>
              <button class="button small" @click=${() => (this.dismissed = true)}>OK</button>
            </div>` : nothing}
      ${
        session.saveProblem !== ''
          ? html`<div class="banner bad" role="alert">
              <span>${session.saveProblem}</span>
              <button class="button small" @click=${() => this.#download(session)}>
                Download the notebook
              </button>
            </div>`
          : nothing
      }
      ${
        session.folder.missing.length > 0
          ? html`<div class="banner bad" role="status">
              <span
                >Files of this lesson are missing: ${session.folder.missing.join(', ')}. Upload them
                under Files.</span
              >
            </div>`
          : nothing
      }
    `;
  }

  #download(session: NotebookSession): void {
    const { fileName } = session.opened;
    saveFile(fileName, session.notebook.serialise(), 'application/x-ipynb+json');
  }

  #keepMine(session: NotebookSession): void {
    this.dismissed = true;
    void session.keepMine();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.version++;
  }

  #cells(): KsCell[] {
    return [...this.renderRoot.querySelectorAll<KsCell>('ks-cell')];
  }

  #cellElement(id: string): KsCell | undefined {
    return this.#cells().find((cell) => cell.cell.id === id);
  }

  // ─── What cells ask (CellHost) ───

  activate(id: string, mode: Mode, extend = false): void {
    const toEdit = mode === 'edit' && (this.mode !== 'edit' || this.activeId !== id);
    this.selection = extend ? new Set([...this.selection, this.activeId, id]) : new Set();
    this.activeId = id;
    this.mode = this.readonly ? 'command' : mode;
    if (toEdit && !this.readonly) this.#cellElement(id)?.focusEditor();
  }

  changeKind(id: string, kind: Kind): void {
    const { notebook } = this.session!;
    const cell = notebook.cell(id);
    if (!cell) return;
    if (kind === 'markdown' || kind === 'raw') notebook.setType(id, kind);
    else {
      notebook.setType(id, 'code');
      notebook.setCellMetadata(id, withKind({ ...cell, type: 'code' }, kind, notebook.metadata));
    }
  }

  downloadOutput(id: string): void {
    const { session } = this;
    const cell = session?.notebook.cell(id);
    if (!session || !cell) return;
    saveFile(
      `output-${session.notebook.indexOf(id) + 1}.txt`,
      plainText(cell.outputs),
      'text/plain',
    );
  }

  editorKey(
    event: KeyboardEvent,
    id: string,
    selection: boolean,
    edge: 'top' | 'bottom' | null,
  ): boolean {
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && event.key === 'ArrowUp' && edge === 'top') return this.#leave(id, -1);
    if (plain && event.key === 'ArrowDown' && edge === 'bottom') return this.#leave(id, 1);
    return this.#press(event, 'edit', id, selection);
  }

  /** The cursor walks out of the editor into the next cell. */
  #leave(id: string, by: -1 | 1): boolean {
    const { cells } = this.session!.notebook;
    const next = cells[this.session!.notebook.indexOf(id) + by];
    if (!next) return false;
    this.#goTo(next.id, next.type === 'markdown' ? 'command' : 'edit');
    return true;
  }

  #press(event: KeyboardEvent, mode: Mode, id: string, selection: boolean): boolean {
    const { key, ctrlKey: ctrl, metaKey: meta, shiftKey: shift, altKey: alt } = event;
    const running = this.session?.run(id)?.state === 'running';
    const command = this.#keys.press(
      mode,
      { key, ctrl, meta, shift, alt, selection, running },
      performance.now(),
    );
    if (!command) return false;
    event.preventDefault();
    event.stopPropagation();
    this.command(command, id);
    return true;
  }

  #onKey(event: KeyboardEvent): void {
    const target = event.composedPath()[0];
    if (!(target instanceof HTMLElement) || target.tagName !== 'KS-CELL') return;
    const selection = document.getSelection()?.type === 'Range';
    this.#press(event, 'command', (target as KsCell).cell.id, selection);
  }

  #onFocusIn(event: FocusEvent): void {
    const target = event.target as HTMLElement;
    if (target.tagName === 'KS-CELL' && (target as KsCell).cell.id !== this.activeId)
      this.activate((target as KsCell).cell.id, 'command');
  }

  #onPointer(event: PointerEvent, id: string): void {
    const target = event.composedPath()[0] as HTMLElement;
    if (target.closest('button, input, a, .editor, .source, ks-menu')) {
      if (!target.closest('.editor, .source')) this.activeId = id;
      return;
    }
    this.activate(id, 'command', event.shiftKey);
    const cell = this.#cellElement(id);
    // Text may be selected with the mouse; the keys belong to the cell all the same.
    cell?.focus({ preventScroll: true });
  }

  #goTo(id: string, mode: Mode): void {
    this.activate(id, mode);
    if (mode === 'command') void this.updateComplete.then(() => this.#cellElement(id)?.focusCell());
  }

  #add(kind: Kind): void {
    const { notebook } = this.session!;
    this.#insert(notebook.cells.length, kind, 'edit');
  }

  #insert(index: number, kind: Kind, mode: Mode): void {
    const { notebook } = this.session!;
    const type = kind === 'markdown' || kind === 'raw' ? kind : 'code';
    const cell = notebook.insert(index, type);
    if (kind !== 'markdown' && kind !== 'raw') {
      const metadata = withKind(cell, kind, notebook.metadata);
      if (Object.keys(metadata).length > 0) notebook.setCellMetadata(cell.id, metadata);
    }
    void this.updateComplete.then(() => this.#goTo(cell.id, mode));
  }

  #chosen(id: string): string[] {
    if (this.selection.size === 0) return [id];
    return this.session!.notebook.cells.filter((c) => this.selection.has(c.id)).map((c) => c.id);
  }

  async #loadCommands(): Promise<void> {
    this.#commands ??= await import('./commands.ts');
  }

  command(command: Command, id: string): void {
    const { session } = this;
    const cell = session?.notebook.cell(id);
    if (!session || !cell) return;
    if (!this.#commands) return void this.#loadCommands().then(() => this.command(command, id));
    const chosen = this.#chosen(id);
    this.#commands.perform(command, {
      session,
      cell,
      chosen,
      index: session.notebook.indexOf(id),
      editing: this.mode === 'edit',
      readonly: this.readonly,
      cursor: this.#cellElement(id)?.cursor ?? 0,
      goTo: (to, mode) => this.#goTo(to, mode),
      extendTo: (to) => {
        this.activate(to, 'command', true);
        this.#cellElement(to)?.focusCell();
      },
      insert: (index, kind, mode) => this.#insert(index, kind, mode),
      runChosen: () => this.#runCells(chosen),
      showText: () => this.#showText(cell),
      toggleOutput: () => {
        if (!this.#collapsed.delete(id)) this.#collapsed.add(id);
        this.version++;
      },
      help: () => this.#fire('key-help', null),
    });
  }

  #runCells(ids: readonly string[]): void {
    for (const id of ids) {
      const cell = this.session?.notebook.cell(id);
      if (cell?.type === 'markdown') this.#showText(cell);
      else void this.session?.runCell(id);
    }
  }

  #showText(cell: Cell): void {
    const element = this.#cellElement(cell.id);
    if (cell.type === 'markdown' && element) element.shownRaw = false;
  }
}

customElements.define('kafka-notebook', KafkaNotebook);
