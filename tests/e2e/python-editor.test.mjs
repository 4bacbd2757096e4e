/** What the editor gives who writes Python: earlier inputs, signatures while typing, and IPython's history. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const DEF = 'def send(topic, value=None, *, key=None):\n    """Sends one record.\n\n    More."""';
const CELLS = ['import time\nx = 1', '!echo from the shell', DEF, 'while True: pass', ''];

/** [source, what it prints] */
const HISTORY = [
  ['%history -n 1-3', `   1:\nimport time\nx = 1\n   2: !echo from the shell\n   3:\n${DEF}\n`],
  ['print(_i); print(In[2]); print(_i1)', "%history -n 1-3\nget_ipython().system('echo from the shell')\nimport time\nx = 1\n"],
  ['%hist -l 1', 'print(_i); print(In[2]); print(_i1)\n'],
];

let course;
before(async () => {
  course = await serveCourse({ 'editor.ipynb': notebookOf([...CELLS.slice(0, 3), ...HISTORY.map(([source]) => source), ...CELLS.slice(3)]) });
});
after(() => course.close());

async function edit(browser, index) {
  await browser.evaluate((at) => {
    const notebook = window.notebookUnderTest;
    notebook.activate(notebook.session.notebook.cells.at(at).id, 'edit');
  }, index);
  await browser.until('the editor is there', () => Boolean(window.notebookUnderTest.renderRoot.activeElement?.closest('.cm-editor')));
}

async function typed(browser) {
  return await browser.evaluate(() => window.notebookUnderTest.session.notebook.cells.at(-1).source);
}

/** Waits until the tooltip says this; '' is none. Gives the parameter that it emphasises. */
async function tooltip(browser, text) {
  await browser.until(`a tooltip with ${text}`, (wanted) => {
    const shown = window.notebookUnderTest.renderRoot.querySelector('.cm-signature');
    return wanted === '' ? !shown : shown?.textContent.includes(wanted);
  }, text);
  return await browser.evaluate(() => window.notebookUnderTest.renderRoot.querySelector('.cm-signature strong')?.textContent ?? '');
}

async function parameter(browser, name) {
  await browser.until(`${name} is the current parameter`, (wanted) => window.notebookUnderTest.renderRoot.querySelector('.cm-signature strong')?.textContent === wanted, name);
}

for (const name of browsersToTest()) {
  test(`earlier inputs and signatures help to write Python in ${name}`, async (t) => {
    // The server's list has what the other browser fetched, too.
    const earlier = course.requests.length;
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/editor.ipynb`);
    try {
      await t.test('typing loads no Python', async () => {
        await edit(browser, -1);
        await browser.press(...'print(', 'Escape', 'Enter', 'Control+a', 'Backspace');
        assert.equal(await typed(browser), '');
        assert.deepEqual(course.requests.slice(earlier).filter((path) => path.includes('/python/')), []);
      });
      await t.test('Alt+↑ and Alt+↓ go through what was run, in an empty cell', async () => {
        for (const at of [0, 1, 2]) assert.equal((await runCell(browser, at)).state, 'ok');
        await edit(browser, -1);
        await browser.press('Alt+ArrowUp');
        assert.equal(await typed(browser), DEF);
        await browser.press('Alt+ArrowUp');
        assert.equal(await typed(browser), '!echo from the shell');
        await browser.press('Alt+ArrowUp', 'Alt+ArrowUp');
        assert.equal(await typed(browser), CELLS[0]);
        await browser.press('Alt+ArrowDown');
        assert.equal(await typed(browser), '!echo from the shell');
        await browser.press(...' now', 'Alt+ArrowUp');
        assert.equal(await typed(browser), '!echo from the shell now', 'what was edited stays');
        await browser.press('Control+z', 'Control+z', 'Control+z', 'Control+z');
        assert.notEqual(await typed(browser), '!echo from the shell now', 'undo works');
        await browser.press('Control+a', 'Backspace', 'Alt+ArrowUp', 'Alt+ArrowDown');
        assert.equal(await typed(browser), '');
      });
      await t.test('%history, In and _i are as in IPython', async () => {
        for (const [at, [, printed]] of HISTORY.entries()) assert.equal((await runCell(browser, 3 + at)).stdout, printed);
      });
      await t.test('the signature follows the arguments', async () => {
        await edit(browser, -1);
        await browser.press(...'send(');
        assert.equal(await tooltip(browser, 'send(topic, value=None, *, key=None)Sends one record.'), 'topic');
        await browser.press(...'"a", ');
        await parameter(browser, 'value=None');
        await browser.press(...'key=');
        await parameter(browser, 'key=None');
        await browser.press(...'1)');
        await tooltip(browser, '');
        await browser.press('Control+a', 'Backspace', ...'send("a"');
        await tooltip(browser, 'Sends one record.');
        await browser.press('Escape');
        await tooltip(browser, '');
        assert.equal(await browser.evaluate(() => window.notebookUnderTest.mode), 'edit', 'Escape takes the tooltip first');
        await browser.press('Shift+Tab');
        await tooltip(browser, 'Sends one record.');
        await browser.press('Escape', 'Escape');
        assert.equal(await browser.evaluate(() => window.notebookUnderTest.mode), 'command');
      });
      await t.test('Shift+Tab shows what a name is, and takes indentation away in front of a text', async () => {
        await edit(browser, -1);
        await browser.press('Control+a', 'Backspace', ...'x.real', 'ArrowLeft', 'Shift+Tab');
        await tooltip(browser, 'x.real: int = 1');
        await browser.press('Escape', 'Control+a', 'Backspace', ...'    x', 'Home', 'Shift+Tab');
        assert.equal(await typed(browser), 'x');
      });
      await t.test('the signature comes while a cell loops', async () => {
        await browser.evaluate((at) => void (window.ended = window.notebookUnderTest.runCell(at)), 3 + HISTORY.length);
        await browser.until('it runs', (at) => window.notebookUnderTest.session.run(window.notebookUnderTest.session.notebook.cells[at].id)?.state === 'running', 3 + HISTORY.length);
        await edit(browser, -1);
        await browser.press('Control+a', 'Backspace', ...'send(');
        await tooltip(browser, 'Sends one record.');
        await browser.evaluate(() => window.notebookUnderTest.stop());
        assert.equal(await browser.evaluate(() => window.ended), 'interrupted');
      });
    } finally {
      await browser.quit();
    }
  });
}
