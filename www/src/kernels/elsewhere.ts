/**
 * Opens a notebook of another host, when the person has agreed. It is fetched by a frame of its own, for the page's policy lets it
 * talk to its own host alone, and goes on doing so (www/public/elsewhere.html, docs/adr/0007).
 */
import type { DocumentStore } from '../client/documents.ts';
import { nameIn, rawAddress, refusalOf } from '../notebook/addresses.ts';
import { MAX_NOTEBOOK_BYTES, NotebookError, parseNotebook } from '../notebook/nbformat.ts';
import { asNotebook, fromSaved, hashOf, type Consent, type Opened } from './opened.ts';

const LIMIT_MS = 60_000;

/** The document stands at the site's root, this program in a folder below; Vite's own server knows no such folder. */
function framePage(): string {
  return new URL('elsewhere.html', import.meta.env.DEV ? location.href : new URL('../', import.meta.url)).href;
}

/** A copy that is kept is shown without asking its host again. */
export async function openElsewhere(given: URL, store: DocumentStore, consent: Consent | null): Promise<Opened> {
  const url = rawAddress(given);
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
  const authorText = await fetchElsewhere(url);
  const read = await asNotebook(nameIn(url), authorText);
  parseNotebook(read.text);
  const authorHash = await hashOf(authorText);
  const kept = { key, fileName: read.fileName, title: read.fileName, text: read.text, authorHash, edited: false };
  await store.save({ ...kept, savedAtMs: Date.now() }).catch(() => undefined);
  const note = `This is a copy of a notebook on ${url.host}, kept in this browser; that host is asked again only when you reset the notebook. ${read.note}`;
  return { key, ...read, note: note.trim(), authorText, authorHash, edited: false, newVersion: false };
}

/** Text of the file. Throws `NotebookError` with what can be done. */
async function fetchElsewhere(url: URL): Promise<string> {
  const [status, text] = await ask(url);
  if (status === 0)
    throw new NotebookError(
      `${url.host} gave no file: it cannot be reached, sends to another host, or does not let pages of other sites read it. Download the notebook and open the file.`,
    );
  if (status === 413) throw new NotebookError(`The file at ${url.host} is larger than 100 MB, which this page does not open.`);
  if (status < 200 || status > 299) throw new NotebookError(`There is no notebook at ${url.href} (the server says ${status}).`);
  if (/^\s*<(?:!doctype|html)/i.test(text))
    throw new NotebookError(`${url.href} is a web page, not a notebook. Look there for the address of the file itself ("raw" or "download").`);
  return text;
}

async function ask(url: URL): Promise<[status: number, text: string]> {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.hidden = true;
  frame.title = 'A notebook of another site';
  frame.src = framePage();
  const { port1, port2 } = new MessageChannel();
  const onReady = (event: MessageEvent): void => {
    if (event.source !== null && event.source === frame.contentWindow)
      frame.contentWindow?.postMessage([url.href, MAX_NOTEBOOK_BYTES], '*', [port2]);
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener('message', onReady);
  try {
    return await new Promise((resolve) => {
      port1.onmessage = (event: MessageEvent<[number, string]>) => resolve(event.data);
      timer = setTimeout(() => resolve([0, '']), LIMIT_MS);
      document.body.append(frame);
    });
  } finally {
    clearTimeout(timer);
    removeEventListener('message', onReady);
    port1.close();
    frame.remove();
  }
}
