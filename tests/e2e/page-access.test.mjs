/** axe finds no violation in any tab, light and dark, wide and narrow, empty and busy. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CELLS = [
  '!kafka-topics.sh --create --topic orders --partitions 3 --bootstrap-server localhost:9092',
  '!seq 1 500 | kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092',
  '!kafka-console-consumer.sh --topic orders --group crew --from-beginning --max-messages 400 --bootstrap-server localhost:9092',
  '!nonsense',
];

let course;
before(async () => {
  const text = JSON.parse(notebookOf(CELLS));
  text.cells.unshift({
    id: 'text',
    cell_type: 'markdown',
    metadata: {},
    source:
      '# A title\n\nText with `code`, a [link](https://kafka.apache.org) and\n\n| a | table |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\n```sh\nls\n```\n',
  });
  course = await serveCourse({ 'access.ipynb': JSON.stringify(text) });
});
after(() => course.close());

async function violations(browser) {
  return await browser.evaluate(`async () => {
    ${AXE};
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((v) => v.id + ': ' + v.nodes.slice(0, 4).map((n) => n.target.flat().join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | '));
  }`);
}

async function show(browser, tab, theme) {
  await browser.evaluate(
    async (name, look) => {
      const app = document.querySelector('ks-app');
      app.applyTheme(look);
      const panel = app.renderRoot.querySelector('ks-cluster-panel');
      panel.renderRoot.querySelector(`[data-testid=tab-${name}]`).click();
      await panel.updateComplete;
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
    tab,
    theme,
  );
}

test('axe finds nothing', async () => {
  const browser = await openNotebook('chromium', `${course.url}/?notebook=/course/access.ipynb`);
  try {
    const found = {};
    const check = async (what) => {
      const list = await violations(browser);
      if (list.length > 0) found[what] = list;
    };
    await browser.until(
      'the panel is there',
      () =>
        document
          .querySelector('ks-app')
          .renderRoot.querySelector('ks-cluster-panel')
          ?.renderRoot?.querySelector('[data-testid=tab-live]') && true,
    );
    for (const tab of ['live', 'topics', 'groups', 'messages']) {
      await show(browser, tab, 'light');
      await check(`empty ${tab}`);
    }
    for (const index of [1, 2, 3, 4]) await runCell(browser, index);
    for (const theme of ['light', 'dark']) {
      for (const tab of ['live', 'topics', 'groups', 'messages']) {
        await show(browser, tab, theme);
        await check(`busy ${tab} ${theme}`);
      }
    }
    await browser.evaluate(async () => {
      const panel = document.querySelector('ks-app').renderRoot.querySelector('ks-cluster-panel');
      const messages = panel.renderRoot.querySelector('ks-messages');
      messages.renderRoot.querySelector('[data-testid=produce]').click();
      messages.renderRoot.querySelector('tbody .link').click();
      await new Promise((resolve) => setTimeout(resolve, 400));
    });
    await check('forms and a record');
    await browser.evaluate(async () => {
      const app = document.querySelector('ks-app');
      app.showKeys();
      await app.updateComplete;
    });
    await check('dialog');
    await browser.evaluate(() =>
      document.querySelector('ks-app').renderRoot.querySelector('dialog').close(),
    );
    for (const [what, open] of [
      ['dialog for addresses', (app) => app.askAddress()],
      ['question for a host', (app) => app.openAddress('https://example.invalid/a.ipynb')],
    ]) {
      await browser.evaluate(`() => (${open})(document.querySelector('ks-app'))`);
      await browser.until(what, () => Boolean(document.querySelector('ks-app').renderRoot.querySelector('dialog[open] h2')));
      await check(what);
      await browser.evaluate(() => document.querySelector('ks-app').renderRoot.querySelector('dialog').close());
      await browser.until('it is gone', () => !document.querySelector('ks-app').renderRoot.querySelector('dialog'));
    }
    await browser.resize(400, 850);
    await show(browser, 'live', 'light');
    await check('narrow');
    assert.deepEqual(found, {});
  } finally {
    await browser.quit();
  }
});
