/** CodeMirror as the cells use it: small, in a shadow root, with the shell's own completions and help. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  type Completion as CmCompletion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, bracketMatching, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { javascript } from '@codemirror/legacy-modes/mode/javascript';
import { python } from '@codemirror/legacy-modes/mode/python';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, drawSelection, hoverTooltip, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Kind } from '../notebook/kinds.ts';
import type { EditorHandle, EditorOptions } from './types.ts';

const theme = EditorView.theme({
  '&': { color: 'var(--ks-text)', backgroundColor: 'transparent', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--ks-mono)', lineHeight: '20px', overflowX: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ks-accent)', minHeight: '36px' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--ks-accent)', borderLeftWidth: '2px' },
  '.cm-placeholder': { color: 'var(--ks-muted)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--ks-accent) 24%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--ks-accent-soft)', outline: 'none' },
  '.cm-tooltip': {
    border: '1px solid var(--ks-border)',
    borderRadius: '6px',
    backgroundColor: 'var(--ks-bg)',
    color: 'var(--ks-text)',
    boxShadow: '0 8px 24px var(--ks-shadow)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--ks-mono)', fontSize: '12.5px', maxHeight: '240px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--ks-accent-soft)',
    color: 'var(--ks-text)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700', color: 'var(--ks-accent)' },
  '.cm-completionDetail': { color: 'var(--ks-muted)', fontStyle: 'normal' },
  '.cm-completionInfo': { maxWidth: '320px', padding: '6px 10px', fontFamily: 'var(--ks-font)', fontSize: '13px' },
  '.cm-tooltip-hover': { maxWidth: '420px', padding: '6px 10px', fontSize: '13px', whiteSpace: 'pre-line' },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--ks-muted)', fontStyle: 'italic' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ks-ok)' },
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], color: 'var(--ks-broker-3)' },
  { tag: [tags.number, tags.bool, tags.atom], color: 'var(--ks-broker-1)' },
  { tag: [tags.definition(tags.variableName), tags.special(tags.variableName)], color: 'var(--ks-broker-0)' },
  { tag: [tags.attributeName, tags.propertyName], color: 'var(--ks-accent)' },
  { tag: tags.meta, color: 'var(--ks-muted)' },
]);

function language(kind: Kind): Extension {
  switch (kind) {
    case 'shell':
      return StreamLanguage.define(shell);
    case 'python':
      return StreamLanguage.define(python);
    case 'javascript':
      return StreamLanguage.define(javascript);
    default:
      return [];
  }
}

function completions(options: EditorOptions) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
    if (!context.explicit && !/[\w./$-]/.test(before)) return null;
    const found = await options.complete(context.state.doc.toString(), context.pos);
    if (!found || found.options.length === 0) return null;
    return {
      from: found.from,
      options: found.options.map(
        (option): CmCompletion => ({ label: option.label, type: option.kind, detail: option.detail, info: option.info }),
      ),
      validFor: /^[\w./$:@=-]*$/,
    };
  };
}

function help(options: EditorOptions): Extension {
  return hoverTooltip(async (view, pos) => {
    const found = await options.hover(view.state.doc.toString(), pos).catch(() => null);
    if (!found) return null;
    return {
      pos: found.from,
      end: found.to,
      create: () => {
        const dom = document.createElement('div');
        dom.textContent = found.text;
        return { dom };
      },
    };
  });
}

function edgeOf(state: EditorState): 'top' | 'bottom' | null {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head).number;
  if (line === 1 && head === 0) return 'top';
  return line === state.doc.lines && head === state.doc.length ? 'bottom' : null;
}

export function createEditor(options: EditorOptions): EditorHandle {
  const languages = new Compartment();
  let kind = options.kind;
  let settingDoc = false;
  const keys = Prec.highest(
    EditorView.domEventHandlers({
      keydown: (event, view) => {
        // An open list of completions has Enter, Escape and the arrows first.
        if (completionStatus(view.state) === 'active' && /^(Escape|ArrowUp|ArrowDown|Enter)$/.test(event.key) && !event.shiftKey && !event.ctrlKey) return false;
        return options.onKey(event, !view.state.selection.main.empty, edgeOf(view.state));
      },
      focus: () => {
        options.onFocus();
        return false;
      },
    }),
  );
  const view = new EditorView({
    parent: options.parent,
    root: options.root,
    state: EditorState.create({
      doc: options.doc,
      extensions: [
        keys,
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of('    '),
        languages.of(language(kind)),
        syntaxHighlighting(colours),
        autocompletion({ override: [completions(options)], icons: false }),
        help(options),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap.filter((k) => k.key !== 'Mod-Enter'), ...historyKeymap, ...completionKeymap, indentWithTab]),
        EditorView.lineWrapping,
        placeholder(options.placeholder),
        theme,
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false', autocapitalize: 'off', autocorrect: 'off' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !settingDoc) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    setDoc: (text) => {
      if (view.state.doc.toString() === text) return;
      settingDoc = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      settingDoc = false;
    },
    setKind: (to) => {
      if (to === kind) return;
      kind = to;
      view.dispatch({ effects: languages.reconfigure(language(to)) });
    },
    get cursor() {
      return view.state.selection.main.head;
    },
    destroy: () => view.destroy(),
  };
}
