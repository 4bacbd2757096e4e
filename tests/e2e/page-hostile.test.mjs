/** A stranger's notebook: nothing in it runs, nothing that it names is fetched, and the cluster goes on serving. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { openNotebook, runCell, serveCourse } from './page.mjs';
import { browsersToTest } from './webdriver.mjs';

let course;
let trap;
const caught = [];

function markdown(id, source) {
  return { id, cell_type: 'markdown', metadata: {}, source };
}

function output(id, data) {
  return {
    id,
    cell_type: 'code',
    metadata: {},
    execution_count: 1,
    source: '!echo still here',
    outputs: [{ output_type: 'display_data', metadata: {}, data }],
  };
}

function hostile(bait) {
  const run = 'window.pwned = 1; alert(1)';
  const html = [
    `<script>${run}</script>`,
    `<script src="${bait}/x.js"></script>`,
    `<img src="${bait}/img" onerror="${run}">`,
    `<img src=x onerror="${run}">`,
    `<img srcset="${bait}/srcset 1x">`,
    `<svg onload="${run}"><script>${run}</script><image href="${bait}/svg"/><use href="${bait}/use#x"/></svg>`,
    `<svg><style>@import url(${bait}/svgstyle)</style></svg>`,
    `<div style="background:url(${bait}/style)">styled</div>`,
    `<style>body { background: url(${bait}/sheet) }</style>`,
    `<link rel="stylesheet" href="${bait}/link"><link rel="prefetch" href="${bait}/prefetch">`,
    `<meta http-equiv="refresh" content="0;url=${bait}/refresh">`,
    `<base href="${bait}/">`,
    `<iframe src="${bait}/frame"></iframe><iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>`,
    `<object data="${bait}/object"></object><embed src="${bait}/embed">`,
    `<video src="${bait}/video" poster="${bait}/poster" autoplay></video><audio src="${bait}/audio" autoplay></audio>`,
    `<form action="${bait}/form"><input autofocus onfocus="${run}"><button formaction="javascript:${run}">press</button></form>`,
    `<a id="bad" href="javascript:${run}">a link</a>`,
    `<a href="  java\tscript:${run}">another</a>`,
    `<table background="${bait}/table"><tr><td onclick="${run}">cell</td></tr></table>`,
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
    `<details open ontoggle="${run}"><summary>more</summary></details>`,
    `<template shadowrootmode="open"><img src="${bait}/shadow"></template>`,
  ].join('\n\n');
  const cells = [
    markdown('html', `# Hostile\n\n${html}`),
    markdown(
      'links',
      `[a](javascript:${run}) ![remote picture](${bait}/markdown.png) ![data](data:text/html,<script>${run}</script>)\n\n<javascript:alert(1)>`,
    ),
    output('html-output', { 'text/html': html }),
    output('svg-output', {
      'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg"><script>${run}</script><image href="${bait}/svgout"/></svg>`,
    }),
    output('js-output', { 'application/javascript': run, 'text/plain': 'plain' }),
  ];
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
}

before(async () => {
  trap = createServer((request, response) => {
    caught.push(request.url);
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end('caught');
  });
  await new Promise((resolve) => trap.listen(0, '127.0.0.1', resolve));
  course = await serveCourse({
    'hostile.ipynb': hostile(`http://127.0.0.1:${trap.address().port}`),
  });
});
after(async () => {
  trap.close();
  await course.close();
});

for (const name of browsersToTest()) {
  test(`a hostile notebook does nothing in ${name}`, async () => {
    const browser = await openNotebook(name, `${course.url}/?notebook=/course/hostile.ipynb`);
    try {
      const texts = await browser.until('the Markdown is drawn', () => {
        const root = window.notebookUnderTest.renderRoot;
        return (
          [...root.querySelectorAll('.prose')].length >= 3 &&
          [...root.querySelectorAll('.prose')].map((e) => e.textContent)
        );
      });
      assert.match(texts.join('\n'), /Hostile/);
      assert.match(texts.join('\n'), /Picture on 127\.0\.0\.1:\d+ not loaded: remote picture/);
      const clicked = await browser.evaluate(async () => {
        const root = window.notebookUnderTest.renderRoot;
        for (const link of root.querySelectorAll('.prose a')) {
          if (!/^https?:/.test(link.getAttribute('href') ?? '')) link.click();
        }
        for (const cell of root.querySelectorAll('.prose td, .prose summary')) cell.click();
        await new Promise((resolve) => setTimeout(resolve, 500));
        const left = [...root.querySelectorAll('.prose *')].flatMap((element) =>
          [...element.attributes]
            .filter(
              (a) =>
                /^on|^style$|javascript:/i.test(`${a.name}`) || /^\s*javascript:/i.test(a.value),
            )
            .map((a) => a.name),
        );
        const tags = [
          ...root.querySelectorAll(
            '.prose :is(script, iframe, object, embed, form, input, style, link, meta, base, video, audio)',
          ),
        ].map((e) => e.localName);
        return { pwned: window.pwned ?? null, left, tags, here: location.pathname };
      });
      assert.deepEqual(clicked, { pwned: null, left: [], tags: [], here: '/' });
      assert.equal(await browser.alertText(), null);
      assert.deepEqual(caught, []);
      assert.equal((await runCell(browser, 2)).stdout, 'still here\n');
    } finally {
      await browser.quit();
    }
  });
}
