/**
 * `<ks-app>`: the page. Header, notebook tabs, the cluster beside them, dialogs, files dropped on it.
 *
 * It opens notebooks and hands every command on to the current one.
 */
import { LitElement, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { getDocuments, getSandbox } from '../client/provide.ts';
import type { ClusterState } from '../client/types.ts';
import { fromSaved, openLocal } from '../kernels/opened.ts';
import { icon } from '../look/icons.ts';
import '../look/menu.ts';
import { controls, tokens } from '../look/tokens.ts';
import { notebookLanguage, type CodeKind } from '../notebook/kinds.ts';
import { Notebook } from '../notebook/notebook.ts';
import { appStyles } from './app-css.ts';
import { header } from './app-header.ts';
import { FIRST_LESSON, type PageActions, type Question } from './app-menus.ts';
import { uploadFiles } from './download.ts';
import './notebook-element.ts';
import type { KafkaNotebook } from './notebook-element.ts';
import { sideOf } from './panes.ts';
import { followHandle, handleStep, isSheet } from './panel-handle.ts';
import { readSettings, writeSettings, type Settings, type Theme } from './settings.ts';
import { storageSummary } from './storage-summary.ts';
import { tabStrip, type StripActions } from './tab-strip.ts';
import { Tabs } from './tabs.ts';

export class KsApp extends LitElement implements PageActions {
  static override properties = {
    cluster: { state: true },
    filesOpen: { state: true },
    dropping: { state: true },
    question: { state: true },
    dialog: { state: true },
    said: { state: true },
    problem: { state: true },
    version: { state: true },
    settings: { state: true },
    theme: { reflect: true },
  };
  declare cluster: ClusterState;
  declare filesOpen: boolean;
  declare dropping: boolean;
  declare question: Question | null;
  declare dialog: 'question' | 'keys' | 'storage' | 'address' | null;
  /** A few words that go by themselves: what a command of the header did. */
  declare said: string;
  declare problem: string;
  declare version: number;
  declare settings: Settings;
  declare theme: Theme;

  static override styles = [tokens, controls, appStyles];

  readonly tabs = new Tabs(
    () => this.requestUpdate(),
    (open) => this.#set(open),
  );
  /** What draws dialogs: fetched after the first paint. */
  #made: typeof import('./app-dialogs.ts') | undefined;
  /** Questions for hosts come one after the other. */
  #hostQuestions: Promise<unknown> = Promise.resolve();
  #saidTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.settings = readSettings();
    this.theme = this.settings.theme;
    this.filesOpen = false;
    this.dropping = false;
    this.question = null;
    this.dialog = null;
    this.said = '';
    this.problem = '';
    this.version = 0;
    this.cluster = getSandbox().cluster.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    getSandbox().cluster.subscribe((state) => {
      // Records that land are the panel's affair: the header shows how storage is.
      const { storage, phase, notices, failure } = this.cluster;
      const same = state.storage.state === storage.state && state.storage.text === storage.text;
      if (same && state.phase === phase && state.notices === notices && state.failure === failure)
        return;
      this.cluster = state;
    });
    this.applyTheme(this.settings.theme);
    void this.#openFirst();
    addEventListener('beforeunload', () => void this.notebook?.session?.save());
    // The picture is not needed to read: it comes after the first paint.
    requestAnimationFrame(() =>
      setTimeout(() => {
        void import('../cluster-view/panel.ts');
        void this.#loadDialogs();
      }, 0),
    );
  }

  get notebook(): KafkaNotebook | null {
    return this.#elementOf(this.tabs.panes.current);
  }

  #elementOf(tab: number): KafkaNotebook | null {
    return (
      this.renderRoot?.querySelector<KafkaNotebook>(`kafka-notebook[data-tab='${tab}']`) ?? null
    );
  }

  get lesson(): string {
    return this.tabs.current?.src ?? '';
  }

  toggleFiles(): void {
    void import('./files-panel.ts');
    this.filesOpen = !this.filesOpen;
  }

  say(text: string): void {
    this.said = text;
    clearTimeout(this.#saidTimer);
    this.#saidTimer = setTimeout(() => (this.said = ''), 4000);
  }

  showKeys(): void {
    this.dialog = 'keys';
  }

  // ─── Opening ───

  async #openFirst(): Promise<void> {
    const asked = new URLSearchParams(location.search).get('notebook');
    const { open, current, pair } = this.settings;
    for (const key of open) await this.#reopen(key);
    const wanted = asked ? new URL(asked, document.baseURI).href : current;
    this.tabs.putSideBySide(pair);
    const found = this.tabs.withKey(wanted);
    if (found) this.tabs.show(found.id);
    else if (asked) this.openAddress(asked);
    else if (this.tabs.list.length === 0) this.openAddress(FIRST_LESSON);
  }

  async #reopen(key: string): Promise<void> {
    if (!key.startsWith('local:')) {
      this.openAddress(key);
      return;
    }
    const saved = await getDocuments()
      .load(key)
      .catch(() => undefined);
    if (saved) this.tabs.openText(fromSaved(saved, null, ''));
  }

  openAddress(address: string): void {
    if (!URL.canParse(address, document.baseURI)) {
      this.problem = `“${address}” is not an address.`;
      return;
    }
    this.tabs.openAddress(address, new URL(address, document.baseURI).href);
  }

  /** Whether the person lets another host be asked. Who does not want it does not want the tab either. */
  #confirmHost(tab: number, url: URL): Promise<boolean> {
    const asked = this.#hostQuestions.then(
      () =>
        new Promise<boolean>((answer) => {
          this.ask({ what: url, run: () => answer(true), cancel: () => answer(false) });
        }),
    );
    this.#hostQuestions = asked;
    void asked.then((agreed) => agreed || this.#close(tab));
    return asked;
  }

  #close(id: number): void {
    void this.#elementOf(id)?.session?.close();
    this.tabs.close(id);
  }

  #set(part: Partial<Settings>): void {
    this.settings = { ...this.settings, ...part };
    writeSettings(this.settings);
  }

  applyTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    this.#set({ theme });
  }

  async openFiles(files: readonly File[], dropped = false): Promise<void> {
    const { openFile } = await import('../kernels/open-file.ts');
    const others: File[] = [];
    this.problem = '';
    for (const file of files) {
      try {
        const opened = await openFile(file, dropped);
        if (opened) this.tabs.openText(opened);
        else others.push(file);
      } catch (error) {
        this.problem = `${file.name} could not be opened. ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    // They go to the notebook that came along, when one did.
    await this.updateComplete;
    const session = this.notebook?.session;
    if (others.length === 0 || !session) return;
    await uploadFiles(session, others);
    if (!this.filesOpen) this.toggleFiles();
  }

  newNotebook(kind: CodeKind = 'shell'): void {
    this.tabs.openText(openLocal('untitled.ipynb', Notebook.empty(kind).serialise()));
  }

  // ─── Commands of the header ───

  askAddress(): void {
    this.dialog = 'address';
  }

  ask(question: Question): void {
    this.question = question;
    this.dialog = 'question';
  }

  async resetLesson(): Promise<void> {
    const tab = this.tabs.current;
    const element = this.notebook;
    if (!tab || !element?.session || tab.src === '') return;
    await element.session.discard();
    const { src } = tab;
    element.src = '';
    await element.updateComplete;
    element.src = src;
    this.say('The lesson is as its author wrote it.');
  }

  async resetCluster(): Promise<void> {
    try {
      this.notebook?.stop();
      await getSandbox().cluster.reset();
      for (const tab of this.tabs.list) await this.#elementOf(tab.id)?.session?.restart();
      this.say('The cluster is empty.');
    } catch (error) {
      this.problem = `The cluster could not be reset: ${error instanceof Error ? error.message : error}`;
    }
  }

  // ─── Drawing ───

  protected override render() {
    return html`
      ${this.#header()} ${tabStrip(this, this.tabs, this.#strip)}
      <main
        class="${this.settings.panelOpen ? '' : 'no-panel'} ${this.tabs.panes.pair ? 'two' : ''}"
        @dragover=${this.#onDrag}
        @dragleave=${this.#onDragEnd}
        @drop=${this.#onDrop}
      >
        ${this.#notebooks()} ${this.settings.panelOpen ? this.#panel() : nothing}
      </main>
      <p class="said" role="status" ?hidden=${this.said === ''}>${this.said}</p>
      ${this.#dialogs()}
    `;
  }

  readonly #strip: StripActions = {
    unsaved: (tab) => this.#elementOf(tab.id)?.session?.saveState === 'failed',
    close: (id) => this.#close(id),
    toggleSideBySide: () =>
      this.tabs.toggleSideBySide(() => {
        const metadata = this.notebook?.session?.notebook.metadata;
        this.newNotebook(metadata && notebookLanguage(metadata));
      }),
    focus: (id) =>
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLElement>(`#tab-${id}`)?.focus(),
      ),
  };

  #header() {
    return header(this, {
      title: this.tabs.current?.title,
      busy: this.notebook?.session?.busy ?? false,
      filesOpen: this.filesOpen,
      panelOpen: this.settings.panelOpen,
      storage: this.#storage(),
      togglePanel: () => this.#set({ panelOpen: !this.settings.panelOpen }),
    });
  }

  #notebooks() {
    const session = this.notebook?.session;
    const { panes } = this.tabs;
    return html`
      <div class="notebooks">
        ${
          this.problem === ''
            ? nothing
            : html`<div class="files" role="alert" data-testid="problem">
                <div class="head">
                  <h2>That did not work</h2>
                  <button
                    class="button quiet icon small"
                    aria-label="Close"
                    @click=${() => (this.problem = '')}
                  >
                    ${icon('close')}
                  </button>
                </div>
                <p class="hint">${this.problem}</p>
              </div>`
        }
        ${this.tabs.list.length === 0 ? this.#nothingOpen() : nothing}
        ${repeat(
          this.tabs.list,
          (t) => t.id,
          (t) =>
            html`<div
              class="scroll ${sideOf(panes, t.id)} ${t.id === panes.current ? 'current' : ''}"
              id=${`panel-${t.id}`}
              role="tabpanel"
              aria-labelledby=${`tab-${t.id}`}
              ?hidden=${sideOf(panes, t.id) === 'hidden'}
              @pointerdown=${() => this.tabs.show(t.id)}
              @focusin=${() => this.tabs.show(t.id)}
            >
              <kafka-notebook
                bare
                data-tab=${t.id}
                data-testid="notebook"
                theme=${this.theme}
                .consent=${(url: URL) => this.#confirmHost(t.id, url)}
                src=${t.src}
                @notebook-open=${(event: CustomEvent<{ title: string }>) => this.tabs.rename(t.id, event.detail.title)}
                @notebook-problem=${() => this.tabs.rename(t.id, 'Not opened')}
                @notebook-change=${() => this.version++}
                @reset-lesson=${() => void this.resetLesson()}
                @key-help=${() => this.showKeys()}
                @click=${this.#onLink}
              ></kafka-notebook>
            </div>`,
        )}
        ${this.filesOpen && session ? html`<ks-files class="files" .session=${session} @close=${() => (this.filesOpen = false)}></ks-files>` : nothing}
        ${this.dropping ? html`<div class="drop">Drop notebooks to open them, other files to put them in the working folder</div>` : nothing}
      </div>
    `;
  }

  #panel() {
    return html`<div
        class="handle"
        role="separator"
        tabindex="0"
        aria-orientation="vertical"
        aria-label="Size of the cluster panel"
        aria-valuenow=${Math.round(this.#panelSize)}
        aria-valuemin="20"
        aria-valuemax="75"
        @pointerdown=${this.#onHandle}
        @keydown=${this.#onHandleKey}
      ></div>
      <ks-cluster-panel
        data-testid="panel"
        @open-lesson=${() => this.openAddress(FIRST_LESSON)}
      ></ks-cluster-panel>`;
  }

  #storage() {
    const { text, look } = storageSummary(this.cluster, this.notebook?.session ?? null);
    return html`<button
      class="storage ${look}"
      data-testid="storage"
      data-state=${this.cluster.storage.state}
      aria-label=${`Storage: ${text}`}
      @click=${() => (this.dialog = 'storage')}
    >
      <span class="dot"></span><span>${text}</span>
    </button>`;
  }

  #nothingOpen() {
    return html`<div class="empty">
      <h2>No notebook is open</h2>
      <p>Begin with the first lesson, make a notebook of your own, or drop one here: an .ipynb file, or a script or text of Jupytext’s kind.</p>
      <div class="row">
        <button class="button primary" @click=${() => this.openAddress(FIRST_LESSON)}>
          Kafka in ten minutes
        </button>
        <button class="button" @click=${() => this.newNotebook()}>New notebook</button>
      </div>
    </div>`;
  }

  #closeDialog(): void {
    const { question } = this;
    this.dialog = null;
    this.question = null;
    question?.cancel?.();
  }

  async #loadDialogs(): Promise<void> {
    const made = await import('./app-dialogs.ts');
    const { adoptedStyleSheets } = this.renderRoot as ShadowRoot;
    if (!this.#made) adoptedStyleSheets.push(made.dialogStyles.styleSheet!);
    this.#made = made;
    if (this.dialog) this.requestUpdate();
  }

  #dialogs() {
    const made = this.#made;
    if (!this.dialog) return nothing;
    if (!made) {
      void this.#loadDialogs();
      return nothing;
    }
    const content = {
      question: (close: () => void) => made.questionDialog(this.question, close),
      keys: made.keysDialog,
      storage: (close: () => void) => made.storageDialog(this.cluster, this.notebook?.session ?? null, close),
      address: (close: () => void) => made.addressDialog((address) => this.openAddress(address), close),
    };
    return made.framed(content[this.dialog], () => this.#closeDialog());
  }

  protected override updated(): void {
    const title = this.tabs.current?.title;
    document.title = title ? `${title} · Kafka Sandbox` : 'Kafka Sandbox';
    const dialog = this.renderRoot.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
    this.style.setProperty('--panel-width', `${this.settings.panelWidth}%`);
    this.style.setProperty('--sheet-height', `${this.settings.sheetHeight}dvh`);
    for (const tab of this.tabs.list) {
      if (!tab.opened) continue;
      const { opened } = tab;
      tab.opened = null;
      this.#elementOf(tab.id)?.load(opened);
    }
  }

  // ─── Mouse and keys ───

  #onLink(event: MouseEvent): void {
    const link = event
      .composedPath()
      .find((e): e is HTMLAnchorElement => e instanceof HTMLAnchorElement);
    if (!link?.dataset.notebook || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.openAddress(link.dataset.notebook);
  }

  #onDrag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  }

  #onDragEnd(event: DragEvent): void {
    if (
      event.relatedTarget === null ||
      !(event.currentTarget as Node).contains(event.relatedTarget as Node)
    )
      this.dropping = false;
  }

  #onDrop(event: DragEvent): void {
    const files = [...(event.dataTransfer?.files ?? [])];
    this.dropping = false;
    if (files.length === 0) return;
    event.preventDefault();
    void this.openFiles(files, true);
  }

  #onHandle(event: PointerEvent): void {
    followHandle(event, this.getBoundingClientRect(), (percent) => this.#resize(percent));
  }

  #onHandleKey(event: KeyboardEvent): void {
    const by = handleStep(event);
    if (by !== 0) this.#resize(this.#panelSize + by);
  }

  get #panelSize(): number {
    return isSheet() ? this.settings.sheetHeight : this.settings.panelWidth;
  }

  #resize(percent: number): void {
    const size = Math.min(75, Math.max(20, percent));
    this.#set(isSheet() ? { sheetHeight: size } : { panelWidth: size });
  }
}

customElements.define('ks-app', KsApp);
