/** `<ks-record>`: one record with everything that Kafka knows of it. */
import { LitElement, css, html, nothing } from 'lit';
import { getSandbox } from '../client/provide.ts';
import type { RecordView } from '../client/types.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';
import { asHex, asJson, asText, when } from './record-text.ts';
import { bytes, number, shared } from './shared.ts';

export interface RecordAddress {
  topic: string;
  partition: number;
  offset: number;
}

type Form = 'text' | 'json' | 'hex';

export class KsRecord extends LitElement {
  static override properties = {
    address: { attribute: false },
    record: { state: true },
    problem: { state: true },
    form: { state: true },
  };
  declare address: RecordAddress | null;
  declare record: RecordView | null;
  declare problem: string;
  declare form: Form | null;

  static override styles = [
    controls,
    shared,
    css`
      :host {
        padding: 12px 16px 16px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 4px;
        margin-bottom: 8px;
      }
      h2 {
        flex: 1;
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr) max-content minmax(0, 1fr);
        gap: 4px 12px;
        margin: 0 0 12px;
        font-size: 13px;
      }
      dt {
        color: var(--ks-muted);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
        font-variant-numeric: tabular-nums;
      }
      .part {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 8px 0 4px;
        font-size: 12px;
        font-weight: 600;
        color: var(--ks-muted);
      }
      .part > span {
        flex: 1;
      }
      .part > .forms {
        display: inline-flex;
        flex: none;
      }
      .forms button {
        padding: 0 8px;
        border: 1px solid var(--ks-border);
        background: var(--ks-bg);
        font-size: 11px;
        line-height: 18px;
        cursor: pointer;
      }
      .forms button[aria-pressed='true'] {
        background: var(--ks-accent-soft);
        border-color: var(--ks-accent);
        color: var(--ks-accent);
      }
      .forms button:first-child {
        border-radius: 4px 0 0 4px;
      }
      .forms button:last-child {
        border-radius: 0 4px 4px 0;
      }
      pre {
        margin: 0;
        padding: 8px 10px;
        max-height: 220px;
        overflow: auto;
        border: 1px solid var(--ks-border);
        border-radius: var(--ks-radius);
        background: var(--ks-surface);
        font: 12.5px/18px var(--ks-mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      pre.hex {
        white-space: pre;
      }
      .none {
        color: var(--ks-muted);
        font-style: italic;
      }
      @container (max-width: 420px) {
        dl {
          grid-template-columns: max-content minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.address = null;
    this.record = null;
    this.problem = '';
    this.form = null;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('address') && this.address) void this.#load(this.address);
  }

  async #load(address: RecordAddress): Promise<void> {
    this.problem = '';
    try {
      const page = await getSandbox().viewer.records(
        address.topic,
        address.partition,
        address.offset,
        1,
      );
      if (address !== this.address) return;
      const record = page.records[0] ?? null;
      this.record = record;
      this.form = null;
      if (!record) this.problem = `There is no record at offset ${number(address.offset)} yet.`;
      else if (record.offset !== address.offset)
        this.problem = `Offset ${number(address.offset)} holds no record; this is the next one.`;
    } catch (error) {
      this.record = null;
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  protected override render() {
    const { address, record } = this;
    if (!address) return nothing;
    const offset = record?.offset ?? address.offset;
    return html`
      <header>
        <h2>
          ${address.topic} <span class="muted">partition ${address.partition}</span> offset
          ${number(offset)}
        </h2>
        <button
          class="button quiet icon small"
          aria-label="Record before"
          title="Record before"
          ?disabled=${offset <= 0}
          @click=${() => this.#go(offset - 1)}
        >
          ${icon('left')}
        </button>
        <button
          class="button quiet icon small"
          aria-label="Next record"
          title="Next record"
          @click=${() => this.#go(offset + 1)}
        >
          ${icon('right')}
        </button>
        <button
          class="button quiet icon small"
          aria-label="Close"
          title="Close"
          data-testid="record-close"
          @click=${() => this.dispatchEvent(new CustomEvent('close'))}
        >
          ${icon('close')}
        </button>
      </header>
      ${this.problem === '' ? nothing : html`<p class="muted" role="status">${this.problem}</p>`}
      ${record ? this.#body(record) : nothing}
    `;
  }

  #body(record: RecordView) {
    const facts: [string, string][] = [
      [record.timestampType, when(record.timestamp)],
      ['Size', bytes(record.sizeBytes)],
      [
        'Batch',
        `offsets ${number(record.baseOffset)}–${number(record.baseOffset + record.batchRecords - 1)}, ${bytes(record.batchBytes)}`,
      ],
      ['Compression', record.compression],
      [
        'Producer id',
        record.producerId < 0 ? 'none' : `${record.producerId}, epoch ${record.producerEpoch}`,
      ],
      ['Sequence', record.sequence < 0 ? 'none' : number(record.sequence)],
      ['Leader epoch', String(record.leaderEpoch)],
      [
        'Kind',
        record.control ? 'control record' : record.transactional ? 'transactional' : 'plain',
      ],
    ];
    return html`
      <dl>
        ${facts.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      <div class="part"><span>Key</span></div>
      ${record.key === null ? html`<pre class="none">none: its partition was free to choose</pre>` : html`<pre data-testid="record-key">${asText(record.key) ?? asHex(record.key)}</pre>`}
      ${this.#value(record)}
      ${
        record.headers.length === 0
          ? nothing
          : html`<div class="part"><span>Headers</span></div>
              <table data-testid="record-headers">
                <tbody>
                  ${record.headers.map(
                    (header) =>
                      html`<tr>
                        <td class="mono">${header.key}</td>
                        <td class="mono">
                          ${header.value === null ? 'null' : (asText(header.value) ?? asHex(header.value))}
                        </td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
      }
    `;
  }

  #value(record: RecordView) {
    if (record.value === null) {
      return html`<div class="part"><span>Value</span></div>
        <pre class="none">null: a tombstone. In a compacted topic it deletes its key.</pre>`;
    }
    const text = asText(record.value);
    const json = text === null ? null : asJson(text);
    const forms: Form[] = [
      ...(text === null ? [] : (['text'] as const)),
      ...(json === null ? [] : (['json'] as const)),
      'hex',
    ];
    const form =
      this.form && forms.includes(this.form)
        ? this.form
        : json !== null
          ? 'json'
          : (forms[0] ?? 'hex');
    const shown = form === 'json' ? json : form === 'text' ? text : asHex(record.value);
    return html`<div class="part">
        <span>Value</span>
        <span class="forms" role="group" aria-label="Show the value as">
          ${forms.map((f) => html`<button aria-pressed=${f === form} @click=${() => (this.form = f)}>${{ text: 'Text', json: 'JSON', hex: 'Hex' }[f]}</button>`)}
        </span>
      </div>
      <pre class=${form} tabindex="0" data-testid="record-value">${shown}</pre>`;
  }

  #go(offset: number): void {
    if (this.address) this.address = { ...this.address, offset };
  }
}

customElements.define('ks-record', KsRecord);
