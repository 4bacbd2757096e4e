/**
 * Append and fetch of batches of 16 KB by the core alone: the same code natively (`CORE_BENCH`, a program) and in
 * Chromium (`CORE_BENCH_WASM`, a folder that wasm-pack made). Cold is the first round after loading, warm the best later.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../e2e/server.mjs';
import { launch } from '../e2e/webdriver.mjs';
import { row } from './rows.mjs';

/** Batches of a round: a few megabytes cold, many warm. */
const [COLD, WARM, ROUNDS] = [200, 2000, 10];
const TRIES = 3;

/** Seconds of the first and of the best later round. */
function native() {
  return execFileSync(process.env.CORE_BENCH, [COLD, WARM, ROUNDS].map(String), { encoding: 'utf8' }).trim().split(' ').map(Number);
}

async function chromium(url) {
  const browser = await launch('chromium');
  try {
    await browser.goto(`${url}/`);
    return await browser.evaluate(
      async (cold, warm, rounds) => {
        const { default: init, round } = await import('/wasm/core_bench.js');
        await init();
        const timed = (batches) => {
          const started = performance.now();
          round(batches);
          return (performance.now() - started) / 1000;
        };
        const first = timed(cold);
        return [first, Math.min(...Array.from({ length: rounds }, () => timed(warm)))];
      },
      COLD,
      WARM,
      ROUNDS,
    );
  } finally {
    await browser.quit();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kafka-sandbox-bench-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>bench</title>');
const server = await serve({ '/': folder, '/wasm/': process.env.CORE_BENCH_WASM });
try {
  const best = { native: [Infinity, Infinity], chromium: [Infinity, Infinity] };
  const take = (name, found) => (best[name] = best[name].map((seconds, at) => Math.min(seconds, found[at])));
  for (let n = 0; n < TRIES; n++) {
    take('native', native());
    take('chromium', await chromium(server.url));
  }
  const [cold, warm] = best.native.map((seconds, at) => seconds / best.chromium[at]);
  row('core append and fetch of 16 KB batches, Chromium / native, warm', warm.toFixed(2), '≥ 0.8', warm >= 0.8);
  row('the same, cold', cold.toFixed(2), '≥ 0.35', cold >= 0.35);
  console.log(`  seconds cold and warm: native ${best.native}, Chromium ${best.chromium}`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
