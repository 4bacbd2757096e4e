/**
 * Runs command lines in the page's own shell, for `cargo xtask golden --browser`, which reads transcripts and compares.
 *
 * usage: node tests/e2e/transcripts.mjs chromium|firefox
 *
 * It speaks JSON, one object a line. From standard input: `{"config"}` first, with the cluster's broker configs; then
 * `{"id", "fresh": true}`, `{"id", "start": COMMAND}`, `{"id", "interrupt": true}`, `{"id", "end": true}`. To standard
 * output: `{"id"}` when the cluster is fresh, `{"id", "stdout", "stderr", "status"}` at a command's end.
 */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, serve } from './server.mjs';
import { launch } from './webdriver.mjs';

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** Hears what the page tells. */
async function listen() {
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    response.writeHead(204).end();
    const told = JSON.parse(Buffer.concat(pieces).toString('utf8'));
    if (told.problem) giveUp(new Error(told.problem));
    else say(told);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function asset(start, end) {
  const name = readdirSync(join(ROOT, 'dist/assets')).find((file) => file.startsWith(start) && file.endsWith(end));
  if (!name) throw new Error(`there is no ${start}*${end} in dist/assets: run \`cargo xtask site\``);
  return `/assets/${name}`;
}

async function act(browser, ear, message) {
  if (message.config) {
    const parts = {
      clusterUrl: asset('cluster.worker', '.js'),
      kernelUrl: asset('kernel.worker', '.js'),
      wasmUrl: asset('kafka_sandbox_bg', '.wasm'),
      config: message.config,
    };
    const address = `http://127.0.0.1:${ear.address().port}/`;
    const connect = async (given, url) => {
      const tell = (told) => fetch(url, { method: 'POST', mode: 'no-cors', body: JSON.stringify(told) });
      while (!window.transcripts) await new Promise((resolve) => requestAnimationFrame(resolve));
      await window.transcripts.connect(given, tell);
    };
    await browser.evaluate(connect, parts, address);
  } else if (message.fresh) {
    await browser.evaluate(() => window.transcripts.fresh());
    say({ id: message.id });
  } else if (message.start !== undefined) {
    await browser.evaluate((id, command) => window.transcripts.start(id, command), message.id, message.start);
  } else if (message.interrupt) await browser.evaluate((id) => window.transcripts.interrupt(id), message.id);
  else if (message.end) await browser.evaluate((id) => window.transcripts.end(id), message.id);
}

let stop = async () => undefined;

async function giveUp(error) {
  console.error(`${error.message}`);
  await stop();
  process.exit(1);
}

async function main() {
  const [name] = process.argv.slice(2);
  const site = await serve({ '/': join(ROOT, 'dist'), '/transcripts/': join(ROOT, 'tests/e2e/transcripts') });
  const ear = await listen();
  const browser = await launch(name);
  stop = () => browser.quit();
  await browser.goto(`${site.url}/transcripts/`);
  for await (const line of createInterface({ input: process.stdin })) await act(browser, ear, JSON.parse(line));
  await stop();
  process.exit(0);
}

main().catch(giveUp);
