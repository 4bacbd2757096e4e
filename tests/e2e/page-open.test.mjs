/** Notebooks that are no .ipynb files of this site: scripts and texts in Jupytext's manner, and those of other hosts. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, ready, runCell, serveCourse } from './page.mjs';
import { browsersToTest, launch } from './webdriver.mjs';

const SCRIPT = '# %% [markdown]\n# # A script\n\n# %%\n# !echo from a script\n\n# %%\n1 + 1\n';
const FILES = {
  'start.ipynb': notebookOf(['!cat helper.py']),
  'script.py': SCRIPT,
  'text.md': '# A text\n\n```bash\necho from a text\n```\n',
  'broken.md': 'A text\n\n```bash\necho\n',
};

/** Another host: what it was asked, by whom. */
async function otherHost(answer) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ path: request.url, cookie: request.headers.cookie, referer: request.headers.referer });
    const [status, headers, text] = answer(request.url);
    response.writeHead(status, headers).end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, host: `127.0.0.1:${server.address().port}`, close: () => server.close() };
}

const OPEN = { 'access-control-allow-origin': '*' };
let course;
let far;
let third;
before(async () => {
  course = await serveCourse(FILES);
  third = await otherHost(() => [200, OPEN, notebookOf(['!echo third'])]);
  far = await otherHost((path) => {
    switch (path.split('?')[0]) {
      case '/far.ipynb':
        return [200, OPEN, JSON.stringify({ ...JSON.parse(notebookOf(['!echo from far', '!cat beside.txt'], { files: { 'beside.txt': 'beside.txt' } })) })];
      case '/far.py':
        return [200, OPEN, SCRIPT];
      case '/closed.ipynb':
        return [200, {}, notebookOf([''])];
      case '/page.ipynb':
        return [200, OPEN, '<!doctype html><title>x</title>'];
      case '/moved.ipynb':
        return [302, { ...OPEN, location: `http://${third.host}/third.ipynb` }, ''];
    }
    return [404, OPEN, ''];
  });
});
after(async () => {
  far.close();
  third.close();
  await course.close();
});

/** The question for a host, when it is there. */
function question(browser) {
  return browser.until('the question', () => {
    const dialog = document.querySelector('ks-app')?.renderRoot.querySelector('dialog[open]');
    return dialog?.querySelector('[data-testid=confirm]') && { title: dialog.querySelector('h2').textContent, text: dialog.textContent };
  });
}

async function agree(browser) {
  await browser.evaluate(() => document.querySelector('ks-app').renderRoot.querySelector('[data-testid=confirm]').click());
}

function sources(browser) {
  return browser.evaluate(() => window.notebookUnderTest.session.notebook.cells.map((cell) => cell.source));
}

/** Waits until the current tab is of this title. */
async function shown(browser, title) {
  await browser.until(`${title} is open`, (wanted) => document.querySelector('ks-app').renderRoot.querySelector('[data-testid=title]')?.textContent === wanted, title);
  await browser.evaluate(() => {
    window.notebookUnderTest = document.querySelector('ks-app').notebook;
  });
  await ready(browser);
}

for (const name of browsersToTest()) {
  test(`scripts and texts open as notebooks in ${name}`, async (t) => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/script.py`);
    try {
      await t.test('by address, kept as .ipynb', async () => {
        assert.deepEqual(await sources(browser), ['# A script', '!echo from a script', '1 + 1']);
        assert.equal((await runCell(browser, 1)).stdout, 'from a script\n');
        const { note, fileName } = await browser.evaluate(() => ({
          note: window.notebookUnderTest.renderRoot.querySelector('[data-testid=note]').textContent,
          fileName: window.notebookUnderTest.session.opened.fileName,
        }));
        assert.match(note, /script\.py was read as a notebook\. What you change is kept and downloaded as script\.ipynb/);
        assert.equal(fileName, 'script.ipynb');
        await browser.until('saved', () => window.notebookUnderTest.session.saveState === 'saved');
        await browser.reload();
        await ready(browser);
        assert.equal(await browser.evaluate(() => window.notebookUnderTest.toJSON().cells[1].outputs.length), 1, 'the saved copy is shown');
      });
      await t.test('a text with a mistake is refused in a sentence', async () => {
        const text = await browser.evaluate(async () => {
          const app = document.querySelector('ks-app');
          await app.openFiles([new File(['# x\n```python\n1'], 'broken.md')]);
          const said = app.problem;
          app.problem = '';
          return said;
        });
        assert.equal(text, 'broken.md could not be opened. The block of code that begins in line 2 (```) has no end.');
      });
      await t.test('a file that is chosen opens; of those that are dropped, only notebooks do', async () => {
        await browser.evaluate(async (script) => {
          const app = document.querySelector('ks-app');
          await app.openFiles([new File(['# Chosen\n\n```bash\nls\n```\n'], 'chosen.md')]);
          const data = new DataTransfer();
          data.items.add(new File(['def f(): pass\n'], 'helper.py'));
          data.items.add(new File([script.replace('A script', 'Dropped')], 'dropped.py'));
          app.renderRoot.querySelector('main').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        }, SCRIPT);
        await shown(browser, 'Dropped');
        assert.deepEqual(await browser.evaluate(() => document.querySelector('ks-app').tabs.list.map((tab) => tab.title)), ['A script', 'Chosen', 'Dropped']);
        await browser.until('the other one is a file', () => Boolean(window.notebookUnderTest.session.folder.read('helper.py')));
      });
    } finally {
      await browser.quit();
    }
  });

  test(`a text with a mistake at an address is told apart in ${name}`, async () => {
    const browser = await launch(name);
    try {
      await browser.goto(`${course.url}/?notebook=/course/broken.md`);
      const text = await browser.until('the problem is told', () => document.querySelector('ks-app')?.notebook?.renderRoot.querySelector('[data-testid=notebook-problem]')?.textContent.trim());
      assert.equal(text, 'The block of code that begins in line 3 (```) has no end.');
    } finally {
      await browser.quit();
    }
  });
}

