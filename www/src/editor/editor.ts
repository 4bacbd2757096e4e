/** CodeMirror as the cells use it: small, in a shadow root, with the shell's own completions and help. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import {
  HighlightStyle,
  StreamLanguage,
  bracketMatching,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, drawSelection, hoverTooltip, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Kind } from '../notebook/kinds.ts';
import type { Assistance } from './assist.ts';
import type { EditorHandle, EditorOptions } from './types.ts';

const theme = EditorView.theme({
  '&': { color: 'var(--ks-text)', backgroundColor: 'transparent', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--ks-mono)', lineHeight: '20px', overflowX: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ks-accent)', minHeight: '36px' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--ks-accent)', borderLeftWidth: '2px' },
  '.cm-placeholder': { color: 'var(--ks-muted)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    {
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
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--ks-mono)',
    fontSize: '12.5px',
    maxHeight: '240px',
    maxWidth: '380px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    padding: '3px 8px',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--ks-accent-soft)',
    color: 'var(--ks-text)',
  },
  '.cm-completionMatchedText': {
    textDecoration: 'none',
    fontWeight: '700',
    color: 'var(--ks-accent)',
  },
  '.cm-completionDetail': { color: 'var(--ks-muted)', fontStyle: 'normal' },
  '.cm-completionInfo': {
    maxWidth: '320px',
    padding: '6px 10px',
    fontFamily: 'var(--ks-font)',
    fontSize: '13px',
  },
  '.cm-tooltip-hover': {
    maxWidth: '420px',
    padding: '6px 10px',
    fontSize: '13px',
    whiteSpace: 'pre-line',
  },
  '.cm-signature': {
    maxWidth: 'min(560px, 90vw)',
    maxHeight: '40vh',
    overflowY: 'auto',
    padding: '6px 10px',
    fontFamily: 'var(--ks-font)',
    fontSize: '13px',
  },
  '.cm-signature code': { fontFamily: 'var(--ks-mono)', fontSize: '12.5px', overflowWrap: 'anywhere' },
  '.cm-signature strong': { color: 'var(--ks-accent)' },
  '.cm-signature p': { margin: '0', whiteSpace: 'pre-line' },
  '.cm-signature code + p': { marginTop: '4px', color: 'var(--ks-muted)' },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--ks-muted)', fontStyle: 'italic' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ks-ok)' },
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], color: 'var(--ks-broker-3)' },
  { tag: [tags.number, tags.bool, tags.atom], color: 'var(--ks-broker-1)' },
  {
    tag: [tags.definition(tags.variableName), tags.special(tags.variableName)],
    color: 'var(--ks-broker-0)',
  },
  { tag: [tags.attributeName, tags.propertyName], color: 'var(--ks-accent)' },
  { tag: tags.meta, color: 'var(--ks-muted)' },
]);

/** The shell's mode comes along; the others when a cell needs them. */
async function language(kind: Kind): Promise<Extension> {
  switch (kind) {
    case 'shell':
      return StreamLanguage.define(shell);
    case 'python':
      return StreamLanguage.define((await import('@codemirror/legacy-modes/mode/python')).python);
    case 'javascript':
      return StreamLanguage.define(
        (await import('@codemirror/legacy-modes/mode/javascript')).javascript,
      );
    default:
      return [];
  }
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
  const assistance = new Compartment();
  let assist: typeof import('./assist.ts') | undefined;
  let assistant: Assistance | undefined;
  let kind = options.kind;
  let settingDoc = false;
  const setLanguage = (): void => {
    const wanted = kind;
    void language(wanted).then((extension) => {
      if (wanted === kind) view.dispatch({ effects: languages.reconfigure(extension) });
    });
  };
  const startAssisting = async (): Promise<void> => {
    if (assist) return;
    assist = await import('./assist.ts');
    assistant = assist.assist(options);
    view.dispatch({ effects: assistance.reconfigure(assistant.extension) });
  };
  const keys = Prec.highest(
    EditorView.domEventHandlers({
      keydown: (event, view) => {
        if (
          assist?.listIsOpen(view.state) &&
          /^(Escape|ArrowUp|ArrowDown|Enter)$/.test(event.key) &&
          !event.shiftKey &&
          !event.ctrlKey
        )
          return false;
        if (event.key === 'Escape' && assistant?.hide(view)) {
          event.preventDefault();
          event.stopPropagation();
          return true;
        }
        return options.onKey(event, !view.state.selection.main.empty, edgeOf(view.state));
      },
      focus: () => {
        void startAssisting();
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
        indentUnit.of('    '),
        languages.of(kind === 'shell' ? StreamLanguage.define(shell) : []),
        assistance.of([]),
        syntaxHighlighting(colours),
        help(options),
        keymap.of([
          ...defaultKeymap.filter((k) => k.key !== 'Mod-Enter'),
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.lineWrapping,
        placeholder(options.placeholder),
        theme,
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          spellcheck: 'false',
          autocapitalize: 'off',
          autocorrect: 'off',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !settingDoc) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  if (kind !== 'shell') setLanguage();
  return {
    focus: (at) => {
      view.focus();
      const pos = at ? view.posAtCoords(at) : null;
      if (pos !== null) view.dispatch({ selection: { anchor: pos } });
    },
    setDoc: (text) => {
      if (view.state.doc.toString() === text) return;
      settingDoc = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
      settingDoc = false;
    },
    setKind: (to) => {
      if (to === kind) return;
      kind = to;
      setLanguage();
    },
    get cursor() {
      return view.state.selection.main.head;
    },
    destroy: () => view.destroy(),
  };
}
