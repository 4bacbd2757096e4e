/** `<ks-topics>`: all topics; create one, look into one, add partitions, set a config, delete it. */
import { LitElement, css, html, nothing } from 'lit';
import { commandLine } from '../client/command-line.ts';
import type { ClusterState, TopicState } from '../client/types.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';
import './console.ts';
import { bootstrap, brokerChip, bytes, number, plural, shared } from './shared.ts';

type Action = 'partitions' | 'config' | 'delete' | null;

/** What people change most; any other name can be typed. */
const CONFIGS = [
  'retention.ms',
  'retention.bytes',
  'cleanup.policy',
  'segment.bytes',
  'max.message.bytes',
  'min.insync.replicas',
  'compression.type',
  'message.timestamp.type',
];

export class KsTopics extends LitElement {
  static override properties = {
    state: { attribute: false },
    selected: {},
    creating: { state: true },
    action: { state: true },
    form: { state: true },
    internal: { state: true },
  };
  declare state: ClusterState;
  declare selected: string;
  declare creating: boolean;
  declare action: Action;
  declare form: {
    name: string;
    partitions: string;
    replication: string;
    config: string;
    value: string;
  };
  declare internal: boolean;

  static override styles = [
    controls,
    shared,
    css`
      .head {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-bottom: 12px;
      }
      .head h2 {
        flex: 1;
        font-size: 16px;
      }
      .small-field {
        width: 96px;
      }
      .replicas {
        display: inline-flex;
        gap: 8px;
      }
      .configs {
        margin: 20px 0 4px;
      }
      .out {
        opacity: 0.45;
      }
    `,
  ];

  constructor() {
    super();
    this.selected = '';
    this.creating = false;
    this.action = null;
    this.internal = false;
    this.form = { name: '', partitions: '3', replication: '3', config: 'retention.ms', value: '' };
  }

  protected override render() {
    const topic = this.state.topics.get(this.selected);
    return topic ? this.#detail(topic) : this.#list();
  }

