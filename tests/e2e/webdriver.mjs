/**
 * Just enough of the WebDriver protocol to drive Chromium and Firefox alike: Debian's own browsers, over their own
 * drivers, with no library between.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const CHROMIUM_ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--window-size=1440,900',
];

/** Environment variable that may name one browser; without it tests run in both. */
export function browsersToTest() {
  const only = process.env.BROWSER;
  return only ? [only] : ['chromium', 'firefox'];
}

/**
 * Starts a browser with a profile of its own. `profile` keeps one from an earlier browser, to see what survived.
 * @param {'chromium' | 'firefox'} name
 * @param {{ profile?: string, args?: string[], prefs?: object }} [options] `prefs` are Firefox's
 */
export async function launch(name, options = {}) {
  const profile = options.profile ?? mkdtempSync(join(tmpdir(), `kafka-sandbox-${name}-`));
  const port = await freePort();
  const driver = startDriver(name, port);
  const base = `http://127.0.0.1:${port}`;
  try {
    await untilReady(base, driver);
    const started = await call('POST', `${base}/session`, { capabilities: { alwaysMatch: capabilities(name, profile, options.args ?? [], options.prefs) } });
    return new Browser(name, profile, driver, `${base}/session/${started.sessionId}`, started.capabilities);
  } catch (error) {
    driver.kill('SIGKILL');
    throw error;
  }
}

class Browser {
  #driver;
  #session;
  #capabilities;

  constructor(name, profile, driver, session, capabilities) {
    this.name = name;
    this.profile = profile;
    this.#driver = driver;
    this.#session = session;
    this.#capabilities = capabilities;
  }

  #call(method, path, body) {
    return call(method, this.#session + path, body);
  }

  async goto(url) {
    await this.#call('POST', '/url', { url });
  }

  async reload() {
    await this.#call('POST', '/refresh', {});
  }

  /** Runs a function in the page; it may be async. Globals that shall last are `window`'s: Firefox's `globalThis` is a sandbox. Arguments and result go as JSON; what it throws is thrown here. */
  async evaluate(work, ...args) {
    const script = `
      const done = arguments[arguments.length - 1];
      const given = Array.prototype.slice.call(arguments, 0, -1);
      Promise.resolve().then(() => (${work})(...given)).then(
        (value) => done({ value }),
        (error) => done({ error: [error, error && error.stack].join(' ') }),
      );`;
    const answer = await this.#call('POST', '/execute/async', { script, args });
    if (answer?.error !== undefined) throw new Error(answer.error);
    return answer?.value;
  }

