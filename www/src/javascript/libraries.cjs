// Libraries that cells may import, unmodified. Each runs when it is first asked for: they need Node's globals.
module.exports = {
  kafkajs: () => require('kafkajs'),
  'kafkajs-snappy': () => require('kafkajs-snappy'),
};
