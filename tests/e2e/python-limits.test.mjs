/** What a cell may do to its kernel, and what is then said: recursion, floods, what a page lacks. Others go on meanwhile. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

const RECURSION = /^RecursionError: (maximum recursion depth exceeded|Stack overflow)/;
const NETWORK = /This page has no network but its own cluster, whose brokers are localhost:9092, localhost:9093 and localhost:9094\./;

/** [source, how its error begins, what stands below its traceback]. The kernel and its variables survive each. */
const FAILING = [
  ['def deeper(): return deeper()\ndeeper()', RECURSION],
  ['class A:\n    def __getattr__(self, name): return getattr(self, name + "x")\nA().b', RECURSION, /Code calls itself too often/],
  ['class B:\n    def __repr__(self): return repr(self)\nB()', RECURSION, /Code calls itself too often/],
  ['class C:\n    def __eq__(self, other): return [self] == [other]\nC() == C()', RECURSION],
  ['import json\njson.loads("[" * 200_000)', RECURSION],
  ['nested = []\nfor _ in range(5000): nested = [nested]\nrepr(nested)', RECURSION],
  ['import socket\nsocket.create_connection(("localhost", 9999))', /^ConnectionRefusedError: \[Errno 111\] Connection refused/, NETWORK],
  ['socket.create_connection(("kafka.example.com", 9092))', /^gaierror: \[Errno -2\] Name or service not known/, NETWORK],
  ['import urllib.request\nurllib.request.urlopen("https://example.com/")', /^URLError/, NETWORK],
  ['from kafka import KafkaConsumer\nKafkaConsumer(bootstrap_servers="localhost:9999")', /^NoBrokersAvailable/, NETWORK],
  ['KafkaConsumer(bootstrap_servers="kafka.example.com:9092")', /^NoBrokersAvailable/, NETWORK],
  ['import pandas as pd', /^ModuleNotFoundError/, /pandas is not part of this page: plain lists and dicts, or the csv module, do for small tables\. It carries confluent-kafka/],
  ['from pyspark.sql import SparkSession', /^ModuleNotFoundError/, /Spark needs a Java virtual machine/],
  ['import requests', /^ModuleNotFoundError/, /a page may fetch from its own site only/],
  ['import numpy', /^ModuleNotFoundError/, /statistics and math modules/],
  ['import faust', /^ModuleNotFoundError/, /use kafka-python or confluent_kafka/],
  ['from confluent_kafka.schema_registry import SchemaRegistryClient', /^ModuleNotFoundError/, /a Schema Registry is another server, which this page does not have/],
  ['import fastavro', /^ModuleNotFoundError/, /a Schema Registry is another server/],
  ['import some_package_of_mine', /^ModuleNotFoundError/, /There is no module some_package_of_mine here\./],
  ['import kafka.nothing', /^ModuleNotFoundError/],
  ['import tkinter', /^ModuleNotFoundError/, /tkinter is a part of Python that a web page cannot have/],
  ['import multiprocessing\nmultiprocessing.Process(target=print).start()', /^ModuleNotFoundError/, /threads work: threading/],
  ['from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor()', /^NotImplementedError/, /A web page has no processes: threads work/],
  ['import subprocess\nsubprocess.Popen(["ls"])', /^NoProcesses: a web page has no processes: use subprocess\.run, os\.system or a ! line/],
  ['import os\nos.popen("ls")', /^NoProcesses: a web page has no processes: os\.popen does not exist here; a ! line runs a command/],
  ['import asyncio\nawait asyncio.create_subprocess_exec("ls")', /^NoProcesses: a web page has no processes/],
  ['import http.server\nhttp.server.HTTPServer(("", 8000), None)', /^OSError: \[Errno 95\] a page cannot listen/],
];

