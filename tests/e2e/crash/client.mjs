/**
 * A Kafka client in a page, over the MessagePort that leads to the cluster: just what the crash test and benches say.
 */
import { batchOf, Reader, recordsIn, Writer } from './wire.mjs';

const [PRODUCE, FETCH, METADATA, CREATE_TOPICS] = [0, 1, 3, 19];

/** One of a client's connections to a broker. */
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

export class Client {
  #conns = new Map();
  #channel;

  /** @param {MessagePort} channel the other end is attached to the cluster */
  constructor(channel) {
    this.#channel = channel;
    channel.start();
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

/** The offset that the broker gave, to the first of these values, once it says that they are safe. */
export async function produce(conn, topic, partition, values) {
  const body = new Writer().i16(-1).i16(-1).i32(30_000);
  body.i32(1).string(topic).i32(1).i32(partition).sized(batchOf(values));
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

export async function fetchFrom(conn, topic, partition, offset) {
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
