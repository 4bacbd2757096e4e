/** What the page's dialog shows: a question before something is lost, the keys, where work is kept. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Notice } from '../client/types.ts';
import { typedAddress } from '../notebook/addresses.ts';
import { KEY_HELP } from '../notebook/keys.ts';
import type { Question } from './app-menus.ts';

type Close = () => void;

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
  return html`<h2 id="dialog-title">${question.title}</h2>
    <p>${question.text}</p>
    ${question.facts ? factList(question.facts) : nothing}
    <div class="row">
      <button class="button" @click=${close}>Cancel</button>
      <button
        class="button ${question.harmless ? 'primary' : 'danger'}"
        data-testid="confirm"
        @click=${() => {
          question.run();
          close();
        }}
      >
        ${question.action}
      </button>
    </div>`;
}

/** Before another host is asked for a notebook. */
export function hostQuestion(url: URL): Omit<Question, 'run'> {
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

export function storageDialog(
  facts: readonly (readonly [string, string])[],
  notices: readonly Notice[],
  close: Close,
) {
  return html`<h2 id="dialog-title">Where your work is kept</h2>
    ${factList(facts)}
    ${notices.map((notice) => html`<p>${notice.text}</p>`)}
    <div class="row"><button class="button" @click=${close}>Close</button></div>`;
}
