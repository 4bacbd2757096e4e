/**
 * One cell, drawn in its notebook's shadow root. It shows and reports; what a key or a button does, the notebook
 * decides. The editor comes when somebody is about to edit: until then the source stands in a `<pre>`.
 */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { highlight } from '../editor/highlight.ts';
import type { EditorHandle, EditorModule } from '../editor/types.ts';
import type { NotebookSession, RunInfo } from '../kernels/session.ts';
import { KIND_NAMES, type Kind } from '../notebook/kinds.ts';
import type { Command, Mode } from '../notebook/keys.ts';
import type { Cell } from '../notebook/types.ts';
import { icon } from '../look/icons.ts';
import type { MenuItem } from '../look/menu.ts';
import '../look/menu.ts';
import { OutputView } from './output-view.ts';

export type MarkdownModule = typeof import('./markdown.ts');

/** What a cell asks of its notebook. */
export interface CellHost {
  activate(id: string, mode: Mode, extend?: boolean): void;
  command(command: Command, id: string): void;
  changeKind(id: string, kind: Kind): void;
  editorKey(
    event: KeyboardEvent,
    id: string,
    selection: boolean,
    edge: 'top' | 'bottom' | null,
  ): boolean;
  downloadOutput(id: string): void;
  readonly base: string;
  readonly editors: Promise<EditorModule>;
  readonly markdown: Promise<MarkdownModule>;
}

const MAX_MARKDOWN_CHARS = 500_000;

