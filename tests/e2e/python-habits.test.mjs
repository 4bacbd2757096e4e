/** What notebooks expect of IPython, cell by cell, in one Python kernel; and that what needs no Python loads none. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { notebookOf, openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

/** [source, what must come out] */
const CELLS = [
  ['x = 5\n[x, {"a": 1}]', { result: "[5, {'a': 1}]" }],
  ['_, Out[1], In[1][:5], _1 is _', { result: "([5, {'a': 1}], [5, {'a': 1}], 'x = 5', True)" }],
  ['1;', { result: '' }],
  ['import asyncio\nasync def later(n):\n    await asyncio.sleep(0.01)\n    return n\nawait later(7), await asyncio.gather(later(1), later(2))', { result: '(7, [1, 2])' }],
  ['import time\nasync def work(n):\n    import six  # fetched within a task\n    end = time.perf_counter() + 0.1\n    while time.perf_counter() < end: pass\n    await asyncio.sleep(0.01)\n    return n\nawait work(1), await asyncio.gather(work(2), work(3))', { result: '(1, [2, 3])' }],
  ['import threading\nloops = [asyncio.SelectorEventLoop() for _ in range(2)]\nfor loop in loops: threading.Thread(target=loop.run_forever, daemon=True).start()\n[f.result(20) for f in [asyncio.run_coroutine_threadsafe(work(n), loops[n % 2]) for n in range(4)]]', { result: '[0, 1, 2, 3]' }],
  ['from IPython.display import *\ndisplay(HTML("<b>x</b>"), Markdown("*y*"), JSON({"a": 1}))', { mime: ['text/html', 'text/markdown', 'application/json'] }],
  ['print("gone")\nclear_output()\nprint("stays")', { stdout: 'stays\n' }],
  ['words = !echo one two {x}\nprint(words, words.s)\n!echo $x', { stdout: "['one two 5'] one two 5\n5\n" }],
  ['!echo $x {x + 1}', { stdout: '5 6\n' }],
  ['%%writefile hello.py\nprint("hello from", __name__)', { stdout: 'Writing hello.py\n' }],
  ['%run hello.py\n!cat hello.py', { stdout: 'hello from __main__\nprint("hello from", __name__)\n' }],
  ['!echo written by the shell > shell.txt\nopen("shell.txt").read()', { result: "'written by the shell\\n'" }],
  ['import os\nwith open("data.txt", "w") as f: f.write("written by Python\\n")\nos.makedirs("sub", exist_ok=True); os.replace("shell.txt", "sub/moved.txt")\n!cat data.txt sub/moved.txt; ls', { stdout: 'written by Python\nwritten by the shell\ndata.txt\nhello.py\nsub\n' }],
  ['%cd sub\n!pwd\n%cd -q ..', { stdout: '/home/learner/sub\n/home/learner/sub\n' }],
  ['%env COLOUR=blue\n!echo $COLOUR\nos.environ["COLOUR"], os.environ["USER"]', { stdout: 'env: COLOUR=blue\nblue\n', result: "('blue', 'learner')" }],
  ['import pwd\npwd.getpwuid(os.getuid())[0]', { result: "'learner'" }],
  ['%%time\ntotal = sum(range(1000))', { stdout_regex: '^CPU times: .*\\nWall time: \\d' }],
  ['%timeit -n 2 -r 2 sum(range(10))', { stdout_regex: 'per loop \\(mean ± std. dev. of 2 runs, 2 loops each\\)' }],
  ['%%capture caught\nprint("inside")', { stdout: '' }],
  ['caught.stdout', { result: "'inside\\n'" }],
  ['%pip install kafka-python\n!pip install pandas', { stdout_regex: '^Requirement already satisfied: kafka-python', stderr_regex: 'pandas is not part of this page' }],
  ['import sys\npipeline = "pip"\n!echo {pipeline} install\n!{sys.executable} -m pip install kafka-python > log 2>&1  # the client', { stdout_regex: '^pip install\nRequirement already satisfied: kafka-python', stderr: '' }],
  ['print?', { stdout_regex: 'Signature:.*print\\(\\*args' }],
  ['def half(n):\n    return n / 0\nhalf(2)', { error: 'ZeroDivisionError', error_regex: 'division by zero' }],
  ['import pandas', { error: 'ModuleNotFoundError', error_regex: "No module named 'pandas'" }],
  ['open("nofile")', { error: 'FileNotFoundError', error_regex: '\\[Errno 2\\] No such file' }],
  ['import subprocess\nos.system("echo by os.system")\nsubprocess.run(["echo", "a b"], capture_output=True, text=True).stdout', { stdout: 'by os.system\n', result: "'a b\\n'" }],
  ['subprocess.Popen(["ls"])', { error: 'NoProcesses', error_regex: 'a web page has no processes' }],
  ['import threading, queue, time\nfrom concurrent.futures import ThreadPoolExecutor\nq = queue.Queue()\ndef work():\n    for n in range(3): q.put(n); time.sleep(0.005)\nthreading.Thread(target=work).start()\nprint([q.get(timeout=5) for _ in range(3)])\nwith ThreadPoolExecutor(3) as pool: print(list(pool.map(lambda n: n * n, range(4))))\nready = threading.Event(); threading.Timer(0.02, ready.set).start(); ready.wait(5)', { stdout: '[0, 1, 2]\n[0, 1, 4, 9]\n', result: 'True' }],
  ['from kafka import KafkaProducer, KafkaConsumer\nfor codec in "gzip", "snappy", "lz4", "zstd":\n    producer = KafkaProducer(bootstrap_servers="localhost:9092", compression_type=codec)\n    for n in range(50): producer.send("packed", b"a" * 200)\n    producer.close()\nsum(1 for _ in KafkaConsumer("packed", bootstrap_servers="localhost:9092", auto_offset_reset="earliest", consumer_timeout_ms=3000))', { result: '200' }],
  // Another reader, as strict as Kafka's own about what it was written with.
  ['!kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic packed --from-beginning --max-messages 200 --timeout-ms 30000 | sort | uniq -c', { stdout_regex: '^ *200 a{200}\\n$' }],
  ['KafkaProducer(bootstrap_servers="localhost:9999")', { error: 'NoBrokersAvailable' }],
  ['import socket, ssl\nssl.create_default_context().wrap_socket(socket.create_connection(("localhost", 9092)))', { error: 'SSLError', error_regex: 'speaks plain text' }],
  ['def deeper(): return deeper()\ndeeper()', { error: 'RecursionError' }],
  ['import hashlib\nhashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 4096, 4).hex()', { result: "'5131450a'" }],
  ['%%bash\necho in bash $COLOUR', { stdout: 'in bash blue\n' }],
  // What courses do beside Kafka: folders, programs, variables, setting up a machine, brokers of their own.
  ['!mkdir -p made/inner', { stdout: '' }],
  ['os.makedirs("own"); open("made/inner/x", "w").close()\n!ls -d own made/inner/x', { stdout: 'made/inner/x\nown\n' }],
  ['!cd /tmp; pwd\n!pwd', { stdout: '/tmp\n/home/learner\n' }],
  ['os.environ["PLACE"] = "it\'s here"; os.chdir("made")', {}],
  ['!echo $PLACE; pwd', { stdout: "it's here\n/home/learner/made\n" }],
  ['%cd ..', { stdout: '/home/learner\n' }],
  ['!python hello.py', { stdout: 'hello from __main__\n' }],
  ['ls hello.py', { stdout: 'hello.py\n' }],
  ['!pip install -q kafka-python-ng ipython', { stdout: 'kafka-python-ng is another name of kafka-python, which this page carries.\n' }],
  ['#@title A form\n%%bash\necho formed', { stdout: 'formed\n' }],
  ['task = asyncio.create_task(later(3))\nawait task', { result: '3' }],
  ['background = asyncio.create_task(later(8)), asyncio.get_running_loop().create_task(later(9))\nasyncio.get_event_loop().is_running()', { result: 'True' }],
  ['await asyncio.gather(*background)', { result: '[8, 9]' }],
  ['called = []\nasyncio.get_running_loop().call_soon(called.append, 1);', { result: '' }],
  ['called', { result: '[1]' }],
  ['asyncio.get_event_loop().run_until_complete(later(1))', { error: 'RuntimeError', error_regex: 'This event loop is already running' }],
  ['asyncio.new_event_loop().run_until_complete(later(1))', { error: 'RuntimeError', error_regex: 'Cannot run the event loop while another loop is running' }],
  ['def in_thread():\n    loop = asyncio.new_event_loop()\n    print(loop.run_until_complete(later(5)), asyncio.run(later(6)))\nthread = threading.Thread(target=in_thread); thread.start(); thread.join()', { stdout: '5 6\n' }],
  ['%%writefile program.py\nimport asyncio, time\nasync def main(): await asyncio.sleep(0); time.sleep(0.01); return "awaited"\nprint(asyncio.run(main()))', {}],
  ['!python program.py', { stdout: 'awaited\n' }],
  ['asyncio.run(later(3))', { error: 'RuntimeError', error_regex: 'asyncio.run\\(\\) cannot be called from a running event loop' }],
  ['!sudo apt-get install -y default-jre\n!./kafka_2.13-3.5.1/bin/kafka-server-start.sh -daemon config/server.properties', { stdout: '', stderr_regex: ['nothing to install', 'the cluster is already running'] }],
  ['KafkaProducer(bootstrap_servers="broker-1:29092").bootstrap_connected()', { result: 'True' }],
  ['import configs', { error: 'ModuleNotFoundError' }],
  ['!pip install -q faker\nfrom faker import Faker\nFaker.seed(1)\nlen(Faker("de_DE").name()) > 3', { result: 'True' }],
];

