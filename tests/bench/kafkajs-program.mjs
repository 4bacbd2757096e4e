/** 10,000 records of 100 bytes through KafkaJS: in Node, and in a JavaScript cell, which imports this file. */
import kafkajs from 'kafkajs';

const RECORDS = 10_000;
const BATCH = 1000;

/** Milliseconds to produce them (until the last is acknowledged), and from joining the group to the last record. */
export async function measure(brokers, round) {
  const kafka = new kafkajs.Kafka({ clientId: 'bench', brokers, logLevel: kafkajs.logLevel.NOTHING });
  const topic = `kafkajs-${round}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const value = 'x'.repeat(100);
  let started = performance.now();
  // As with a producer that is flushed at the end, nobody waits in between.
  const batch = () => producer.send({ topic, messages: Array.from({ length: BATCH }, () => ({ value })) });
  await Promise.all(Array.from({ length: RECORDS / BATCH }, batch));
  const produced = performance.now() - started;
  await producer.disconnect();
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  consumer.on(consumer.events.GROUP_JOIN, () => (started = performance.now()));
  let read = 0;
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      eachMessage: async ({ message }) => {
        if (message.value.length === value.length && ++read === RECORDS) resolve();
      },
    });
  });
  const consumed = performance.now() - started;
  await consumer.disconnect();
  return { produced, consumed };
}
