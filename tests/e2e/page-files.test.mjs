/** Notebook files that are broken, huge, of another format, or not there: a plain sentence, and the page lives on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, ready, runCell, serveCourse } from './page.mjs';
import { browsersToTest, launch } from './webdriver.mjs';

function bigNotebook() {
  const lines = Array(100_000).fill(`${'x'.repeat(99)}\n`);
  const cells = Array.from({ length: 5 }, (_, at) => ({
    id: `c${at}`,
    cell_type: 'code',
    metadata: {},
    execution_count: 1,
    source: '!echo small',
    outputs: [{ output_type: 'stream', name: 'stdout', text: lines }],
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, null, 1);
}

const FOLDER = notebookOf(
  [
    '!cat brought.txt',
    '!cat mine.txt',
    '!mkdir made; echo made > made/deep.txt',
    '!cat made/deep.txt',
    '!cat nothing.txt',
    '!wget -q http://far.example/book -O - ',
  ],
  { files: { 'brought.txt': 'brought.txt' }, urls: { 'http://far.example/book': 'brought.txt' } },
);

const FILES = {
  'folder.ipynb': FOLDER,
  'brought.txt': 'from the lesson\n',
  'fine.ipynb': notebookOf(['!echo fine']),
  'cut.ipynb': notebookOf(['!echo fine']).slice(0, 60),
  'text.ipynb': 'no notebook at all',
  'five.ipynb': JSON.stringify({ nbformat: 5, nbformat_minor: 1, cells: [] }),
  'later.ipynb': JSON.stringify({
    ...JSON.parse(notebookOf(['!echo later'])),
    nbformat_minor: 12,
    novelty: true,
  }),
  'three.ipynb': JSON.stringify({ nbformat: 3, nbformat_minor: 0, metadata: {}, worksheets: [{ cells: [{ cell_type: 'code', language: 'python', metadata: {}, input: ['!echo three'], outputs: [] }] }] }),
  'big.ipynb': bigNotebook(),
};

const SENTENCES = {
  'cut.ipynb': /not valid JSON: This text is not closed \(line 1, column 60\)/,
  'text.ipynb': /not valid JSON: .*\(line 1, column 1\)/,
  'five.ipynb': /format 5\.1\. This page reads formats 3 and 4/,
  'absent.ipynb': /no notebook at .*absent\.ipynb \(the server says 404\)/,
};

let course;
before(async () => {
  course = await serveCourse(FILES);
});
after(() => course.close());

/** Text of the banner that stands in the place of a notebook. */
async function problem(browser) {
  return await browser.until('the problem is told', () => {
    const notebook = document.querySelector('ks-app')?.renderRoot.querySelector('kafka-notebook');
    return notebook?.renderRoot.querySelector('[data-testid=notebook-problem]')?.textContent.trim();
  });
}

for (const name of browsersToTest()) {
  test(`files that are no notebooks are told apart in ${name}`, async () => {
    const browser = await launch(name);
    try {
      for (const [file, sentence] of Object.entries(SENTENCES)) {
        await browser.goto(`${course.url}/?notebook=/course/${file}`);
        await browser.evaluate(() => localStorage.clear());
        assert.match(await problem(browser), sentence);
      }
      await browser.goto(
        `${course.url}/?notebook=${encodeURIComponent('http://example.invalid/x.ipynb')}`,
      );
      assert.match(await problem(browser), /by https addresses only .*this one is http\./);
      await browser.evaluate(() => localStorage.clear());
      await browser.goto(`${course.url}/?notebook=/course/fine.ipynb`);
      await ready(browser);
      assert.equal((await runCell(browser, 0)).stdout, 'fine\n');
    } finally {
      await browser.quit();
    }
  });

  test(`a later 4.x, one of format 3 and a notebook of 50 MB open and run in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/later.ipynb`);
    try {
      assert.equal((await runCell(browser, 0)).stdout, 'later\n');
      const kept = await browser.evaluate(() => window.notebookUnderTest.toJSON());
      assert.deepEqual([kept.nbformat_minor, kept.novelty], [12, true]);
      await browser.evaluate(() => localStorage.clear());
      await browser.goto(`${course.url}/?notebook=/course/three.ipynb`);
      await ready(browser);
      assert.equal((await runCell(browser, 0)).stdout, 'three\n');
      assert.equal(await browser.evaluate(() => window.notebookUnderTest.toJSON().nbformat), 4);
      await browser.evaluate(() => localStorage.clear());
      await browser.goto(`${course.url}/?notebook=/course/big.ipynb`);
      await ready(browser);
      const shown = await browser.evaluate(() => {
        const outputs = window.notebookUnderTest.renderRoot.querySelector('.outputs');
        return {
          chars: outputs.textContent.length,
          gap: outputs.querySelector('.gap').textContent,
        };
      });
      assert.ok(shown.chars < 300_000, `${shown.chars} characters on the page`);
      assert.match(shown.gap, /lines are not shown here/);
      assert.equal((await runCell(browser, 0)).stdout, 'small\n');
    } finally {
      await browser.quit();
    }
  });

  test(`the working folder is the person's, the lesson's and the commands' in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/folder.ipynb`);
    try {
      const files = () => window.notebookUnderTest.session.folder.list().map((file) => file.path);
      assert.equal((await runCell(browser, 0)).stdout, 'from the lesson\n');
      await browser.evaluate(() =>
        window.notebookUnderTest.session.folder.write(
          'mine.txt',
          new TextEncoder().encode('mine\n'),
        ),
      );
      assert.equal((await runCell(browser, 1)).stdout, 'mine\n');
      await runCell(browser, 2);
      assert.deepEqual(await browser.evaluate(files), ['brought.txt', 'made/deep.txt', 'mine.txt']);
      await browser.reload();
      await ready(browser);
      assert.equal((await runCell(browser, 3)).stdout, 'made\n');
      assert.deepEqual(await browser.evaluate(files), ['brought.txt', 'made/deep.txt', 'mine.txt']);
      assert.match((await runCell(browser, 4)).stderr, /No such file|cannot open/);
      assert.equal((await runCell(browser, 5)).stdout, 'from the lesson\n');
    } finally {
      await browser.quit();
    }
  });
}
