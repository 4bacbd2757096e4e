/** The page's header: what acts on the notebook in front, how storage is, and on a phone one menu for the rest. */
import { html, type TemplateResult } from 'lit';
import { icon } from '../look/icons.ts';
import '../look/menu.ts';
import {
  exportItems,
  moreItems,
  resetItems,
  restartItems,
  themeItems,
  type PageActions,
} from './app-menus.ts';

export interface HeaderState {
  /** Of the notebook in front; undefined when none is open. */
  title: string | undefined;
  busy: boolean;
  filesOpen: boolean;
  panelOpen: boolean;
  storage: TemplateResult;
  togglePanel(): void;
}

export function header(page: PageActions, state: HeaderState): TemplateResult {
  const { title, busy, filesOpen, panelOpen, storage, togglePanel } = state;
  return html`
    <header>
      <img class="mark" src="./icon.svg" alt="" />
      <h1 data-testid="title">${title ?? 'Kafka Sandbox'}</h1>
      <button
        class="button quiet"
        data-testid="run-all"
        ?disabled=${title === undefined}
        @click=${() => void page.notebook?.runAll()}
      >
        ${icon('playAll')}<span>Run all</span>
      </button>
      <button
        class="button quiet"
        data-testid="stop"
        ?disabled=${!busy}
        @click=${() => page.notebook?.stop()}
      >
        ${icon('stop')}<span>Stop</span>
      </button>
      <ks-menu
        class="only-wide"
        caption="Restart"
        icon="restart"
        .items=${restartItems(page)}
        data-testid="restart"
      ></ks-menu>
      <ks-menu
        class="only-wide"
        caption="Reset"
        icon="reset"
        .items=${resetItems(page)}
        data-testid="reset"
      ></ks-menu>
      <button
        class="button quiet only-wide"
        aria-expanded=${filesOpen}
        data-testid="files-button"
        @click=${() => page.toggleFiles()}
      >
        ${icon('folder')}<span>Files</span>
      </button>
      <ks-menu
        class="only-wide"
        caption="Export"
        icon="download"
        .items=${exportItems(page)}
        data-testid="export"
      ></ks-menu>
      <span class="spring"></span>
      ${storage}
      <ks-menu
        class="only-wide"
        label=${`Theme: ${page.theme}`}
        align="right"
        icon=${{ auto: 'auto', light: 'sun', dark: 'moon' }[page.theme]}
        .items=${themeItems(page)}
        data-testid="theme"
      ></ks-menu>
      <button
        class="button quiet icon only-wide"
        aria-label="Keys"
        title="Keys (H)"
        @click=${() => page.showKeys()}
      >
        ${icon('keyboard')}
      </button>
      <button
        class="button quiet icon"
        aria-label=${panelOpen ? 'Hide the cluster' : 'Show the cluster'}
        title=${panelOpen ? 'Hide the cluster' : 'Show the cluster'}
        aria-pressed=${panelOpen}
        data-testid="panel-toggle"
        @click=${togglePanel}
      >
        ${icon('panel')}
      </button>
      <ks-menu
        class="only-narrow"
        label="More"
        align="right"
        icon="more"
        .items=${moreItems(page)}
      ></ks-menu>
    </header>
  `;
}
