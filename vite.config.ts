import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { javascriptProgram } from './www/build/javascript-program.ts';
import { python } from './www/build/python.ts';

/**
 * The built page may run its own files and WebAssembly, and talk to its own host; nothing else. Strangers'
 * notebooks cannot widen that. (The dev server injects scripts of its own, so the policy stands in the built page.)
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "frame-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html dompurify kafka-sandbox',
].join('; ');

function policy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Style sheets stand in templates, which no minifier touches. */
function slimStyles(): Plugin {
  return {
    name: 'slim-styles',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('/www/src/') || !code.includes('css`')) return null;
      const slim = (text: string): string =>
        text
          .replace(/\/\*[^]*?\*\//g, '')
          .replace(/\s+/g, ' ')
          .replace(/ ?([{};,]) ?/g, '$1')
          .replace(/: /g, ':');
      return {
        code: code.replace(/css`([^`$]*)`/g, (_, text: string) => `css\`${slim(text)}\``),
        map: null,
      };
    },
  };
}

/** Elements' templates are indented as code is; the browser draws a line's beginning as a space, however long. */
function slimTemplates(): Plugin {
  return {
    name: 'slim-templates',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/www\/src\/(ui|look|cluster-view)\//.test(id) || !code.includes('html`')) return null;
      return { code: code.replace(/\n[ \t]+/g, '\n'), map: null };
    },
  };
}

/**
 * Vite puts a helper around every `import()`, which looks for styles and further chunks to fetch ahead. Here what is
 * fetched late needs no more than the first files, and there are no style sheets.
 */
function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: (id) =>
      id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : null,
  };
}

/** Lessons beside the page, each folder of files with the list that a static host cannot give. */
function lessons(): Plugin {
  return {
    name: 'lessons',
    apply: 'build',
    writeBundle(options) {
      if (existsSync('notebooks'))
        cpSync('notebooks', join(options.dir ?? 'dist', 'notebooks'), { recursive: true });
    },
  };
}

/**
 * Fills the list of files into the service worker: everything that was built, with one version over all. Python is
 * left out: whoever never runs a Python cell never downloads it (`host/python/assets.ts` keeps it from the first use on).
 */
function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    closeBundle() {
      const dir = 'dist';
      if (!existsSync(join(dir, 'offline.js'))) return;
      const files = walk(dir).filter(
        (file) => file !== 'offline.js' && !file.endsWith('.map') && !file.startsWith('python/'),
      );
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(dir, file)));
      const version = hash.digest('hex').slice(0, 12);
      const text = readFileSync(join(dir, 'offline.js'), 'utf8')
        .replace("'__VERSION__'", JSON.stringify(version))
        .replace(
          '[/* __FILES__ */]',
          JSON.stringify(files.map((file) => (file === 'index.html' ? './' : `./${file}`))),
        );
      writeFileSync(join(dir, 'offline.js'), text);
    },
  };
}

function walk(dir: string, root = dir): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? walk(path, root) : [relative(root, path)];
  });
}

export default defineConfig(({ mode }) => ({
  base: './',
  publicDir: 'www/public',
  resolve: {
    alias: [
      { find: '#pkg', replacement: join(import.meta.dirname, 'pkg/kafka_sandbox.js') },
      { find: /^#wasm(?=\?)/, replacement: join(import.meta.dirname, 'pkg/kafka_sandbox_bg.wasm') },
      // `--mode fake` shows the page without a cluster, for work on its looks.
      ...(mode === 'fake'
        ? [
            {
              find: './host/sandbox.ts',
              replacement: join(import.meta.dirname, 'www/src/client/fake.ts'),
            },
          ]
        : []),
    ],
  },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      preserveEntrySignatures: 'strict',
      input: { page: 'index.html', 'kafka-notebook': 'www/src/embed.ts' },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === 'kafka-notebook' ? 'kafka-notebook.js' : 'assets/[name]-[hash].js',
        // What both entries need is one file: each further one is a request, and compresses by itself.
        codeSplitting: {
          groups: [{ name: 'notebook-element', test: /(ui\/notebook-element|host\/sandbox)\.ts|preload-helper/ }],
        },
      },
    },
  },
  server: { host: '127.0.0.1', watch: { ignored: ['**/target/**', '**/src/**/*.rs'] } },
  plugins: [slimStyles(), slimTemplates(), javascriptProgram(), policy(), plainImports(), lessons(), python(), offline()],
}));
