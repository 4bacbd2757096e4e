/** Addresses of notebooks on other hosts: which may be asked for, and where the file itself is behind a page that shows it. */

const GITHUB_RAW = 'https://raw.githubusercontent.com';
const GIST_RAW = 'https://gist.githubusercontent.com';

/** The file behind a page of GitHub, a gist, nbviewer, Colab or GitLab that shows it; other addresses as they are. */
export function rawAddress(url: URL): URL {
  const path = url.pathname;
  switch (url.hostname) {
    case 'github.com':
    case 'www.github.com':
      return inRepository(path) ?? url;
    case 'gist.github.com':
      return gist(path) ?? url;
    case 'nbviewer.org':
    case 'nbviewer.jupyter.org':
    case 'colab.research.google.com':
    case 'githubtocolab.com':
      return viewed(path) ?? url;
    case 'gitlab.com':
      return new URL(path.replace('/-/blob/', '/-/raw/'), url);
  }
  return url;
}

/** `/owner/repository/blob/branch/path` */
function inRepository(path: string): URL | null {
  const found = /^\/([^/]+\/[^/]+)\/(?:blob|raw)\/(.+)$/.exec(path);
  return found ? new URL(`${GITHUB_RAW}/${found[1]}/${found[2]}`) : null;
}

/** `/owner/id`, also with a file behind it. */
function gist(path: string): URL | null {
  const found = /^\/([\w-]+\/[0-9a-f]{20,})(?:\/([^/]+\.\w+))?\/?$/i.exec(path);
  return found ? new URL(`${GIST_RAW}/${found[1]}/raw${found[2] ? `/${found[2]}` : ''}`) : null;
}

function viewed(path: string): URL | null {
  const [, kind, rest = ''] = /^\/(github|gist|urls?)(\/.+)$/.exec(path) ?? [];
  switch (kind) {
    case 'github':
      return inRepository(rest);
    case 'gist':
      return gist(rest);
    case 'url':
    case 'urls':
      return new URL(`${kind === 'urls' ? 'https' : 'http'}:/${rest}`);
  }
  return null;
}

/** Why an address of another host is not asked for; null when it may be, once the person agrees. */
export function refusalOf(url: URL): string | null {
  const own = url.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1)$/.test(url.hostname);
  if (url.username !== '' || url.password !== '')
    return 'Addresses with a name or password in them are not opened. Download the notebook and open the file.';
  if (url.protocol === 'https:' || own) return null;
  const scheme = url.protocol.slice(0, -1);
  return `Notebooks of other sites are opened by https addresses only (http on this computer); this one is ${scheme}. Download it and open the file.`;
}

/** What a person types: the well-known hosts may stand without https in front. */
export function typedAddress(text: string): string {
  const address = text.trim();
  return /^(?:(?:www\.|gist\.)?github\.com|(?:raw|gist)\.githubusercontent\.com|nbviewer\.org|gitlab\.com)\//.test(address) ? `https://${address}` : address;
}

/** The file's name; of a file without an ending, as in a gist, that of a notebook. */
export function nameIn(url: URL): string {
  const name = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  return /\.\w+$/.test(name) ? name : 'notebook.ipynb';
}
