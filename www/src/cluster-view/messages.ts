/** `<ks-messages>`: the records of a topic, from the newest, the oldest, an offset or a time; and a form to produce one. */
import { LitElement, css, html, nothing } from 'lit';
import { commandLine } from '../client/command-line.ts';
import { getSandbox } from '../client/provide.ts';
import type { ClusterState, TopicState } from '../client/types.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';
import './console.ts';
import { readMessages, type Found, type Start } from './message-reader.ts';
import { preview, when } from './record-text.ts';
import { number, plural, shared } from './shared.ts';

const LIMIT = 100;

interface ProduceForm {
  partition: string;
  key: string;
  hasKey: boolean;
  value: string;
  tombstone: boolean;
  headers: string;
}

export class KsMessages extends LitElement {
  static override properties = {
    state: { attribute: false },
    topic: {},
    partition: { state: true },
    start: { state: true },
    at: { state: true },
    text: { state: true },
    found: { state: true },
    problem: { state: true },
    producing: { state: true },
    form: { state: true },
  };
  declare state: ClusterState;
  declare topic: string;
  declare partition: string;
  declare start: Start;
  declare at: string;
  declare text: string;
  declare found: Found | null;
  declare problem: string;
  declare producing: boolean;
  declare form: ProduceForm;

  #loading = false;
  #again = false;
  #end = '';

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
      .head .field {
        flex: 1;
      }
      td {
        font-size: 13px;
      }
      td.cut {
        max-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      td.value {
        width: 60%;
      }
      td.key {
        width: 25%;
      }
      .null {
        color: var(--ks-muted);
        font-style: italic;
      }
      .row {
        display: flex;
        gap: 8px;
        align-items: center;
      }
      p {
        margin: 8px 0;
      }
    `,
  ];

  constructor() {
    super();
    this.topic = '';
    this.partition = '';
    this.start = 'newest';
    this.at = '';
    this.text = '';
    this.found = null;
    this.problem = '';
    this.producing = false;
    this.form = { partition: '', key: '', hasKey: true, value: '', tombstone: false, headers: '' };
  }

  #topicState(): TopicState | undefined {
    const all = [...this.state.topics.values()];
    return this.state.topics.get(this.topic) ?? all.find((t) => !t.internal);
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const topic = this.#topicState();
    const asked = ['topic', 'partition', 'start', 'at', 'text'].some((name) => changed.has(name));
    // New records come into the list by themselves, when the newest are looked at.
    const end = topic?.partitions.map((p) => p.highWatermark).join() ?? '';
    if (asked || (changed.has('state') && end !== this.#end)) void this.#load();
    this.#end = end;
  }

  async #load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return;
    }
    const topic = this.#topicState();
    if (!topic) {
      this.found = null;
      return;
    }
    this.#loading = true;
    try {
      this.found = await readMessages(getSandbox().viewer, {
        topic,
        partition: this.partition === '' ? null : Number(this.partition),
        start: this.start,
        offset: Number(this.at) || 0,
        timeMs: Date.parse(this.at) || 0,
        text: this.text,
        limit: LIMIT,
      });
      this.problem = '';
    } catch (error) {
      this.problem = `The records could not be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    this.#loading = false;
    if (this.#again) {
      this.#again = false;
      void this.#load();
    }
  }

  protected override render() {
    const topic = this.#topicState();
    if (!topic) {
      return html`<div class="empty">
        <h2>No messages yet</h2>
        <p>There is no topic. Create one, then produce to it from a cell or from here.</p>
        <button
          class="button primary"
          @click=${() => this.dispatchEvent(new CustomEvent('open-topic', { detail: { topic: '' }, bubbles: true, composed: true }))}
        >
          Go to Topics
        </button>
      </div>`;
    }
    return html`
      <div class="bar">
        <label class="field grow"
          >Topic
          <select data-testid="messages-topic" @change=${(e: Event) => (this.topic = pick(e))}>
            ${[...this.state.topics.keys()].map((name) => html`<option value=${name} ?selected=${name === topic.name}>${name}</option>`)}
          </select>
        </label>
        <label class="field"
          >Partition
          <select @change=${(e: Event) => (this.partition = pick(e))}>
            <option value="" ?selected=${this.partition === ''}>all</option>
            ${topic.partitions.map((p) => html`<option value=${p.partition} ?selected=${this.partition === String(p.partition)}>${p.partition}</option>`)}
          </select>
        </label>
        <label class="field"
          >From
          <select
            data-testid="messages-start"
            @change=${(e: Event) => this.#startAt(pick(e) as Start)}
          >
            ${(['newest', 'oldest', 'offset', 'time'] as const).map((s) => html`<option value=${s} ?selected=${this.start === s}>${{ newest: 'the newest', oldest: 'the oldest', offset: 'an offset', time: 'a time' }[s]}</option>`)}
          </select>
        </label>
        ${this.start === 'offset' ? html`<label class="field">Offset<input type="number" min="0" .value=${this.at} @change=${(e: Event) => (this.at = pick(e))} /></label>` : nothing}
        ${this.start === 'time' ? html`<label class="field">Time<input type="datetime-local" step="1" .value=${this.at} @change=${(e: Event) => (this.at = pick(e))} /></label>` : nothing}
        <label class="field grow"
          >Contains<input
            type="search"
            .value=${this.text}
            placeholder="key or value"
            @change=${(e: Event) => (this.text = pick(e))}
        /></label>
        <button
          class="button"
          data-testid="produce"
          aria-expanded=${this.producing}
          @click=${() => (this.producing = !this.producing)}
        >
          ${icon('plus')} Produce
        </button>
      </div>
      ${this.producing ? this.#produce(topic) : nothing}
      ${this.problem === '' ? nothing : html`<p role="alert">${this.problem}</p>`}
      ${this.#results(topic)}
    `;
  }

