import { describe, expect, it } from 'vitest';
import { commandLine, quoteWord } from '../../www/src/client/command-line.ts';
import { ClusterModel, lagOf } from '../../www/src/client/model.ts';
import {
  MARK_KEY,
  MARK_TOMBSTONE,
  type ClusterUpdate,
  type GroupState,
  type Marks,
  type RecordView,
  type TopicState,
  type Viewer,
} from '../../www/src/client/types.ts';
import { KeyColours } from '../../www/src/cluster-view/key-colours.ts';
import { liveTopics, memberNames, summary } from '../../www/src/cluster-view/live-model.ts';
import { PartitionMarks } from '../../www/src/cluster-view/marks.ts';
import { readMessages } from '../../www/src/cluster-view/message-reader.ts';
import { asHex, asJson, asText, preview } from '../../www/src/cluster-view/record-text.ts';
import { highlight } from '../../www/src/editor/highlight.ts';

function topic(name: string, ...ends: number[]): TopicState {
  return {
    name,
    id: `id-of-${name}`,
    internal: name.startsWith('__'),
    configs: {},
    partitions: ends.map((end, partition) => ({
      partition,
      leader: 1,
      leaderEpoch: 0,
      replicas: [1],
      isr: [1],
      logStart: 0,
      highWatermark: end,
      logEnd: end,
      sizeBytes: end * 70,
    })),
  };
}

const CREW: GroupState = {
  group: 'crew',
  state: 'Stable',
  protocolType: 'consumer',
  protocol: 'range',
  generation: 1,
  coordinator: 1,
  members: [
    {
      memberId: 'c-1',
      groupInstanceId: null,
      clientId: 'c',
      host: '127.0.0.1',
      assignment: [{ topic: 'orders', partition: 0 }],
    },
    {
      memberId: 'c-2',
      groupInstanceId: null,
      clientId: 'c',
      host: '127.0.0.1',
      assignment: [{ topic: 'orders', partition: 1 }],
    },
  ],
  offsets: [{ topic: 'orders', partition: 0, committed: 3, metadata: '' }],
};

function modelWith(...updates: ClusterUpdate[]): ClusterModel {
  const model = new ClusterModel();
  for (const update of updates) model.apply(update);
  return model;
}

describe('the state of the cluster', () => {
  it('takes whole entities and forgets what has gone', () => {
    const model = modelWith({
      full: true,
      topics: [topic('b', 1), topic('a', 2)],
      positions: [{ connection: 1, clientId: 'x', memberId: null, topic: 'a', partition: 0, offset: 1 }],
    });
    expect([...model.state.topics.keys()]).toEqual(['a', 'b']);
    model.apply({ topics: [topic('a', 5)] });
    expect(model.state.topics.get('a')?.partitions[0]?.logEnd).toBe(5);
    model.apply({ removedTopics: ['a'] });
    expect([...model.state.topics.keys()]).toEqual(['b']);
    expect(model.state.positions).toEqual([]);
    model.apply({ full: true, topics: [topic('c', 0)] });
    expect([...model.state.topics.keys()]).toEqual(['c']);
  });

  it('forgets a consumer that has gone, not another of the same name', () => {
    const at = (connection: number) => ({
      connection,
      clientId: 'kafka-python',
      memberId: null,
      topic: 'a',
      partition: 0,
      offset: connection,
    });
    const model = modelWith({ full: true, topics: [topic('a', 2)], positions: [at(1), at(2)] });
    expect(model.state.positions).toHaveLength(2);
    model.apply({ removedConnections: [1] });
    expect(model.state.positions).toEqual([at(2)]);
  });

  it('tells its listeners once per update', () => {
    const model = new ClusterModel();
    let calls = 0;
    const stop = model.subscribe(() => calls++);
    model.apply({
      topics: [topic('a', 1)],
      groups: [CREW],
      storage: { state: 'saved', text: '', usedBytes: 1 },
    });
    stop();
    model.apply({});
    expect(calls).toBe(1);
  });

  it('knows the lag of committed and of assigned partitions', () => {
    const topics = new Map([['orders', topic('orders', 10, 4)]]);
    expect(lagOf(CREW, topics).map((r) => [r.partition, r.committed, r.lag, r.member])).toEqual([
      [0, 3, 7, 'c-1'],
      [1, null, null, 'c-2'],
    ]);
  });
});

