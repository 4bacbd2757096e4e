/**
 * Fetches a notebook of another host, when the person has agreed: by a frame of its own, for the page's policy lets it
 * talk to its own host alone, and goes on doing so (www/public/elsewhere.html, docs/adr/0007).
 */
import { MAX_NOTEBOOK_BYTES, NotebookError } from '../notebook/nbformat.ts';

const LIMIT_MS = 60_000;

/** The document stands at the site's root, this program in a folder below; Vite's own server knows no such folder. */
function framePage(): string {
  return new URL('elsewhere.html', import.meta.env.DEV ? location.href : new URL('../', import.meta.url)).href;
}

/** Text of the file. Throws `NotebookError` with what can be done. */
export async function fetchElsewhere(url: URL): Promise<string> {
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
