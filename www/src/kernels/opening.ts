/**
 * Finds the text of a notebook: the author's file, or the person's own copy of it.
 *
 * A saved copy never hides a new lesson: when the author's file has changed, an unedited copy gives way, and an
 * edited one is shown with the offer to see the new version.
 */
import type { DocumentStore } from '../client/documents.ts';
import { NotebookError } from '../notebook/nbformat.ts';
import { asNotebook, fromSaved, hashOf, type Consent, type Opened } from './opened.ts';

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

/**
 * Opens the lesson at an address: of this site, or of another host when `consent` says so (null: never). Throws
 * `NotebookError` when there is neither file nor copy.
 */
export async function openAddress(address: string, store: DocumentStore, consent: Consent | null = null): Promise<Opened> {
  const url = new URL(address, document.baseURI);
  if (url.origin !== location.origin) return await (await import('./elsewhere.ts')).openElsewhere(url, store, consent);
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