  /** Evaluates again after each event-loop turn of ours until the answer is truthy; gives that answer. */
  async until(what, work, ...args) {
    const limitMs = 60_000;
    const started = Date.now();
    for (;;) {
      const answer = await this.evaluate(work, ...args);
      if (answer) return answer;
      if (Date.now() - started > limitMs) throw new Error(`${what}: not within ${limitMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * Presses keys one after the other, as a person does: 'a', 'Enter', or with others held as 'Shift+Enter'. A text
   * of several characters that is no key's name is typed.
   */
  async press(...keys) {
    const actions = keys.flatMap((key) => (key.length > 1 && !/^(\w+\+)*(\w+)$/.test(key) ? [...key] : [key])).flatMap(strokes);
    await this.#call('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    await this.#call('DELETE', '/actions');
  }

  /** Opens another tab and goes there; gives a handle for `tab`. */
  async newTab() {
    const { handle } = await this.#call('POST', '/window/new', { type: 'tab' });
    await this.tab(handle);
    return handle;
  }

  async currentTab() {
    return await this.#call('GET', '/window');
  }

  async tab(handle) {
    await this.#call('POST', '/window', { handle });
  }

  async closeTab() {
    await this.#call('DELETE', '/window');
  }

  async resize(width, height) {
    await this.#call('POST', '/window/rect', { width, height });
  }

  /** PNG */
  async screenshot() {
    return Buffer.from(await this.#call('GET', '/screenshot'), 'base64');
  }

  async alertText() {
    return await this.#call('GET', '/alert/text').catch(() => null);
  }

  /** Kills all of the browser's processes at once, as a power cut for the program would. The profile stays. */
  async kill() {
    const pids = this.#pids();
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself when its parent did.
      }
    }
    this.#driver.kill('SIGKILL');
    await untilGone(pids);
  }

  /** Ends the browser in an orderly way; `keepProfile` for another one that is to go on with it. */
  async quit({ keepProfile = false } = {}) {
    await this.#call('DELETE', '').catch(() => undefined);
    const ended = new Promise((resolve) => this.#driver.once('exit', resolve));
    this.#driver.kill();
    await ended;
    await untilGone(this.#pids());
    if (!keepProfile) rmSync(this.profile, { recursive: true, force: true });
  }

  /** Memory of all its processes in bytes, what they share counted once. */
  memoryBytes() {
    let kib = 0;
    for (const pid of this.#pids()) {
      try {
        kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
      } catch {
        // It ended while we looked.
      }
    }
    return kib * 1024;
  }

  /** All processes that name the profile, and their children. */
  #pids() {
    const parents = new Map();
    const found = new Set();
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const pid = Number(entry);
        const line = readFileSync(`/proc/${entry}/cmdline`, 'latin1');
        const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
        parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
        if (line.includes(this.profile) && pid !== this.#driver.pid && pid !== process.pid) found.add(pid);
      } catch {
        // It ended while we looked.
      }
    }
    const own = this.#capabilities['moz:processID'];
    if (own && parents.has(own)) found.add(own);
    for (let more = true; more; ) {
      more = false;
      for (const [pid, parent] of parents) {
        if (found.has(parent) && !found.has(pid)) more = Boolean(found.add(pid));
      }
    }
    return [...found];
  }
}

/** The protocol's characters for keys that print nothing. */
const KEYS = {
  Enter: '\uE007', Escape: '\uE00C', Tab: '\uE004', Backspace: '\uE003', Delete: '\uE017', Space: ' ',
  ArrowUp: '\uE013', ArrowDown: '\uE015', ArrowLeft: '\uE012', ArrowRight: '\uE014', Home: '\uE011', End: '\uE010',
  Shift: '\uE008', Control: '\uE009', Alt: '\uE00A',
};

/** Down and up of one key, with others held around it. */
function strokes(key) {
  const names = key.length > 1 ? key.split('+') : [key];
  const values = names.flatMap((name) => KEYS[name] ?? [...name]);
  const down = values.map((value) => ({ type: 'keyDown', value }));
  const up = values.toReversed().map((value) => ({ type: 'keyUp', value }));
  // A word is typed letter by letter, a chord is held together.
  if (names.length === 1 && values.length > 1) return values.flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }]);
  return [...down, ...up];
}

function capabilities(name, profile, args, further) {
  const common = { timeouts: { script: 900_000, pageLoad: 120_000 }, unhandledPromptBehavior: 'accept' };
  if (name === 'chromium') {
    const binary = program(['chromium', 'chromium-browser', 'google-chrome']);
    return { ...common, browserName: 'chrome', 'goog:chromeOptions': { binary, args: [...CHROMIUM_ARGS, `--user-data-dir=${profile}`, ...args] } };
  }
  const binary = program(['firefox-esr', 'firefox']);
  const prefs = { 'app.update.enabled': false, 'datareporting.policy.dataSubmissionEnabled': false, 'browser.shell.checkDefaultBrowser': false, ...further };
  return { ...common, browserName: 'firefox', 'moz:firefoxOptions': { binary, args: ['-headless', '-profile', profile, '--width=1440', '--height=900', ...args], prefs } };
}

function startDriver(name, port) {
  const [command, args] =
    name === 'chromium'
      ? [program(['chromedriver']), [`--port=${port}`]]
      : [program(['geckodriver']), ['--port', String(port), '--log', 'fatal', '--websocket-port', '0']];
  const driver = spawn(command, args, { stdio: 'ignore', env: { ...process.env, MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' } });
  driver.on('error', () => undefined);
  return driver;
}

async function untilReady(base, driver) {
  for (let tries = 0; tries < 200; tries++) {
    if (driver.exitCode !== null) throw new Error(`the browser's driver ended with ${driver.exitCode}`);
    const status = await call('GET', `${base}/status`).catch(() => null);
    if (status?.ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the browser's driver does not answer");
}

async function untilGone(pids) {
  while (pids.some((pid) => existsSync(`/proc/${pid}`) && !isZombie(pid))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isZombie(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return true;
  }
}

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${value?.error}: ${value?.message}`);
  return value;
}

/** Full path of the first of these programs on PATH. */
export function program(names) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      if (existsSync(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error(`${names.join(' or ')} is not installed: run \`cargo xtask setup\``);
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
