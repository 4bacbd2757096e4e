/** Writes a zip archive: deflated files, no folders, no times, so that the same files give the same bytes. */
import { crc32, deflateRawSync } from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8 = 0x0800;
const DEFLATED = 8;
/** The first of January 1980, the earliest day that the format knows. */
const DATE = 0x21;

function header(signature: number, name: Buffer, raw: Buffer, packed: Buffer): Buffer {
  const central = signature === CENTRAL;
  const bytes = Buffer.alloc(central ? 46 : 30);
  let at = bytes.writeUInt32LE(signature, 0);
  if (central) at = bytes.writeUInt16LE(VERSION, at);
  for (const value of [VERSION, UTF8, DEFLATED, 0, DATE]) at = bytes.writeUInt16LE(value, at);
  for (const value of [crc32(raw), packed.length, raw.length]) at = bytes.writeUInt32LE(value, at);
  bytes.writeUInt16LE(name.length, at);
  return bytes;
}

export function zip(files: [name: string, bytes: Buffer][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, raw] of files) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(raw, { level: 9 });
    const local = Buffer.concat([header(LOCAL, name, raw, packed), name, packed]);
    const central = header(CENTRAL, name, raw, packed);
    central.writeUInt32LE(offset, 42);
    directory.push(central, name);
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}
