/** The frame of the page: header, tabs, the notebook beside the cluster, a bottom sheet on narrow screens. */
import { css } from 'lit';

export const appStyles = css`
  :host {
    display: grid;
    grid-template: auto auto minmax(0, 1fr) / minmax(0, 1fr);
    height: 100dvh;
    background: var(--ks-bg);
    overflow: hidden;
  }
  header {
    display: flex;
    align-items: center;
    gap: 4px;
    height: 48px;
    padding: 0 12px;
    border-bottom: 1px solid var(--ks-border);
    background: var(--ks-surface);
    position: relative;
    z-index: 20;
  }
  .mark {
    width: 24px;
    height: 24px;
    flex: none;
    margin-right: 4px;
  }
  h1 {
    flex: 0 1 auto;
    min-width: 0;
    margin: 0 12px 0 0;
    font-size: 15px;
    font-weight: 650;
    line-height: 24px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .spring {
    flex: 1;
  }
  .storage {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    height: 24px;
    padding: 0 10px;
    border: 1px solid var(--ks-border);
    border-radius: 12px;
    background: var(--ks-bg);
    font-size: 12px;
    white-space: nowrap;
    cursor: pointer;
  }
  .storage .dot {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--ks-ok);
  }
  .storage.saving .dot {
    background: var(--ks-muted);
  }
  .storage.warn .dot {
    background: var(--ks-warn);
  }
  .storage.bad .dot {
    background: var(--ks-danger);
  }
  .only-narrow {
    display: none;
  }

  .tabs {
    display: flex;
    align-items: stretch;
    gap: 2px;
    height: 36px;
    padding: 0 8px;
    border-bottom: 1px solid var(--ks-border);
    background: var(--ks-surface);
    position: relative;
    z-index: 15;
  }
  .tab-list {
    display: flex;
    min-width: 0;
    overflow-x: auto;
    scrollbar-width: none;
  }
  .tab {
    display: flex;
    align-items: center;
    max-width: 240px;
    min-width: 96px;
    border-bottom: 2px solid transparent;
    color: var(--ks-muted);
  }
  .tab.current {
    border-bottom-color: var(--ks-accent);
    color: var(--ks-text);
  }
  .tab.left:not(.current),
  .tab.right:not(.current) {
    border-bottom-color: var(--ks-border-strong);
    color: var(--ks-text);
  }
  .tab > [role='tab'] {
    flex: 1;
    min-width: 0;
    height: 100%;
    padding: 0 4px 0 12px;
    border: 0;
    background: none;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: left;
    cursor: pointer;
  }
  .tab > [role='tab']:focus-visible {
    outline-offset: -2px;
  }
  .tab .unsaved {
    color: var(--ks-accent);
  }
  .tabs ks-menu,
  .side-by-side {
    align-self: center;
  }

  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 9px var(--panel-width, 44%);
    min-height: 0;
  }
  main.two {
    grid-template-columns: minmax(0, 1fr) 9px min(var(--panel-width, 44%), 34%);
  }
  main.no-panel {
    grid-template-columns: minmax(0, 1fr);
  }
  .notebooks {
    position: relative;
    min-width: 0;
    min-height: 0;
  }
  .scroll {
    position: absolute;
    inset: 0;
    overflow: auto;
    scrollbar-gutter: stable;
  }
  .scroll.left {
    right: 50%;
  }
  .scroll.right {
    left: 50%;
    border-left: 1px solid var(--ks-border);
  }
  .handle {
    position: relative;
    border: 0;
    padding: 0;
    background: transparent;
    cursor: col-resize;
    touch-action: none;
  }
  .handle::before {
    content: '';
    position: absolute;
    inset: 0 4px;
    background: var(--ks-border);
  }
  .handle:hover::before,
  .handle:focus-visible::before {
    inset: 0 3px;
    background: var(--ks-accent);
  }
  ks-cluster-panel {
    min-width: 0;
    min-height: 0;
  }
  .drop {
    position: absolute;
    inset: 8px;
    z-index: 30;
    display: grid;
    place-items: center;
    border: 2px dashed var(--ks-accent);
    border-radius: 12px;
    background: color-mix(in srgb, var(--ks-accent-soft) 90%, transparent);
    font-size: 18px;
    pointer-events: none;
  }
  .empty {
    max-width: 36rem;
    margin: 12vh auto;
    padding: 0 24px;
  }
  .empty h2 {
    margin: 0 0 8px;
    font-size: 22px;
    line-height: 28px;
  }
  .empty p {
    margin: 0 0 16px;
    color: var(--ks-muted);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .said {
    position: fixed;
    z-index: 60;
    bottom: 24px;
    left: 50%;
    margin: 0;
    padding: 8px 16px;
    border-radius: 8px;
    background: var(--ks-text);
    color: var(--ks-bg);
    box-shadow: 0 8px 24px var(--ks-shadow);
    transform: translateX(-50%);
  }

  .files {
    position: absolute;
    z-index: 18;
    top: 0;
    right: 12px;
    width: min(380px, calc(100vw - 24px));
    max-height: min(480px, 70vh);
    display: flex;
    flex-direction: column;
    border: 1px solid var(--ks-border);
    border-radius: 0 0 10px 10px;
    background: var(--ks-bg);
    box-shadow: 0 12px 32px var(--ks-shadow);
  }
  .files .head {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 8px 8px 8px 16px;
    border-bottom: 1px solid var(--ks-border);
  }
  .files h2 {
    flex: 1;
    margin: 0;
    font-size: 14px;
  }
  .files ul {
    margin: 0;
    padding: 4px 0;
    list-style: none;
    overflow: auto;
  }
  .files li {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 2px 8px 2px 16px;
  }
  .files li > .name {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
    font: 12.5px/20px var(--ks-mono);
  }
  .files[role='alert'] {
    border-left: 3px solid var(--ks-danger);
  }
  .files[role='alert'] .hint {
    color: var(--ks-text);
  }
  .files .hint {
    margin: 0;
    padding: 16px;
    color: var(--ks-muted);
  }

  @media (max-width: 900px) {
    main,
    main.two,
    main.no-panel {
      grid-template: minmax(0, 1fr) auto auto / minmax(0, 1fr);
    }
    .handle {
      height: 13px;
      border-top: 1px solid var(--ks-border);
      background: var(--ks-surface);
      cursor: row-resize;
    }
    .handle::before,
    .handle:hover::before,
    .handle:focus-visible::before {
      inset: 4px calc(50% - 20px);
      border-radius: 2px;
      background: var(--ks-border-strong);
    }
    /* No room for two: the current one alone. */
    .side-by-side {
      display: none;
    }
    .scroll.left,
    .scroll.right {
      inset: 0;
      border: 0;
    }
    .scroll:not(.current) {
      visibility: hidden;
    }
    ks-cluster-panel {
      height: var(--sheet-height, 40dvh);
    }
  }
  @media (max-width: 760px) {
    header {
      padding: 0 8px;
    }
    .only-wide {
      display: none;
    }
    .only-narrow {
      display: inline-block;
    }
    .storage {
      padding: 0 8px;
    }
    /* The tab below says the title. */
    h1 {
      display: none;
    }
    .tab {
      max-width: 180px;
    }
  }
`;
