/**
 * What of KafkaJS works here: each method of what it makes is really called, and each export is used, by a table.
 * What the table lacks, and a call that fails for a reason nobody has foreseen, is a fault.
 */
import kafkajs from 'kafkajs';
import snappy from 'kafkajs-snappy';

const { Kafka, CompressionCodecs, CompressionTypes, ConfigResourceTypes, Partitioners, PartitionAssigners, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = snappy;
process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';

const LIMIT_MS = 60_000;
const run = Math.random().toString(36).slice(2, 8);
const [topic, group, other] = [`probe-${run}`, `probe-${run}`, `probe-${run}-other`];
const partitions = [{ partition: 0, offset: '1' }];

/** Whether it is foreseen that the call fails, and why it does. */
function classify(error, label) {
  const causes = [];
  for (let one = error; one instanceof Error && !causes.includes(one); one = one.cause ?? one.originalError) causes.push(one);
  const api = causes.find((one) => one.name === 'KafkaJSServerDoesNotSupportApiKey');
  if (api) return ['unserved', api.apiName];
  if (label === 'Producer.transaction' && error.name === 'KafkaJSGroupCoordinatorNotFound') return ['unserved', 'transactions'];
  if (error.name === 'KafkaJSNotImplemented') return ['missing', error.message];
  return undefined;
}

const classes = {};
const faults = [];

async function attempt(label, call, subject) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`it has not ended within ${LIMIT_MS / 1000} s`)), LIMIT_MS)));
  try {
    if ((await Promise.race([call(subject), late])) === false) throw new Error('it did not do its work');
    return ['works', ''];
  } catch (error) {
    const verdict = classify(error, label);
    if (!verdict) faults.push(`${label}: ${error.name}: ${error.message}`.slice(0, 300));
    return verdict;
  } finally {
    clearTimeout(timer);
  }
}

/** The methods that an object has, in the order of the rows; each call is given the object. */
async function calls(name, names, rows, subject) {
  for (const method of names) if (!(method in rows)) faults.push(`${name}.${method}: the table has no call for it`);
  for (const [method, call] of Object.entries(rows)) {
    if (!names.includes(method)) continue;
    const verdict = await attempt(`${name}.${method}`, call, subject);
    if (verdict) (classes[name] ??= {})[`\`${method}\``] = verdict;
  }
}

async function until(truth) {
  const end = Date.now() + 30_000;
  while (!(await truth())) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

const quiet = (one) => one.logger().info('probe') === undefined;
const heard = (one, event) => typeof one.on(one.events[event], () => undefined) === 'function';

const PRODUCER = {
  logger: quiet,
  events: (p) => p.events.CONNECT === 'producer.connect',
  on: (p) => heard(p, 'CONNECT'),
  isIdempotent: (p) => p.isIdempotent() === false,
  connect: (p) => p.connect(),
  send: async (p) => (await p.send({ topic, messages: [{ key: 'k', value: 'v', headers: { h: '1' }, partition: 0 }] }))[0].errorCode === 0,
  sendBatch: async (p) => (await p.sendBatch({ topicMessages: [{ topic, messages: [{ value: 'v', partition: 0 }] }] }))[0].errorCode === 0,
  disconnect: (p) => p.disconnect(),
};

/** What it has read, and how often it was called. */
const read = [];
const CONSUMER = {
  logger: quiet,
  events: (c) => c.events.GROUP_JOIN === 'consumer.group_join',
  on: (c) => heard(c, 'GROUP_JOIN'),
  connect: (c) => c.connect(),
  subscribe: (c) => c.subscribe({ topics: [topic], fromBeginning: true }),
  run: async (c) => {
    await c.run({ autoCommit: false, eachMessage: async ({ message }) => void read.push(message.offset) });
    return until(() => read.length >= 2);
  },
  describeGroup: async (c) => (await c.describeGroup()).state === 'Stable',
  seek: (c) => {
    read.length = 0;
    c.seek({ topic, partition: 0, offset: '1' });
    return until(() => read[0] === '1');
  },
  commitOffsets: (c) => c.commitOffsets([{ topic, ...partitions[0] }]),
  pause: (c) => c.pause([{ topic }]),
  paused: (c) => c.paused()[0].topic === topic,
  resume: (c) => c.resume([{ topic }]),
  stop: (c) => c.stop(),
  disconnect: (c) => c.disconnect(),
};

const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
const acl = {
  resourceType: kafkajs.AclResourceTypes.TOPIC, resourceName: topic, resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
  principal: 'User:a', host: '*', operation: kafkajs.AclOperationTypes.READ, permissionType: kafkajs.AclPermissionTypes.ALLOW,
};
const ADMIN = {
  logger: quiet,
  events: (a) => a.events.CONNECT === 'admin.connect',
  on: (a) => heard(a, 'CONNECT'),
  connect: (a) => a.connect(),
  createTopics: (a) => a.createTopics({ topics: [{ topic: other }], waitForLeaders: true }),
  listTopics: async (a) => (await a.listTopics()).includes(other),
  fetchTopicMetadata: async (a) => (await a.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length === 3,
  createPartitions: (a) => a.createPartitions({ topicPartitions: [{ topic: other, count: 2 }] }),
  describeCluster: async (a) => (await a.describeCluster()).brokers.length === 3,
  alterConfigs: (a) => a.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '1234' }] }] }),
  describeConfigs: async (a) => {
    const { resources } = await a.describeConfigs({ resources: [{ ...resource, configNames: ['retention.ms'] }], includeSynonyms: false });
    return resources[0].configEntries[0].configValue === '1234';
  },
  fetchTopicOffsets: async (a) => (await a.fetchTopicOffsets(topic)).length === 3,
  fetchTopicOffsetsByTimestamp: async (a) => (await a.fetchTopicOffsetsByTimestamp(topic, 0)).length === 3,
  listGroups: async (a) => (await a.listGroups()).groups.some((one) => one.groupId === group),
  describeGroups: async (a) => (await a.describeGroups([group])).groups[0].state === 'Empty',
  fetchOffsets: async (a) => (await a.fetchOffsets({ groupId: group, topics: [topic] }))[0].partitions.some((one) => one.offset === '1'),
  setOffsets: (a) => a.setOffsets({ groupId: group, topic, partitions }),
  resetOffsets: (a) => a.resetOffsets({ groupId: group, topic, earliest: true }),
  deleteGroups: async (a) => (await a.deleteGroups([group]))[0].errorCode === 0,
  deleteTopicRecords: (a) => a.deleteTopicRecords({ topic, partitions }),
  deleteTopics: (a) => a.deleteTopics({ topics: [other] }),
  createAcls: (a) => a.createAcls({ acl: [acl] }),
  describeAcls: (a) => a.describeAcls(acl),
  deleteAcls: (a) => a.deleteAcls({ filters: [acl] }),
  alterPartitionReassignments: (a) => a.alterPartitionReassignments({ topics: [{ topic, partitionAssignment: [{ partition: 0, replicas: [1, 2] }] }] }),
  listPartitionReassignments: async (a) => (await a.listPartitionReassignments({ topics: [{ topic, partitions: [0] }] })).topics.length === 0,
  disconnect: (a) => a.disconnect(),
};