function habits() {
  const book = JSON.parse(notebookOf(CELLS.map(([source]) => source)));
  // A cell that fails must not keep the others from running.
  for (const [at, cell] of book.cells.entries()) cell.metadata = { sandbox: { expect: CELLS[at][1] } };
  return JSON.stringify(book);
}

const LIGHT = ['# only a comment', '!echo hello', '%env COLOUR=red\n!echo $COLOUR', '%%writefile note.txt\nhello', '%pip install kafka-python==3.0.12\n!pip install numpy'];

let course;
before(async () => {
  course = await serveCourse({ 'habits.ipynb': habits(), 'light.ipynb': notebookOf([...LIGHT, 'import os, kafka\nos.environ["COLOUR"], kafka.__version__, open("note.txt").read()']) });
});
after(() => course.close());

for (const name of browsersToTest()) {
  test(`a Python cell does as in Jupyter in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/habits.ipynb`);
    try {
      const problems = await browser.evaluate(async () => {
        const notebook = window.notebookUnderTest;
        await notebook.runAll();
        return [...(await notebook.check()).flatMap(({ cell, problems: found }) => found.map((text) => `${cell}: ${text}`))];
      });
      assert.deepEqual(problems, []);
    } finally {
      await browser.quit();
    }
  });

  test(`magics and commands load no Python in ${name}, and what they set is there later`, async () => {
    const from = course.requests.length;
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/light.ipynb`);
    try {
      const outputs = [];
      for (let at = 0; at < LIGHT.length; at++) outputs.push(await runCell(browser, at));
      assert.deepEqual(outputs.map(({ state, stdout }) => [state, stdout]), [
        ['ok', ''],
        ['ok', 'hello\n'],
        ['ok', 'env: COLOUR=red\nred\n'],
        ['ok', 'Writing note.txt\n'],
        ['ok', 'Successfully installed kafka-python-3.0.12\n'],
      ]);
      assert.match(outputs[4].stderr, /numpy is not part of this page/);
      assert.deepEqual(course.requests.slice(from).filter((path) => path.includes('/python/')), []);
      const later = await browser.evaluate(async (at) => {
        await window.notebookUnderTest.runCell(at);
        return window.notebookUnderTest.toJSON().cells[at].outputs;
      }, LIGHT.length);
      assert.equal([later[0]?.data?.['text/plain']].flat().join(''), "('red', '3.0.12', 'hello\\n')");
    } finally {
      await browser.quit();
    }
  });
}
