/**
 * The page as a person uses it: cold load to the first command done, a file of 100,000 lines produced and consumed by
 * the console tools in cells, how responsive the page stays, and how long a reload takes with all of it stored.
 * Prints one line per figure: what, measured, goal. `BROWSER=firefox` measures there.
 */
import { notebookOf, ready, runCell, serveCourse, show } from '../tests/e2e/page.mjs';
import { launch } from '../tests/e2e/webdriver.mjs';

const LINES = 100_000;
const SERVER = '--bootstrap-server localhost:9092';
const CELLS = [
  `!kafka-topics.sh ${SERVER} --list`,
  `!seq -f 'line %.0f of a book that is long enough to be a hundred bytes when it is written down in full, more or less' 1 ${LINES} > book.txt`,
  `!kafka-topics.sh ${SERVER} --create --topic book --partitions 1`,
  `!kafka-console-producer.sh ${SERVER} --topic book < book.txt`,
  `!kafka-console-consumer.sh ${SERVER} --topic book --from-beginning --max-messages ${LINES} > read.txt; wc -l read.txt`,
  `!kafka-console-consumer.sh ${SERVER} --topic book --from-beginning --max-messages ${LINES}`,
];

const name = process.env.BROWSER ?? 'chromium';
const row = (what, value, unit, goal, met) =>
  console.log(`${what.padEnd(56)} ${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit.padEnd(10)} ${goal === '' ? '' : `goal ${goal}   ${met ? 'met' : 'NOT MET'}`}`);

/** Runs a cell; gives seconds, the longest task of the page meanwhile in ms, and what came out. */
async function timed(browser, index) {
  await browser.evaluate(() => {
    window.longest = 0;
    window.ticking = true;
    let last = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const now = performance.now();
      window.longest = Math.max(window.longest, now - last);
      last = now;
      if (window.ticking) setTimeout(() => channel.port2.postMessage(0), 4);
    };
    channel.port2.postMessage(0);
  });
  const started = Date.now();
  const result = await runCell(browser, index);
  const seconds = (Date.now() - started) / 1000;
  const longest = await browser.evaluate(() => {
    window.ticking = false;
    return window.longest;
  });
  if (result.state !== 'ok') throw new Error(`${CELLS[index]}: ${result.error} ${result.stderr}`);
  return { seconds, longest, result };
}

const course = await serveCourse({ 'bench.ipynb': notebookOf(CELLS) });
const url = `${course.url}/?notebook=/course/bench.ipynb`;
const browser = await launch(name);
try {
  const cold = Date.now();
  await show(browser, url);
  await runCell(browser, 0);
  const coldS = (Date.now() - cold) / 1000;
  row(`cold load to the first command done (${name})`, coldS, 's', '≤ 1.5', coldS <= 1.5);

  await timed(browser, 1);
  await timed(browser, 2);
  const produced = await timed(browser, 3);
  row('console producer from a file, strict storage', LINES / produced.seconds, 'records/s', '≥ 100,000', LINES / produced.seconds >= 100_000);
  row('… longest task of the page', produced.longest, 'ms', '≤ 100', produced.longest <= 100);
  const consumed = await timed(browser, 4);
  row('console consumer into a file', LINES / consumed.seconds, 'records/s', '', true);
  const shown = await timed(browser, 5);
  row("console consumer to the cell's output", LINES / shown.seconds, 'records/s', '≥ 100,000', LINES / shown.seconds >= 100_000);
  row('… longest task of the page', shown.longest, 'ms', '≤ 100', shown.longest <= 100);

  const reload = Date.now();
  await browser.reload();
  await ready(browser);
  await runCell(browser, 0);
  row('reload to the first command done, all of it stored', (Date.now() - reload) / 1000, 's', '', true);
} finally {
  await browser.quit();
  await course.close();
}
