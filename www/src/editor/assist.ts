/** Completions, closing brackets, signatures, earlier inputs: loaded when somebody begins to type, not to read. */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { EditorState, Extension } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';
import { recall } from './recall.ts';
import { signatureHelp } from './signature.ts';
import type { EditorOptions } from './types.ts';

function source(options: EditorOptions) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
    if (!context.explicit && !/[\w./$-]/.test(before)) return null;
    const found = await options.complete(context.state.doc.toString(), context.pos);
    if (!found || found.options.length === 0) return null;
    return {
      from: found.from,
      options: found.options.map((option): Completion => ({
        label: option.label,
        type: option.kind,
        detail: option.detail,
        info: option.info,
      })),
      // In code what follows a dot is another question; the shell's words have dots in them.
      validFor: options.kind === 'shell' ? /^[\w./$:@=-]*$/ : /^\w*$/,
    };
  };
}

export interface Assistance {
  extension: Extension;
  /** Takes a tooltip away that was not hovered for; whether there was one. */
  hide(view: EditorView): boolean;
}

export function assist(options: EditorOptions): Assistance {
  const signature = signatureHelp(options);
  const extension = [
    closeBrackets(),
    // The shell mode's own words are replaced by what the shell really knows.
    autocompletion({ override: [source(options)], icons: false }),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    signature.extension,
    recall(options.inputs),
  ];
  return { extension, hide: signature.hide };
}

/** An open list of completions has Enter, Escape and the arrows first. */
export function listIsOpen(state: EditorState): boolean {
  return completionStatus(state) === 'active';
}
