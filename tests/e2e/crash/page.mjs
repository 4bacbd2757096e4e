/**
 * A client in a page beside the site, on the same cluster: produces without end and reports each acknowledgement to
 * the test, or reads everything back. It speaks to the site's own cluster worker as the site does.
 */
import { batchOf, Reader, recordsIn, Writer } from './wire.mjs';

const [PRODUCE, FETCH, METADATA, CREATE_TOPICS] = [0, 1, 3, 19];
/** Requests that wait for their answers, per partition. */
const IN_FLIGHT = 4;

class Connection {
  #channel;
  #number;
  #waiting = new Map();
  #requests = 0;

  constructor(channel, number, port) {
    this.#channel = channel;
    this.#number = number;
    channel.addEventListener('message', ({ data: [what, conn, bytes] }) => {
      if (conn !== number || what === 'opened') return;
      if (what !== 'frame') throw new Error(`connection ${port}: ${what} ${bytes}`);
      const reader = new Reader(new Uint8Array(bytes));
      const id = reader.i32();
      this.#waiting.get(id)(reader);
      this.#waiting.delete(id);
    });
    channel.postMessage(['open', number, 'localhost', port]);
  }

  ask(api, version, body) {
    const id = ++this.#requests;
    const frame = new Writer().i16(api).i16(version).i32(id).string('crash').raw(body.finish()).finish();
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#channel.postMessage(['frame', this.#number, frame.buffer], [frame.buffer]);
    return answer;
  }
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

class Client {
  #conns = new Map();
  #channel;

  constructor(workerUrl) {
    const worker = new SharedWorker(workerUrl, { type: 'module', name: 'kafka-sandbox' });
    const { port1, port2 } = new MessageChannel();
    this.#channel = port1;
    port1.start();
    const options = { brokers: 3, firstId: 1, config: {}, database: 'kafka-sandbox' };
    worker.port.onmessage = ({ data: [what, why] }) => {
      if (what === 'failed') throw new Error(`the cluster did not start: ${why}`);
      // Storage that is refused or full would make this test say nothing.
      const state = what === 'update' ? (why.storage?.state ?? 'saved') : 'saved';
      if (!['saved', 'saving'].includes(state)) throw new Error(`storage is ${state}: ${why.storage.text}`);
    };
    worker.port.postMessage(['hello', options, '']);
    worker.port.postMessage(['attach', 'crash', { clientHost: '127.0.0.1', hosts: [] }, port2], [port2]);
  }

  at(port) {
    if (!this.#conns.has(port)) this.#conns.set(port, new Connection(this.#channel, this.#conns.size + 1, port));
    return this.#conns.get(port);
  }

  async create(topic, partitions) {
    const body = new Writer().i32(1).string(topic).i32(partitions).i16(1).i32(0).i32(0).i32(30_000).i8(0);
    const reader = await this.at(9092).ask(CREATE_TOPICS, 2, body);
    reader.i32();
    reader.array(() => {
      const name = reader.string();
      const code = reader.i16();
      if (code !== 0) throw new Error(`creating ${name}: ${code}`);
    });
  }

  /** For each partition of the topic, in order, a connection to its leader. */
  async leaders(topic) {
    const body = new Writer().i32(1).string(topic);
    const reader = await this.at(9092).ask(METADATA, 1, body);
    const ports = new Map(reader.array(() => [reader.i32(), (reader.string(), reader.i32()), reader.string()]));
    reader.i32();
    const [partitions] = reader.array(() => {
      const code = reader.i16();
      if (code !== 0) throw new Error(`metadata: ${code}`);
      reader.string();
      reader.i8();
      return reader.array(() => {
        reader.i16();
        const [index, leader] = [reader.i32(), reader.i32()];
        reader.array(() => reader.i32());
        reader.array(() => reader.i32());
        return [index, leader];
      });
    });
    return partitions.toSorted(([a], [b]) => a - b).map(([, leader]) => this.at(ports.get(leader)));
  }
}

/** The offset that the broker gave, once it says that the record is safe. */
async function produce(conn, topic, partition, value) {
  const body = new Writer().i16(-1).i16(-1).i32(30_000);
  body.i32(1).string(topic).i32(1).i32(partition).sized(batchOf(value));
  const reader = await conn.ask(PRODUCE, 3, body);
  const [[[code, offset]]] = reader.array(() => {
    reader.string();
    return reader.array(() => {
      reader.i32();
      return [reader.i16(), reader.i64(), reader.i64()];
    });
  });
  if (code !== 0) throw new Error(`produce to ${topic}-${partition}: ${code}`);
  return offset;
}

async function fetchFrom(conn, topic, partition, offset) {
  const body = new Writer().i32(-1).i32(0).i32(0).i32(8 << 20).i8(0);
  body.i32(1).string(topic).i32(1).i32(partition).i64(offset).i32(4 << 20);
  const reader = await conn.ask(FETCH, 4, body);
  reader.i32();
  const [[answer]] = reader.array(() => {
    reader.string();
    return reader.array(() => {
      reader.i32();
      const code = reader.i16();
      const end = reader.i64();
      reader.i64();
      reader.array(() => [reader.i64(), reader.i64()]);
      const size = reader.i32();
      return { code, end, records: recordsIn(reader.raw(size)) };
    });
  });
  if (answer.code !== 0) throw new Error(`fetch of ${topic}-${partition} at ${offset}: ${answer.code}`);
  return answer;
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
      const offset = await produce(conn, topic, partition, valueOf(own));
      void tell(`${partition} ${offset} ${own}`);
    }
  };
  const conns = await client.leaders(topic);
  const loops = conns.flatMap((conn, partition) => Array.from({ length: IN_FLIGHT }, () => loop(conn, partition)));
  await Promise.all(loops);
}

/** For each partition the numbers of all its records. Their offsets are 0, 1, 2 …, and their bytes are as sent. */
async function readAll(client, topic) {
  const conns = await client.leaders(topic);
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

window.crash = { Client, produceForever, readAll, tellProblems };
