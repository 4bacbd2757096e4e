/** The page under test: opens a notebook in a browser, runs cells, reads what came out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, serve } from './server.mjs';
import { launch } from './webdriver.mjs';

/** A notebook of shell cells, as text. */
export function notebookOf(cells, sandbox = {}) {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { sandbox },
    cells: cells.map((source, at) => ({ id: `cell-${at}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null })),
  });
}

/**
 * The built page on a server of its own, with these notebooks beside it under `/course/`.
 * @param {Record<string, string>} files name → text
 */
export async function serveCourse(files) {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-course-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const server = await serve({ '/': join(ROOT, 'dist'), '/course/': folder });
  return {
    ...server,
    /** Where the files stand. */
    folder,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A browser with that notebook open. */
export async function openNotebook(browserName, url, options = {}) {
  const browser = await launch(browserName, options);
  try {
    await show(browser, url);
  } catch (error) {
    await browser.quit();
    throw error;
  }
  return browser;
}

/** Goes to the address and waits until its notebook is open. */
export async function show(browser, url) {
  await browser.goto(url);
  await ready(browser);
}

/** Waits until the notebook is open. Its element stands inside the page's own. */
export async function ready(browser) {
  await browser.evaluate(async () => {
    const find = (root) => {
      for (const element of root.querySelectorAll('*')) {
        if (element.localName === 'kafka-notebook') return element;
        const inside = element.shadowRoot && find(element.shadowRoot);
        if (inside) return inside;
      }
      return null;
    };
    await customElements.whenDefined('kafka-notebook');
    while (!window.notebookUnderTest?.isConnected) {
      // The page may have several open, one of them in front.
      const app = document.querySelector('ks-app');
      window.notebookUnderTest = app ? app.notebook : find(document);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    const notebook = window.notebookUnderTest;
    await notebook.updateComplete;
    await notebook.ready;
    while (!notebook.session) await new Promise((resolve) => requestAnimationFrame(resolve));
  });
}

/** Runs a cell to its end; gives how it ended and what it printed. */
export async function runCell(browser, index) {
  return await browser.evaluate(async (at) => {
    const notebook = window.notebookUnderTest;
    const state = await notebook.runCell(at);
    const { outputs } = notebook.toJSON().cells[at];
    const text = (name) => outputs.filter((o) => o.output_type === 'stream' && o.name === name).map((o) => [o.text].flat().join('')).join('');
    const error = outputs.find((o) => o.output_type === 'error');
    return { state, stdout: text('stdout'), stderr: text('stderr'), error: error ? `${error.ename}: ${error.evalue}` : '' };
  }, index);
}
