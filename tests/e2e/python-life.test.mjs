/** A Python kernel's life: input, stops, the end of its memory, a crash, restarts; the cluster outlives all of them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse, show } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const CELLS = [
  'kept = 1\nname = input("Your name? ")\nprint("Hello", name)',
  'kept',
  // What a fault of the interpreter looks like: its memory is read where there is none.
  'import ctypes\nctypes.string_at(0xFFFFFFF0, 64)',
  '!echo the shell is there',
  'from kafka import KafkaProducer\nproducer = KafkaProducer(bootstrap_servers="localhost:9092")\nproducer.send("lives", b"acknowledged").get(10)\nproducer.close()',
  'n = 0\nwhile True: n += 1',
  'from kafka import KafkaConsumer\nprint(next(KafkaConsumer("lives", bootstrap_servers="localhost:9092", auto_offset_reset="earliest")).value.decode())',
  'hoard = []\nwhile True: hoard.append(bytearray(20_000_000))',
  'del hoard\nlen(bytearray(50_000_000))',
  'while True:\n    try:\n        import time; time.sleep(60)\n    except KeyboardInterrupt:\n        print("tidied up"); break',
  'import asyncio\nasync def tick():\n    for n in range(3):\n        await asyncio.sleep(0.01)\n        print("tick", n)\nticking = asyncio.create_task(tick())',
  'import time\nasync def block():\n    time.sleep(1000)\nblocking = asyncio.create_task(block())',
  '"after it"',
  'await asyncio.sleep(1000)',
  'print(len(asyncio.all_tasks()), ticking.done())',
];

/** Restarted and run again. */
const AGAIN = ['runs = 0', 'runs += 1\nprint("run", runs)', CELLS[6]];

let course;
before(async () => {
  course = await serveCourse({ 'life.ipynb': notebookOf(CELLS), 'again.ipynb': notebookOf(AGAIN) });
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

/** Starts a cell, and presses stop when it runs. */
async function startAndStop(browser, index) {
  return await browser.evaluate(async (at) => {
    const end = window.notebookUnderTest.runCell(at);
    await new Promise((go) => setTimeout(go, 500));
    window.notebookUnderTest.stop();
    return [await end, window.notebookUnderTest.toJSON().cells[at].outputs];
  }, index);
}

/** By the page's own menu, as a person does. */
async function restartAndRunAll(browser) {
  await browser.evaluate(async () => {
    const menu = document.querySelector('ks-app').renderRoot.querySelector('[data-testid=restart]');
    menu.renderRoot.querySelector('button').click();
    await menu.updateComplete;
    [...menu.renderRoot.querySelectorAll('[role=menuitem]')].find((item) => /Restart and run all/.test(item.textContent)).click();
  });
  return await browser.until('all cells have run again', () => {
    const { session } = window.notebookUnderTest;
    const cells = session.notebook.cells;
    // Cells are numbered afresh.
    return !session.busy && cells.every((cell, at) => cell.executionCount === at + 1) && window.notebookUnderTest.toJSON().cells.map((cell) => cell.outputs);
  });
}

for (const name of browsersToTest()) {
  test(`a Python kernel lives, dies and is followed by another in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/life.ipynb`);
    try {
      const answered = await runAnswering(browser, 0, 'Ada\n');
      assert.equal(answered.asked, 'Your name? ');
      assert.equal([answered.outputs[0].text].flat().join(''), 'Your name? Ada\nHello Ada\n');
      assert.equal((await runCell(browser, 1)).state, 'ok');

      assert.equal((await startAndStop(browser, 5))[0], 'interrupted');
      const tidied = await startAndStop(browser, 9);
      assert.equal(tidied[0], 'ok');
      assert.match([tidied[1][0].text].flat().join(''), /^tidied up\n$/);

      // Tasks go on between cells; one that blocks keeps the next cell waiting, and is what Stop then stops.
      assert.equal((await runCell(browser, 10)).state, 'ok');
      await browser.until('a task has gone on behind its cell', () => JSON.stringify(window.notebookUnderTest.toJSON().cells[10].outputs).includes('tick 2'));
      assert.equal((await runCell(browser, 11)).state, 'ok');
      assert.equal((await startAndStop(browser, 12))[0], 'ok');
      // A cell that is stopped while it awaits does not go on between cells.
      assert.equal((await startAndStop(browser, 13))[0], 'interrupted');
      assert.equal((await runCell(browser, 14)).stdout, '0 True\n');

      assert.match((await runCell(browser, 7)).error, /^MemoryError/);
      assert.equal((await runCell(browser, 8)).state, 'ok');
      assert.equal((await runCell(browser, 4)).state, 'ok');

      const crashed = await runCell(browser, 2);
      assert.equal(crashed.state, 'error');
      assert.match(crashed.error, /^KernelError: Python has crashed/);
      assert.equal((await runCell(browser, 3)).stdout, 'the shell is there\n');
      // A new interpreter, which knows nothing of the old one's names.
      assert.match((await runCell(browser, 1)).error, /^NameError: name 'kept' is not defined/);
      // What was acknowledged before the crash is there after it.
      assert.equal((await runCell(browser, 6)).stdout, 'acknowledged\n');

      await browser.evaluate(() => window.notebookUnderTest.session.restart());
      assert.match((await runCell(browser, 1)).error, /^NameError/);

      await show(browser, `${course.url}/?notebook=/course/again.ipynb`);
      for (let at = 0; at < AGAIN.length; at++) await runCell(browser, at);
      assert.equal((await runCell(browser, 1)).stdout, 'run 2\n');
      const outputs = await restartAndRunAll(browser);
      assert.deepEqual(outputs.map(([output]) => output && [output.text].flat().join('')), [undefined, 'run 1\n', 'acknowledged\n']);
    } finally {
      await browser.quit();
    }
  });
}
