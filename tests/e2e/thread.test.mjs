/** The thin thread through every layer: a topic, ten records, read back, and all of it still there after a reload. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, ready, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = [
  '!kafka-topics.sh --bootstrap-server localhost:9092 --create --topic lines --partitions 1',
  '!seq 1 10 | kafka-console-producer.sh --bootstrap-server localhost:9092 --topic lines',
  '!kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic lines --from-beginning --max-messages 10',
];
const LINES = Array.from({ length: 10 }, (_, n) => `${n + 1}\n`).join('');

let course;
before(async () => {
  course = await serveCourse({ 'thread.ipynb': notebookOf(CELLS) });
});
after(() => course.close());

for (const name of browsersToTest()) {
  test(`records survive a reload in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/thread.ipynb`);
    try {
      assert.deepEqual(await runCell(browser, 0), { state: 'ok', stdout: 'Created topic lines.\n', stderr: '', error: '' });
      const produced = await runCell(browser, 1);
      assert.equal(produced.state, 'ok', produced.stderr);
      const consumed = await runCell(browser, 2);
      assert.equal(consumed.stdout, LINES, consumed.stderr);

      await browser.reload();
      await ready(browser);
      const again = await runCell(browser, 2);
      assert.equal(again.stdout, LINES, again.stderr);
    } finally {
      await browser.quit();
    }
  });
}
