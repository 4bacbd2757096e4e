/** A Python kernel's life: input, restart, a crash, floods, deep waits; and the page that stays responsive beside it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = [
  'kept = 1\nname = input("Your name? ")\nprint("Hello", name)',
  'kept',
  // What a fault of the interpreter looks like: its memory is read where there is none.
  'import ctypes\nctypes.string_at(0xFFFFFFF0, 64)',
  '!echo the shell is there',
  'for n in range(700_000): print("a line of text, number", n, "." * 40)',
  'n = 0\nwhile True: n += 1',
  'from kafka import KafkaConsumer\nconsumers = [KafkaConsumer(bootstrap_servers="localhost:9092") for _ in range(50)]\nlen([consumer.topics() for consumer in consumers])',
  'hoard = []\nwhile True: hoard.append(bytearray(20_000_000))',
  'del hoard\nlen(bytearray(50_000_000))',
  'while True:\n    try:\n        import time; time.sleep(60)\n    except KeyboardInterrupt:\n        print("tidied up"); break',
];

let course;
before(async () => {
  course = await serveCourse({ 'life.ipynb': notebookOf(CELLS) });
});
after(() => course.close());

/** Runs a cell and, when it asks, answers. */
async function runAnswering(browser, index, answer) {
  return await browser.evaluate(
    async (at, text) => {
      const notebook = window.notebookUnderTest;
      const id = notebook.session.notebook.cells[at].id;
      const end = notebook.runCell(at);
      while (!notebook.session.run(id)?.wantsInput) await new Promise((go) => setTimeout(go, 20));
      const asked = notebook.session.run(id).prompt;
      await notebook.session.input(id, text);
      return { state: await end, asked, outputs: notebook.toJSON().cells[at].outputs };
    },
    index,
    answer,
  );
}

/** Starts a cell, watches how long the page's own turns take, stops the cell. */
async function spin(browser, index) {
  return await browser.evaluate(async (at) => {
    const notebook = window.notebookUnderTest;
    const end = notebook.runCell(at);
    await new Promise((go) => setTimeout(go, 300));
    let longest = 0;
    for (let turn = 0, last = performance.now(); turn < 100; turn++) {
      await new Promise((go) => setTimeout(go, 10));
      longest = Math.max(longest, performance.now() - last - 10);
      last = performance.now();
    }
    notebook.stop();
    return { state: await end, longest };
  }, index);
}

for (const name of browsersToTest()) {
  test(`a Python kernel lives, dies and is followed by another in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/life.ipynb`);
    try {
      const answered = await runAnswering(browser, 0, 'Ada\n');
      assert.equal(answered.asked, 'Your name? ');
      assert.equal([answered.outputs[0].text].flat().join(''), 'Your name? Ada\nHello Ada\n');
      assert.equal((await runCell(browser, 1)).state, 'ok');

      const spun = await spin(browser, 5);
      assert.equal(spun.state, 'interrupted');
      assert.ok(spun.longest < 400, `the page stood still for ${spun.longest} ms`);

      const tidied = await browser.evaluate(async (at) => {
        const end = window.notebookUnderTest.runCell(at);
        await new Promise((go) => setTimeout(go, 500));
        window.notebookUnderTest.stop();
        return [await end, window.notebookUnderTest.toJSON().cells[at].outputs];
      }, 9);
      assert.equal(tidied[0], 'ok');
      assert.match([tidied[1][0].text].flat().join(''), /^tidied up\n$/);

      assert.equal((await runCell(browser, 6)).state, 'ok');
      assert.match((await runCell(browser, 7)).error, /^MemoryError/);
      assert.equal((await runCell(browser, 8)).state, 'ok');
      const flood = await runCell(browser, 4);
      assert.equal(flood.state, 'ok');
      assert.match(flood.stdout, /characters (of output )?were not kept/);
      assert.match(flood.stdout, /number 699999 \.+\n$/);

      const crashed = await runCell(browser, 2);
      assert.equal(crashed.state, 'error');
      assert.match(crashed.error, /^KernelError: Python has crashed/);
      assert.equal((await runCell(browser, 3)).stdout, 'the shell is there\n');
      // A new interpreter, which knows nothing of the old one's names.
      assert.match((await runCell(browser, 1)).error, /^NameError: name 'kept' is not defined/);

      await browser.evaluate(() => window.notebookUnderTest.session.restart());
      assert.match((await runCell(browser, 1)).error, /^NameError/);
    } finally {
      await browser.quit();
    }
  });
}
