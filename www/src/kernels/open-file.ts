/** Opens files of the person's disk. Fetched with the first of them. */
import { parseNotebook } from '../notebook/nbformat.ts';
import { TEXT, asNotebook, openLocal, type Opened } from './opened.ts';

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
