/** The cluster's panel: what its forms do, commands do; what happens in the cluster, it shows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = [
  '!kafka-console-consumer.sh --topic orders --group crew --from-beginning --max-messages 2 --bootstrap-server localhost:9092',
  '!kafka-topics.sh --describe --topic orders --bootstrap-server localhost:9092',
  '!cat; echo the end',
];

let course;
before(async () => {
  course = await serveCourse({ 'panel.ipynb': notebookOf(CELLS) });
});
after(() => course.close());

/** Puts `panel()`, `view(name)` and `write(field, text)` into the page. */
async function helpers(browser) {
  await browser.until('the panel is there', () => {
    window.panel = document
      .querySelector('ks-app')
      .renderRoot.querySelector('ks-cluster-panel')?.renderRoot;
    window.view = (name) => window.panel.querySelector(name)?.renderRoot;
    window.write = (field, text) => {
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    return window.panel?.querySelector('[data-testid=tab-live]') && true;
  });
}

async function openTab(browser, name) {
  await browser.evaluate(
    (tab) => window.panel.querySelector(`[data-testid=tab-${tab}]`).click(),
    name,
  );
  await browser.until(
    `the tab ${name}`,
    (tab) => window.view(`ks-${tab}`)?.firstElementChild && true,
    name,
  );
}

/** Presses the button of the form's command, waits for its end; gives the line that it showed. */
async function runForm(browser, element, form) {
  return await browser.evaluate(
    async (name, testid) => {
      const view = window.panel.querySelector(name);
      await view.updateComplete;
      const command = view.renderRoot.querySelector(`${testid} ks-command`);
      await command.updateComplete;
      const { line } = command;
      await command.execute();
      return { line, text: command.outcome.text, exitCode: command.outcome.exitCode };
    },
    element,
    form,
  );
}

for (const name of browsersToTest()) {
  test(`forms act through commands, and the picture follows, in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/panel.ipynb`);
    try {
      await helpers(browser);
      await openTab(browser, 'topics');
      await browser.evaluate(async () => {
        window.view('ks-topics').querySelector('[data-testid=create-topic]').click();
        await window.panel.querySelector('ks-topics').updateComplete;
        window.write(window.view('ks-topics').querySelector('[data-testid=topic-name]'), 'orders');
      });
      assert.deepEqual(await runForm(browser, 'ks-topics', '[data-testid=create-form]'), {
        line: 'kafka-topics.sh --create --topic orders --partitions 3 --replication-factor 3 --bootstrap-server localhost:9092',
        text: 'Created topic orders.\n',
        exitCode: 0,
      });
      assert.match((await runCell(browser, 1)).stdout, /PartitionCount: 3\tReplicationFactor: 3/);

      await openTab(browser, 'messages');
      await browser.evaluate(async () => {
        window.view('ks-messages').querySelector('[data-testid=produce]').click();
        await window.panel.querySelector('ks-messages').updateComplete;
        const root = window.view('ks-messages');
        window.write(root.querySelector('[data-testid=produce-key]'), "it's");
        window.write(root.querySelector('[data-testid=produce-value]'), '{"total": 12}');
      });
      for (let n = 0; n < 2; n++) {
        const produced = await runForm(browser, 'ks-messages', '[data-testid=produce-form]');
        assert.equal(produced.line, `produce orders --key 'it'\\''s' --value '{"total": 12}'`);
        assert.equal(produced.exitCode, 0, produced.text);
      }
      await browser.until(
        'both records are listed',
        () =>
          window.view('ks-messages').querySelectorAll('[data-testid=messages-table] tbody tr')
            .length === 2,
      );
      await browser.evaluate(() => window.view('ks-messages').querySelector('tbody .link').click());
      const record = await browser.until('the record is shown', () => {
        const root = window.view('ks-record');
        const value = root?.querySelector('[data-testid=record-value]')?.textContent;
        return value && { key: root.querySelector('[data-testid=record-key]').textContent, value };
      });
      assert.deepEqual(record, { key: "it's", value: '{\n  "total": 12\n}' });

      await runCell(browser, 0);
      await openTab(browser, 'live');
      const table = await browser.until('the committed offset is shown', () => {
        const text = window.view('ks-live').querySelector('[data-testid=live-table]').textContent;
        return /crew: committed 2, lag 0/.test(text) && text;
      });
      assert.match(table, /orders/);
      const drawn = await browser.until('squares are drawn in colour', () =>
        [...window.view('ks-live').querySelectorAll('canvas')].some((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 0; at < data.length; at += 4)
            if (
              data[at + 3] > 200 &&
              Math.max(data[at], data[at + 1], data[at + 2]) -
                Math.min(data[at], data[at + 1], data[at + 2]) >
                90
            )
              return true;
          return false;
        }),
      );
      assert.ok(drawn);

      await openTab(browser, 'groups');
      await browser.evaluate(async () => {
        window.view('ks-groups').querySelector('tbody .link').click();
        await window.panel.querySelector('ks-groups').updateComplete;
        [...window.view('ks-groups').querySelectorAll('button')]
          .find((b) => b.textContent.includes('Reset offsets'))
          .click();
      });
      const reset = await runForm(browser, 'ks-groups', '[data-testid=reset-form]');
      assert.equal(
        reset.line,
        'kafka-consumer-groups.sh --reset-offsets --execute --group crew --all-topics --to-earliest --bootstrap-server localhost:9092',
      );
      assert.match(reset.text, /crew +orders +\d +0/);
      await browser.until('the lag is shown', () =>
        /\b2\b/.test(
          window.view('ks-groups').querySelector('[data-testid=lag-table] .behind')?.textContent ??
            '',
        ),
      );
    } finally {
      await browser.quit();
    }
  });

  test(`a command that waits for input gets what is typed under its cell in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/panel.ipynb`);
    try {
      await browser.evaluate(() => void (window.ended = window.notebookUnderTest.runCell(2)));
      await browser.until(
        'the field is shown',
        () =>
          window.notebookUnderTest.renderRoot.querySelector('[data-testid=stdin] input') && true,
      );
      await browser.evaluate(() => {
        const form = window.notebookUnderTest.renderRoot.querySelector('[data-testid=stdin]');
        form.querySelector('input').value = 'typed line';
        form.querySelector('[type=submit]').click();
      });
      await browser.until(
        'it is printed',
        () =>
          window.notebookUnderTest.session.notebook.cells[2].outputs[0]?.text === 'typed line\n',
      );
      await browser.evaluate(async () => {
        window.notebookUnderTest.renderRoot
          .querySelector('[data-testid=stdin] [type=button]')
          .click();
        await window.ended;
      });
      assert.equal(
        await browser.evaluate(
          () => window.notebookUnderTest.session.notebook.cells[2].outputs[0].text,
        ),
        'typed line\nthe end\n',
      );

      await browser.evaluate(() => void (window.ended = window.notebookUnderTest.runCell(2)));
      await browser.until(
        'it waits again',
        () => window.notebookUnderTest.renderRoot.querySelector('[data-testid=stdin]') && true,
      );
      const state = await browser.evaluate(async () => {
        const { session } = window.notebookUnderTest;
        session.stopCell(session.notebook.cells[2].id);
        return await window.ended;
      });
      assert.equal(state, 'interrupted');
    } finally {
      await browser.quit();
    }
  });
}