for (const name of browsersToTest()) {
  test(`a notebook of another host is asked for when the person agrees, and only then, in ${name}`, async (t) => {
    const browser = await launch(name);
    const open = (file) => browser.goto(`${course.url}/?notebook=${encodeURIComponent(`http://${far.host}/${file}`)}`);
    const problem = () => browser.until('the problem is told', () => document.querySelector('ks-app')?.notebook?.renderRoot.querySelector('[data-testid=notebook-problem]')?.textContent.trim());
    far.asked.length = 0;
    try {
      await t.test('Escape is no: nothing is asked, the tab is gone', async () => {
        await open('far.ipynb');
        const { title, text } = await question(browser);
        assert.equal(title, `Open a notebook from ${far.host}?`);
        assert.match(text, /none of its cells runs until you run it/);
        await browser.press('Escape');
        await browser.until('no tab is open', () => document.querySelector('ks-app').tabs.list.length === 0);
        assert.deepEqual(far.asked, []);
      });
      await t.test('yes opens it, without cookies and referrer, and nothing runs', async () => {
        await open('far.ipynb');
        await question(browser);
        await browser.press('Tab', 'Enter');
        await ready(browser);
        assert.deepEqual(far.asked, [{ path: '/far.ipynb', cookie: undefined, referer: undefined }]);
        assert.deepEqual(await browser.evaluate(() => window.notebookUnderTest.toJSON().cells.map((cell) => cell.outputs.length)), [0, 0]);
        assert.match(await browser.evaluate(() => window.notebookUnderTest.renderRoot.querySelector('[data-testid=note]').textContent), /This is a copy of a notebook on 127\.0\.0\.1/);
        assert.equal(await browser.evaluate(() => document.querySelectorAll('iframe').length), 0);
      });
      await t.test('it works, and what it names is not fetched from there', async () => {
        assert.equal((await runCell(browser, 0)).stdout, 'from far\n');
        await runCell(browser, 1);
        assert.equal(far.asked.length, 1);
        const missing = await browser.until('the banner', () => window.notebookUnderTest.renderRoot.querySelector('.banner.bad')?.textContent);
        assert.match(missing, /Files of this lesson are missing: beside\.txt/);
      });
      await t.test('a reload shows the copy and asks nobody', async () => {
        await browser.reload();
        await ready(browser);
        assert.deepEqual(await sources(browser), ['!echo from far', '!cat beside.txt']);
        assert.equal(far.asked.length, 1);
      });
      await t.test('the dialog for addresses opens scripts of other hosts too', async () => {
        await browser.evaluate((address) => {
          const app = document.querySelector('ks-app');
          app.askAddress();
          return app.updateComplete.then(() => (app.renderRoot.querySelector('#address').value = address));
        }, `http://${far.host}/far.py`);
        await browser.press('Enter');
        await question(browser);
        await agree(browser);
        await shown(browser, 'A script');
        assert.deepEqual(await sources(browser), ['# A script', '!echo from a script', '1 + 1']);
      });
      for (const [file, sentence] of [
        ['closed.ipynb', /gave no file: it cannot be reached, sends to another host, or does not let pages of other sites read it/],
        ['moved.ipynb', /gave no file: .*sends to another host/],
        ['page.ipynb', /is a web page, not a notebook/],
        ['absent.ipynb', /There is no notebook at .*\(the server says 404\)/],
      ])
        await t.test(`${file} is refused in a sentence`, async () => {
          await browser.evaluate(() => localStorage.clear());
          await open(file);
          await question(browser);
          await agree(browser);
          assert.match(await problem(), sentence);
        });
      await t.test('a host that was not agreed to is not asked by a redirection', () => assert.deepEqual(third.asked, []));
      await t.test("the page itself still reaches no other host, and an element without its page's consent neither", async () => {
        const before = far.asked.length;
        const text = await browser.evaluate(async (address) => {
          await fetch(address).catch(() => undefined);
          const element = document.createElement('kafka-notebook');
          element.src = address;
          document.body.append(element);
          await element.updateComplete;
          await element.ready;
          const { problem } = element;
          element.remove();
          return problem;
        }, `http://${far.host}/other.ipynb`);
        assert.match(text, /Only notebooks of this site can be opened by address/);
        assert.equal(far.asked.length, before);
      });
      await t.test('a page around an element may agree for its readers', async () => {
        const title = await browser.evaluate(async (address) => {
          const element = document.createElement('kafka-notebook');
          element.consent = (url) => url.pathname === '/far.py';
          element.src = `${address}?again`;
          document.body.append(element);
          await element.updateComplete;
          await element.ready;
          const found = element.session?.title;
          element.remove();
          return found;
        }, `http://${far.host}/far.py`);
        assert.equal(title, 'A script');
      });
    } finally {
      await browser.quit();
    }
  });
}
