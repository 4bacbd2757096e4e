/**
 * Kafka's protocol, just what the crash test says: non-flexible versions, uncompressed batches. Written
 * apart from the product's codec, so that a fault of that one cannot hide itself.
 */

export class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #room(count) {
    const at = this.length;
    this.length += count;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  i8(value) {
    const at = this.#room(1);
    this.#view.setInt8(at, value);
    return this;
  }

  i16(value) {
    const at = this.#room(2);
    this.#view.setInt16(at, value);
    return this;
  }

  i32(value) {
    const at = this.#room(4);
    this.#view.setInt32(at, value);
    return this;
  }

  i64(value) {
    const at = this.#room(8);
    this.#view.setBigInt64(at, BigInt(value));
    return this;
  }

  /** Zigzag, as inside records. */
  varint(value) {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    while (rest >= 128) {
      this.i8((rest % 128) - 128);
      rest = Math.floor(rest / 128);
    }
    return this.i8(rest);
  }

  raw(bytes) {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  string(text) {
    const bytes = new TextEncoder().encode(text);
    return this.i16(bytes.length).raw(bytes);
  }

  sized(bytes) {
    return this.i32(bytes.length).raw(bytes);
  }

  finish() {
    return this.#bytes.slice(0, this.length);
  }
}

export class Reader {
  #bytes;
  #view;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get rest() {
    return this.#bytes.length - this.#at;
  }

  #step(count) {
    this.#at += count;
    return this.#at - count;
  }

  i8() {
    return this.#view.getInt8(this.#step(1));
  }

  i16() {
    return this.#view.getInt16(this.#step(2));
  }

  i32() {
    return this.#view.getInt32(this.#step(4));
  }

  i64() {
    return Number(this.#view.getBigInt64(this.#step(8)));
  }

  varint() {
    let [value, factor, byte] = [0, 1, 0];
    do {
      byte = this.i8() & 0xff;
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  raw(count) {
    const at = this.#step(Math.max(count, 0));
    return this.#bytes.subarray(at, this.#at);
  }

  string() {
    return new TextDecoder().decode(this.raw(this.i16()));
  }

  array(read) {
    const count = this.i32();
    return Array.from({ length: Math.max(count, 0) }, read);
  }
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

export function crc32c(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) | 0;
}

/** A batch, magic 2, uncompressed, of records without keys. */
export function batchOf(values) {
  const now = Date.now();
  const checked = new Writer();
  checked.i16(0).i32(values.length - 1).i64(now).i64(now).i64(-1).i16(-1).i32(-1).i32(values.length);
  values.forEach((value, at) => {
    const record = new Writer().i8(0).varint(0).varint(at).varint(-1).varint(value.length).raw(value).varint(0).finish();
    checked.varint(record.length).raw(record);
  });
  const body = checked.finish();
  const head = new Writer().i64(0).i32(body.length + 9).i32(-1).i8(2).i32(crc32c(body));
  return head.raw(body).finish();
}

/** What stands in fetched bytes, in order; a last batch that is cut is left away, as clients do. */
export function recordsIn(bytes) {
  const found = [];
  const reader = new Reader(bytes);
  while (reader.rest >= 61) {
    const base = reader.i64();
    const size = reader.i32();
    if (reader.rest < size) break;
    reader.i32();
    const magic = reader.i8();
    const crc = reader.i32();
    const body = reader.raw(size - 9);
    if (magic !== 2 || crc32c(body) !== crc) throw new Error(`the batch at offset ${base} is broken`);
    const inside = new Reader(body);
    inside.raw(36);
    const count = inside.i32();
    for (let n = 0; n < count; n++) {
      inside.varint();
      inside.i8();
      inside.varint();
      const delta = inside.varint();
      inside.raw(inside.varint());
      found.push({ offset: base + delta, value: inside.raw(inside.varint()) });
      for (let headers = inside.varint(); headers > 0; headers--) {
        inside.raw(inside.varint());
        inside.raw(inside.varint());
      }
    }
  }
  return found;
}
