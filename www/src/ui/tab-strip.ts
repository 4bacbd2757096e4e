/** The strip of tabs: one for each open notebook, what opens another, and the button for two side by side. */
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../look/icons.ts';
import { openItems, type PageActions } from './app-menus.ts';
import { sideOf } from './panes.ts';
import type { Tab, Tabs } from './tabs.ts';

export interface StripActions {
  /** Whether what the tab's person wrote could not be stored. */
  unsaved(tab: Tab): boolean;
  close(id: number): void;
  toggleSideBySide(): void;
  /** Keys go with the tab that they bring to the front. */
  focus(id: number): void;
}

export function tabStrip(page: PageActions, tabs: Tabs, actions: StripActions): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Delete') actions.close(tabs.panes.current);
    if (by === undefined) return;
    event.preventDefault();
    const next = tabs.step(by);
    if (next) actions.focus(next.id);
  };
  return html`<nav class="tabs" aria-label="Notebooks">
    <div class="tab-list" role="tablist" aria-label="Open notebooks" @keydown=${onKey}>
      ${tabs.list.map((tab) => oneTab(tab, tabs, actions))}
    </div>
    <ks-menu
      label="Open a notebook"
      icon="plus"
      look="quiet small"
      .items=${openItems(page)}
      data-testid="open"
    ></ks-menu>
    <span class="spring"></span>
    ${tabs.list.length === 0 ? nothing : sideBySideButton(tabs.panes.pair !== null, actions)}
  </nav>`;
}

function oneTab(tab: Tab, tabs: Tabs, actions: StripActions): TemplateResult {
  const current = tab.id === tabs.panes.current;
  return html`<div
    class="tab ${current ? 'current' : ''} ${sideOf(tabs.panes, tab.id)}"
    role="presentation"
  >
    <button
      role="tab"
      id=${`tab-${tab.id}`}
      aria-selected=${current}
      aria-controls=${`panel-${tab.id}`}
      tabindex=${current ? 0 : -1}
      aria-keyshortcuts="Delete"
      title=${tab.title}
      @click=${() => tabs.show(tab.id)}
    >
      ${tab.title}${actions.unsaved(tab) ? html` <span class="unsaved" title="Not saved">●</span>` : nothing}
    </button>
    <button
      class="button quiet icon small"
      tabindex="-1"
      aria-hidden="true"
      title="Close (Delete)"
      data-testid="close-tab"
      @click=${() => actions.close(tab.id)}
    >
      ${icon('close')}
    </button>
  </div>`;
}

function sideBySideButton(on: boolean, actions: StripActions): TemplateResult {
  return html`<button
    class="button quiet icon small side-by-side"
    aria-label="Two notebooks side by side"
    title=${on ? 'One notebook' : 'Two notebooks side by side'}
    aria-pressed=${on}
    data-testid="side-by-side"
    @click=${() => actions.toggleSideBySide()}
  >
    ${icon('columns')}
  </button>`;
}
