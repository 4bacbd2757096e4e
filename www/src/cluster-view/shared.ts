/** What the panel's tabs share: words, shapes, styles, and the small pieces of a table or form. */
import { css, html, svg, type TemplateResult } from 'lit';
import type { BrokerState, ClusterState } from '../client/types.ts';

/** Offsets and counts are never abbreviated. */
export function number(value: number): string {
  return value.toLocaleString();
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${(value / 1000).toFixed(1)} KB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

export function plural(count: number, word: string): string {
  return `${number(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** The address that commands are given: that of the first broker that is up. */
export function bootstrap(state: ClusterState): string {
  const broker = state.brokers.find((b) => b.alive) ?? state.brokers[0];
  return broker ? `${broker.host}:${broker.port}` : 'localhost:9092';
}

const SHAPES = [
  svg`<circle cx="8" cy="8" r="6.5"/>`,
  svg`<rect x="2" y="2" width="12" height="12" rx="2"/>`,
  svg`<path d="M8 1.2 15.300 14.200H.7z"/>`,
  svg`<path d="M8 .8 15.200 8 8 15.200.8 8z"/>`,
  svg`<path d="M4.600 1.800h6.800L15 8l-3.600 6.200H4.600L1 8z"/>`,
];

/** Which of the five shapes and colours a broker has: the same everywhere. */
export function brokerLook(brokers: readonly BrokerState[], id: number): number {
  const index = brokers.findIndex((broker) => broker.id === id);
  return (index < 0 ? id : index) % SHAPES.length;
}

export function brokerChip(brokers: readonly BrokerState[], id: number): TemplateResult {
  if (id < 0) return html`<span class="chip none" title="No leader">none</span>`;
  const look = brokerLook(brokers, id);
  return html`<span class="chip b${look}" title=${`Broker ${id}`}
    ><svg viewBox="0 0 16 16" aria-hidden="true">${SHAPES[look]}</svg
    ><span class="visually-hidden">broker </span>${id}</span
  >`;
}

export const shared = css`
  :host {
    display: block;
    min-width: 0;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 3px;
    font: 600 11px/16px var(--ks-font);
    font-variant-numeric: tabular-nums;
  }
  .chip svg {
    width: 10px;
    height: 10px;
    fill: currentcolor;
  }
  .chip.b0 {
    color: var(--ks-broker-0);
  }
  .chip.b1 {
    color: var(--ks-broker-1);
  }
  .chip.b2 {
    color: var(--ks-broker-2);
  }
  .chip.b3 {
    color: var(--ks-broker-3);
  }
  .chip.b4 {
    color: var(--ks-broker-4);
  }
  .chip.none {
    color: var(--ks-danger);
  }
  h2 {
    margin: 0;
    font-size: 14px;
    line-height: 20px;
    overflow-wrap: anywhere;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 8px;
    margin-bottom: 12px;
  }
  .grow {
    flex: 1 1 120px;
  }
  .scroll-x {
    overflow-x: auto;
  }
  .empty {
    padding: 24px 0;
    max-width: 32rem;
  }
  .empty h2 {
    font-size: 16px;
    margin-bottom: 4px;
  }
  .empty p {
    margin: 0 0 12px;
    color: var(--ks-muted);
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--ks-accent);
    text-align: left;
    text-decoration: underline;
    text-underline-offset: 2px;
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  tr.clickable {
    cursor: pointer;
  }
  tr.clickable:hover {
    background: var(--ks-surface);
  }
  .card {
    padding: 12px;
    margin-bottom: 12px;
    border: 1px solid var(--ks-border);
    border-radius: 8px;
    background: var(--ks-surface);
  }
  .card .bar:last-child {
    margin-bottom: 0;
  }
  .pill {
    display: inline-block;
    padding: 0 8px;
    border-radius: 10px;
    background: var(--ks-surface-2);
    font-size: 12px;
    white-space: nowrap;
  }
  .pill.ok {
    background: color-mix(in srgb, var(--ks-ok) 16%, transparent);
    color: var(--ks-ok);
  }
  .pill.warn {
    background: var(--ks-warn-soft);
    color: var(--ks-warn);
  }
`;
