/**
 * What KafkaJS is asked to do, for Node over TCP (kafkajs.mjs) and for a JavaScript cell of the page
 * (tests/e2e/clients.test.mjs), which imports this very file.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import snappy from 'kafkajs-snappy';

const {
  AssignerProtocol, CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel,
} = kafkajs;

CompressionCodecs[CompressionTypes.Snappy] = snappy;
process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';

let kafka;
/** `startMember(topic, group)` runs `beMember` elsewhere; `kill` ends it as a process that dies. */
let environment;

const name = (prefix = 't') => `${prefix}-${randomUUID().slice(0, 8)}`;

function assert(truth, what) {
  if (!truth) throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}

function equal(actual, expected) {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  assert(a === e, `${a?.slice(0, 200)} is not ${e?.slice(0, 200)}`);
}

async function withAdmin(work) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

async function newTopic(numPartitions = 1, replicationFactor = 1, configEntries = []) {
  const topic = name();
  const made = { topic, numPartitions, replicationFactor, configEntries };
  await withAdmin((admin) => admin.createTopics({ topics: [made], waitForLeaders: true }));
  return topic;
}

async function produce(topic, messages, { producer: config = {}, ...options } = {}) {
  const producer = kafka.producer(config);
  await producer.connect();
  const result = await producer.send({ topic, messages, ...options });
  await producer.disconnect();
  return result;
}

/** A group member that collects what it reads. */
async function member(topics, groupId, config = {}) {
  const consumer = kafka.consumer({
    groupId, sessionTimeout: 6000, heartbeatInterval: 500, rebalanceTimeout: 10000, ...config,
  });
  const one = { consumer, records: [], owned: [] };
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    one.owned = Object.values(payload.memberAssignment).flat();
  });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ partition, message }) => {
    one.records.push({ partition, ...message });
  } });
  return one;
}

