/** What the page's dialog shows: a question before something is lost, the keys, where work is kept. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { ClusterState } from '../client/types.ts';
import type { NotebookSession } from '../kernels/session.ts';
import { typedAddress } from '../notebook/addresses.ts';
import { KEY_HELP } from '../notebook/key-help.ts';
import type { Question } from './app-menus.ts';
import { storageFacts } from './storage-facts.ts';

type Close = () => void;

/** The page takes them over with the first dialog. */
export const dialogStyles = css`
  dialog {
    width: min(480px, calc(100vw - 32px));
    max-height: 85vh;
    padding: 0;
    border: 1px solid var(--ks-border);
    border-radius: 10px;
    background: var(--ks-bg);
    color: var(--ks-text);
    box-shadow: 0 16px 48px var(--ks-shadow);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  dialog > div {
    padding: 20px;
  }
  dialog h2 {
    margin: 0 0 8px;
    font-size: 17px;
    line-height: 24px;
  }
  dialog p {
    margin: 0 0 16px;
    overflow-wrap: anywhere;
  }
  dialog p > input {
    width: 100%;
    margin-top: 4px;
  }
  dialog .row {
    justify-content: flex-end;
  }
  dialog dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 6px 16px;
    margin: 0 0 16px;
  }
  dialog dt {
    font: 12px/20px var(--ks-mono);
  }
  dialog .facts dt {
    font: inherit;
    color: var(--ks-muted);
  }
  dialog dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
`;

/** The dialog around its content. A click beside it closes it, as Escape does. */
export function framed(
  content: (close: Close) => TemplateResult | typeof nothing,
  close: Close,
): TemplateResult {
  return html`<dialog
    aria-labelledby="dialog-title"
    @close=${close}
    @click=${(event: Event) => event.target === event.currentTarget && close()}
  >
    <div>${content(close)}</div>
  </dialog>`;
}

interface Words {
  title: string;
  text: string;
  action: string;
  facts?: readonly (readonly [string, string])[];
  /** Nothing is lost by it. */
  harmless?: boolean;
}

const QUESTIONS: Record<'reset-lesson' | 'reset-cluster', Words> = {
  'reset-lesson': {
    title: 'Drop your changes to this lesson?',
    text: 'The lesson is shown as its author wrote it. Your edits, its outputs and the files of its working folder are removed from this browser. The cluster stays as it is.',
    action: 'Drop my changes',
  },
  'reset-cluster': {
    title: 'Delete everything in the cluster?',
    text: 'All topics, records, consumer groups and configs are deleted, for every open tab of this page. Notebooks and files stay.',
    action: 'Delete everything',
  },
};

/** Before another host is asked for a notebook. */
function hostQuestion(url: URL): Words {
  return {
    title: `Open a notebook from ${url.host}?`,
    text: 'The page asks that host when you agree, and only for this file.',
    facts: [
      ['File', url.href],
      ['It sees', 'your network address and which file you want; no cookies, and not where you come from'],
      ['You get', 'a copy, kept in this browser. Its outputs are shown without scripts and without pictures of other sites, and none of its cells runs until you run it.'],
    ],
    action: `Ask ${url.host}`,
    harmless: true,
  };
}

function factList(facts: readonly (readonly [string, string])[]) {
  return html`<dl class="facts">
    ${facts.map(
      ([name, text]) =>
        html`<dt>${name}</dt>
          <dd>${text}</dd>`,
    )}
  </dl>`;
}

export function questionDialog(question: Question | null, close: Close) {
  if (!question) return nothing;
  const { what } = question;
  const { title, text, action, facts, harmless } = typeof what === 'string' ? QUESTIONS[what] : hostQuestion(what);
  return html`<h2 id="dialog-title">${title}</h2>
    <p>${text}</p>
    ${facts ? factList(facts) : nothing}
    <div class="row">
      <button class="button" @click=${close}>Cancel</button>
      <button
        class="button ${harmless ? 'primary' : 'danger'}"
        data-testid="confirm"
        @click=${() => {
          question.run();
          close();
        }}
      >
        ${action}
      </button>
    </div>`;
}

export function addressDialog(open: (address: string) => void, close: Close) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const address = new FormData(event.target as HTMLFormElement).get('address');
    close();
    open(typedAddress(String(address)));
  };
  return html`<h2 id="dialog-title">Open an address</h2>
    <form @submit=${submit}>
      <p>
        <label for="address">Address of a notebook</label>
        <input id="address" name="address" type="text" inputmode="url" required autofocus
          autocomplete="off" autocapitalize="off" spellcheck="false" data-testid="address"
          aria-describedby="address-hint" placeholder="https://github.com/…/lesson.ipynb" />
      </p>
      <p class="hint" id="address-hint">
        A file of this site, or of GitHub, a gist, nbviewer or another site that lets pages read it.
        Another host is asked only after you have agreed.
      </p>
      <div class="row">
        <button class="button" type="button" @click=${close}>Cancel</button>
        <button class="button primary" type="submit" data-testid="open-address">Open</button>
      </div>
    </form>`;
}

export function keysDialog(close: Close) {
  return html`<h2 id="dialog-title">Keys</h2>
    <dl>
      ${KEY_HELP.map(
        ([keys, what]) =>
          html`<dt>${keys}</dt>
            <dd>${what}</dd>`,
      )}
    </dl>
    <div class="row"><button class="button" @click=${close}>Close</button></div>`;
}

export function storageDialog(cluster: ClusterState, session: NotebookSession | null, close: Close) {
  return html`<h2 id="dialog-title">Where your work is kept</h2>
    ${factList(storageFacts(cluster, session))}
    ${cluster.notices.map((notice) => html`<p>${notice.text}</p>`)}
    <div class="row"><button class="button" @click=${close}>Close</button></div>`;
}
