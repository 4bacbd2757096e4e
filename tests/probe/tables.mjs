/** What a probe has reported, as a table of docs/COMPAT.md. */
import { readFileSync, writeFileSync } from 'node:fs';

const UPDATE = process.env.UPDATE_DOCS !== undefined;

/** Methods that are refused, by what is said of them. */
function refusals(methods) {
  const by = { missing: new Map(), unserved: new Map(), same: new Map() };
  for (const [method, verdict, why] of methods) by[verdict].set(why, [...(by[verdict].get(why) ?? []), method]);
  const each = (verdict, say) => [...by[verdict]].map(([why, those]) => say(those.join(', '), why.replaceAll('|', '\\|')));
  const unserved = each('unserved', (those, why) => `${why} (${those})`).join(', ');
  return [
    ...each('missing', (those, why) => `${those}: ${why}`),
    ...(unserved ? [`the cluster does not serve ${unserved}`] : []),
    ...each('same', (those, why) => `${those}: not on Apache Kafka either, ${why}`),
  ].join('; ');
}

const bare = (method) => method.replaceAll('`', '');

/** A row for each class: what works, and what does not, by reason. */
export function tableOf({ classes }) {
  const lines = ['| class | works | refuses |', '|---|---|---|'];
  for (const [name, verdicts] of Object.entries(classes)) {
    const methods = Object.entries(verdicts).map(([method, [verdict, why]]) => [method, verdict, why]);
    methods.sort(([a], [b]) => (bare(a) < bare(b) ? -1 : 1));
    const works = methods.filter(([, verdict]) => verdict === 'works').map(([method]) => method);
    const refused = methods.filter(([, verdict]) => verdict !== 'works');
    lines.push(`| ${/^[A-Z]/.test(name) ? `\`${name}\`` : name} | ${works.join(', ')} | ${refusals(refused)} |`);
  }
  return `${lines.join('\n')}\n`;
}

/** Null when the part of the file between the markers is this table (or was made so: UPDATE_DOCS), else what to do. */
export function compare(file, name, table) {
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (to < from || !text.includes(begin)) return `${file} has no part ${name}`;
  if (text.slice(from, to) === table) return null;
  if (!UPDATE) return `${file} is behind: UPDATE_DOCS=1 node --test tests/e2e/probe.test.mjs. It should say of ${name}:\n${table}`;
  writeFileSync(file, text.slice(0, from) + table + text.slice(to));
  return null;
}
