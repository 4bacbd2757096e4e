/** CRC-32C, eight bytes at a time: Kafka's checksum of a batch. */

const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** `TABLES[n * 256 + byte]` is what a byte adds that stands n bytes before the end. */
const TABLES = makeTables();

function makeTables(): Uint32Array {
  const tables = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
    tables[byte] = sum;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] as number;
    tables[at] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/** `value` is the sum of what came before, 0 at the start. */
export function crc32c(bytes: Uint8Array, value = 0): number {
  const table = TABLES;
  let sum = ~value;
  let at = 0;
  for (const end = bytes.length - (bytes.length % SLICES); at < end; at += SLICES) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum =
      table[1792 + (sum & 0xff)]! ^
      table[1536 + ((sum >>> 8) & 0xff)]! ^
      table[1280 + ((sum >>> 16) & 0xff)]! ^
      table[1024 + (sum >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) sum = (sum >>> 8) ^ table[(sum ^ bytes[at]!) & 0xff]!;
  return ~sum >>> 0;
}
