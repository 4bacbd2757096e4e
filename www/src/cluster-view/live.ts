/**
 * `<ks-live>`: the brokers, and every partition as a row in which records land and pins move.
 *
 * Labels and numbers are elements, squares are drawn on one canvas per row; only rows in sight are drawn.
 */
import { LitElement, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { getSandbox } from '../client/provide.ts';
import type { ClusterState } from '../client/types.ts';
import { icon } from '../look/icons.ts';
import { controls } from '../look/tokens.ts';
import './console.ts';
import { liveStyles } from './live-css.ts';
import { liveTopics, summary, type LiveRow, type LiveTopic } from './live-model.ts';
import { PartitionMarks } from './marks.ts';
import { KeyColours } from './key-colours.ts';
import { PaletteReader } from './palette.ts';
import { RowCanvas } from './row-canvas.ts';
import { bootstrap, brokerChip, number, plural, shared } from './shared.ts';

interface Drawing {
  canvas: RowCanvas;
  marks: PartitionMarks;
  row: LiveRow;
  topicId: string;
  visible: boolean;
}

const SPEAK_MS = 2000;

export class KsLive extends LitElement {
  static override properties = {
    state: { attribute: false },
    internal: { state: true },
    spoken: { state: true },
    editing: { state: true },
    letters: { state: true },
  };
  declare state: ClusterState;
  declare internal: boolean;
  declare spoken: string;
  /** The row whose "go to offset" field is open. */
  declare editing: string;
  /** Colours have letters too. */
  declare letters: boolean;

  static override styles = [controls, shared, liveStyles];

  #topics: LiveTopic[] = [];
  #drawings = new Map<string, Drawing>();
  #colours = new KeyColours();
  #frame = 0;
  #palette: PaletteReader | undefined;
  #observer: IntersectionObserver | undefined;
  #resize: ResizeObserver | undefined;
  #speakTimer: ReturnType<typeof setTimeout> | undefined;
  #still = matchMedia('(prefers-reduced-motion: reduce)');
  #dark = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    super();
    this.internal = false;
    this.spoken = '';
    this.editing = '';
    this.letters = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#dark.addEventListener('change', this.#schedule);
    this.#resize = new ResizeObserver(this.#schedule);
    this.#resize.observe(this);
    this.#observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const drawing = this.#drawings.get((entry.target as HTMLElement).dataset.row ?? '');
        if (drawing) drawing.visible = entry.isIntersecting;
      }
      this.#schedule();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dark.removeEventListener('change', this.#schedule);
    this.#resize?.disconnect();
    this.#observer?.disconnect();
    this.#drawings.clear();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    clearTimeout(this.#speakTimer);
    this.#speakTimer = undefined;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('state') || changed.has('internal')) {
      this.#topics = liveTopics(this.state, this.internal);
    }
  }

  protected override render() {
    const { state } = this;
    const topics = this.#topics;
    const hidden = [...state.topics.values()].filter((topic) => topic.internal).length;
    this.#speak();
    return html`
      <div class="probe" hidden></div>
      ${this.#brokers(state)}
      ${
        topics.length === 0
          ? this.#empty()
          : repeat(
              topics,
              ({ topic }) => topic.name,
              (topic) => this.#topic(topic),
            )
      }
      ${
        hidden > 0
          ? html`<label class="check muted internal">
              <input
                type="checkbox"
                .checked=${this.internal}
                @change=${(e: Event) => (this.internal = (e.target as HTMLInputElement).checked)}
              />
              Show Kafka’s own topics
              (${[...state.topics.values()]
                .filter((t) => t.internal)
                .map((t) => t.name)
                .join(', ')})
            </label>`
          : nothing
      }
      ${topics.length > 0 ? this.#legend() : nothing}
      ${topics.length > 0 ? this.#table(topics) : nothing}
      <p class="visually-hidden" aria-live="polite" data-testid="live-summary">${this.spoken}</p>
    `;
  }

  #brokers(state: ClusterState) {
    return html`<ul class="brokers" aria-label="Brokers" data-testid="brokers">
      ${state.brokers.map(
        (broker) =>
          html`<li class=${broker.alive ? '' : 'dead'}>
            <span class="broker-name"
              >${brokerChip(state.brokers, broker.id)}${broker.controller ? html`<span class="crown" title="Active controller">${icon('crown')}<span class="visually-hidden">controller</span></span>` : nothing}</span
            >
            <span class="mono address"
              ><span class="host">${broker.host}</span>:${broker.port}</span
            >
            <span class="muted counts"
              >${broker.alive ? `leads ${number(broker.leaders)} · in sync ${number(broker.inSync)}/${number(broker.replicas)}` : 'down'}</span
            >
          </li>`,
      )}
    </ul>`;
  }

  #empty() {
    const line = `kafka-topics.sh --create --topic orders --partitions 3 --bootstrap-server ${bootstrap(this.state)}`;
    return html`<div class="empty">
      <h2>No topics yet</h2>
      <p>
        Run the first cells of the lesson, or make a topic here. Each of its partitions becomes a
        row in this picture.
      </p>
      <ks-command .line=${line} action="Create this topic"></ks-command>
    </div>`;
  }

  #topic({ topic, rows, records }: LiveTopic) {
    return html`<section class="topic" data-testid="live-topic" data-topic=${topic.name}>
      <header>
        <h2>
          <button class="plain" @click=${() => this.#fire('open-topic', { topic: topic.name })}>
            ${topic.name}
          </button>
        </h2>
        <span class="muted"
          >${plural(rows.length, 'partition')} · ${plural(records, 'record')}</span
        >
      </header>
      ${repeat(
        rows,
        (row) => row.partition,
        (row) => this.#row(topic.name, topic.id, row),
      )}
    </section>`;
  }

  #row(topic: string, topicId: string, row: LiveRow) {
    const key = `${topic}\n${row.partition}`;
    const drawing = this.#drawings.get(key);
    if (drawing) drawing.row = row;
    const following = drawing?.canvas.following ?? true;
    const label = `${topic} partition ${row.partition}: offsets ${number(row.logStart)} to ${number(row.logEnd)}, leader ${row.leader}`;
    return html`<div class="row">
      <div class="labels">
        <div class="log-label">
          <span class="partition">${row.partition}</span
          >${brokerChip(this.state.brokers, row.leader)}
        </div>
        ${row.lanes.map((lane) => html`<div class="lane-label" title=${lane.name}>${lane.name}</div>`)}
      </div>
      <canvas
        role="img"
        aria-label=${label}
        data-row=${key}
        data-testid="row-canvas"
        @pointermove=${(e: PointerEvent) => this.#onMove(e, key)}
        @pointerleave=${() => this.#onLeave(key)}
        @pointerdown=${(e: PointerEvent) => this.#onDown(e, key, topicId)}
        @wheel=${(e: WheelEvent) => this.#onWheel(e, key)}
      ></canvas>
      <div class="ends">
        ${
          this.editing === key
            ? html`<form class="go" @submit=${(e: Event) => this.#go(e, key)}>
                <input
                  aria-label="Offset to go to"
                  inputmode="numeric"
                  placeholder="offset"
                  @blur=${() => (this.editing = '')}
                  @keydown=${(e: KeyboardEvent) => e.key === 'Escape' && (this.editing = '')}
                />
              </form>`
            : html`<span class="end">
                ${following ? nothing : html`<button class="button quiet icon small" aria-label="Back to the newest" title="Back to the newest" @click=${() => this.#follow(key)}>${icon('right')}</button>`}
                <button
                  class="plain mono"
                  title="Next offset. Click to go to an offset."
                  aria-label=${`Next offset ${row.logEnd} of ${topic} partition ${row.partition}: go to an offset`}
                  @click=${() => this.#edit(key)}
                >
                  ${number(row.logEnd)}
                </button>
              </span>`
        }
        ${row.lags.map((lag) => html`<span class="lag ${lag === null || lag === 0 ? '' : 'behind'}">${lag === null ? '' : `lag ${number(lag)}`}</span>`)}
      </div>
    </div>`;
  }

  #legend() {
    return html`<ul class="legend muted" aria-label="What the picture shows">
      <li><span class="sample key"></span>a record, coloured by its key</li>
      <li><span class="sample none"></span>without a key</li>
      <li><span class="sample tomb"></span>tombstone (no value)</li>
      <li><span class="pin solid"></span>committed offset</li>
      <li><span class="pin"></span>position</li>
      <li><span class="mark"></span>high watermark</li>
      <li>
        <label class="check"
          ><input
            type="checkbox"
            .checked=${this.letters}
            @change=${(e: Event) => (this.letters = (e.target as HTMLInputElement).checked)}
          />
          letters for colours</label
        >
      </li>
    </ul>`;
  }

  #table(topics: LiveTopic[]) {
    return html`<details class="as-table">
      <summary>The same as a table</summary>
      <div class="scroll-x" tabindex="0" role="region" aria-label="Partitions as a table">
        <table data-testid="live-table">
          <thead>
            <tr>
              <th>Topic</th>
              <th class="number">Partition</th>
              <th>Leader</th>
              <th>In sync</th>
              <th class="number">First</th>
              <th class="number">High watermark</th>
              <th class="number">End</th>
              <th>Groups</th>
            </tr>
          </thead>
          <tbody>
            ${topics.flatMap(({ topic, rows }) =>
              rows.map(
                (row) =>
                  html`<tr>
                    <td>${topic.name}</td>
                    <td class="number">${row.partition}</td>
                    <td>${row.leader}</td>
                    <td>${row.isr.join(', ')}</td>
                    <td class="number">${number(row.logStart)}</td>
                    <td class="number">${number(row.highWatermark)}</td>
                    <td class="number">${number(row.logEnd)}</td>
                    <td>
                      ${row.lanes.map((lane, i) => laneText(lane.name, lane.committed, row.lags[i] ?? null, lane.members)).join('; ')}
                    </td>
                  </tr>`,
              ),
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  protected override updated(): void {
    const probe = this.renderRoot.querySelector<HTMLElement>('.probe');
    if (probe) this.#palette ??= new PaletteReader(probe);
    const topics = new Map(this.#topics.map((t) => [t.topic.name, t]));
    const seen = new Set<string>();
    for (const canvas of this.renderRoot.querySelectorAll<HTMLCanvasElement>('canvas')) {
      const key = canvas.dataset.row ?? '';
      const [name = '', partition] = key.split('\n');
      const topic = topics.get(name);
      const row = topic?.rows[Number(partition)];
      if (!topic || !row) continue;
      seen.add(key);
      const known = this.#drawings.get(key);
      // A topic that was deleted and made anew has another id: what was known of its records is void.
      if (known && known.canvas.canvas === canvas && known.topicId === topic.topic.id) continue;
      const marks = new PartitionMarks(
        name,
        Number(partition),
        getSandbox().viewer,
        this.#colours,
        this.#schedule,
      );
      this.#drawings.set(key, {
        canvas: new RowCanvas(canvas),
        marks,
        row,
        topicId: topic.topic.id,
        visible: true,
      });
      this.#observer?.observe(canvas);
    }
    for (const key of this.#drawings.keys()) if (!seen.has(key)) this.#drawings.delete(key);
    this.renderRoot.querySelector<HTMLInputElement>('.go input')?.focus();
    this.#schedule();
  }

  #schedule = (): void => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const palette = this.#palette?.read();
      if (!palette) return;
      let moving = false;
      for (const { canvas, row, marks, visible } of this.#drawings.values()) {
        canvas.letters = this.letters;
        if (visible && canvas.draw(row, marks, palette, this.#still.matches)) moving = true;
      }
      if (moving) this.#schedule();
    });
  };

  #speak(): void {
    this.#speakTimer ??= setTimeout(() => {
      this.#speakTimer = undefined;
      this.spoken = summary(this.#topics, this.state);
    }, SPEAK_MS);
  }

  // ─── Travel and click ───

  #onMove(event: PointerEvent, key: string): void {
    const drawing = this.#drawings.get(key);
    if (!drawing || event.buttons !== 0) return;
    const offset = drawing.canvas.offsetAt(event.offsetX, event.offsetY, drawing.row);
    drawing.canvas.hover = offset ?? -1;
    drawing.canvas.canvas.style.cursor = offset === null ? '' : 'pointer';
    drawing.canvas.canvas.title = offset === null ? '' : `Offset ${number(offset)}`;
    this.#schedule();
  }

  #onLeave(key: string): void {
    const drawing = this.#drawings.get(key);
    if (drawing) drawing.canvas.hover = -1;
    this.#schedule();
  }

  #onDown(event: PointerEvent, key: string, topicId: string): void {
    const drawing = this.#drawings.get(key);
    if (!drawing) return;
    const canvas = event.currentTarget as HTMLCanvasElement;
    const start = { x: event.clientX, from: drawing.canvas.view(drawing.row).from };
    let dragged = false;
    canvas.setPointerCapture(event.pointerId);
    const move = (e: PointerEvent): void => {
      const by = Math.round((start.x - e.clientX) / 14);
      if (Math.abs(start.x - e.clientX) > 6) dragged = true;
      if (!dragged) return;
      drawing.canvas.travelTo(start.from + by);
      this.#schedule();
    };
    const up = (e: PointerEvent): void => {
      canvas.removeEventListener('pointermove', move);
      if (dragged) this.requestUpdate();
      else this.#click(e, key, drawing, topicId);
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', up, { once: true });
    canvas.addEventListener(
      'pointercancel',
      () => canvas.removeEventListener('pointermove', move),
      { once: true },
    );
  }

  #click(event: PointerEvent, key: string, drawing: Drawing, topicId: string): void {
    const offset = drawing.canvas.offsetAt(event.offsetX, event.offsetY, drawing.row);
    const [topic] = key.split('\n');
    if (offset !== null) {
      this.#fire('open-record', { topic, partition: drawing.row.partition, offset, topicId });
      return;
    }
    const view = drawing.canvas.view(drawing.row);
    if (event.offsetY > 24) return;
    // A click on a strip turns a page towards it.
    if (view.older > 0 && event.offsetX < drawing.canvas.strip)
      drawing.canvas.travelBy(-view.fit, drawing.row);
    else if (
      view.newer > 0 &&
      event.offsetX > drawing.canvas.canvas.clientWidth - drawing.canvas.strip
    )
      drawing.canvas.travelBy(view.fit, drawing.row);
    this.requestUpdate();
  }

  #onWheel(event: WheelEvent, key: string): void {
    const drawing = this.#drawings.get(key);
    if (!drawing || Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
    event.preventDefault();
    drawing.canvas.travelBy(
      Math.sign(event.deltaX) * Math.max(1, Math.round(Math.abs(event.deltaX) / 14)),
      drawing.row,
    );
    this.requestUpdate();
  }

  #edit(key: string): void {
    this.editing = key;
  }

  #go(event: Event, key: string): void {
    event.preventDefault();
    const text = (event.target as HTMLFormElement).querySelector('input')?.value ?? '';
    const offset = Number(text.replace(/[^\d]/g, ''));
    if (text.trim() !== '' && Number.isFinite(offset))
      this.#drawings.get(key)?.canvas.travelTo(offset);
    this.editing = '';
  }

  #follow(key: string): void {
    this.#drawings.get(key)?.canvas.follow();
    this.requestUpdate();
  }

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

function laneText(
  name: string,
  committed: number | null,
  lag: number | null,
  members: { label: string; position: number | null }[],
): string {
  const who = members
    .map((m) => (m.position === null ? m.label : `${m.label} at ${number(m.position)}`))
    .join(', ');
  const parts = [
    committed === null ? '' : `committed ${number(committed)}, lag ${number(lag ?? 0)}`,
    who,
  ]
    .filter(Boolean)
    .join(', ');
  return name === '' ? parts : `${name}: ${parts}`;
}

customElements.define('ks-live', KsLive);
