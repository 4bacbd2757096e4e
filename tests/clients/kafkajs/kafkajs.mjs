// KafkaJS against a cluster: node kafkajs.mjs BOOTSTRAP
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beMember, runCases } from './cases.mjs';

const [, , bootstrap, role, topic, group] = process.argv;
const brokers = bootstrap.split(',');

async function startMember(...names) {
  const own = fileURLToPath(import.meta.url);
  const other = spawn(process.execPath, [own, bootstrap, '--member', ...names]);
  await new Promise((resolve) => other.stdout.once('data', resolve));
  return { kill: () => other.kill('SIGKILL') };
}

if (role === '--member') {
  await beMember(brokers, topic, group);
  console.log('ready');
} else {
  process.exit((await runCases(brokers, { startMember }, { only: process.env.CASE, width: 6 })) ? 1 : 0);
}
