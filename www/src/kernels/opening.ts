/**
 * Finds the text of a notebook: the author's file, or the person's own copy of it.
 *
 * A saved copy never hides a new lesson: when the author's file has changed, an unedited copy gives way, and an
 * edited one is shown with the offer to see the new version.
 */
import type { DocumentStore, StoredDocument } from '../client/documents.ts';
import { nameIn, rawAddress, refusalOf } from '../notebook/addresses.ts';
import { NotebookError, parseNotebook } from '../notebook/nbformat.ts';

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

export function fileNameOf(address: string): string {
  const path = address.split(/[?#]/)[0] ?? '';
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)) || 'notebook.ipynb';
}

async function fetchText(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok)
    throw new NotebookError(
      `There is no notebook at ${address} (the server says ${response.status}).`,
    );
  return await response.text();
}

/** Whether another host may be asked for this file. */
export type Consent = (url: URL) => boolean | Promise<boolean>;

/**
 * Opens the lesson at an address: of this site, or of another host when `consent` says so (null: never). Throws
 * `NotebookError` when there is neither file nor copy.
 */
export async function openAddress(address: string, store: DocumentStore, consent: Consent | null = null): Promise<Opened> {
  const url = new URL(address, document.baseURI);
  if (url.origin !== location.origin) return await openElsewhere(rawAddress(url), store, consent);
  const key = url.href.split('#')[0] ?? url.href;
  const fileName = fileNameOf(key);
  const saved = await store.load(key).catch(() => undefined);
  let authorText: string;
  try {
    authorText = await fetchText(key);
  } catch (error) {
    if (saved)
      return fromSaved(saved, null, 'The lesson could not be fetched: this is your saved copy.');
    if (error instanceof NotebookError) throw error;
    throw new NotebookError(
      `The notebook ${fileName} could not be fetched. Check the connection, then reload the page.`,
    );
  }
  const authorHash = await hashOf(authorText);
  if (!saved || (saved.authorHash !== authorHash && !saved.edited)) {
    const read = await asNotebook(fileName, authorText);
    return { key, ...read, authorText, authorHash, edited: false, newVersion: false };
  }
  return { ...fromSaved(saved, authorText, ''), newVersion: saved.authorHash !== authorHash };
}

export function fromSaved(saved: StoredDocument, authorText: string | null, note: string): Opened {
  const { key, fileName, text, authorHash, edited } = saved;
  return { key, fileName, text, authorText, authorHash, edited, newVersion: false, note };
}

/** A copy that is kept is shown without asking its host again. */
async function openElsewhere(url: URL, store: DocumentStore, consent: Consent | null): Promise<Opened> {
  const refused = refusalOf(url);
  if (refused) throw new NotebookError(refused);
  const key = url.href.split('#')[0] ?? url.href;
  const saved = await store.load(key).catch(() => undefined);
  if (saved) return fromSaved(saved, null, '');
  if (!consent)
    throw new NotebookError(
      `Only notebooks of this site can be opened by address; ${url.host} is another one. Download it and open the file.`,
    );
  if (!(await consent(url))) throw new NotebookError(`${url.host} was not asked for this notebook: you did not agree.`);
  const { fetchElsewhere } = await import('./elsewhere.ts');
  const authorText = await fetchElsewhere(url);
  const read = await asNotebook(nameIn(url), authorText);
  parseNotebook(read.text);
  const authorHash = await hashOf(authorText);
  const kept = { key, fileName: read.fileName, title: read.fileName, text: read.text, authorHash, edited: false };
  await store.save({ ...kept, savedAtMs: Date.now() }).catch(() => undefined);
  const note = `This is a copy of a notebook on ${url.host}, kept in this browser; that host is asked again only when you reset the notebook. ${read.note}`;
  return { key, ...read, note: note.trim(), authorText, authorHash, edited: false, newVersion: false };
}

/** Python scripts and Markdown can be written as notebooks (`notebook/text-notebook.ts`). */
const TEXT = /\.(?:py|md|markdown|myst|qmd|rmd)$/i;

async function asNotebook(fileName: string, text: string): Promise<Pick<Opened, 'fileName' | 'text' | 'note'>> {
  if (!TEXT.test(fileName)) return { fileName, text, note: '' };
  const { notebookFromText } = await import('../notebook/text-notebook.ts');
  const saved = fileName.replace(TEXT, '.ipynb');
  const note = `${fileName} was read as a notebook. What you change is kept and downloaded as ${saved}; the file itself stays as it is.`;
  return { fileName: saved, text: notebookFromText(fileName, text), note };
}

/**
 * A notebook from the person's disk; null when the file is none. Of files that were only dropped, scripts and texts
 * must look like notebooks: they may be meant for the working folder.
 */
export async function openFile(file: File, dropped: boolean): Promise<Opened | null> {
  if (!file.name.endsWith('.ipynb') && !TEXT.test(file.name)) return null;
  const text = await file.text();
  if (dropped && TEXT.test(file.name)) {
    const { looksLikeNotebook } = await import('../notebook/text-notebook.ts');
    if (!looksLikeNotebook(file.name, text)) return null;
  }
  const read = await asNotebook(file.name, text);
  parseNotebook(read.text);
  return openLocal(read.fileName, read.text, read.note);
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
