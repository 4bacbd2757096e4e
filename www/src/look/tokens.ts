/**
 * Colours, sizes and type of everything, as custom properties that an embedder can set on the element.
 *
 * Each colour names its light and its dark value; `color-scheme` picks one. Text colours reach AA on every surface.
 */
import { css } from 'lit';

export const tokens = css`
  :host {
    color-scheme: light dark;

    --ks-bg: light-dark(#ffffff, #10151b);
    --ks-surface: light-dark(#f6f8fa, #171d25);
    --ks-surface-2: light-dark(#eaeef2, #212a34);
    --ks-border: light-dark(#dce1e7, #2c3641);
    --ks-border-strong: light-dark(#838d99, #6b7785);
    --ks-text: light-dark(#1a2129, #e4e9ef);
    --ks-muted: light-dark(#57616d, #a0abb8);
    --ks-accent: light-dark(#0a6675, #62cbda);
    --ks-accent-ink: light-dark(#ffffff, #05262c);
    --ks-accent-soft: light-dark(#e1f1f3, #12343b);
    --ks-danger: light-dark(#b02318, #ff9389);
    --ks-danger-soft: light-dark(#fdecea, #3b1c1b);
    --ks-warn: light-dark(#855000, #f0bb58);
    --ks-warn-soft: light-dark(#fff3dc, #372a12);
    --ks-ok: light-dark(#1a7340, #6ccf92);
    --ks-shadow: light-dark(rgb(20 30 45 / 14%), rgb(0 0 0 / 55%));

    /* Eight hues that stay apart for colour-blind eyes; records without a key are grey. */
    --ks-key-0: light-dark(#0072b2, #4aa8e0);
    --ks-key-1: light-dark(#e08a00, #f0a83c);
    --ks-key-2: light-dark(#009e73, #2fc79b);
    --ks-key-3: light-dark(#cc5f97, #e58fba);
    --ks-key-4: light-dark(#4b2f91, #9a83e6);
    --ks-key-5: light-dark(#c44e00, #ef7d3c);
    --ks-key-6: light-dark(#5bb3e0, #a5daf5);
    --ks-key-7: light-dark(#a89600, #e6d84f);
    --ks-key-none: light-dark(#8b95a1, #7d8997);

    --ks-broker-0: light-dark(#2b62c4, #82aef5);
    --ks-broker-1: light-dark(#a8480b, #f3a06b);
    --ks-broker-2: light-dark(#1a7a55, #63cda2);
    --ks-broker-3: light-dark(#8d3a94, #dd9ae3);
    --ks-broker-4: light-dark(#77670a, #d6c551);

    --ks-font:
      system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
    --ks-mono:
      ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo,
      Consolas, monospace;
    --ks-radius: 6px;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
`;

/** What buttons, fields, tables and hidden texts look like wherever they stand. */
export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    font-family: var(--ks-font);
    font-size: 14px;
    line-height: 20px;
    color: var(--ks-text);
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
  }
  [hidden] {
    display: none !important;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  :focus-visible {
    outline: 2px solid var(--ks-accent);
    outline-offset: 1px;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    height: 32px;
    padding: 0 12px;
    border: 1px solid var(--ks-border);
    border-radius: var(--ks-radius);
    background: var(--ks-bg);
    white-space: nowrap;
    cursor: pointer;
  }
  .button:hover:not(:disabled) {
    background: var(--ks-surface-2);
  }
  .button:disabled {
    color: var(--ks-muted);
    cursor: default;
    opacity: 0.65;
  }
  .button.primary {
    background: var(--ks-accent);
    border-color: var(--ks-accent);
    color: var(--ks-accent-ink);
    font-weight: 600;
  }
  .button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--ks-accent) 88%, var(--ks-text));
  }
  .button.danger {
    color: var(--ks-danger);
    border-color: color-mix(in srgb, var(--ks-danger) 45%, transparent);
  }
  .button.quiet {
    border-color: transparent;
    background: transparent;
  }
  .button.quiet:hover:not(:disabled) {
    background: var(--ks-surface-2);
  }
  .button.icon {
    width: 32px;
    padding: 0;
  }
  .button.small {
    height: 24px;
    padding: 0 8px;
    font-size: 12px;
  }
  .button.small.icon {
    width: 24px;
    padding: 0;
  }
  .icon-svg {
    width: 16px;
    height: 16px;
    flex: none;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .icon-svg.solid {
    fill: currentcolor;
    stroke: none;
  }
  input:not([type='checkbox'], [type='radio']),
  select,
  textarea {
    height: 32px;
    padding: 0 8px;
    border: 1px solid var(--ks-border-strong);
    border-radius: var(--ks-radius);
    background: var(--ks-bg);
    min-width: 0;
  }
  textarea {
    height: auto;
    padding: 6px 8px;
    font-family: var(--ks-mono);
    font-size: 13px;
    resize: vertical;
  }
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline-offset: -1px;
    border-color: var(--ks-accent);
  }
  input[type='checkbox'] {
    accent-color: var(--ks-accent);
    width: 16px;
    height: 16px;
    margin: 0;
  }
  .field {
    display: flex;
    flex-direction: column;
    gap: 4px;
    font-size: 12px;
    color: var(--ks-muted);
    min-width: 0;
  }
  .field > :is(input, select, textarea) {
    color: var(--ks-text);
    font-size: 14px;
  }
  .field > textarea {
    font-size: 13px;
  }
  .check {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    cursor: pointer;
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font-variant-numeric: tabular-nums;
  }
  th {
    text-align: left;
    font-weight: 600;
    font-size: 12px;
    color: var(--ks-muted);
    white-space: nowrap;
  }
  th,
  td {
    padding: 6px 8px;
    border-bottom: 1px solid var(--ks-border);
    vertical-align: top;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .mono {
    font-family: var(--ks-mono);
    font-size: 12.5px;
  }
  .muted {
    color: var(--ks-muted);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  code {
    font-family: var(--ks-mono);
    font-size: 0.9em;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation-duration: 0s !important;
      scroll-behavior: auto !important;
    }
  }
`;