describe('the picture', () => {
  it('has a lane for each group that owns or committed, and for readers without a group', () => {
    const { state } = modelWith({
      topics: [topic('orders', 10, 4), topic('__consumer_offsets', 1)],
      groups: [CREW],
      positions: [
        { connection: 1, clientId: 'c', memberId: 'c-1', topic: 'orders', partition: 0, offset: 5 },
        { connection: 2, clientId: 'solo', memberId: null, topic: 'orders', partition: 1, offset: 2 },
      ],
    });
    const topics = liveTopics(state, false);
    expect(topics.map((t) => t.topic.name)).toEqual(['orders']);
    const [first, second] = topics[0]!.rows;
    expect(first!.lanes).toEqual([
      { name: 'crew', committed: 3, members: [{ label: 'c', position: 5 }] },
    ]);
    expect(first!.lags).toEqual([7]);
    expect(second!.lanes).toEqual([
      { name: 'crew', committed: null, members: [{ label: 'c (2)', position: null }] },
      { name: '', committed: null, members: [{ label: 'solo', position: 2 }] },
    ]);
    expect(summary(topics, state)).toBe('orders: 14 records; group crew: 2 members, lag 7');
    expect(liveTopics(state, true)).toHaveLength(2);
  });

  it('tells members with one client id apart', () => {
    expect([...memberNames(CREW).values()]).toEqual(['c', 'c (2)']);
  });

  it('fetches only the marks that it lacks, and knows gaps', async () => {
    const asked: [number, number][] = [];
    const viewer = {
      marks: async (
        _topic: string,
        _partition: number,
        from: number,
        max: number,
      ): Promise<Marks> => {
        asked.push([from, max]);
        const offsets = [0, 1, 3].filter((o) => o >= from && o < from + max);
        return {
          offsets: Float64Array.from(offsets),
          keyHash: Uint32Array.from(offsets, (o) => o + 9),
          flags: Uint8Array.from(offsets, (o) =>
            o === 3 ? MARK_KEY | MARK_TOMBSTONE : o === 1 ? 0 : MARK_KEY,
          ),
          nextOffset: 4,
        };
      },
    } as unknown as Viewer;
    const marks = await new Promise<PartitionMarks>((resolve) => {
      const made = new PartitionMarks('t', 0, viewer, new KeyColours(), () => resolve(made));
      made.need(0, 4);
      made.need(0, 4);
    });
    expect(asked).toEqual([[0, 4]]);
    expect(marks.get(0)).toEqual({ colour: 1, tombstone: false, control: false });
    expect(marks.get(1)).toEqual({ colour: -1, tombstone: false, control: false });
    expect(marks.get(2)).toBe(null);
    expect(marks.get(3)).toEqual({ colour: 4, tombstone: true, control: false });
    expect(marks.get(4)).toBe(undefined);
  });
});

describe('colours of keys', () => {
  it('eight keys are told apart, whatever their hashes', () => {
    const colours = new KeyColours();
    const given = [8, 16, 24, 1, 9, 17, 25, 33].map((hash) => colours.of(hash));
    expect(new Set(given).size).toBe(8);
    expect(given[0]).toBe(0);
    expect(colours.of(16)).toBe(given[1]);
  });
});

describe('the messages', () => {
  const utf8 = new TextEncoder();
  const record = (offset: number): RecordView =>
    ({
      offset,
      timestamp: 1000 + offset,
      key: null,
      value: utf8.encode(`value ${offset}`),
    }) as unknown as RecordView;
  const log = Array.from({ length: 1200 }, (_, offset) => record(offset));
  const viewer = {
    records: async (_topic: string, _partition: number, from: number, max: number) => {
      const records = log.slice(from, from + max);
      return { records, nextOffset: from + records.length, logStart: 0, highWatermark: log.length };
    },
    offsetForTime: async (_topic: string, _partition: number, time: number) =>
      Math.max(0, time - 1000),
  } as unknown as Viewer;
  const base = {
    topic: topic('t', 1200),
    partition: null,
    offset: 0,
    timeMs: 0,
    text: '',
    limit: 100,
  };

  it.each([
    ['newest', {}, 1199, 1100],
    ['oldest', {}, 0, 99],
    ['offset', { offset: 500 }, 500, 599],
    ['time', { timeMs: 1700 }, 700, 799],
  ] as const)('from the %s', async (start, part, first, last) => {
    const found = await readMessages(viewer, { ...base, ...part, start });
    expect([
      found.messages[0]?.offset,
      found.messages.at(-1)?.offset,
      found.messages.length,
    ]).toEqual([first, last, 100]);
    expect(found.cut).toBe(true);
  });

  it('that contain a text are searched for in the whole log', async () => {
    const found = await readMessages(viewer, { ...base, start: 'newest', text: 'VALUE 12' });
    expect(found.messages.map((m) => m.offset)).toEqual([
      129, 128, 127, 126, 125, 124, 123, 122, 121, 120, 12,
    ]);
    expect([found.scanned, found.cut]).toEqual([1200, false]);
    const some = await readMessages(viewer, { ...base, start: 'newest', text: 'value', limit: 5 });
    expect(some.messages.map((m) => m.offset)).toEqual([1199, 1198, 1197, 1196, 1195]);
  });
});

describe('the bytes of a record', () => {
  it('are shown as text, JSON or hex', () => {
    expect(asText(Uint8Array.of(0xff, 1))).toBe(null);
    expect(asText(Uint8Array.of(0, 65))).toBe(null);
    expect(asJson('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(asJson('12')).toBe(null);
    expect(asHex(Uint8Array.of(72, 105, 0))).toBe(`000000  48 69 00${' '.repeat(39)}  Hi.`);
    expect(preview(null)).toBe('null');
    expect(preview(Uint8Array.of(0xca, 0xfe))).toBe('ca fe');
  });
});

describe('a command line', () => {
  it('gives each word back as it was', () => {
    expect(
      commandLine('produce', 'orders', '--value', "it's {x}", '--partition', 0, null, false),
    ).toBe(`produce orders --value 'it'\\''s {x}' --partition 0`);
    expect(quoteWord('')).toBe("''");
  });
});

describe('colours without an editor', () => {
  it('lose no character', () => {
    const source =
      '# c\nkafka-topics.sh --topic "$USER x" --partitions 3 \\\n  | head -3 # end\nfor x in 1; do echo ${x:-y}; done';
    const pieces = highlight(source, 'shell');
    expect(pieces.map((p) => p.text).join('')).toBe(source);
    expect(pieces.filter((p) => p.look === 'hl-option').map((p) => p.text)).toEqual([
      '--topic',
      '--partitions',
    ]);
    expect(pieces.filter((p) => p.look === 'hl-comment').map((p) => p.text)).toEqual([
      '# c',
      '# end',
    ]);
  });
});
