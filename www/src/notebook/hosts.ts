/**
 * The brokers that a course notebook names, read from its code cells.
 *
 * Courses are written for a broker of their own (`kafka:9092` in a compose file, `192.168.1.5:9092` in a classroom,
 * `localhost:29092`). A page cannot reach any of them, and its cluster is there in their stead: so they lead to it, unless
 * the notebook says in `metadata.sandbox.hosts` which do. Public domain names are left out: who writes one means it.
 */
import type { Cell } from './types.ts';

/** A name or an IPv4 address with a port of the kind that brokers have: 9092…9099, 19092, 29092 and so on. */
const BROKER = /(?<![\w.@-])([A-Za-z0-9][A-Za-z0-9_.-]*):([1-9]?909[2-9])(?!\d)/g;
const LOOPBACK = /^(localhost|127\.0\.0\.1)$/i;
/** The cluster's own ports lead there without being listed. */
const OWN_PORTS = /^909[2-4]$/;
const INTERNAL = /\.(local|internal|lan|localdomain)$/i;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const MOST = 24;

function isClassroomName(host: string): boolean {
  if (/^\d+$/.test(host)) return false; // As in docker's `-p 9092:9092`.
  return !host.includes('.') || IPV4.test(host) || INTERNAL.test(host);
}

/** `['kafka:9092', 'localhost:29092']`, in the order in which the cells name them. */
export function hostsNamed(cells: readonly Cell[]): string[] {
  const found = new Set<string>();
  for (const cell of cells) {
    if (cell.type !== 'code') continue;
    for (const [, host = '', port = ''] of cell.source.matchAll(BROKER)) {
      if (LOOPBACK.test(host) ? OWN_PORTS.test(port) : !isClassroomName(host)) continue;
      if (found.size < MOST) found.add(`${host}:${port}`);
    }
  }
  return [...found];
}

/** What the page says about them. */
export function hostsNote(hosts: readonly string[]): string {
  if (hosts.length === 0) return '';
  const named = hosts.length <= 3 ? hosts.join(', ') : `${hosts.slice(0, 3).join(', ')} …`;
  return `This notebook was written for a Kafka of its own: ${named} ${hosts.length === 1 ? 'leads' : 'lead'} to this page's cluster here.`;
}