const GOOD = [
  ['kept', '7'],
  ['os.system("echo by the shell; exit 3")', '768'],
  ['subprocess.check_output(["echo", "a  b"], text=True)', "'a  b\\n'"],
  ['subprocess.run("exit 2", shell=True).returncode', '2'],
  // Each with a socket of its own to the cluster; twenty of them ask it something.
  [`consumers = [KafkaConsumer(bootstrap_servers="localhost:9092") for _ in range(1000)]
topics = [consumer.topics() for consumer in consumers[::50]]
for consumer in consumers: consumer.close()
len(consumers), len(topics)`, '(1000, 20)'],
];

const FLOODS = {
  lines: 'line = "x" * 1023\nfor _ in range(1024 * 1024): print(line)\nprint("the end")',
  flushed: 'for n in range(100_000): print(n, flush=True)',
  displays: 'from IPython.display import HTML\nfor n in range(20_000): display(HTML(f"<b>{n}</b>"))\nprint("the end")',
  progress: 'from IPython.display import clear_output\nfor n in range(50_000):\n    clear_output(wait=True)\n    print("at", n)',
  raw: 'import os\nfor n in range(50_000): os.write(1, b"%d\\n" % n)\nprint("the end")',
  streams: 'import sys\nfor n in range(20_000): print(n); print(n, file=sys.stderr)',
};

const OTHER = ['with_others = 1', 'with_others + 1', '!echo the shell goes on'];
const SPIN = 'n = 0\nwhile True: n += 1';

function book() {
  const cells = ['kept = 7', ...FAILING.map(([source]) => source), ...GOOD.map(([source]) => source), ...Object.values(FLOODS), SPIN, ...OTHER];
  const made = JSON.parse(notebookOf(cells));
  for (const cell of made.cells.slice(-OTHER.length)) cell.metadata = { sandbox: { kernel: 'other' } };
  return made;
}

let course;
const at = { failing: 1, good: 1 + FAILING.length, flood: 1 + FAILING.length + GOOD.length };
at.spin = at.flood + Object.keys(FLOODS).length;
at.other = at.spin + 1;

before(async () => {
  course = await serveCourse({ 'limits.ipynb': JSON.stringify(book()) });
});
after(() => course.close());

async function outputsOf(browser, index) {
  return await browser.evaluate((cell) => window.notebookUnderTest.toJSON().cells[cell].outputs, index);
}

/** Counts the messages that workers of code send with output, from before there are any. */
function countMessages() {
  window.outputMessages = 0;
  const { set, get, ...rest } = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage');
  Object.defineProperty(Worker.prototype, 'onmessage', {
    ...rest, get,
    set(handler) {
      set.call(this, (event) => {
        if (event.data?.[0] === 'outputs') window.outputMessages++;
        handler.call(this, event);
      });
    },
  });
}

async function sayWhatIsMissing(browser) {
  assert.equal((await runCell(browser, 0)).state, 'ok');
  for (const [n, [source, error, below]] of FAILING.entries()) {
    const failed = await runCell(browser, at.failing + n);
    assert.match(failed.error, error, source);
    const { traceback } = (await outputsOf(browser, at.failing + n)).find((o) => o.output_type === 'error');
    const text = traceback.join('\n').trimEnd();
    if (below) assert.match(text.split('\n').at(-1), below, source);
    else assert.doesNotMatch(text, /is not part of this page/, source);
  }
  for (const [n, [source, value]] of GOOD.entries()) {
    const result = await runCell(browser, at.good + n);
    assert.equal(result.state, 'ok', `${source}: ${result.error}`);
    assert.equal([(await outputsOf(browser, at.good + n)).at(-1).data['text/plain']].flat().join(''), value, source);
  }
}

