/** The notebook's looks: cells, sources, outputs, prose. Column sizes follow the element's width, not the window's. */
import { css } from 'lit';

export const notebookStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    background: var(--ks-bg);
  }
  .toolbar {
    display: flex;
    gap: 4px;
    align-items: center;
    padding: 8px 16px;
    border-bottom: 1px solid var(--ks-border);
  }
  .toolbar .title {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: 600;
  }
  .banner {
    display: flex;
    flex-wrap: wrap;
    gap: 8px 12px;
    align-items: center;
    margin: 12px 16px 0;
    padding: 8px 12px;
    border: 1px solid var(--ks-border);
    border-left: 3px solid var(--ks-accent);
    border-radius: var(--ks-radius);
    background: var(--ks-surface);
  }
  .banner.bad {
    border-left-color: var(--ks-danger);
  }
  .banner > span {
    flex: 1 1 240px;
  }
  .cells {
    padding: 12px 16px 40vh 8px;
    max-width: 1120px;
    margin: 0 auto;
  }
  ks-cell {
    display: grid;
    grid-template-columns: 48px minmax(0, 1fr);
    column-gap: 8px;
    position: relative;
    padding: 4px 0;
    outline: none;
    scroll-margin: 56px;
  }
  ks-cell::before {
    content: '';
    position: absolute;
    inset: 4px auto 4px 0;
    width: 3px;
    border-radius: 2px;
    background: transparent;
  }
  ks-cell.selected::before {
    background: color-mix(in srgb, var(--ks-accent) 45%, transparent);
  }
  ks-cell.active::before {
    background: var(--ks-accent);
  }
  .gutter {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 2px;
    padding-top: 6px;
  }
  .count {
    font: 11px/16px var(--ks-mono);
    color: var(--ks-muted);
  }
  .run {
    position: relative;
    display: grid;
    place-items: center;
    width: 28px;
    height: 28px;
    padding: 0;
    border: 1px solid transparent;
    border-radius: 50%;
    background: none;
    color: var(--ks-muted);
    cursor: pointer;
  }
  .run:hover,
  ks-cell.active .run {
    color: var(--ks-accent);
    background: var(--ks-accent-soft);
  }
  .run .icon-svg {
    width: 14px;
    height: 14px;
  }
  ks-cell.running .run {
    color: var(--ks-accent);
  }
  ks-cell.running .run::after {
    content: '';
    position: absolute;
    inset: -1px;
    border: 2px solid var(--ks-accent-soft);
    border-top-color: var(--ks-accent);
    border-radius: 50%;
    /* A run that is over in an instant shows no spinner. */
    opacity: 0;
    animation:
      ks-turn 0.9s linear infinite,
      ks-appear 0s 0.15s forwards;
  }
  @keyframes ks-turn {
    to {
      transform: rotate(1turn);
    }
  }
  @keyframes ks-appear {
    to {
      opacity: 1;
    }
  }
  .body {
    min-width: 0;
  }
  .input {
    position: relative;
    display: flex;
    align-items: flex-start;
    border: 1px solid var(--ks-border);
    border-radius: var(--ks-radius);
    background: var(--ks-surface);
  }
  ks-cell.active .input {
    border-color: var(--ks-border-strong);
  }
  ks-cell.editing .input {
    border-color: var(--ks-accent);
    background: var(--ks-bg);
    box-shadow: 0 0 0 1px var(--ks-accent);
  }
  .state {
    display: inline-flex;
    justify-content: center;
    font-size: 11px;
    line-height: 14px;
    color: var(--ks-muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .state.ok {
    color: var(--ks-ok);
  }
  .state.bad {
    color: var(--ks-danger);
  }
  .state .icon-svg {
    width: 12px;
    height: 12px;
  }
  .kind {
    position: absolute;
    top: 8px;
    right: 8px;
    font-size: 11px;
    color: var(--ks-muted);
  }
  .input > ks-menu {
    position: absolute;
    top: 6px;
    right: 4px;
  }
  /* The kind of the cell stands in the first line's corner; all other lines have the whole width. */
  .source::before,
  .editor .cm-line:first-child::before {
    content: '';
    float: right;
    width: 88px;
    height: 20px;
  }
  .actions {
    position: absolute;
    z-index: 3;
    top: -16px;
    right: 8px;
    display: flex;
    align-items: center;
    padding: 1px;
    border: 1px solid var(--ks-border);
    border-radius: var(--ks-radius);
    background: var(--ks-bg);
    box-shadow: 0 2px 8px var(--ks-shadow);
    visibility: hidden;
  }
  .markdown-box > .actions {
    top: -8px;
  }
  ks-cell:hover .actions,
  ks-cell.active:focus-within .actions {
    visibility: visible;
  }
  ks-cell.editing:not(:hover) .actions {
    visibility: hidden;
  }
  .actions .button {
    color: var(--ks-muted);
  }
  .source,
  .editor .cm-content {
    font: 13px/20px var(--ks-mono);
  }
  .source,
  .editor {
    flex: 1;
    min-width: 0;
  }
  .source {
    margin: 0;
    padding: 8px 12px;
    min-height: 36px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    tab-size: 4;
    cursor: text;
  }
  .source.empty {
    color: var(--ks-muted);
  }
  .outputs-box {
    position: relative;
    margin-top: 4px;
  }
  .outputs {
    max-height: calc(24 * 20px + 12px);
    overflow: auto;
    padding: 4px 12px 8px;
    border-radius: var(--ks-radius);
  }
  .outputs:empty {
    display: none;
  }
  .outputs pre {
    margin: 0;
    font: 13px/20px var(--ks-mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    tab-size: 8;
  }
  .outputs.unwrapped pre {
    white-space: pre;
    overflow-wrap: normal;
    width: max-content;
    min-width: 100%;
  }
  .outputs .stderr {
    margin-left: -12px;
    padding-left: 9px;
    border-left: 3px solid color-mix(in srgb, var(--ks-warn) 55%, transparent);
    background: color-mix(in srgb, var(--ks-warn-soft) 45%, transparent);
  }
  .outputs .gap,
  .outputs .note {
    margin: 4px 0;
    padding: 4px 8px;
    border-radius: 4px;
    background: var(--ks-surface-2);
    font-size: 12px;
  }
  .outputs .error {
    margin: 4px 0;
    padding: 6px 10px;
    border-left: 3px solid var(--ks-danger);
    border-radius: 0 var(--ks-radius) var(--ks-radius) 0;
    background: var(--ks-danger-soft);
  }
  .outputs .error p {
    margin: 0;
  }
  .outputs .exit-status {
    margin: 2px 0 0;
    font: 12px/20px var(--ks-mono);
    color: var(--ks-danger);
  }
  .outputs img {
    max-width: 100%;
    background: #fff;
    border-radius: 4px;
  }
  .link {
    border: 0;
    padding: 0;
    background: none;
    color: var(--ks-accent);
    text-decoration: underline;
    cursor: pointer;
  }
  .output-actions {
    position: absolute;
    top: 4px;
    right: 4px;
    display: flex;
    gap: 2px;
    opacity: 0;
    border-radius: 4px;
    background: var(--ks-bg);
  }
  .outputs-box:hover .output-actions,
  .outputs-box:focus-within .output-actions {
    opacity: 1;
  }
  .collapsed-note {
    margin: 0;
    padding: 2px 12px 4px;
    font-size: 12px;
    color: var(--ks-muted);
  }
  .stdin {
    display: flex;
    gap: 8px;
    align-items: center;
    padding: 4px 12px;
  }
  .loading {
    display: flex;
    gap: 10px;
    align-items: center;
    padding: 6px 12px;
    font-size: 12px;
    color: var(--ks-muted);
  }
  .loading progress {
    width: 10rem;
    accent-color: var(--ks-accent);
  }
  .stdin label {
    font-family: var(--ks-mono);
    font-size: 13px;
    white-space: pre-wrap;
  }
  .stdin input {
    flex: 1;
    font-family: var(--ks-mono);
    font-size: 13px;
  }
  .problems {
    margin: 4px 12px;
    padding-left: 16px;
    font-size: 12px;
    color: var(--ks-danger);
  }

  .prose {
    max-width: 46rem;
    padding: 2px 12px;
    font-size: 16px;
    line-height: 26px;
    overflow-wrap: break-word;
    border-radius: var(--ks-radius);
    min-height: 30px;
  }
  .data.prose {
    font-size: 14px;
    line-height: 20px;
    padding: 0;
    max-width: none;
  }
  .prose > :first-child {
    margin-top: 4px;
  }
  .prose > :last-child {
    margin-bottom: 4px;
  }
  .prose :is(h1, h2, h3, h4, h5, h6) {
    margin: 24px 0 8px;
    line-height: 1.25;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  .prose h1 {
    font-size: 30px;
  }
  .prose h2 {
    font-size: 22px;
  }
  .prose h3 {
    font-size: 18px;
  }
  .prose :is(h4, h5, h6) {
    font-size: 16px;
  }
  .prose :is(p, ul, ol, blockquote, pre) {
    margin: 0 0 12px;
  }
  .prose :is(ul, ol) {
    padding-left: 24px;
  }
  .prose li + li {
    margin-top: 4px;
  }
  .prose a {
    color: var(--ks-accent);
    text-underline-offset: 2px;
  }
  .prose code {
    padding: 1px 4px;
    border-radius: 4px;
    background: var(--ks-surface-2);
    font-size: 0.86em;
  }
  .prose pre {
    padding: 10px 12px;
    border: 1px solid var(--ks-border);
    border-radius: var(--ks-radius);
    background: var(--ks-surface);
    overflow: auto;
    line-height: 20px;
  }
  .prose pre code {
    padding: 0;
    background: none;
    font-size: 13px;
  }
  .prose blockquote {
    padding: 4px 12px;
    border-left: 3px solid var(--ks-border-strong);
    color: var(--ks-muted);
  }
  .prose img {
    max-width: 100%;
    height: auto;
  }
  .prose .table-scroll {
    overflow-x: auto;
    margin: 0 0 12px;
  }
  .prose table {
    width: auto;
    font-size: 14px;
    line-height: 20px;
  }
  .prose hr {
    border: 0;
    border-top: 1px solid var(--ks-border);
    margin: 20px 0;
  }
  .prose .blocked-image {
    display: inline-block;
    padding: 4px 8px;
    border: 1px dashed var(--ks-border-strong);
    border-radius: 4px;
    font-size: 13px;
    color: var(--ks-muted);
  }
  .markdown-empty {
    color: var(--ks-muted);
    font-style: italic;
  }
  .markdown-box {
    position: relative;
  }
  .add {
    display: flex;
    gap: 8px;
    justify-content: center;
    margin: 16px 0 0 56px;
  }

  .hl-comment {
    color: var(--ks-muted);
    font-style: italic;
  }
  .hl-string {
    color: var(--ks-ok);
  }
  .hl-option {
    color: var(--ks-accent);
  }
  .hl-number {
    color: var(--ks-broker-1);
  }
  .hl-variable {
    color: var(--ks-broker-0);
  }
  .hl-keyword {
    color: var(--ks-broker-3);
  }

  .ansi-bold {
    font-weight: 700;
  }
  .ansi-dim {
    opacity: 0.75;
  }
  .ansi-italic {
    font-style: italic;
  }
  .ansi-underline {
    text-decoration: underline;
  }
  .ansi-inverse {
    background: var(--ks-text);
    color: var(--ks-bg);
  }
  .ansi-fg-0,
  .ansi-fg-8 {
    color: var(--ks-muted);
  }
  .ansi-fg-1,
  .ansi-fg-9 {
    color: var(--ks-danger);
  }
  .ansi-fg-2,
  .ansi-fg-10 {
    color: var(--ks-ok);
  }
  .ansi-fg-3,
  .ansi-fg-11 {
    color: var(--ks-warn);
  }
  .ansi-fg-4,
  .ansi-fg-12 {
    color: var(--ks-broker-0);
  }
  .ansi-fg-5,
  .ansi-fg-13 {
    color: var(--ks-broker-3);
  }
  .ansi-fg-6,
  .ansi-fg-14 {
    color: var(--ks-accent);
  }
  .ansi-bg-1,
  .ansi-bg-9 {
    background: var(--ks-danger-soft);
  }
  .ansi-bg-2,
  .ansi-bg-10,
  .ansi-bg-6,
  .ansi-bg-14 {
    background: var(--ks-accent-soft);
  }
  .ansi-bg-3,
  .ansi-bg-11 {
    background: var(--ks-warn-soft);
  }

  @container (max-width: 640px) {
    .cells {
      padding: 8px 12px 50vh 4px;
    }
    ks-cell {
      grid-template-columns: 36px minmax(0, 1fr);
      column-gap: 4px;
    }
    ks-cell.text-cell {
      grid-template-columns: 8px minmax(0, 1fr);
    }
    .text-cell .gutter > * {
      display: none;
    }
    .prose {
      padding: 2px 4px;
    }
    .prose h1 {
      font-size: 26px;
    }
    .add {
      margin-left: 40px;
    }
  }
`;
