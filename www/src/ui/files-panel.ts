/** The working folder of the notebook: upload by picker and by drag, download, remove. */
import { LitElement, css, html, nothing } from 'lit';
import type { NotebookSession } from '../kernels/session.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';
import { pickFiles, saveFile, uploadFiles } from './download.ts';

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export class KsFiles extends LitElement {
  static override properties = { session: { attribute: false }, version: { state: true } };
  declare session: NotebookSession | null;
  declare version: number;
  #unsubscribe: (() => void) | undefined;

  static override styles = [
    controls,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 8px 8px 8px 16px;
        border-bottom: 1px solid var(--ks-border);
      }
      h2 {
        flex: 1;
        margin: 0;
        font-size: 14px;
      }
      ul {
        margin: 0;
        padding: 4px 0;
        list-style: none;
        overflow: auto;
      }
      li {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 2px 8px 2px 16px;
      }
      li:hover {
        background: var(--ks-surface);
      }
      .name {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .hint {
        margin: 0;
        padding: 12px 16px;
        color: var(--ks-muted);
        font-size: 13px;
      }
      .hint + .hint {
        padding-top: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.session = null;
    this.version = 0;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('session')) return;
    this.#unsubscribe?.();
    this.#unsubscribe = this.session?.folder.subscribe(() => this.version++);
    void this.session?.folder.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
  }

  protected override render() {
    const { session } = this;
    if (!session) return nothing;
    const files = session.folder.list();
    return html`
      <div class="head">
        <h2>Files</h2>
        <button
          class="button small"
          data-testid="upload"
          @click=${() => void this.#upload(session)}
        >
          ${icon('upload')} Upload
        </button>
        <button
          class="button quiet icon small"
          aria-label="Close"
          @click=${() => this.dispatchEvent(new CustomEvent('close'))}
        >
          ${icon('close')}
        </button>
      </div>
      ${
        files.length === 0
          ? html`<p class="hint">
              The working folder is empty. Upload files, drop them on the page, or let a command
              write some: <code>seq 100 &gt; numbers.txt</code>.
            </p>`
          : html`<ul data-testid="files">
              ${files.map(
                (file) =>
                  html`<li>
                    ${icon('file')}<span class="name mono">${file.path}</span
                    ><span class="muted mono">${size(file.sizeBytes)}</span>
                    <button
                      class="button quiet icon small"
                      aria-label=${`Download ${file.path}`}
                      @click=${() => this.#download(session, file.path)}
                    >
                      ${icon('download')}
                    </button>
                    <button
                      class="button quiet icon small"
                      aria-label=${`Remove ${file.path}`}
                      @click=${() => void session.folder.write(file.path, null)}
                    >
                      ${icon('trash')}
                    </button>
                  </li>`,
              )}
            </ul>`
      }
      <p class="hint">
        Commands see these files: <code>cat</code>, <code>&lt; file</code>, <code>&gt; file</code>.
        They stay in this browser.
      </p>
    `;
  }

  async #upload(session: NotebookSession): Promise<void> {
    await uploadFiles(session, await pickFiles('', true));
  }

  #download(session: NotebookSession, path: string): void {
    const bytes = session.folder.read(path);
    if (bytes)
      saveFile(
        path.slice(path.lastIndexOf('/') + 1),
        new Uint8Array(bytes),
        'application/octet-stream',
      );
  }
}

customElements.define('ks-files', KsFiles);
