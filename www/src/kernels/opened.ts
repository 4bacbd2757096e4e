/** A notebook's text as it was found, whatever way it came: what `opening.ts` and `elsewhere.ts` give. */
import type { StoredDocument } from '../client/documents.ts';

export interface Opened {
  key: string;
  fileName: string;
  text: string;
  authorText: string | null;
  authorHash: string;
  edited: boolean;
  /** The author's file is newer than the one that this copy began from. */
  newVersion: boolean;
  /** Something to tell, as that the saved copy is shown because the lesson could not be fetched. */
  note: string;
}

/** Whether another host may be asked for this file. */
export type Consent = (url: URL) => boolean | Promise<boolean>;

export async function hashOf(text: string): Promise<string> {
  // Without a secure context there is no crypto.subtle; a plain sum then tells versions apart well enough.
  if (!globalThis.crypto?.subtle) {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
    return `sum:${text.length}:${sum}`;
  }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromSaved(saved: StoredDocument, authorText: string | null, note: string): Opened {
  const { key, fileName, text, authorHash, edited } = saved;
  return { key, fileName, text, authorText, authorHash, edited, newVersion: false, note };
}

/** Python scripts and Markdown can be written as notebooks (`notebook/text-notebook.ts`). */
export const TEXT = /\.(?:py|md|markdown|myst|qmd|rmd)$/i;

/** What the file is as .ipynb, and the name that it is kept under. */
export async function asNotebook(fileName: string, text: string): Promise<Pick<Opened, 'fileName' | 'text' | 'note'>> {
  if (!TEXT.test(fileName)) {
    if (!/"nbformat"\s*:\s*3\b/.test(text)) return { fileName, text, note: '' };
    const { upgraded } = await import('../notebook/nbformat3.ts');
    return { fileName, text: upgraded(text), note: '' };
  }
  const { notebookFromText } = await import('../notebook/text-notebook.ts');
  const saved = fileName.replace(TEXT, '.ipynb');
  const note = `${fileName} was read as a notebook. What you change is kept and downloaded as ${saved}; the file itself stays as it is.`;
  return { fileName: saved, text: notebookFromText(fileName, text), note };
}

/** A new notebook, or one from elsewhere that has no address. */
export function openLocal(fileName: string, text: string, note = ''): Opened {
  const key = `local:${Date.now().toString(36)}-${Math.floor(Math.random() * 1e9).toString(36)}`;
  return {
    key,
    fileName,
    text,
    authorText: null,
    authorHash: '',
    edited: true,
    newVersion: false,
    note,
  };
}
