/** Python cells: the unmodified kafka-python against the page's cluster, and Stop wherever Python may be. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = [
  `from kafka import KafkaProducer, KafkaConsumer
producer = KafkaProducer(bootstrap_servers='localhost:9092')
for i in range(10):
    producer.send('numbers', str(i).encode())
producer.flush()
print('sent')`,
  `for message in KafkaConsumer('numbers', bootstrap_servers='localhost:9092', auto_offset_reset='earliest'):
    print(message.partition, message.offset, message.value.decode())`,
  'n = 0\nwhile True: n += 1',
  'import time\ntime.sleep(1000)',
  'n > 1000, In[3][:5]',
];

let course;
before(async () => {
  course = await serveCourse({ 'python.ipynb': notebookOf(CELLS), 'old.ipynb': notebookOf(['1 + 1', '!echo the shell']) });
});
after(() => course.close());

/** Starts a cell, presses stop when `when` holds for what it has printed, and says how long it took to end. */
async function stopCell(browser, index, when) {
  return await browser.evaluate(
    async (at, enough) => {
      const notebook = window.notebookUnderTest;
      const printed = () => notebook.toJSON().cells[at].outputs.filter((o) => o.output_type === 'stream').map((o) => [o.text].flat().join('')).join('');
      const end = notebook.runCell(at);
      const began = performance.now();
      while (!printed().includes(enough) || performance.now() - began < 500) await new Promise((go) => setTimeout(go, 20));
      const pressed = performance.now();
      notebook.stop();
      const state = await end;
      const error = notebook.toJSON().cells[at].outputs.find((o) => o.output_type === 'error')?.ename;
      return { state, error, printed: printed(), tookMs: performance.now() - pressed };
    },
    index,
    when,
  );
}

for (const name of browsersToTest()) {
  test(`kafka-python produces, consumes and is stopped in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/python.ipynb`);
    try {
      assert.deepEqual(await runCell(browser, 0), { state: 'ok', stdout: 'sent\n', stderr: '', error: '' });
      const consumed = await stopCell(browser, 1, '0 9 9\n');
      assert.equal(consumed.error, 'KeyboardInterrupt');
      assert.equal(consumed.printed, Array.from({ length: 10 }, (_, n) => `0 ${n} ${n}\n`).join(''));
      for (const index of [2, 3]) {
        const stopped = await stopCell(browser, index, '');
        assert.equal(stopped.state, 'interrupted');
        assert.equal(stopped.error, 'KeyboardInterrupt');
        assert.ok(stopped.tookMs < 500, `it took ${stopped.tookMs} ms`);
      }
      const last = await runCell(browser, 4);
      assert.equal(last.state, 'ok', last.error);
    } finally {
      await browser.quit();
    }
  });
}

test('a browser without stack switching is told in a sentence, and its shell goes on', { skip: !browsersToTest().includes('firefox') }, async () => {
  const prefs = { 'javascript.options.wasm_js_promise_integration': false };
  const browser = await openNotebook('firefox', `${course.url}/?notebook=/course/old.ipynb`, { prefs });
  try {
    const refused = await runCell(browser, 0);
    assert.match(refused.error, /^KernelError: Python cells need WebAssembly stack switching, which this browser lacks: they run in Chrome/);
    assert.equal((await runCell(browser, 1)).stdout, 'the shell\n');
  } finally {
    await browser.quit();
  }
});
