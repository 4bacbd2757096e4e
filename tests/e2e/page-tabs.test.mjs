/** Several notebooks in one page: tabs, and two of them side by side. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, serveCourse, show } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

let course;
before(async () => {
  course = await serveCourse({
    'one.ipynb': notebookOf(['!echo one'], { title: 'One' }),
    'two.ipynb': notebookOf(['!echo two'], { title: 'Two' }),
  });
});
after(() => course.close());

/** Titles of the tabs, with where each notebook is seen by a person (in words), and which gets the commands. */
function seen(browser) {
  return browser.evaluate(async () => {
    const app = document.querySelector('ks-app');
    await app.updateComplete;
    const wide = app.renderRoot.querySelector('.notebooks').getBoundingClientRect();
    return [...app.renderRoot.querySelectorAll('[role=tab]')].map((tab) => {
      const pane = app.renderRoot.querySelector(`#${tab.getAttribute('aria-controls')}`);
      const { left, width } = pane.getBoundingClientRect();
      const half = left - wide.left > wide.width / 4 ? 'right half' : 'left half';
      const where = !pane.checkVisibility({ visibilityProperty: true }) ? 'hidden' : width > wide.width * 0.75 ? 'whole' : half;
      return `${tab.textContent.trim()}: ${where}${tab.ariaSelected === 'true' ? ', current' : ''}`;
    });
  });
}

const click = (browser, selector) => browser.evaluate((css) => document.querySelector('ks-app').renderRoot.querySelector(css).click(), selector);

for (const name of browsersToTest()) {
  test(`two notebooks side by side in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/one.ipynb`);
    try {
      await show(browser, `${course.url}/?notebook=/course/two.ipynb`);
      await browser.until('both titles', () => document.querySelector('ks-app').tabs.list.map((tab) => tab.title).join() === 'One,Two');
      assert.deepEqual(await seen(browser), ['One: hidden', 'Two: whole, current']);

      await click(browser, '[data-testid=side-by-side]');
      assert.deepEqual(await seen(browser), ['One: left half', 'Two: right half, current']);

      // The notebook that is worked in gets the commands.
      await browser.evaluate(() => {
        const [first] = document.querySelector('ks-app').renderRoot.querySelectorAll('kafka-notebook');
        first.renderRoot.querySelector('ks-cell').focus();
      });
      assert.deepEqual(await seen(browser), ['One: left half, current', 'Two: right half']);
      const ran = await browser.evaluate(async () => {
        const app = document.querySelector('ks-app');
        await app.notebook.runAll();
        return app.notebook.toJSON().cells[0].outputs[0].text;
      });
      assert.equal([ran].flat().join(''), 'one\n');

      // It is so after the page was closed and opened again.
      await show(browser, `${course.url}/`);
      await browser.until('both titles', () => document.querySelector('ks-app').tabs.list.map((tab) => tab.title).join() === 'One,Two');
      assert.deepEqual(await seen(browser), ['One: left half, current', 'Two: right half']);

      await click(browser, '[data-testid=close-tab]');
      assert.deepEqual(await seen(browser), ['Two: whole, current']);

      // One alone gets a new one beside it.
      await click(browser, '[data-testid=side-by-side]');
      await browser.until('a second notebook', () => document.querySelector('ks-app').notebook?.session && true);
      assert.deepEqual(await seen(browser), ['Two: left half', 'untitled: right half, current']);
      await click(browser, '[data-testid=side-by-side]');
      assert.deepEqual(await seen(browser), ['Two: hidden', 'untitled: whole, current']);
    } finally {
      await browser.quit();
    }
  });
}
