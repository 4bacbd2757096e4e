/** `<ks-cluster-panel>`: the tabs about the cluster, and the record that was opened from one of them. */
import { LitElement, css, html, nothing } from 'lit';
import { getSandbox } from '../client/provide.ts';
import type { ClusterState } from '../client/types.ts';
import { controls } from '../look/tokens.ts';
import './groups.ts';
import './live.ts';
import './messages.ts';
import './record-detail.ts';
import type { RecordAddress } from './record-detail.ts';
import { shared } from './shared.ts';
import './topics.ts';

type TabName = 'live' | 'topics' | 'groups' | 'messages';

const TABS: [TabName, string][] = [
  ['live', 'Live'],
  ['topics', 'Topics'],
  ['groups', 'Groups'],
  ['messages', 'Messages'],
];

export class KsClusterPanel extends LitElement {
  static override properties = {
    state: { state: true },
    tab: { state: true },
    topic: { state: true },
    record: { state: true },
    problem: { state: true },
  };
  declare state: ClusterState;
  declare tab: TabName;
  declare topic: string;
  declare record: RecordAddress | null;
  declare problem: string;

  #unsubscribe: (() => void) | undefined;

  static override styles = [
    controls,
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        background: var(--ks-bg);
        container-type: inline-size;
        overflow: hidden;
      }
      [role='tablist'] {
        display: flex;
        flex: none;
        gap: 4px;
        padding: 0 12px;
        border-bottom: 1px solid var(--ks-border);
      }
      [role='tab'] {
        height: 40px;
        padding: 0 8px;
        border: 0;
        border-bottom: 2px solid transparent;
        margin-bottom: -1px;
        background: none;
        color: var(--ks-muted);
        font-weight: 600;
        cursor: pointer;
      }
      [role='tab'][aria-selected='true'] {
        color: var(--ks-text);
        border-bottom-color: var(--ks-accent);
      }
      [role='tab']:focus-visible {
        outline-offset: -3px;
      }
      .count {
        font-weight: 400;
        color: var(--ks-muted);
      }
      [role='tabpanel'] {
        flex: 1;
        min-height: 0;
        overflow: auto;
        padding: 16px;
        scrollbar-gutter: stable;
      }
      .record {
        flex: none;
        max-height: 55%;
        overflow: auto;
        border-top: 1px solid var(--ks-border);
        background: var(--ks-bg);
        box-shadow: 0 -6px 20px var(--ks-shadow);
      }
      .failed {
        margin: 16px;
        padding: 12px 16px;
        border-left: 3px solid var(--ks-danger);
        border-radius: 0 8px 8px 0;
        background: var(--ks-danger-soft);
      }
      .failed p {
        margin: 0 0 12px;
      }
      .starting {
        padding: 24px 16px;
        color: var(--ks-muted);
        opacity: 0;
        animation: appear 0s 0.3s forwards;
      }
      @keyframes appear {
        to {
          opacity: 1;
        }
      }
      .warning {
        margin-bottom: 12px;
        padding: 8px 12px;
        border-left: 3px solid var(--ks-warn);
        border-radius: 0 6px 6px 0;
        background: var(--ks-warn-soft);
        font-size: 13px;
      }
    `,
  ];

  constructor() {
    super();
    this.state = getSandbox().cluster.state;
    this.tab = 'live';
    this.topic = '';
    this.record = null;
    this.problem = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { cluster } = getSandbox();
    this.state = cluster.state;
    this.#unsubscribe = cluster.subscribe((state) => (this.state = state));
    this.addEventListener(
      'open-record',
      (event) => (this.record = (event as CustomEvent<RecordAddress>).detail),
    );
    this.addEventListener('open-topic', (event) =>
      this.#openTopic('topics', (event as CustomEvent<{ topic: string }>).detail.topic),
    );
    this.addEventListener('open-messages', (event) =>
      this.#openTopic('messages', (event as CustomEvent<{ topic: string }>).detail.topic),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
  }

  /** The cluster cannot be started with what is stored; the person has read so, and gives it up. */
  async #beginAnew(): Promise<void> {
    try {
      this.problem = '';
      await getSandbox().cluster.reset();
    } catch (error) {
      this.problem = `That failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #openTopic(tab: TabName, topic: string): void {
    this.topic = topic;
    this.tab = tab;
  }

  protected override render() {
    const { state } = this;
    const counts: Partial<Record<TabName, number>> = {
      topics: [...state.topics.values()].filter((t) => !t.internal).length,
      groups: state.groups.size,
    };
    return html`
      <div role="tablist" aria-label="The cluster" @keydown=${this.#onKey}>
        ${TABS.map(
          ([name, label]) =>
            html`<button
              role="tab"
              id=${`tab-${name}`}
              data-testid=${`tab-${name}`}
              aria-selected=${this.tab === name}
              aria-controls="view"
              tabindex=${this.tab === name ? 0 : -1}
              @click=${() => this.#openTopic(name, '')}
            >
              ${label}${counts[name] ? html` <span class="count">${counts[name]}</span>` : nothing}
            </button>`,
        )}
      </div>
      ${
        state.phase === 'failed'
          ? html`<div class="failed" role="alert" data-testid="cluster-failed">
              <p>${state.failure}</p>
              <button class="button danger" @click=${() => void this.#beginAnew()}>
                Delete what is stored and begin anew
              </button>
              ${this.problem === '' ? nothing : html`<p>${this.problem}</p>`}
            </div>`
          : nothing
      }
      <div role="tabpanel" id="view" aria-labelledby=${`tab-${this.tab}`} tabindex="0">
        ${this.#storageWarning()}
        ${state.phase === 'starting' ? html`<p class="starting" role="status">The cluster is starting…</p>` : this.#view()}
      </div>
      ${this.record ? html`<div class="record"><ks-record data-testid="record" .address=${this.record} @close=${() => (this.record = null)}></ks-record></div>` : nothing}
    `;
  }

  #storageWarning() {
    const { state, text } = this.state.storage;
    if (state !== 'quota' || text === '') return nothing;
    return html`<div class="warning" role="alert">${text}</div>`;
  }

  #view() {
    const { state } = this;
    if (state.phase === 'failed' && state.brokers.length === 0) return nothing;
    switch (this.tab) {
      case 'live':
        return html`<ks-live .state=${state}></ks-live>`;
      case 'topics':
        return html`<ks-topics .state=${state} .selected=${this.topic}></ks-topics>`;
      case 'groups':
        return html`<ks-groups .state=${state}></ks-groups>`;
      case 'messages':
        return html`<ks-messages .state=${state} .topic=${this.topic}></ks-messages>`;
    }
  }

  #onKey(event: KeyboardEvent): void {
    const at = TABS.findIndex(([name]) => name === this.tab);
    const to: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: TABS.length - 1,
    };
    const index = to[event.key];
    if (index === undefined) return;
    event.preventDefault();
    const [name] = TABS[(index + TABS.length) % TABS.length] ?? ['live'];
    this.#openTopic(name, '');
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(`#tab-${name}`)?.focus(),
    );
  }
}

customElements.define('ks-cluster-panel', KsClusterPanel);
