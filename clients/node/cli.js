'use strict';

// node cli.js submit REQUEST.json      deposits it; prints code, state and notice
// node cli.js watch POSITION-FILE      prints every change, for ever; goes on where it was
// INTERVISION_ADDRESS (localhost:5102), INTERVISION_TOKEN
const fs = require('node:fs');
const { connect, submit, follow, explain } = require('./intervision');

const [verb, file] = process.argv.slice(2);
const intake = connect(process.env.INTERVISION_ADDRESS ?? 'localhost:5102');
const token = process.env.INTERVISION_TOKEN ?? '';

async function main() {
  if (verb === 'submit' && file) {
    const { case: deposited, notice } = await submit(intake, token, JSON.parse(fs.readFileSync(file, 'utf8')));
    console.log(`${deposited.name} ${deposited.state} ${notice}`);
  } else if (verb === 'watch' && file) {
    await follow(intake, async () => token, file, (change) => console.log(`${change.case} ${change.erased ? 'ERASED' : change.state}`));
  } else {
    console.error('node cli.js submit REQUEST.json | watch POSITION-FILE');
    process.exitCode = 2;
  }
}

main()
  .catch((error) => {
    const { reason, message, fields } = explain(error);
    console.error([`${reason}: ${message}`, ...fields].join('\n'));
    process.exitCode = 1;
  })
  .finally(() => intake.close());
