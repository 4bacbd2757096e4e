/** Reads the records that the Messages tab asks for: from a place on, newest first or oldest first, filtered. Pure. */
import type { RecordView, TopicState, Viewer } from '../client/types.ts';
import { asText } from './record-text.ts';

export type Start = 'newest' | 'oldest' | 'offset' | 'time';

export interface Query {
  topic: TopicState;
  /** Null: all partitions. */
  partition: number | null;
  start: Start;
  offset: number;
  timeMs: number;
  /** Found in key or value; empty: all. */
  text: string;
  limit: number;
}

export interface Message extends RecordView {
  partition: number;
}

/** Records looked through at most before the search gives up. */
const MAX_SCANNED = 20_000;
const PAGE = 500;

export interface Found {
  messages: Message[];
  scanned: number;
  /** The search gave up: there may be more. */
  cut: boolean;
}

export async function readMessages(viewer: Viewer, query: Query): Promise<Found> {
  const partitions = query.topic.partitions.filter(
    (p) => query.partition === null || p.partition === query.partition,
  );
  const share = Math.ceil(MAX_SCANNED / Math.max(1, partitions.length));
  const parts = await Promise.all(
    partitions.map((p) =>
      readPartition(viewer, query, p.partition, p.logStart, p.highWatermark, share),
    ),
  );
  const messages = parts.flatMap((part) => part.messages);
  const newest = query.start === 'newest';
  messages.sort(
    (a, b) =>
      (newest ? -1 : 1) *
      (a.timestamp - b.timestamp || a.partition - b.partition || a.offset - b.offset),
  );
  return {
    messages: messages.slice(0, query.limit),
    scanned: parts.reduce((sum, part) => sum + part.scanned, 0),
    cut: parts.some((part) => part.cut) || messages.length > query.limit,
  };
}

async function readPartition(
  viewer: Viewer,
  query: Query,
  partition: number,
  logStart: number,
  end: number,
  share: number,
): Promise<Found> {
  const { topic, text, limit } = query;
  const messages: Message[] = [];
  let scanned = 0;
  const take = (records: readonly RecordView[]): void => {
    for (const record of records) {
      scanned++;
      if (matches(record, text)) messages.push({ ...record, partition });
    }
  };
  if (query.start === 'newest') {
    let to = end;
    while (to > logStart && messages.length < limit && scanned < share) {
      const from = Math.max(logStart, to - Math.min(PAGE, text === '' ? limit : PAGE));
      const page = await viewer.records(topic.name, partition, from, to - from);
      take(page.records.filter((record) => record.offset < to));
      to = from;
    }
    return { messages, scanned, cut: to > logStart };
  }
  let next = logStart;
  if (query.start === 'offset') next = Math.max(logStart, query.offset);
  if (query.start === 'time')
    next = await viewer.offsetForTime(topic.name, partition, query.timeMs);
  while (next < end && messages.length < limit && scanned < share) {
    const page = await viewer.records(topic.name, partition, next, text === '' ? limit : PAGE);
    take(page.records);
    if (page.nextOffset <= next) break;
    next = page.nextOffset;
  }
  return { messages, scanned, cut: next < end };
}

export function matches(record: RecordView, text: string): boolean {
  if (text === '') return true;
  const wanted = text.toLowerCase();
  return [record.key, record.value].some(
    (bytes) => bytes !== null && (asText(bytes) ?? '').toLowerCase().includes(wanted),
  );
}