const partitionMetadata = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 1 }));
const choose = (make) => make()({ topic, partitionMetadata, message: { key: 'k', value: '' } }) in partitionMetadata;

/** Each compression as its codec has it; lz4 and zstd are packages of their own. */
async function compresses(name) {
  const encoder = { size: () => 1, buffer: Buffer.from('text') };
  const codec = CompressionCodecs[CompressionTypes[name]]();
  return (await codec.decompress(await codec.compress(encoder))).toString() === 'text';
}

const OTHERS = {
  ...Object.fromEntries(Object.keys(Partitioners).map((name) => [`Partitioners.${name}`, () => choose(Partitioners[name])])),
  'PartitionAssigners.roundRobin': () => PartitionAssigners.roundRobin({ cluster: {} }).name === 'RoundRobinAssigner',
  AssignerProtocol: () => Buffer.isBuffer(kafkajs.AssignerProtocol.MemberMetadata.encode({ version: 1, topics: [topic], userData: Buffer.alloc(0) })),
  'CompressionTypes.GZIP': () => compresses('GZIP'),
  'CompressionTypes.Snappy (kafkajs-snappy)': () => compresses('Snappy'),
  'CompressionTypes.LZ4': () => compresses('LZ4'),
  'CompressionTypes.ZSTD': () => compresses('ZSTD'),
};

/** Exports that are tables of numbers, and errors that can be raised. */
async function exported() {
  const known = ['Kafka', 'CompressionCodecs', ...Object.keys(OTHERS).map((name) => name.split(/[. ]/)[0])];
  for (const [name, value] of Object.entries(kafkajs)) {
    if (known.includes(name)) continue;
    if (name.startsWith('KafkaJS')) {
      const verdict = await attempt(name, () => value.prototype instanceof Error || value === kafkajs.KafkaJSError);
      if (verdict) (classes.errors ??= {})[`\`${name}\``] = verdict;
    } else if (Object.values(value).every((one) => ['number', 'string'].includes(typeof one))) {
      (classes.enumerations ??= {})[`\`${name}\``] = ['works', ''];
    } else {
      faults.push(`${name}: the table does not know this export`);
    }
  }
}

/** Prints the report, as a line of JSON, for tables.mjs. */
export async function probe(brokers, client) {
  const kafka = new Kafka({ clientId: 'probe', brokers, logLevel: logLevel.NOTHING, retry: { retries: 2 } });
  const [admin, producer, consumer] = [kafka.admin(), kafka.producer(), kafka.consumer({ groupId: group })];
  const sender = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  await sender.connect();
  const transaction = () => sender.transaction();
  await calls('Kafka', Object.getOwnPropertyNames(Kafka.prototype).filter((name) => name !== 'constructor'), {
    producer: () => producer !== undefined, consumer: () => consumer !== undefined, admin: () => admin !== undefined, logger: quiet,
  }, kafka);
  await calls('Producer', Object.keys(producer), { transaction, ...PRODUCER }, producer);
  await calls('Consumer', Object.keys(consumer), CONSUMER, consumer);
  await calls('Admin', Object.keys(admin), ADMIN, admin);
  await sender.disconnect();
  for (const [name, call] of Object.entries(OTHERS)) {
    const verdict = await attempt(name, call);
    if (verdict) (classes.others ??= {})[`\`${name}\``] = verdict;
  }
  await exported();
  console.log(JSON.stringify({ client, classes, faults }));
}