async function cutFloods(browser) {
  const found = {};
  for (const [n, name] of Object.keys(FLOODS).entries()) {
    const before = await browser.evaluate(() => window.outputMessages);
    const began = Date.now();
    const { state, stdout, stderr } = await runCell(browser, at.flood + n);
    assert.equal(state, 'ok', name);
    const messages = (await browser.evaluate(() => window.outputMessages)) - before;
    // One in a frame, and a few at once.
    assert.ok(messages <= (Date.now() - began) / 16 + 30, `${name}: ${messages} messages in ${Date.now() - began} ms`);
    const outputs = await outputsOf(browser, at.flood + n);
    assert.ok(outputs.length <= 1005, `${name}: ${outputs.length} outputs`);
    found[name] = { stdout, stderr, outputs };
  }
  const { lines, flushed, displays, progress, raw, streams } = found;
  assert.ok(lines.stdout.length < 40 * 1024 * 1024, `${lines.stdout.length} characters were kept`);
  assert.match(lines.stdout, /characters (of output )?were not kept/);
  assert.match(lines.stdout, /x\nthe end\n$/);
  assert.equal(flushed.stdout.split('\n').length, 100_001);
  assert.match(displays.stdout, /the end\n$/);
  assert.match(displays.stdout + displays.stderr, /displays were not kept/);
  assert.equal(progress.stdout, 'at 49999\n');
  assert.match(raw.stdout, /49999\nthe end\n$/);
  assert.equal(`${streams.stdout}${streams.stderr}`.split('\n').length, 40_001);
}

/** What is too long for the screen has a button that saves all of it. */
async function downloadFlood(browser) {
  const saved = await browser.evaluate(async (index) => {
    const blobs = [];
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => create.call(URL, (blobs.push(blob), blob));
    try {
      const id = window.notebookUnderTest.session.notebook.cells[index].id;
      const find = (root) => {
        for (const element of root.querySelectorAll('*')) {
          if (element.localName === 'button' && /Download all of it/.test(element.textContent)) return element;
          const inside = element.shadowRoot && find(element.shadowRoot);
          if (inside) return inside;
        }
        return null;
      };
      const cell = [...window.notebookUnderTest.renderRoot.querySelectorAll('*')].find((e) => e.cell?.id === id);
      const button = find(cell.renderRoot ?? cell);
      const shown = (cell.renderRoot ?? cell).textContent;
      button.click();
      return { notice: /[\d,.\s]+ lines are not shown here/.test(shown), size: blobs[0].size, end: (await blobs[0].text()).slice(-20) };
    } finally {
      URL.createObjectURL = create;
    }
  }, at.flood);
  assert.equal(saved.notice, true);
  assert.ok(saved.size > 8 * 1024 * 1024, `${saved.size}`);
  assert.match(saved.end, /the end\n$/);
}

/** While one kernel spins, the page answers, and another kernel and its shell run. */
async function othersGoOn(browser) {
  await browser.evaluate((index) => void (window.spinning = window.notebookUnderTest.runCell(index)), at.spin);
  assert.equal((await runCell(browser, at.other)).state, 'ok');
  assert.equal((await runCell(browser, at.other + 1)).state, 'ok');
  assert.equal((await runCell(browser, at.other + 2)).stdout, 'the shell goes on\n');
  // Turns of the page's event loop, each of which a page that stood still would not take.
  const turns = await browser.evaluate(async () => {
    for (let n = 0; n < 200; n++) await new Promise((go) => setTimeout(go));
    await new Promise((go) => requestAnimationFrame(go));
    const running = await Promise.race([window.spinning.then(() => 'ended'), 'running']);
    window.notebookUnderTest.stop();
    return [running, await window.spinning];
  });
  assert.deepEqual(turns, ['running', 'interrupted']);
}

describe('limits', { concurrency: true }, () => {
  for (const name of browsersToTest()) {
    test(`a cell's excesses end in a sentence, and all else goes on, in ${name}`, async () => {
      const browser = await openNotebook(name, `${course.url}/?notebook=/course/limits.ipynb`);
      try {
        await browser.evaluate(countMessages);
        await sayWhatIsMissing(browser);
        await cutFloods(browser);
        await downloadFlood(browser);
        await othersGoOn(browser);
      } finally {
        await browser.quit();
      }
    });
  }
});
