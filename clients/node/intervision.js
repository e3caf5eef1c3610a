'use strict';

// What a CPTS's software needs of Intervision: deposit, follow, and understand a refusal.
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const protos = process.env.INTERVISION_PROTOS ?? path.join(__dirname, '../../protos');
const definitions = loader.loadSync(
  ['intervision/intake/v1/intake.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
  { includeDirs: [protos], keepCase: true, enums: String, longs: String, defaults: true });
const { intervision } = grpc.loadPackageDefinition(definitions);

const { ABORTED, CANCELLED, DEADLINE_EXCEEDED, INTERNAL, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNAVAILABLE } = grpc.status;
const ATTEMPTS = 10; // 13 to 26 s of waiting in all: a service that is started again
const FIRST_WAIT = 200;
const LONGEST_WAIT = 5_000;
const SILENCE = 60_000; // the service says something every 20 s

function connect(address) {
  return new intervision.intake.v1.IntakeService(address, grpc.credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': FIRST_WAIT,
    'grpc.max_reconnect_backoff_ms': LONGEST_WAIT,
  });
}

function bearer(token) {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

// The same request_id each time: however often it arrives, it is one deposit with one answer. A connection that the server
// closes under a call is INTERNAL to some.
async function submit(intake, token, request) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await submitOnce(intake, token, request);
    } catch (error) {
      if (attempt === ATTEMPTS || ![UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL].includes(error.code)) throw error;
      await pause(waitBefore(attempt));
    }
  }
}

function submitOnce(intake, token, request) {
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + 10_000 };
    intake.submitCase(request, bearer(token), options, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

// Every change once, and the one being handled again if we are killed over it: where we are is kept after each, and there we go on.
async function follow(intake, newToken, positionFile, handle) {
  for (let failures = 0; ; failures++) {
    try {
      const stream = intake.watchCases({ resume_token: positionOf(positionFile) }, bearer(await newToken()));
      const watchdog = setTimeout(() => stream.cancel(), SILENCE);
      try {
        for await (const message of stream) {
          watchdog.refresh();
          failures = 0;
          if (message.change) await handle(message.change);
          keep(positionFile, message.resume_token);
        }
      } finally {
        clearTimeout(watchdog);
      }
    } catch (error) {
      const { reason } = explain(error);
      if (reason === 'RESUME_TOKEN_INVALID' || reason === 'RESUME_TOKEN_UNKNOWN') {
        // Nothing to go on from: we are told again where every case stands.
        fs.rmSync(positionFile, { force: true });
      } else if (error.code === UNAUTHENTICATED ? failures > 0 : ![UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, CANCELLED, INTERNAL].includes(error.code)) {
        throw error; // a token that expired on the way is renewed; one that is refused at once is not ours to mend
      }
    }
    await pause(waitBefore(failures + 1));
  }
}

function positionOf(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

// Whole or not at all, whenever we are stopped.
function keep(file, position) {
  fs.writeFileSync(`${file}.new`, position);
  fs.renameSync(`${file}.new`, file);
}

// A random share, so that clients cut together do not come back together.
function waitBefore(attempt) {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempt - 1, 10)) * (0.5 + Math.random() / 2);
}

// google.rpc.Status in grpc-status-details-bin: a reason to program against, a French sentence, what is wrong field by field.
function explain(error) {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const details = bytes ? definitions['google.rpc.Status'].deserialize(bytes).details : [];
  const detail = (type) => {
    const found = details.find((any) => any.type_url.endsWith(`/${type}`));
    return found && definitions[type].deserialize(found.value);
  };
  return {
    reason: detail('google.rpc.ErrorInfo')?.reason ?? grpc.status[error.code] ?? 'UNKNOWN',
    message: detail('google.rpc.LocalizedMessage')?.message ?? error.message,
    fields: (detail('google.rpc.BadRequest')?.field_violations ?? [])
      .map((violation) => `${violation.field}: ${violation.localized_message?.message ?? violation.description}`),
  };
}

module.exports = { connect, submit, follow, explain };
