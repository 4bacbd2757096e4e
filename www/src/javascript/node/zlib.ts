/** Node's `zlib`, by the browser's own streams; asynchronous only. */
import { Buffer } from 'buffer';

type Done = (error: Error | null, result?: Buffer) => void;
type Input = Uint8Array | string;

async function run(input: Input, stream: CompressionStream | DecompressionStream): Promise<Buffer> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const through = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  return Buffer.from(await new Response(through).arrayBuffer());
}

function callback(make: (input: Input) => CompressionStream | DecompressionStream) {
  return (input: Input, options: unknown, done?: Done): void => {
    const listener = (typeof options === 'function' ? options : done) as Done;
    run(input, make(input)).then(
      (result) => listener(null, result),
      (error: Error) => listener(Object.assign(error, { code: 'Z_DATA_ERROR' })),
    );
  };
}

function isGzip(input: Input): boolean {
  return typeof input !== 'string' && input[0] === 0x1f && input[1] === 0x8b;
}

export const gzip = callback(() => new CompressionStream('gzip'));
export const gunzip = callback(() => new DecompressionStream('gzip'));
export const deflate = callback(() => new CompressionStream('deflate'));
export const inflate = callback(() => new DecompressionStream('deflate'));
export const deflateRaw = callback(() => new CompressionStream('deflate-raw'));
export const inflateRaw = callback(() => new DecompressionStream('deflate-raw'));
export const unzip = callback((input) => new DecompressionStream(isGzip(input) ? 'gzip' : 'deflate'));

function onlyLater(name: string) {
  return (): never => {
    throw new Error(`zlib.${name}Sync is not there in the page: use zlib.${name}, which calls back.`);
  };
}

export const gzipSync = onlyLater('gzip');
export const gunzipSync = onlyLater('gunzip');
export const deflateSync = onlyLater('deflate');
export const inflateSync = onlyLater('inflate');
export const unzipSync = onlyLater('unzip');

export default {
  gzip, gunzip, deflate, inflate, deflateRaw, inflateRaw, unzip,
  gzipSync, gunzipSync, deflateSync, inflateSync, unzipSync, constants: {},
};
