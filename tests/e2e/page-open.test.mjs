/** Notebooks that are no .ipynb files of this site: scripts and texts in Jupytext's manner. */
import assert from 'node:assert/strict';
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

let course;
before(async () => {
  course = await serveCourse(FILES);
});
after(() => course.close());

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
        assert.deepEqual(await browser.evaluate(() => document.querySelector('ks-app').tabs.map((tab) => tab.title)), ['A script', 'Chosen', 'Dropped']);
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
