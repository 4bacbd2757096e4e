/** What the page asks of an editor; the editor itself is a chunk that is loaded late. */
import type { Completions, Hover, Signature } from '../client/types.ts';
import type { Kind } from '../notebook/kinds.ts';

export interface EditorOptions {
  parent: HTMLElement;
  root: ShadowRoot;
  doc: string;
  kind: Kind;
  label: string;
  placeholder: string;
  onChange(text: string): void;
  onFocus(): void;
  /** True when the key was taken. `edge`: the cursor is on the first or last line. */
  onKey(event: KeyboardEvent, selection: boolean, edge: 'top' | 'bottom' | null): boolean;
  complete(source: string, cursor: number): Promise<Completions | null>;
  hover(source: string, cursor: number): Promise<Hover | null>;
  signature(source: string, cursor: number): Promise<Signature | null>;
  /** What was run before, the newest last. */
  inputs(): readonly string[];
}

export interface EditorHandle {
  /** With the cursor at a place of the screen, when one is given. */
  focus(at?: { x: number; y: number } | null): void;
  setDoc(text: string): void;
  setKind(kind: Kind): void;
  readonly cursor: number;
  destroy(): void;
}

export interface EditorModule {
  createEditor(options: EditorOptions): EditorHandle;
}
