/**
 * The call that is being typed, above its line: after `(` and `,`, and with Shift+Tab as in Jupyter. Shift+Tab outside
 * of calls shows what hovering does. Escape, `)` and leaving the call take it away.
 *
 * What the kernel answers too late is dropped, and typing never waits for it.
 */
import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { EditorView, ViewPlugin, keymap, showTooltip, type Tooltip, type ViewUpdate } from '@codemirror/view';
import type { Signature } from '../client/types.ts';
import type { EditorOptions } from './types.ts';

const show = StateEffect.define<Tooltip | null>();

const tooltip = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    if (!value || !transaction.docChanged) return value;
    return { ...value, pos: transaction.changes.mapPos(value.pos) };
  },
  provide: (field) => showTooltip.from(field),
});

function box(...nodes: (Node | string)[]): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'cm-signature';
  dom.setAttribute('role', 'tooltip');
  dom.append(...nodes);
  return dom;
}

function paragraph(text: string): HTMLElement {
  const dom = document.createElement('p');
  dom.textContent = text;
  return dom;
}

/** `name(a, b=1)` with the current parameter in bold, and a paragraph of its documentation. */
function draw({ name, parameters, current, doc }: Signature): HTMLElement {
  const line = document.createElement('code');
  line.append(`${name}(`);
  for (const [at, text] of parameters.entries()) {
    if (at > 0) line.append(', ');
    const parameter = document.createElement(at === current ? 'strong' : 'span');
    parameter.textContent = text;
    line.append(parameter);
  }
  line.append(')');
  return doc === '' ? box(line) : box(line, paragraph(doc));
}

class Help {
  readonly #view: EditorView;
  readonly #options: EditorOptions;
  #asking = false;
  /** What has changed while a question was under way: asked again then. */
  #again: 'call' | 'any' | null = null;

  constructor(view: EditorView, options: EditorOptions) {
    this.#view = view;
    this.#options = options;
  }

  update(update: ViewUpdate): void {
    // Who types on while the kernel is asked gets the answer for what stands there then.
    const open = this.#asking || update.state.field(tooltip) !== null;
    if (update.focusChanged && !update.view.hasFocus) this.#later(() => this.hide());
    else if (update.docChanged) {
      const typed = update.transactions.some((t) => t.isUserEvent('input.type')) ? typedText(update) : '';
      if (/[(,]$|^\(\)$/.test(typed)) void this.ask('call');
      else if (open && typed.endsWith(')')) this.#later(() => (this.hide(), void this.ask('call')));
      else if (open) void this.ask('call');
    } else if (update.selectionSet && open) void this.ask('call');
  }

  /** An update may not change the state by itself. */
  #later(work: () => void): void {
    queueMicrotask(work);
  }

  hide(): boolean {
    this.#again = null;
    if (!this.#view.state.field(tooltip)) return false;
    this.#view.dispatch({ effects: show.of(null) });
    return true;
  }

  async ask(what: 'call' | 'any'): Promise<void> {
    if (this.#asking) {
      this.#again = what;
      return;
    }
    this.#asking = true;
    const { state } = this.#view;
    const { head } = state.selection.main;
    const found = await this.#find(state.doc.toString(), head, what).catch(() => null);
    this.#asking = false;
    const again = this.#again;
    this.#again = null;
    if (again) return void this.ask(again);
    const now = this.#view.state;
    if (now.doc !== state.doc || now.selection.main.head !== head || !this.#view.hasFocus) return;
    if (found || now.field(tooltip)) this.#view.dispatch({ effects: show.of(found) });
  }

  async #find(source: string, cursor: number, what: 'call' | 'any'): Promise<Tooltip | null> {
    const call = await this.#options.signature(source, cursor);
    const place = { above: true, strictSide: false };
    if (call) return { ...place, pos: call.at, create: () => ({ dom: draw(call) }) };
    const hover = what === 'any' ? await this.#options.hover(source, cursor) : null;
    return hover ? { ...place, pos: hover.from, create: () => ({ dom: box(paragraph(hover.text)) }) } : null;
  }
}

function typedText(update: ViewUpdate): string {
  let text = '';
  update.changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => (text = inserted.toString()));
  return text;
}

export function signatureHelp(options: EditorOptions): { extension: Extension; hide(view: EditorView): boolean } {
  const plugin = ViewPlugin.define((view) => new Help(view, options));
  const onShiftTab = (view: EditorView): boolean => {
    const { main } = view.state.selection;
    const before = view.state.sliceDoc(view.state.doc.lineAt(main.head).from, main.head);
    // In front of a line's text, and on what is selected, Shift+Tab takes away indentation.
    if (!main.empty || before.trim() === '') return false;
    void view.plugin(plugin)?.ask('any');
    return true;
  };
  return {
    extension: [tooltip, plugin, keymap.of([{ key: 'Shift-Tab', run: onShiftTab }])],
    hide: (view) => view.plugin(plugin)?.hide() ?? false,
  };
}
