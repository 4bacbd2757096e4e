/** The picture's looks. Heights match those that the canvas draws with. */
import { css } from 'lit';

export const liveStyles = css`
  .brokers {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(128px, 1fr));
    gap: 8px;
    margin: 0 0 16px;
    padding: 0;
    list-style: none;
  }
  .brokers li {
    display: grid;
    grid-template-columns: auto 1fr;
    column-gap: 8px;
    align-items: center;
    padding: 6px 10px;
    border: 1px solid var(--ks-border);
    border-radius: 8px;
    background: var(--ks-surface);
  }
  .brokers li.dead {
    opacity: 0.6;
  }
  .broker-name {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .broker-name .chip {
    font-size: 13px;
  }
  .broker-name .chip svg {
    width: 12px;
    height: 12px;
  }
  .crown {
    display: inline-flex;
    color: var(--ks-warn);
  }
  .crown .icon-svg {
    width: 12px;
    height: 12px;
  }
  .address {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: right;
  }
  .counts {
    grid-column: 1 / -1;
    font-size: 12px;
    line-height: 16px;
  }
  .topic {
    margin-bottom: 20px;
  }
  .topic > header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 8px;
    margin-bottom: 4px;
  }
  .topic > header .muted {
    font-size: 12px;
  }
  .plain {
    padding: 0;
    border: 0;
    background: none;
    font: inherit;
    color: inherit;
    text-align: inherit;
    cursor: pointer;
  }
  .plain:hover {
    text-decoration: underline;
  }
  .row {
    display: grid;
    grid-template-columns: 84px minmax(0, 1fr) 76px;
    column-gap: 8px;
    padding: 2px 0;
    border-top: 1px solid var(--ks-border);
  }
  .row:last-child {
    border-bottom: 1px solid var(--ks-border);
  }
  canvas {
    display: block;
    width: 100%;
    height: 24px;
    touch-action: pan-y;
  }
  .log-label {
    display: flex;
    align-items: center;
    justify-content: space-between;
    height: 24px;
  }
  .partition {
    font: 600 13px/24px var(--ks-mono);
  }
  .lane-label {
    height: 18px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 11px;
    line-height: 18px;
    color: var(--ks-muted);
    text-align: right;
  }
  .ends {
    text-align: right;
    font-variant-numeric: tabular-nums;
    min-width: 0;
  }
  .end {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    height: 24px;
  }
  .lag {
    display: block;
    height: 18px;
    font-size: 11px;
    line-height: 18px;
    color: var(--ks-muted);
    white-space: nowrap;
  }
  .lag.behind {
    color: var(--ks-warn);
    font-weight: 600;
  }
  .go input {
    width: 100%;
    height: 24px;
    padding: 0 4px;
    font: 12px var(--ks-mono);
    text-align: right;
  }
  .internal {
    margin-bottom: 12px;
    font-size: 12px;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0 0 12px;
    padding: 0;
    list-style: none;
    font-size: 12px;
    line-height: 16px;
  }
  .legend li {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .sample {
    width: 10px;
    height: 10px;
    border-radius: 2px;
  }
  .sample.key {
    background: linear-gradient(90deg, var(--ks-key-0) 50%, var(--ks-key-1) 50%);
  }
  .sample.none {
    background: var(--ks-key-none);
  }
  .sample.tomb {
    border: 2px solid var(--ks-key-2);
  }
  .pin {
    width: 10px;
    height: 8px;
    clip-path: polygon(50% 0, 100% 100%, 0 100%);
    background: var(--ks-accent);
  }
  .pin.solid {
    background: var(--ks-text);
  }
  .pin:not(.solid) {
    clip-path: polygon(50% 0, 100% 100%, 0 100%, 50% 0, 50% 35%, 22% 84%, 78% 84%, 50% 35%);
  }
  .mark {
    width: 2px;
    height: 12px;
    background: var(--ks-accent);
  }
  @container (max-width: 540px) {
    .address .host {
      display: none;
    }
  }
  @container (max-width: 440px) {
    .brokers {
      grid-template-columns: repeat(auto-fit, minmax(88px, 1fr));
      gap: 4px;
    }
    .brokers li {
      padding: 4px 8px;
    }
    .brokers .counts {
      display: none;
    }
    .row {
      grid-template-columns: 56px minmax(0, 1fr) 56px;
      column-gap: 6px;
    }
  }
  .as-table summary {
    font-size: 12px;
    color: var(--ks-muted);
    cursor: pointer;
  }
  .as-table table {
    margin-top: 8px;
    font-size: 12px;
  }
`;
