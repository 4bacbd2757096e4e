/**
 * Markdown and HTML of strangers to harmless elements: no script, no handler, no style, nothing fetched from
 * another host. Loaded as a chunk of its own, right after the first paint.
 */
import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const marked = new Marked({ gfm: true, breaks: false });

/** Attributes that make a browser fetch something. */
const FETCHING = [
  'src',
  'srcset',
  'poster',
  'background',
  'data',
  'action',
  'formaction',
  'ping',
  'cite',
  'longdesc',
  'usemap',
  'xlink:href',
];

let baseUrl = location.href;

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  for (const name of FETCHING) {
    const value = node.getAttribute(name);
    if (value === null) continue;
    if (node.nodeName === 'IMG' && name === 'src') checkImage(node as HTMLImageElement, value);
    else node.removeAttribute(name);
  }
  if (node.nodeName === 'A') checkLink(node as HTMLAnchorElement);
  else if (node.hasAttribute('href')) node.removeAttribute('href');
});

function checkImage(image: HTMLImageElement, address: string): void {
  if (/^data:image\/(png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(address)) return;
  const url = URL.canParse(address, baseUrl) ? new URL(address, baseUrl) : null;
  if (url && url.origin === location.origin && /^https?:$/.test(url.protocol)) {
    image.setAttribute('src', url.href);
    image.setAttribute('loading', 'lazy');
    return;
  }
  image.removeAttribute('src');
  image.dataset.from = url?.host ?? '';
}

/** In the place of a picture that is not fetched stands what it was. */
function noteBlocked(image: HTMLImageElement): void {
  const note = document.createElement('span');
  note.className = 'blocked-image';
  const where = image.dataset.from ? ` on ${image.dataset.from}` : '';
  note.textContent = `Picture${where} not loaded${image.alt ? `: ${image.alt}` : ''}`;
  image.replaceWith(note);
}

function checkLink(link: HTMLAnchorElement): void {
  const address = link.getAttribute('href');
  if (address === null || address.startsWith('#')) return;
  const url = URL.canParse(address, baseUrl) ? new URL(address, baseUrl) : null;
  if (!url || !/^(https?|mailto):$/.test(url.protocol)) {
    link.removeAttribute('href');
    return;
  }
  if (url.origin === location.origin && url.pathname.endsWith('.ipynb')) {
    link.setAttribute('href', `?notebook=${encodeURIComponent(url.pathname)}`);
    link.dataset.notebook = url.pathname;
    return;
  }
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
}

const RULES = {
  RETURN_DOM_FRAGMENT: true as const,
  USE_PROFILES: { html: true },
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'select',
    'textarea',
    'iframe',
    'object',
    'embed',
    'video',
    'audio',
    'source',
    'track',
    'picture',
    'link',
    'meta',
    'base',
    'dialog',
    'map',
    'area',
  ],
  FORBID_ATTR: [
    'style',
    'id',
    'name',
    'class',
    'tabindex',
    'autofocus',
    'popover',
    'slot',
    'is',
    'part',
  ],
  ALLOW_DATA_ATTR: false,
};

export function sanitise(dirty: string, base: string): DocumentFragment {
  baseUrl = base;
  const fragment = DOMPurify.sanitize(dirty, RULES) as unknown as DocumentFragment;
  for (const image of fragment.querySelectorAll<HTMLImageElement>('img:not([src])'))
    noteBlocked(image);
  for (const table of fragment.querySelectorAll('table')) {
    const scroller = document.createElement('div');
    scroller.className = 'table-scroll';
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return fragment;
}

interface Attachments {
  [name: string]: unknown;
}

/** `attachment:name` stands for a picture that the cell itself carries. */
function inlineAttachments(html: string, attachments: Attachments | undefined): string {
  if (!attachments) return html;
  return html.replace(/(["'(])attachment:([^"')\s]+)/g, (whole, quote: string, name: string) => {
    const bundle = attachments[decodeURIComponent(name)];
    if (typeof bundle !== 'object' || bundle === null) return whole;
    const [mime, data] = Object.entries(bundle)[0] ?? [];
    const text = Array.isArray(data) ? data.join('') : String(data ?? '');
    return mime?.startsWith('image/')
      ? `${quote}data:${mime};base64,${text.replace(/\s/g, '')}`
      : whole;
  });
}

export function renderMarkdown(
  source: string,
  base: string,
  attachments?: Attachments,
): DocumentFragment {
  const html = marked.parse(source, { async: false });
  return sanitise(inlineAttachments(html, attachments), base);
}