function seconds(ms: number): string {
  if (ms < 950) return `${Math.max(0.1, ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

export class KsCell extends LitElement {
  static override properties = {
    cell: { attribute: false },
    session: { attribute: false },
    host: { attribute: false },
    index: { type: Number },
    active: { type: Boolean },
    selected: { type: Boolean },
    mode: {},
    run: { attribute: false },
    readonly: { type: Boolean },
    shownRaw: { state: true },
    collapsed: { type: Boolean },
    unwrapped: { state: true },
  };
  declare cell: Cell;
  declare session: NotebookSession;
  declare host: CellHost;
  declare index: number;
  declare active: boolean;
  declare selected: boolean;
  declare mode: Mode;
  declare run: RunInfo | undefined;
  declare readonly: boolean;
  /** A Markdown cell shows its source. */
  declare shownRaw: boolean;
  declare collapsed: boolean;
  /** Long lines of the output go on to the right: tables stay tables. */
  declare unwrapped: boolean;

  #editor: EditorHandle | null = null;
  #opening = false;
  #wantFocus = false;
  #clickedAt: { x: number; y: number } | null = null;
  #outputs: OutputView | null = null;
  #renderedMarkdown: string | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.shownRaw = false;
    this.active = false;
    this.selected = false;
    this.readonly = false;
    this.collapsed = false;
    this.unwrapped = false;
    this.mode = 'command';
    this.index = 0;
  }

  /** One shadow root for the whole notebook: styles, selection and labels reach across cells. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#clock = undefined;
    this.#editor?.destroy();
    this.#editor = null;
  }

  get kind(): Kind {
    return this.session.kind(this.cell);
  }

  get #isText(): boolean {
    return this.cell.type === 'markdown' && !this.shownRaw;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('cell')) {
      const was = changed.get('cell') as Cell | undefined;
      if (was && was.type !== this.cell.type) {
        this.shownRaw = this.cell.type === 'markdown';
        this.#renderedMarkdown = null;
      }
    }
  }

  protected override render(): TemplateResult {
    const { cell, run } = this;
    const running = run?.state === 'running';
    const kind = this.kind;
    this.className = [
      this.active && 'active',
      this.selected && 'selected',
      this.active && this.mode === 'edit' && 'editing',
      running && 'running',
      run?.state === 'queued' && 'queued',
      this.#isText && 'text-cell',
    ]
      .filter(Boolean)
      .join(' ');
    return html`
      <div class="gutter">
        ${
          cell.type === 'code'
            ? html`<button
                  class="run"
                  data-testid="run-cell"
                  aria-label=${running || run?.state === 'queued' ? `Stop cell ${this.index + 1}` : `Run cell ${this.index + 1}`}
                  @click=${() => this.host.command(running || run?.state === 'queued' ? 'interrupt' : 'run', cell.id)}
                >
                  ${icon(running || run?.state === 'queued' ? 'stop' : 'play')}
                </button>
                <span
                  class="count"
                  data-testid="count"
                  aria-label=${`Execution count ${cell.executionCount ?? 'none'}`}
                  role="img"
                  >${this.#count()}</span
                >
                ${this.#state()}`
            : nothing
        }
      </div>
      <div class="body">
        ${this.#isText ? this.#textTemplate() : this.#inputTemplate(kind)}
        ${cell.type === 'code' ? this.#outputTemplate() : nothing}
      </div>
    `;
  }

  #count(): string {
    if (this.run?.state === 'running') return '[*]';
    if (this.run?.state === 'queued') return '[…]';
    return this.cell.executionCount === null ? '[ ]' : `[${this.cell.executionCount}]`;
  }

  #textTemplate(): TemplateResult {
    return html`<div class="markdown-box">
      <div
        class="prose"
        data-testid="markdown"
        @dblclick=${() => !this.readonly && this.host.activate(this.cell.id, 'edit')}
      ></div>
      ${this.readonly ? nothing : this.#actions()}
    </div>`;
  }

  #inputTemplate(kind: Kind): TemplateResult {
    const { source } = this.cell;
    return html`<div class="input">
      <pre
        class="source ${source === '' ? 'empty' : ''}"
        data-testid="source"
        @click=${this.#onSourceClick}
        @pointerenter=${this.#onSourceEnter}
      >
${
          source === ''
            ? placeholder(kind)
            : highlight(source, kind).map(({ text, look }) =>
                look === '' ? text : html`<span class=${look}>${text}</span>`,
              )
        }</pre>
      <div class="editor" hidden></div>
      ${this.#badge(kind)} ${this.readonly ? nothing : this.#actions()}
    </div>`;
  }

  #outputTemplate(): TemplateResult {
    const has = this.cell.outputs.length > 0;
    return html`${this.#loading()}
      <div class="outputs-box" ?hidden=${!has && !this.run?.wantsInput}>
        ${this.collapsed && has ? html`<p class="collapsed-note">Output hidden. <button class="link" @click=${() => this.host.command('toggle-output', this.cell.id)}>Show it</button></p>` : nothing}
        <div
          class="outputs ${this.unwrapped ? 'unwrapped' : ''}"
          data-testid="outputs"
          role="group"
          aria-label=${`Output of cell ${this.index + 1}`}
          ?hidden=${this.collapsed}
        ></div>
        ${
          has
            ? html`<div class="output-actions">
                <button
                  class="button quiet icon small"
                  aria-label="Wrap long lines"
                  aria-pressed=${!this.unwrapped}
                  title=${this.unwrapped ? 'Wrap long lines' : 'Do not wrap long lines'}
                  @click=${() => (this.unwrapped = !this.unwrapped)}
                >
                  ${icon('wrap')}
                </button>
                <button
                  class="button quiet icon small"
                  aria-label="Copy the output"
                  title="Copy the output"
                  @click=${this.#copy}
                >
                  ${icon('copy')}
                </button>
                <button
                  class="button quiet icon small"
                  aria-label="Download the output"
                  title="Download the output"
                  @click=${() => this.host.downloadOutput(this.cell.id)}
                >
                  ${icon('download')}
                </button>
              </div>`
            : nothing
        }
      </div>
      ${this.run?.wantsInput ? this.#stdin() : nothing}`;
  }

  /** The interpreter that the cell waits for is on its way. */
  #loading(): TemplateResult | typeof nothing {
    const loading = this.run?.state === 'running' ? this.run.loading : null;
    if (!loading) return nothing;
    const { text, loadedBytes, totalBytes } = loading;
    const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
    const known = totalBytes > 0;
    const whole = known && loadedBytes >= totalBytes;
    return html`<div class="loading" data-testid="loading" role="status">
      <progress
        aria-label=${text}
        max=${known ? totalBytes : nothing}
        value=${known && !whole ? loadedBytes : nothing}
      ></progress>
      <span
        >${
          whole
            ? 'Starting Python…'
            : known
              ? `${text}: ${mb(loadedBytes)} of ${mb(totalBytes)} MB`
              : text
        }</span
      >
    </div>`;
  }

  #stdin(): TemplateResult {
    const send = (event: Event): void => {
      event.preventDefault();
      const input = (event.target as HTMLFormElement).querySelector('input');
      if (!input) return;
      void this.session.input(this.cell.id, `${input.value}\n`);
      input.value = '';
    };
    const { prompt, password } = this.run ?? { prompt: '', password: false };
    return html`<form class="stdin" data-testid="stdin" @submit=${send}>
      ${prompt === '' ? nothing : html`<label for=${`stdin-${this.cell.id}`}>${prompt}</label>`}
      <input
        id=${`stdin-${this.cell.id}`}
        type=${password ? 'password' : 'text'}
        aria-label=${prompt === '' ? 'Input for the running command' : prompt}
        placeholder="Type a line, press Enter"
        autocomplete="off"
        spellcheck="false"
      />
      <button class="button" type="submit">Send</button>
      <button
        class="button"
        type="button"
        title="End of input (Ctrl-D)"
        @click=${() => void this.session.input(this.cell.id, null)}
      >
        End
      </button>
    </form>`;
  }

  #state(): TemplateResult | typeof nothing {
    const { run } = this;
    if (!run) return nothing;
    const end = run.endedAtMs || Date.now();
    const time = html`<span class="state" data-testid="elapsed"
      >${seconds(end - run.startedAtMs)}</span
    >`;
    switch (run.state) {
      case 'running':
        return Date.now() - run.startedAtMs < 150 ? nothing : time;
      case 'queued':
        return html`<span class="state">waiting</span>`;
      case 'ok':
        return html`<span class="state ok" title="Ended without an error">${icon('check')}</span
          >${time}`;
      case 'error':
        return html`<span class="state bad" title="Failed">${icon('cross')}</span>${time}`;
      case 'interrupted':
        return html`<span class="state" title="Stopped">stopped</span>${time}`;
      case 'dropped':
        return html`<span class="state">not run</span>`;
    }
  }

  #actions(): TemplateResult {
    const button = (command: Command, name: string, label: string) =>
      html`<button
        class="button quiet icon small"
        tabindex="-1"
        aria-label=${label}
        title=${label}
        @click=${() => this.host.command(command, this.cell.id)}
      >
        ${icon(name)}
      </button>`;
    return html`<span class="actions">
      ${this.#isText ? html`${button('to-edit', 'edit', 'Edit (Enter)')}${this.#badge('markdown')}` : nothing}
      ${button('move-up', 'arrowUp', 'Move up')} ${button('move-down', 'arrowDown', 'Move down')}
      ${button('insert-below', 'plus', 'Insert a cell below (B)')}
      ${button('delete', 'trash', 'Delete (D D)')}
    </span>`;
  }

  #badge(kind: Kind): TemplateResult {
    if (this.readonly) return html`<span class="kind">${KIND_NAMES[kind]}</span>`;
    const items: MenuItem[] = (Object.keys(KIND_NAMES) as Kind[]).map((to) => ({
      label: KIND_NAMES[to],
      checked: to === kind,
      run: () => this.host.changeKind(this.cell.id, to),
    }));
    return html`<ks-menu
      look="quiet badge"
      align="right"
      data-testid="kind"
      .caption=${KIND_NAMES[kind]}
      .label=${`Kind of cell ${this.index + 1}: ${KIND_NAMES[kind]}`}
      .items=${items}
    ></ks-menu>`;
  }

  protected override updated(): void {
    this.id = `cell-${this.cell.id}`;
    this.tabIndex = this.active ? 0 : -1;
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', `Cell ${this.index + 1}, ${KIND_NAMES[this.kind]}`);
    this.dataset.cell = this.cell.id;
    this.dataset.state = this.run?.state ?? '';
    this.#updateOutputs();
    this.#updateClock();
    if (this.#isText) void this.#drawMarkdown();
    else this.#updateEditor();
  }

  #updateOutputs(): void {
    const host = this.querySelector<HTMLElement>('.outputs');
    if (!host) {
      this.#outputs = null;
      return;
    }
    if (!this.#outputs) {
      this.#outputs = new OutputView(
        host,
        () => this.host.base,
        () => this.host.downloadOutput(this.cell.id),
      );
      void this.host.markdown.then((rich) => {
        if (this.#outputs) this.#outputs.rich = rich;
      });
    }
    this.#outputs.update(this.cell.outputs);
  }

  #updateClock(): void {
    const running = this.run?.state === 'running';
    if (running) this.#clock ??= setInterval(() => this.requestUpdate(), 200);
    else {
      clearInterval(this.#clock);
      this.#clock = undefined;
    }
  }

  async #drawMarkdown(): Promise<void> {
    this.#editor?.destroy();
    this.#editor = null;
    const target = this.querySelector('.prose');
    if (!target) return;
    const { source, attachments } = this.cell;
    if (this.#renderedMarkdown === source && target.hasChildNodes()) return;
    this.#renderedMarkdown = source;
    if (source.length > MAX_MARKDOWN_CHARS) {
      target.textContent = `${source.slice(0, MAX_MARKDOWN_CHARS)}\n… (this text is too long to be shown whole)`;
      return;
    }
    const { renderMarkdown } = await this.host.markdown;
    if (this.#renderedMarkdown !== source) return;
    if (source.trim() === '') {
      const empty = document.createElement('p');
      empty.className = 'markdown-empty';
      empty.textContent = 'An empty text cell. Press Enter to write.';
      target.replaceChildren(empty);
    } else target.replaceChildren(renderMarkdown(source, this.host.base, attachments));
  }

  // ─── Editor ───

  /** Loads the editor: not needed to read, nor to run. */
  prepareEditor(): void {
    if (!this.#editor && !this.#opening && !this.#isText && !this.readonly) void this.#openEditor();
  }

  focusEditor(): void {
    if (this.cell.type === 'markdown') this.shownRaw = true;
    if (this.#editor) this.#editor.focus();
    else {
      this.#wantFocus = true;
      void this.updateComplete.then(() => this.prepareEditor());
    }
  }

  focusCell(): void {
    this.#wantFocus = false;
    this.tabIndex = 0;
    this.focus({ preventScroll: true });
    this.scrollIntoView({ block: 'nearest' });
  }

  async #openEditor(): Promise<void> {
    this.#opening = true;
    const { createEditor } = await this.host.editors;
    this.#opening = false;
    const parent = this.querySelector<HTMLElement>('.editor');
    const pre = this.querySelector<HTMLElement>('.source');
    if (!parent || !pre || !this.isConnected || this.#editor) return;
    const id = this.cell.id;
    this.#editor = createEditor({
      parent,
      root: this.getRootNode() as ShadowRoot,
      doc: this.cell.source,
      kind: this.kind,
      label: `Source of cell ${this.index + 1}, ${KIND_NAMES[this.kind]}`,
      placeholder: placeholder(this.kind),
      onChange: (text) => this.session.notebook.setSource(id, text),
      onFocus: () => this.host.activate(id, 'edit'),
      onKey: (event, selection, edge) => this.host.editorKey(event, id, selection, edge),
      complete: (source, cursor) => this.session.complete(id, source, cursor),
      hover: (source, cursor) => this.session.hover(id, source, cursor),
      signature: (source, cursor) => this.session.signature(id, source, cursor),
      inputs: () => this.session.inputs(id),
    });
    parent.hidden = false;
    pre.hidden = true;
    if (this.#wantFocus) this.#editor.focus(this.#clickedAt);
    this.#wantFocus = false;
    this.#clickedAt = null;
  }

  #updateEditor(): void {
    const editor = this.#editor;
    if (!editor) {
      if (this.#wantFocus) this.prepareEditor();
      return;
    }
    const parent = this.querySelector<HTMLElement>('.editor');
    if (parent && !parent.hasChildNodes()) {
      // The cell was drawn anew, as after a change of kind.
      editor.destroy();
      this.#editor = null;
      this.prepareEditor();
      return;
    }
    editor.setDoc(this.cell.source);
    editor.setKind(this.kind);
  }

  get cursor(): number {
    return this.#editor?.cursor ?? 0;
  }

  #onSourceClick(event: MouseEvent): void {
    if (this.readonly || document.getSelection()?.type === 'Range') return;
    this.#clickedAt = { x: event.clientX, y: event.clientY };
    this.host.activate(this.cell.id, 'edit');
  }

  /** A mouse that comes near announces an edit. */
  #onSourceEnter(event: PointerEvent): void {
    if (event.pointerType === 'mouse') this.prepareEditor();
  }

  #copy = (): void => {
    const text = this.querySelector<HTMLElement>('.outputs')?.innerText ?? '';
    void navigator.clipboard?.writeText(text);
  };
}

function placeholder(kind: Kind): string {
  switch (kind) {
    case 'shell':
      return 'kafka-topics.sh --list --bootstrap-server localhost:9092';
    case 'markdown':
      return 'Write Markdown here';
    default:
      return '';
  }
}

customElements.define('ks-cell', KsCell);
