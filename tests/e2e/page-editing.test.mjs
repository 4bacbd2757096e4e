/** A person at work: Jupyter's keys, what is typed is kept, and the author's version comes back when asked for. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notebookOf, openNotebook, ready, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

let course;
before(async () => {
  course = await serveCourse({});
});
after(() => course.close());

function publish(file, ...sources) {
  writeFileSync(join(course.folder, file), notebookOf(sources));
}

async function sources(browser) {
  return await browser.evaluate(() =>
    window.notebookUnderTest.session.notebook.cells.map((c) =>
      c.type === 'markdown' ? `md:${c.source}` : c.source,
    ),
  );
}

/** Puts the focus on a cell, as a click beside its source does. */
async function focusCell(browser, index) {
  await browser.evaluate((at) => {
    const notebook = window.notebookUnderTest;
    const id = notebook.session.notebook.cells[at].id;
    notebook.activate(id, 'command');
    notebook.renderRoot.querySelectorAll('ks-cell')[at].focusCell();
  }, index);
}

async function saved(browser) {
  await browser.until(
    'the notebook is saved',
    () => window.notebookUnderTest.session.saveState === 'saved',
  );
}

/** Chooses an item of one of the header's menus, and confirms what it asks. */
async function choose(browser, menu, item, confirm = false) {
  await browser.evaluate(
    async (testid, label, yes) => {
      const app = document.querySelector('ks-app');
      const element = app.renderRoot.querySelector(`[data-testid=${testid}]`);
      element.renderRoot.querySelector('button').click();
      await element.updateComplete;
      [...element.renderRoot.querySelectorAll('ul button')]
        .find((b) => b.textContent.includes(label))
        .click();
      await app.updateComplete;
      if (yes) app.renderRoot.querySelector('[data-testid=confirm]').click();
    },
    menu,
    item,
    confirm,
  );
}

for (const name of browsersToTest()) {
  const file = `${name}.ipynb`;

  test(`Jupyter's keys edit a notebook in ${name}, and a reload keeps it`, async () => {
    publish(file, '!echo one', '!echo two');
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/${file}`);
    try {
      await focusCell(browser, 0);
      await browser.press('b');
      await browser.until(
        'a cell is inserted',
        () => window.notebookUnderTest.session.notebook.cells.length === 3,
      );
      await browser.press('Enter');
      await browser.until(
        'the editor is there',
        () =>
          window.notebookUnderTest.renderRoot.activeElement?.closest('.cm-editor') !== null &&
          window.notebookUnderTest.renderRoot.activeElement?.closest('.cm-editor'),
      );
      await browser.press(...'!echo typed', 'Shift+Enter');
      await browser.until(
        'the typed cell has run',
        () => window.notebookUnderTest.toJSON().cells[1].outputs[0]?.text?.join('') === 'typed\n',
      );
      assert.deepEqual(await sources(browser), ['!echo one', '!echo typed', '!echo two']);

      await focusCell(browser, 2);
      await browser.press('m');
      assert.deepEqual((await sources(browser))[2], 'md:!echo two');
      await browser.press('y', 'd', 'd');
      assert.deepEqual(await sources(browser), ['!echo one', '!echo typed']);
      await browser.press('z');
      assert.deepEqual(await sources(browser), ['!echo one', '!echo typed', '!echo two']);
      await focusCell(browser, 0);
      await browser.press('x');
      await focusCell(browser, 1);
      await browser.press('v');
      assert.deepEqual(await sources(browser), ['!echo typed', '!echo two', '!echo one']);

      await saved(browser);
      await browser.reload();
      await ready(browser);
      assert.deepEqual(await sources(browser), ['!echo typed', '!echo two', '!echo one']);

      await choose(browser, 'reset', 'author', true);
      await browser.until(
        "the author's version is back",
        () =>
          window.notebookUnderTest.session?.notebook.cells.map((c) => c.source).join() ===
          '!echo one,!echo two',
      );
    } finally {
      await browser.quit();
    }
  });

  test(`a new version of a lesson is not hidden by a saved copy in ${name}`, async () => {
    publish(file, '!echo first edition');
    const address = `${course.url}/?notebook=/course/${file}`;
    const browser = await openNotebook(name, address);
    try {
      // Outputs alone are no edits: the new version simply comes.
      await browser.evaluate(() => window.notebookUnderTest.runCell(0));
      await saved(browser);
      publish(file, '!echo second edition');
      await browser.reload();
      await ready(browser);
      assert.deepEqual(await sources(browser), ['!echo second edition']);

      await browser.evaluate(() => {
        const { notebook } = window.notebookUnderTest.session;
        notebook.setSource(notebook.cells[0].id, '!echo mine');
      });
      await saved(browser);
      publish(file, '!echo third edition');
      await browser.reload();
      await ready(browser);
      assert.deepEqual(await sources(browser), ['!echo mine']);
      const banner = await browser.until(
        'the new version is offered',
        () =>
          window.notebookUnderTest.renderRoot.querySelector('[data-testid=new-version]')
            ?.textContent,
      );
      assert.match(banner, /new version of this lesson/);
      await browser.evaluate(() =>
        window.notebookUnderTest.renderRoot
          .querySelector('[data-testid=new-version] button')
          .click(),
      );
      await browser.until(
        'the new version is shown',
        () => window.notebookUnderTest.session?.notebook.cells[0].source === '!echo third edition',
      );
    } finally {
      await browser.quit();
    }
  });

  test(`the cluster is emptied when its person confirms it in ${name}`, async () => {
    publish(
      file,
      '!kafka-topics.sh --create --topic gone --bootstrap-server localhost:9092',
      '!kafka-topics.sh --list --bootstrap-server localhost:9092',
    );
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/${file}`);
    try {
      await runCell(browser, 0);
      assert.equal((await runCell(browser, 1)).stdout, 'gone\n');
      await choose(browser, 'reset', 'Reset the cluster', true);
      await browser.until(
        'the page says so',
        () => document.querySelector('ks-app').said === 'The cluster is empty.',
      );
      assert.equal((await runCell(browser, 1)).stdout, '\n');
      assert.equal((await runCell(browser, 0)).stdout, 'Created topic gone.\n');
      await browser.reload();
      await ready(browser);
      assert.equal((await runCell(browser, 1)).stdout, 'gone\n');
    } finally {
      await browser.quit();
    }
  });
}