  #set(part: Partial<KsTopics['form']>): void {
    this.form = { ...this.form, ...part };
  }

  #list() {
    const topics = [...this.state.topics.values()].filter((t) => this.internal || !t.internal);
    const internal = [...this.state.topics.values()].some((t) => t.internal);
    return html`
      <div class="head">
        <h2>Topics</h2>
        <button
          class="button small"
          data-testid="create-topic"
          aria-expanded=${this.creating}
          @click=${() => (this.creating = !this.creating)}
        >
          ${icon('plus')} Create
        </button>
      </div>
      ${this.creating ? this.#create() : nothing}
      ${
        topics.length === 0
          ? html`<div class="empty">
              <h2>No topics yet</h2>
              <p>
                A topic is where records are kept. Create one here, or run
                <code>kafka-topics.sh --create</code> in a cell.
              </p>
              ${this.creating ? nothing : html`<button class="button primary" @click=${() => (this.creating = true)}>Create a topic</button>`}
            </div>`
          : html`<div class="scroll-x" tabindex="0" role="region" aria-label="Topics">
              <table data-testid="topics-table">
                <thead>
                  <tr>
                    <th>Topic</th>
                    <th class="number">Partitions</th>
                    <th class="number">Replicas</th>
                    <th class="number">Records</th>
                    <th class="number">Size</th>
                  </tr>
                </thead>
                <tbody>
                  ${topics.map(
                    (t) =>
                      html`<tr class="clickable" @click=${() => this.#open(t.name)}>
                        <td><button class="link">${t.name}</button></td>
                        <td class="number">${number(t.partitions.length)}</td>
                        <td class="number">${t.partitions[0]?.replicas.length ?? 0}</td>
                        <td class="number">${number(records(t))}</td>
                        <td class="number">${bytes(size(t))}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${
        internal
          ? html`<p>
              <label class="check muted"
                ><input
                  type="checkbox"
                  .checked=${this.internal}
                  @change=${(e: Event) => (this.internal = (e.target as HTMLInputElement).checked)}
                />
                Show Kafka’s own topics</label
              >
            </p>`
          : nothing
      }
    `;
  }

  #create() {
    const { name, partitions, replication } = this.form;
    const line = commandLine(
      'kafka-topics.sh',
      '--create',
      '--topic',
      name || 'orders',
      '--partitions',
      partitions || '1',
      '--replication-factor',
      replication || '1',
      '--bootstrap-server',
      bootstrap(this.state),
    );
    return html`<div class="card" data-testid="create-form">
      <div class="bar">
        <label class="field grow"
          >Name<input
            .value=${name}
            placeholder="orders"
            spellcheck="false"
            data-testid="topic-name"
            @input=${(e: Event) => this.#set({ name: value(e) })}
        /></label>
        <label class="field small-field"
          >Partitions<input
            type="number"
            min="1"
            .value=${partitions}
            @input=${(e: Event) => this.#set({ partitions: value(e) })}
        /></label>
        <label class="field small-field"
          >Replicas<input
            type="number"
            min="1"
            .value=${replication}
            @input=${(e: Event) => this.#set({ replication: value(e) })}
        /></label>
      </div>
      <ks-command .line=${line} action="Create the topic" ?disabled=${name === ''}></ks-command>
    </div>`;
  }

  #detail(topic: TopicState) {
    return html`
      <div class="head">
        <button
          class="button quiet icon small"
          aria-label="All topics"
          title="All topics"
          @click=${() => this.#open('')}
        >
          ${icon('left')}
        </button>
        <h2>${topic.name}</h2>
        <button
          class="button small"
          @click=${() => this.#fire('open-messages', { topic: topic.name })}
        >
          Messages
        </button>
      </div>
      <p class="muted">
        ${plural(records(topic), 'record')} · ${bytes(size(topic))} · id
        <span class="mono">${topic.id}</span>
      </p>
      <div class="bar">
        ${this.#tab('partitions', 'Add partitions')} ${this.#tab('config', 'Set a config')}
        ${topic.internal ? nothing : this.#tab('delete', 'Delete…')}
      </div>
      ${this.#actionCard(topic)} ${this.#partitions(topic)} ${this.#configs(topic)}
    `;
  }

  #tab(action: Exclude<Action, null>, label: string) {
    const open = this.action === action;
    return html`<button
      class="button small ${action === 'delete' ? 'danger' : ''}"
      aria-expanded=${open}
      @click=${() => (this.action = open ? null : action)}
    >
      ${label}
    </button>`;
  }

  #actionCard(topic: TopicState) {
    const server = bootstrap(this.state);
    switch (this.action) {
      case null:
        return nothing;
      case 'partitions': {
        const least = topic.partitions.length + 1;
        const wanted = Math.max(least, Number(this.form.partitions) || 0);
        return html`<div class="card">
          <p class="muted">
            Keys are spread over all partitions: after this, records of a key may go to another
            partition than before.
          </p>
          <div class="bar">
            <label class="field small-field"
              >Partitions<input
                type="number"
                min=${least}
                .value=${String(wanted)}
                @input=${(e: Event) => this.#set({ partitions: value(e) })}
            /></label>
          </div>
          <ks-command
            .line=${commandLine('kafka-topics.sh', '--alter', '--topic', topic.name, '--partitions', wanted, '--bootstrap-server', server)}
            action="Add partitions"
          ></ks-command>
        </div>`;
      }
      case 'config': {
        const { config, value: setting } = this.form;
        const line = commandLine(
          'kafka-configs.sh',
          '--alter',
          '--topic',
          topic.name,
          ...(setting === ''
            ? ['--delete-config', config]
            : ['--add-config', `${config}=${setting}`]),
          '--bootstrap-server',
          server,
        );
        return html`<div class="card">
          <div class="bar">
            <label class="field grow"
              >Config<input
                list="configs"
                .value=${config}
                spellcheck="false"
                @input=${(e: Event) => this.#set({ config: value(e) })}
            /></label>
            <label class="field grow"
              >Value, empty: back to the default<input
                .value=${setting}
                spellcheck="false"
                @input=${(e: Event) => this.#set({ value: value(e) })}
            /></label>
            <datalist id="configs">
              ${CONFIGS.map((name) => html`<option value=${name}></option>`)}
            </datalist>
          </div>
          <ks-command .line=${line} action="Set it" ?disabled=${config === ''}></ks-command>
        </div>`;
      }
      case 'delete':
        return html`<div class="card">
          <p>All its records are deleted. Groups keep their offsets until they expire.</p>
          <ks-command
            danger
            .line=${commandLine('kafka-topics.sh', '--delete', '--topic', topic.name, '--bootstrap-server', server)}
            action=${`Delete ${topic.name}`}
            @command-done=${() => (this.action = null)}
          ></ks-command>
        </div>`;
    }
  }

  #partitions(topic: TopicState) {
    return html`<div class="scroll-x" tabindex="0" role="region" aria-label="Partitions">
      <table data-testid="partitions-table">
        <thead>
          <tr>
            <th class="number">Partition</th>
            <th>Leader</th>
            <th>Replicas</th>
            <th class="number">First</th>
            <th class="number">Next</th>
            <th class="number">Records</th>
            <th class="number">Size</th>
          </tr>
        </thead>
        <tbody>
          ${topic.partitions.map(
            (p) =>
              html`<tr>
                <td class="number">${p.partition}</td>
                <td>${brokerChip(this.state.brokers, p.leader)}</td>
                <td>
                  <span class="replicas"
                    >${p.replicas.map((id) => html`<span class=${p.isr.includes(id) ? '' : 'out'} title=${p.isr.includes(id) ? 'in sync' : 'not in sync'}>${brokerChip(this.state.brokers, id)}</span>`)}</span
                  >
                </td>
                <td class="number">${number(p.logStart)}</td>
                <td class="number">${number(p.highWatermark)}</td>
                <td class="number">${number(p.highWatermark - p.logStart)}</td>
                <td class="number">${bytes(p.sizeBytes)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #configs(topic: TopicState) {
    const entries = Object.entries(topic.configs);
    if (entries.length === 0) return html`<p class="muted">All its configs are defaults.</p>`;
    return html`<h2 class="configs">Configs</h2>
      <table>
        <tbody>
          ${entries.map(
            ([name, setting]) =>
              html`<tr>
                <td class="mono">${name}</td>
                <td class="mono">${setting}</td>
              </tr>`,
          )}
        </tbody>
      </table>`;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('selected')) return;
    this.action = null;
    this.form = { ...this.form, partitions: '3' };
  }

  /** The panel keeps which topic is looked at. */
  #open(topic: string): void {
    this.#fire('open-topic', { topic });
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

function value(event: Event): string {
  return (event.target as HTMLInputElement).value;
}

function records(topic: TopicState): number {
  return topic.partitions.reduce((sum, p) => sum + p.highWatermark - p.logStart, 0);
}

function size(topic: TopicState): number {
  return topic.partitions.reduce((sum, p) => sum + p.sizeBytes, 0);
}

customElements.define('ks-topics', KsTopics);
