/** Python's files are fetched once, by the first cell that needs them, and serve ever after: other kernels, restarts, no network. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse, show } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const USE = `import zlib
from kafka import KafkaProducer, KafkaConsumer
from confluent_kafka import Producer
producer = KafkaProducer(bootstrap_servers='localhost:9092', compression_type='gzip')
producer.send('offline', b'one').get(10)
producer.close()
consumer = KafkaConsumer('offline', bootstrap_servers='localhost:9092', auto_offset_reset='earliest')
print(next(consumer).value.decode())
consumer.close()`;

function twoKernels() {
  const book = JSON.parse(notebookOf([USE, USE]));
  book.cells[1].metadata = { sandbox: { kernel: 'second' } };
  return JSON.stringify(book);
}

async function works(browser, index) {
  const { state, stdout, error } = await runCell(browser, index);
  assert.deepEqual([state, stdout, error], ['ok', 'one\n', '']);
}

describe('the files of Python', { concurrency: true }, () => {
  for (const name of browsersToTest()) {
    test(`are fetched once, and serve without a network, in ${name}`, async () => {
      const site = await serveCourse({ 'one.ipynb': twoKernels(), 'two.ipynb': notebookOf([USE]) });
      const fetched = () => site.requests.filter((path) => path.includes('/python/')).map((path) => path.split('/').at(-1));
      const browser = await openNotebook(name, `${site.url}/?notebook=/course/one.ipynb`);
      try {
        assert.deepEqual(fetched(), []);
        await works(browser, 0);
        // What was not fetched by code is put into the cache behind the first cell's back.
        await browser.until('all is kept', async () => {
          const [cache] = (await caches.keys()).filter((key) => key.startsWith('kafka-sandbox-python-'));
          const kept = cache ? await (await caches.open(cache)).keys() : [];
          return kept.some(({ url }) => url.endsWith('/pyodide.asm.mjs'));
        });
        const first = fetched();
        assert.deepEqual(first, [...new Set(first)], 'each file is fetched once');
        assert.ok(first.includes('pyodide.asm.wasm') && first.includes('kernel.zip'), first.join(' '));

        await works(browser, 1);
        await browser.evaluate(() => window.notebookUnderTest.session.restart());
        await works(browser, 0);
        await show(browser, `${site.url}/?notebook=/course/two.ipynb`);
        await works(browser, 0);
        assert.deepEqual(fetched(), first, 'another kernel, a restart and another notebook fetch nothing');

        await browser.evaluate(async () => {
          await navigator.serviceWorker.ready;
          while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 50));
        });
        await browser.goto('about:blank');
        await site.close();
        await show(browser, `${site.url}/?notebook=/course/two.ipynb`);
        await works(browser, 0);
      } finally {
        await browser.quit();
        await site.close();
      }
    });
  }
});
