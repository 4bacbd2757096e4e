/** What the page's dialog shows: a question before something is lost, the keys, where work is kept. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Notice } from '../client/types.ts';
import { KEY_HELP } from '../notebook/keys.ts';
import type { Question } from './app-menus.ts';

type Close = () => void;

/** The dialog around its content. A click beside it closes it, as Escape does. */
export function framed(
  content: (close: Close) => TemplateResult | typeof nothing,
  close: Close,
): TemplateResult {
  return html`<dialog
    @close=${close}
    @click=${(event: Event) => event.target === event.currentTarget && close()}
  >
    <div>${content(close)}</div>
  </dialog>`;
}

export function questionDialog(question: Question | null, close: Close) {
  if (!question) return nothing;
  return html`<h2>${question.title}</h2>
    <p>${question.text}</p>
    <div class="row">
      <button class="button" @click=${close}>Cancel</button>
      <button
        class="button danger"
        data-testid="confirm"
        @click=${() => {
          close();
          question.run();
        }}
      >
        ${question.action}
      </button>
    </div>`;
}

export function keysDialog(close: Close) {
  return html`<h2>Keys</h2>
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
  return html`<h2>Where your work is kept</h2>
    <dl class="facts">
      ${facts.map(
        ([name, text]) =>
          html`<dt>${name}</dt>
            <dd>${text}</dd>`,
      )}
    </dl>
    ${notices.map((notice) => html`<p>${notice.text}</p>`)}
    <div class="row"><button class="button" @click=${close}>Close</button></div>`;
}
