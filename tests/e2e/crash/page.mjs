/**
 * A client in a page beside the site, on the same cluster: produces without end and reports each acknowledgement to
 * the test, or reads everything back.
 */
import { Client, fetchFrom, produce } from './client.mjs';

/** Requests that wait for their answers, per partition. */
const IN_FLIGHT = 4;

/** What the cluster has said of its storage, and what recovery has found. */
const told = { storage: undefined, notices: [] };

/** A client of the site's own cluster worker, that speaks to it as the site does. There once the cluster serves, from storage. */
async function connect(workerUrl) {
  const worker = new SharedWorker(workerUrl, { type: 'module', name: 'kafka-sandbox' });
  const { port1, port2 } = new MessageChannel();
  const options = { brokers: 3, firstId: 1, config: {}, database: 'kafka-sandbox' };
  const serves = new Promise((resolve) => {
    worker.port.onmessage = ({ data: [what, why] }) => {
      if (what === 'update') {
        told.storage = why.storage ?? told.storage;
        told.notices = why.notices ?? told.notices;
      }
      if (what === 'failed') throw new Error(`the cluster did not start: ${why}`);
      // Storage that is refused or full would make this test say nothing.
      const state = what === 'update' ? (why.storage?.state ?? 'saved') : 'saved';
      if (!['saved', 'saving'].includes(state)) throw new Error(`storage is ${state}: ${why.storage.text}`);
      if (what === 'update') resolve();
    };
  });
  worker.port.postMessage(['hello', options, '']);
  worker.port.postMessage(['attach', 'crash', { clientHost: '127.0.0.1', hosts: [] }, port2], [port2]);
  await serves;
  return new Client(port1);
}

/** The value with this number: of any size from a few bytes to more than a storage chunk. */
function valueOf(id) {
  let state = (Math.imul(id, 2654435761) ^ 0x9e3779b9) >>> 0;
  const size = id % 61 === 0 ? 90_000 : (state >>> 8) % 5_000;
  const text = new TextEncoder().encode(`${id}:`);
  const value = new Uint8Array(text.length + size);
  value.set(text);
  for (let at = text.length; at < value.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    value[at] = state >>> 24;
  }
  return value;
}

/** The number of a value that is exactly what `valueOf` gives. */
function idOf(value) {
  const id = Number.parseInt(new TextDecoder().decode(value.subarray(0, 12)), 10);
  const wanted = valueOf(id);
  const same = wanted.length === value.length && wanted.every((byte, at) => byte === value[at]);
  if (!same) throw new Error(`record ${id} came back with other bytes`);
  return id;
}

/** Tells the test each line, many of them in one request when they come faster than requests go. */
function teller(address) {
  let lines = [];
  let telling = false;
  return async (line) => {
    lines.push(line);
    if (telling) return;
    telling = true;
    while (lines.length > 0) {
      const body = lines.splice(0).join('\n');
      await fetch(address, { method: 'POST', mode: 'no-cors', body });
    }
    telling = false;
  };
}

/** Produces until the browser dies. What the test has heard to be acknowledged must survive. */
async function produceForever(client, topic, firstId, address) {
  let id = firstId;
  const tell = teller(address);
  const loop = async (conn, partition) => {
    for (;;) {
      const own = id++;
      const offset = await produce(conn, topic, partition, [valueOf(own)]);
      void tell(`${partition} ${offset} ${own}`);
    }
  };
  const conns = await client.leaders(topic);
  const loops = conns.flatMap((conn, partition) => Array.from({ length: IN_FLIGHT }, () => loop(conn, partition)));
  await Promise.all(loops);
}

/** For each partition the numbers of all its records. Their offsets are 0, 1, 2 …, and their bytes are as sent. */
async function readAll(client, topic) {
  const conns = await client.leaders(topic).catch((error) => {
    throw new Error(`${error.message}; the cluster says ${JSON.stringify(told)}`);
  });
  return await Promise.all(
    conns.map(async (conn, partition) => {
      const ids = [];
      for (let end = Infinity; ids.length < end; ) {
        const answer = await fetchFrom(conn, topic, partition, ids.length);
        end = answer.end;
        for (const { offset, value } of answer.records.filter((record) => record.offset >= ids.length)) {
          if (offset !== ids.length) throw new Error(`${topic}-${partition}: offset ${offset} follows ${ids.length - 1}`);
          ids.push(idOf(value));
        }
        if (answer.records.length === 0 && ids.length < end) throw new Error(`${topic}-${partition} ends at ${ids.length}, not ${end}`);
      }
      return ids;
    }),
  );
}

/** What goes wrong outside of a call is told as well, so that the test does not wait in vain. */
function tellProblems(address) {
  const tell = (problem) => fetch(address, { method: 'POST', mode: 'no-cors', body: `problem ${problem}` });
  addEventListener('error', (event) => tell(event.message));
  addEventListener('unhandledrejection', (event) => tell(String(event.reason)));
}

/** Whether the cluster says that the browser has deleted what was stored. */
const wasDropped = () => told.notices.some(({ text }) => /damaged and deleted/.test(text));

window.crash = { connect, produceForever, readAll, tellProblems, wasDropped };