async function until(what, truth, timeoutMs = 120_000) {
  const end = Date.now() + timeoutMs;
  while (!(await truth())) {
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readAll(topic, count) {
  const one = await member([topic], name('g'));
  try {
    await until(`${count} records`, () => one.records.length >= count);
    return one.records;
  } finally {
    await one.consumer.disconnect();
  }
}

const text = (value) => value?.toString() ?? null;

const cases = {
  'create, list, describe topics': async () => {
    const topic = await newTopic(3, 2);
    await withAdmin(async (admin) => {
      assert((await admin.listTopics()).includes(topic), 'not listed');
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      equal(topics[0].partitions.map((p) => p.replicas.length), [2, 2, 2]);
      equal(await admin.createTopics({ topics: [{ topic }] }), false);
    });
  },
  'keys, nulls and headers': async () => {
    const topic = await newTopic();
    await produce(topic, [
      { key: 'k', value: 'v', headers: { a: ['1', '2'], b: 'x' } },
      { key: 'gone', value: null },
      { key: null, value: '' },
    ]);
    const [first, second, third] = await readAll(topic, 3);
    equal([text(first.key), text(first.value)], ['k', 'v']);
    equal([first.headers.a.map(text), text(first.headers.b)], [['1', '2'], 'x']);
    equal([text(second.key), second.value], ['gone', null]);
    equal([third.key, text(third.value)], [null, '']);
  },
  'idempotent producer': async () => {
    const topic = await newTopic();
    const producer = { idempotent: true, maxInFlightRequests: 1 };
    const values = Array.from({ length: 100 }, (_, i) => ({ value: `${i}` }));
    await produce(topic, values, { producer });
    equal((await readAll(topic, 100)).map((r) => text(r.value)), values.map((v) => v.value));
  },
  'values of 1 MB': async () => {
    const topic = await newTopic();
    const value = randomBytes(1_000_000);
    await produce(topic, [{ value }]);
    assert((await readAll(topic, 1))[0].value.equals(value), 'the value has changed');
  },
  'consume from an offset, the end, a time': async () => {
    const topic = await newTopic();
    const values = Array.from({ length: 10 }, (_, i) => ({
      value: `${i}`, timestamp: `${1_000_000 + i * 1000}`,
    }));
    await produce(topic, values);
    await withAdmin(async (admin) => {
      equal(await admin.fetchTopicOffsets(topic),
        [{ partition: 0, offset: '10', high: '10', low: '0' }]);
      equal(await admin.fetchTopicOffsetsByTimestamp(topic, 1_004_500),
        [{ partition: 0, offset: '5' }]);
    });
    const one = await member([topic], name('g'));
    one.consumer.seek({ topic, partition: 0, offset: '7' });
    await until('record 9', () => one.records.some((r) => text(r.value) === '9'));
    one.records.length = 0;
    one.consumer.seek({ topic, partition: 0, offset: '8' });
    await until('two records', () => one.records.length >= 2);
    equal(one.records.map((r) => text(r.value)), ['8', '9']);
    await one.consumer.disconnect();
  },
  'group of two and three members, one leaves': async () => {
    const topic = await newTopic(6);
    const group = name('g');
    const shared = (members) => () => {
      const parts = members.flatMap((m) => m.owned);
      return new Set(parts).size === 6 && parts.length === 6
        && members.every((m) => m.owned.length === 6 / members.length);
    };
    const members = [await member([topic], group), await member([topic], group)];
    await until('a share for two', shared(members));
    members.push(await member([topic], group));
    await until('a share for three', shared(members));
    await members.pop().consumer.disconnect();
    await until('a share for two again', shared(members));
    await Promise.all(members.map((m) => m.consumer.disconnect()));
  },
  'group goes on when a member dies': async () => {
    const topic = await newTopic(4);
    const group = name('g');
    const other = await environment.startMember(topic, group);
    const mine = await member([topic], group);
    await until('half', () => mine.owned.length === 2);
    await other.kill();
    await until('all', () => mine.owned.length === 4);
    await mine.consumer.disconnect();
  },
  'commit and resume': async () => {
    const topic = await newTopic();
    const group = name('g');
    await produce(topic, Array.from({ length: 10 }, (_, i) => ({ value: `${i}` })));
    await withAdmin((admin) => admin.setOffsets({
      groupId: group, topic, partitions: [{ partition: 0, offset: '4' }],
    }));
    const one = await member([topic], group);
    await until('six records', () => one.records.length >= 6);
    equal(text(one.records[0].value), '4');
    await one.consumer.commitOffsets([{ topic, partition: 0, offset: '10' }]);
    await one.consumer.disconnect();
    await withAdmin(async (admin) => {
      const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      equal(partitions[0].offset, '10');
    });
  },
  'pause and resume': async () => {
    const topic = await newTopic(1);
    const one = await member([topic], name('g'));
    await until('the partition', () => one.owned.length === 1);
    one.consumer.pause([{ topic }]);
    await produce(topic, [{ value: 'x' }]);
    equal(one.records.length, 0);
    one.consumer.resume([{ topic }]);
    await until('the record', () => one.records.length === 1);
    await one.consumer.disconnect();
  },
  'subscribe by pattern': async () => {
    const prefix = name('pat');
    const topics = ['a', 'b'].map((n) => ({ topic: `${prefix}-${n}` }));
    await withAdmin((admin) => admin.createTopics({ topics, waitForLeaders: true }));
    for (const { topic } of topics) await produce(topic, [{ value: topic }]);
    const one = await member([new RegExp(`^${prefix}-.*`)], name('g'));
    await until('two records', () => one.records.length >= 2);
    await one.consumer.disconnect();
  },
  'admin of topics, configs, records': async () => {
    const topic = await newTopic();
    await produce(topic, Array.from({ length: 5 }, (_, i) => ({ value: `${i}` })));
    await withAdmin(async (admin) => {
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      // On a real cluster the other brokers may hear of the new partitions a little later.
      await until('3 partitions', async () => (await admin.fetchTopicOffsets(topic)).length === 3);
      const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
      const configEntries = [{ name: 'retention.ms', value: '1234' }];
      await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
      const described = await admin.describeConfigs({
        resources: [{ ...resource, configNames: ['retention.ms'] }], includeSynonyms: false,
      });
      equal(described.resources[0].configEntries[0].configValue, '1234');
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
      equal((await admin.fetchTopicOffsets(topic)).find((p) => p.partition === 0).low, '2');
      equal((await admin.describeCluster()).brokers.length, 3);
      await admin.deleteTopics({ topics: [topic] });
      assert(!(await admin.listTopics()).includes(topic), 'still listed');
    });
  },
  'admin of groups': async () => {
    const topic = await newTopic();
    const group = name('g');
    const one = await member([topic], group);
    await until('the partition', () => one.owned.length === 1);
    await withAdmin(async (admin) => {
      assert((await admin.listGroups()).groups.some((g) => g.groupId === group), 'not listed');
      const { groups } = await admin.describeGroups([group]);
      equal(groups[0].state, 'Stable');
      const { memberAssignment } = groups[0].members[0];
      equal(AssignerProtocol.MemberAssignment.decode(memberAssignment).assignment, { [topic]: [0] });
      await one.consumer.disconnect();
      await admin.deleteGroups([group]);
      assert(!(await admin.listGroups()).groups.some((g) => g.groupId === group), 'still listed');
    });
  },
};

for (const acks of [0, 1, -1]) {
  cases[`acks ${acks === -1 ? 'all' : acks}`] = async () => {
    const topic = await newTopic();
    await produce(topic, [{ value: 'one' }, { value: 'two' }], { acks });
    equal((await readAll(topic, 2)).map((r) => text(r.value)), ['one', 'two']);
  };
}
for (const [label, compression] of Object.entries({
  none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy,
})) {
  cases[`compression ${label}`] = async () => {
    const topic = await newTopic();
    const values = Array.from({ length: 50 }, (_, i) => `record ${i} `.repeat(20));
    await produce(topic, values.map((value) => ({ value })), { compression });
    equal((await readAll(topic, 50)).map((r) => text(r.value)), values);
  };
}

/** A group member on its own, for as long as its process lives; resolves when it has partitions. */
export async function beMember(brokers, topic, group) {
  connectTo(brokers);
  const one = await member([topic], group);
  await until('partitions', () => one.owned.length > 0);
}

function connectTo(brokers) {
  kafka = new Kafka({ clientId: 'matrix', brokers, logLevel: logLevel.NOTHING });
}

/**
 * Prints a line per case; gives how many failed. `only` is a part of the names of those that shall run, `width` how
 * many run at a time: most of a case is waiting, as for the three seconds in which a new group waits for members.
 */
export async function runCases(brokers, own, { only = '', width = 1 } = {}) {
  connectTo(brokers);
  environment = own;
  let failed = 0;
  const waiting = Object.entries(cases).filter(([label]) => label.includes(only));
  const runNext = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [label, run] = next;
      try {
        await run();
        console.log(`ok ${label}`);
      } catch (error) {
        failed += 1;
        console.log(`not ok ${label}: ${error.name} ${String(error.message).slice(0, 300)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, runNext));
  return failed;
}