  #startAt(start: Start): void {
    this.start = start;
    this.at = '';
  }

  #results(topic: TopicState) {
    const { found } = this;
    if (!found) return nothing;
    if (found.messages.length === 0) {
      return html`<div class="empty">
        <h2>${this.text === '' ? `${topic.name} has no records here` : 'Nothing found'}</h2>
        <p>
          ${this.text === '' ? 'Produce one with the button above, or from a cell.' : `${plural(found.scanned, 'record')} searched.`}
        </p>
      </div>`;
    }
    return html`
      <table data-testid="messages-table">
        <thead>
          <tr>
            <th class="number">Partition</th>
            <th class="number">Offset</th>
            <th>Time</th>
            <th>Key</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          ${found.messages.map(
            (m) =>
              html`<tr
                class="clickable"
                @click=${() => this.#open(topic.name, m.partition, m.offset)}
              >
                <td class="number">${m.partition}</td>
                <td class="number">
                  <button
                    class="link"
                    aria-label=${`Open offset ${m.offset} of partition ${m.partition}`}
                  >
                    ${number(m.offset)}
                  </button>
                </td>
                <td title=${when(m.timestamp)}>
                  ${m.timestamp < 0 ? '' : new Date(m.timestamp).toLocaleTimeString(undefined, { hour12: false })}
                </td>
                <td class="cut key mono ${m.key === null ? 'null' : ''}">${preview(m.key)}</td>
                <td class="cut value mono ${m.value === null ? 'null' : ''}">
                  ${preview(m.value)}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${found.cut ? html`<p class="muted">Shown: ${number(found.messages.length)}. There are more: choose another start, or filter.</p>` : nothing}
    `;
  }

  #produce(topic: TopicState) {
    const { form } = this;
    const set = (part: Partial<ProduceForm>): void => {
      this.form = { ...this.form, ...part };
    };
    const headers = form.headers
      .split('\n')
      .filter((line) => line.includes('='))
      .flatMap((line) => ['--header', line.trim()]);
    const line = commandLine(
      'produce',
      topic.name,
      ...(form.hasKey && form.key !== '' ? ['--key', form.key] : []),
      ...(form.tombstone ? ['--null'] : ['--value', form.value]),
      ...(form.partition === '' ? [] : ['--partition', form.partition]),
      ...headers,
    );
    return html`<div class="card" data-testid="produce-form">
      <div class="bar">
        <label class="field grow"
          >Key, empty: none<input
            .value=${form.key}
            spellcheck="false"
            data-testid="produce-key"
            @input=${(e: Event) => set({ key: pick(e) })}
        /></label>
        <label class="field"
          >Partition
          <select @change=${(e: Event) => set({ partition: pick(e) })}>
            <option value="">by the key</option>
            ${topic.partitions.map((p) => html`<option value=${p.partition} ?selected=${form.partition === String(p.partition)}>${p.partition}</option>`)}
          </select>
        </label>
      </div>
      <div class="bar">
        <label class="field grow"
          >Value<textarea
            rows="3"
            ?disabled=${form.tombstone}
            spellcheck="false"
            data-testid="produce-value"
            @input=${(e: Event) => set({ value: pick(e) })}
            .value=${form.value}
          ></textarea>
        </label>
        <label class="field grow"
          >Headers, one name=value a line<textarea
            rows="3"
            spellcheck="false"
            @input=${(e: Event) => set({ headers: pick(e) })}
            .value=${form.headers}
          ></textarea>
        </label>
      </div>
      <div class="bar">
        <label class="check"
          ><input
            type="checkbox"
            .checked=${form.tombstone}
            @change=${(e: Event) => set({ tombstone: (e.target as HTMLInputElement).checked })}
          />
          No value: a tombstone</label
        >
      </div>
      <ks-command .line=${line} action="Produce"></ks-command>
    </div>`;
  }

  #open(topic: string, partition: number, offset: number): void {
    this.dispatchEvent(
      new CustomEvent('open-record', {
        detail: { topic, partition, offset },
        bubbles: true,
        composed: true,
      }),
    );
  }
}

function pick(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

customElements.define('ks-messages', KsMessages);
