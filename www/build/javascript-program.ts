/**
 * Vite's part of JavaScript cells: `#javascript-program` is the address of the kernel's whole program in one file, with
 * KafkaJS in it. Code runs in a frame that can fetch nothing, so the page fetches this text and hands it over.
 */
import { join } from 'node:path';
import { build, type Plugin, type Rollup } from 'vite';

const ID = '#javascript-program';
/** Vite's server takes what follows a `#` off. */
const RESOLVED = '\0javascript-program';
const DEV_PATH = '/@javascript-program.js';
const SOURCES = join(import.meta.dirname, '../src/javascript');

/** Node's modules that libraries ask for, by our own; `events` is npm's. */
const MODULES = ['assert', 'buffer', 'crypto', 'net', 'tls', 'util', 'zlib'];

async function bundle(minify: boolean): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: {
      alias: MODULES.map((name) => ({
        find: new RegExp(`^${name}$`),
        replacement: join(SOURCES, `node/${name}.ts`),
      })),
    },
    build: {
      write: false,
      target: 'es2023',
      minify,
      modulePreload: false,
      rolldownOptions: {
        input: join(SOURCES, 'program.ts'),
        // Errors are printed with the names of their classes.
        output: { format: 'iife', codeSplitting: false, keepNames: true },
      },
    },
  })) as Rollup.RollupOutput;
  const [chunk] = result.output;
  // Cells have timers of their own; what is in here keeps the browser's.
  const own = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'];
  const kept = own.map((name) => `${name}=globalThis.${name}.bind(globalThis)`).join(',');
  return `(()=>{const ${kept};\n${chunk.code}\n})()`;
}

export function javascriptProgram(): Plugin {
  let building = false;
  return {
    name: 'javascript-program',
    configResolved(config) {
      building = config.command === 'build';
    },
    resolveId: (id) => (id === ID ? RESOLVED : null),
    async load(id) {
      if (id !== RESOLVED) return null;
      if (!building) return `export default ${JSON.stringify(DEV_PATH)}`;
      const source = await bundle(true);
      const file = this.emitFile({ type: 'asset', name: 'javascript-kernel.js', source });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
    configureServer(server) {
      server.middlewares.use(DEV_PATH, (_request, response, next) => {
        bundle(false).then((text) => {
          response.setHeader('content-type', 'text/javascript');
          response.end(text);
        }, next);
      });
    },
  };
}
