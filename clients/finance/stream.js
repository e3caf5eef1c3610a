'use strict';

// Each event once and in the order of its object, whatever is delivered twice or late. Give it what you keep: the ids and the
// last sequences belong in the same transaction as what you make of the events.
class Stream {
  #seen = new Set();
  #last = new Map(); // partition key → last sequence applied
  #waiting = new Map(); // partition key → Map(sequence → event)
  #apply;
  #fromMiddle;

  // fromMiddle: a replay from a date begins wherever each object was on that day; else each begins at 1.
  constructor(apply, { fromMiddle = false } = {}) {
    this.#apply = apply;
    this.#fromMiddle = fromMiddle;
  }

  get waiting() {
    return [...this.#waiting.values()].reduce((n, events) => n + events.size, 0);
  }

  // Whether it was new.
  take(event) {
    if (this.#seen.has(event.id)) return false;
    this.#seen.add(event.id);
    const { key, sequence } = event;
    const last = this.#last.get(key) ?? (this.#fromMiddle ? sequence - 1 : 0);
    if (sequence <= last) return false;
    if (sequence > last + 1) {
      if (!this.#waiting.has(key)) this.#waiting.set(key, new Map());
      this.#waiting.get(key).set(sequence, event);
      return true;
    }
    this.#advance(event);
    return true;
  }

  #advance(event) {
    for (let next = event; next; next = this.#next(event.key)) {
      this.#apply(next.type, next.body);
      this.#last.set(next.key, next.sequence);
    }
  }

  #next(key) {
    const events = this.#waiting.get(key);
    const next = events?.get(this.#last.get(key) + 1);
    if (next) {
      events.delete(next.sequence);
      if (events.size === 0) this.#waiting.delete(key);
    }
    return next;
  }
}

// CloudEvents 1.0 in binary mode over AMQP 0-9-1.
function read(message) {
  const header = (name) => String(message.properties.headers[`cloudEvents_${name}`]);
  return {
    id: header('id'),
    type: header('type'),
    key: header('partitionkey'),
    sequence: Number(header('sequence')),
    body: JSON.parse(message.content.toString('utf8')),
  };
}

module.exports = { Stream, read };
