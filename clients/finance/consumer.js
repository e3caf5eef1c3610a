'use strict';

// node consumer.js declare QUEUE           makes the queue, bound to the whole stream
// node consumer.js read QUEUE [JOURNAL]    takes what is there; prints the accounts once nothing came for two seconds
// INTERVISION_AMQP (amqp://localhost), INTERVISION_IDLE_MS (2000), INTERVISION_FROM_MIDDLE=1 after a replay from a date
const fs = require('node:fs');
const { connect } = require('amqplib');
const { Accounts } = require('./accounts');
const { Stream, read } = require('./stream');

const [verb, queue, journal] = process.argv.slice(2);
const idle = Number(process.env.INTERVISION_IDLE_MS ?? 2000);

async function declare(channel) {
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(queue, 'intervision.events', 'intervision.indemnisation.#');
}

async function take(channel, accounts) {
  const stream = new Stream((type, body) => accounts.apply(type, body), { fromMiddle: process.env.INTERVISION_FROM_MIDDLE === '1' });
  const counts = { received: 0, twice: 0 };
  const file = journal ? fs.openSync(journal, 'a+') : undefined;
  // What was written before a crash is known; what was not acknowledged comes again.
  if (journal) fs.readFileSync(journal, 'utf8').split('\n').slice(0, -1).forEach((line) => stream.take(JSON.parse(line)));

  await channel.prefetch(250);
  await new Promise((resolve, reject) => {
    let timer = setTimeout(resolve, idle);
    channel.on('error', reject);
    channel.consume(queue, (message) => {
      clearTimeout(timer);
      const event = read(message);
      counts.received += 1;
      if (!stream.take(event)) counts.twice += 1;
      else if (file) fs.writeSync(file, `${JSON.stringify(event)}\n`);
      // Only now is it ours.
      channel.ack(message);
      timer = setTimeout(resolve, idle);
    }).catch(reject);
  });
  return { ...counts, waiting: stream.waiting };
}

function print(accounts, counts) {
  const cents = (entries) => Object.fromEntries([...entries].sort().map(([name, value]) => [name, String(value)]));
  const runs = [...accounts.runs].map(([name, run]) => [name, accounts.isWhole(run) ? run.cents : 'incomplete']);
  console.log(JSON.stringify({ ...counts, balances: cents(accounts.balances()), runs: cents(runs) }));
}

async function main() {
  const connection = await connect(process.env.INTERVISION_AMQP ?? 'amqp://localhost');
  try {
    const channel = await connection.createChannel();
    if (verb === 'declare' && queue) {
      await declare(channel);
    } else if (verb === 'read' && queue) {
      const accounts = new Accounts();
      print(accounts, await take(channel, accounts));
    } else {
      console.error('node consumer.js declare QUEUE | read QUEUE [JOURNAL]');
      process.exitCode = 2;
    }
  } finally {
    await connection.close();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
