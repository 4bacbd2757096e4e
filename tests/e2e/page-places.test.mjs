/** Where the page may stand: an old browser, no network, another person's page, no SharedWorker, refused storage. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, ready, runCell, serveCourse } from './page.mjs';
import { ROOT, serve } from './server.mjs';
import { browsersToTest, launch } from './webdriver.mjs';

const CREATE = '!kafka-topics.sh --create --topic places --bootstrap-server localhost:9092';
const LIST = '!kafka-topics.sh --list --bootstrap-server localhost:9092';

const EMBEDDING = `<!doctype html><html lang="en"><title>A course page</title><h1>A lesson</h1>
<script type="module" src="/kafka-notebook.js"></script><kafka-notebook src="/course/lesson.ipynb"></kafka-notebook></html>`;

let course;
before(async () => {
  course = await serveCourse({
    'lesson.ipynb': notebookOf([CREATE, LIST]),
    'embedding.html': EMBEDDING,
  });
});
after(() => course.close());

/** The built page in a browser that lacks something: `script` runs before everything else. */
async function serveLacking(script) {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-lacking-'));
  cpSync(join(ROOT, 'dist'), folder, { recursive: true });
  const page = join(folder, 'index.html');
  writeFileSync(join(folder, 'lacking.js'), script);
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace('<title>', '<script src="./lacking.js"></script><title>'),
  );
  const server = await serve({ '/': folder, '/course/': course.folder });
  return {
    ...server,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

for (const name of browsersToTest()) {
  test(`a browser that is too old reads a plain sentence in ${name}`, async () => {
    const server = await serveLacking('delete Array.prototype.toSorted;');
    const browser = await launch(name);
    try {
      await browser.goto(`${server.url}/`);
      const text = await browser.evaluate(() => document.body.innerText.trim());
      assert.match(
        text,
        /^This browser is too old for the Kafka Sandbox \(it lacks current JavaScript\)\. Please use Chrome/,
      );
    } finally {
      await browser.quit();
      await server.close();
    }
  });

  test(`without SharedWorker two tabs share a cluster, and the second takes over, in ${name}`, async () => {
    const server = await serveLacking('delete window.SharedWorker;');
    const address = `${server.url}/?notebook=/course/lesson.ipynb`;
    const browser = await openNotebook(name, address);
    try {
      const first = await browser.currentTab();
      assert.equal((await runCell(browser, 0)).stdout, 'Created topic places.\n');
      const second = await browser.newTab();
      await browser.goto(address);
      await ready(browser);
      assert.equal((await runCell(browser, 1)).stdout, 'places\n');
      await browser.tab(first);
      await browser.closeTab();
      await browser.tab(second);
      assert.equal((await runCell(browser, 1)).stdout, 'places\n');
    } finally {
      await browser.quit();
      await server.close();
    }
  });

  test(`two tabs show the same cluster live, and outlive each other, in ${name}`, async () => {
    const address = `${course.url}/?notebook=/course/lesson.ipynb`;
    const browser = await openNotebook(name, address);
    try {
      const first = await browser.currentTab();
      const second = await browser.newTab();
      await browser.goto(address);
      await ready(browser);
      await browser.tab(first);
      await runCell(browser, 0);
      await browser.tab(second);
      await browser.until(
        'the second tab shows the topic',
        () =>
          document
            .querySelector('ks-app')
            .renderRoot.querySelector('ks-cluster-panel')
            ?.renderRoot?.querySelector('ks-live')
            ?.renderRoot?.querySelector('[data-topic=places]') && true,
      );
      await browser.tab(first);
      await browser.closeTab();
      await browser.tab(second);
      assert.equal((await runCell(browser, 1)).stdout, 'places\n');
    } finally {
      await browser.quit();
    }
  });

  test(`documents survive refused storage with a word about it in ${name}`, async () => {
    const server = await serveLacking(
      "IDBFactory.prototype.open = function () { throw new DOMException('refused', 'SecurityError'); };",
    );
    const browser = await openNotebook(name, `${server.url}/?notebook=/course/lesson.ipynb`);
    try {
      await browser.evaluate(() => {
        const { notebook } = window.notebookUnderTest.session;
        notebook.setSource(notebook.cells[0].id, '!echo typed');
      });
      const text = await browser.until(
        'the problem is told',
        () => window.notebookUnderTest.renderRoot.querySelector('.banner.bad')?.textContent,
      );
      assert.match(text, /could not be saved in this browser .*Download the notebook to keep them/);
      assert.equal((await runCell(browser, 0)).stdout, 'typed\n');
    } finally {
      await browser.quit();
      await server.close();
    }
  });

  test(`the element runs in another page in ${name}`, async () => {
    const browser = await launch(name);
    try {
      await browser.goto(`${course.url}/course/embedding.html`);
      await ready(browser);
      const seen = await browser.evaluate(async () => {
        const notebook = window.notebookUnderTest;
        const events = [];
        for (const event of ['cell-start', 'cell-end', 'output'])
          notebook.addEventListener(event, (e) => events.push([event, e.detail.index]));
        const result = await notebook.runAll();
        return { result, events, outputs: notebook.toJSON().cells[1].outputs[0].text };
      });
      assert.deepEqual(seen.result, { failed: [] });
      assert.match(seen.outputs.join(''), /^places$/m);
      assert.deepEqual(seen.events, [
        ['cell-start', 0],
        ['output', 0],
        ['cell-end', 0],
        ['cell-start', 1],
        ['output', 1],
        ['cell-end', 1],
      ]);
    } finally {
      await browser.quit();
    }
  });

  test(`after one visit the page works without a network in ${name}`, async () => {
    const server = await serve({ '/': join(ROOT, 'dist') });
    const browser = await openNotebook(name, `${server.url}/`);
    try {
      await browser.until(
        'the page is kept',
        async () =>
          (await caches.keys()).length > 0 &&
          (await navigator.serviceWorker.ready).active?.state === 'activated',
      );
      await server.close();
      // Not a reload: Firefox's driver reloads past the service worker.
      await browser.goto(`${server.url}/`);
      await ready(browser);
      const state = await browser.evaluate(() =>
        window.notebookUnderTest
          .runCell(4)
          .then(() => window.notebookUnderTest.toJSON().cells.length),
      );
      assert.ok(state > 10);
    } finally {
      await browser.quit();
    }
  });

  test(`a store of an unknown version is not touched before its person gives it up in ${name}`, async () => {
    const browser = await launch(name);
    try {
      await browser.goto(`${course.url}/icon.svg`);
      await browser.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const request = indexedDB.open('kafka-sandbox', 99);
            request.onupgradeneeded = () =>
              request.result.createObjectStore('unknown').put('kept', 'key');
            request.onsuccess = () => resolve(request.result.close());
            request.onerror = () => reject(request.error);
          }),
      );
      await browser.goto(`${course.url}/?notebook=/course/lesson.ipynb`);
      await ready(browser);
      const failed = () =>
        document
          .querySelector('ks-app')
          .renderRoot.querySelector('ks-cluster-panel')
          ?.renderRoot?.querySelector('[data-testid=cluster-failed]');
      const text = await browser.until('the refusal is told', `() => (${failed})()?.textContent`);
      assert.match(text, /written by another version of the sandbox/);
      const kept = await browser.evaluate(() =>
        indexedDB.databases().then((all) => all.find((d) => d.name === 'kafka-sandbox')?.version),
      );
      assert.equal(kept, 99);
      await browser.evaluate(`() => (${failed})().querySelector('button').click()`);
      await browser.until(
        'the cluster runs',
        () => document.querySelector('ks-app').cluster.phase === 'running',
      );
      assert.equal((await runCell(browser, 0)).stdout, 'Created topic places.\n');
    } finally {
      await browser.quit();
    }
  });
}
