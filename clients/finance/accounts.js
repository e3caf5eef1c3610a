'use strict';

const NAMESPACE = 'intervision.indemnisation.';

// What each payee is owed and was paid, from the events alone. Cents are BigInt: JSON carries 64-bit integers as strings.
class Accounts {
  lines = new Map(); // indemnities/… → { payee, cents, step, approved }
  payments = new Map(); // payments/… → { payee, cents, state, lines }
  runs = new Map(); // paymentRuns/… → { total, count, parts, last, cents, payments }

  // One event, once, after its predecessors of the same object. A type of tomorrow is nobody's business yet.
  apply(type, body) {
    switch (type.slice(NAMESPACE.length)) {
      case 'indemnity_committed.v1':
        return this.#line(body.indemnity, 1);
      case 'indemnity_recorded.v1':
        return this.#line(body.indemnity, 2);
      case 'indemnity_calculated.v1':
      case 'indemnity_corrected.v1':
        return this.#line(body.indemnity, 3);
      case 'session_settled.v1':
        return (body.indemnities ?? []).forEach((line) => this.#line(line, 3));
      case 'indemnity_approved.v1':
        this.#line(body.indemnity, 3);
        return this.#approve(body.indemnity.indemnity);
      case 'indemnity_cancelled.v1':
        return this.#line({ ...body.indemnity, amountCents: '0' }, 4);
      case 'session_indemnities_approved.v1':
        return (body.indemnities ?? []).forEach((name) => this.#approve(name));
      case 'payment_run_released.v1':
        return this.#released(body);
      case 'payment_issued.v1': // said one by one before runs were said whole
        this.#runOf(body.paymentRun).cents += BigInt(body.amountCents ?? 0);
        return this.#issued(body);
      case 'payment_executed.v1':
        return this.#outcome(body.payment, 'paid');
      case 'payment_rejected.v1':
        return this.#outcome(body.payment, 'rejected');
      default:
        return undefined;
    }
  }

  // Account 467 of each payee as ReconcileLedger shows it: paid less approved, in cents.
  balances() {
    const balances = new Map();
    const add = (payee, cents) => balances.set(payee, (balances.get(payee) ?? 0n) + cents);
    for (const { payee, cents, approved } of this.lines.values()) if (approved) add(payee, -cents);
    for (const { payee, cents, state } of this.payments.values()) add(payee, state === 'rejected' ? 0n : cents);
    return balances;
  }

  // Whether a run came whole: every part, and its payments are its total, which is the CtrlSum of its file.
  isWhole(run) {
    if (run.total === undefined) return true;
    return run.last === run.parts.size && run.payments.size === run.count && run.cents === run.total;
  }

  #get(map, key, fresh) {
    if (!map.has(key)) map.set(key, fresh);
    return map.get(key);
  }

  #lineOf(name) {
    return this.#get(this.lines, name, { payee: '', cents: 0n, step: 0, approved: false });
  }

  // A line is committed in its own stream and settled in its session's: an earlier step that comes late changes nothing.
  #line(facts, step) {
    const line = this.#lineOf(facts.indemnity);
    if (step < line.step) return;
    line.step = step;
    line.cents = BigInt(facts.amountCents ?? 0);
    line.payee = facts.payee ?? '';
  }

  // Approval may come before calculation: what is approved stays so.
  #approve(name) {
    this.#lineOf(name).approved = true;
  }

  #runOf(name) {
    return this.#get(this.runs, name, { parts: new Set(), last: 0, cents: 0n, payments: new Set() });
  }

  #released(body) {
    const run = this.#runOf(body.paymentRun);
    run.total = BigInt(body.totalCents ?? 0);
    run.count = body.paymentCount ?? 0;
    run.parts.add(body.part);
    if (body.last) run.last = body.part;
    for (const payment of body.payments ?? []) {
      this.#issued(payment);
      run.payments.add(payment.payment);
      run.cents += BigInt(payment.amountCents ?? 0);
    }
  }

  // A payment of very many lines goes on in the next part, without its amount.
  #issued(body) {
    const payment = this.#get(this.payments, body.payment, { payee: '', cents: 0n, state: 'issued', lines: [] });
    payment.payee = body.payee || payment.payee;
    payment.cents += BigInt(body.amountCents ?? 0);
    payment.lines.push(...(body.indemnities ?? []));
  }

  #outcome(name, state) {
    const payment = this.#get(this.payments, name, { payee: '', cents: 0n, state, lines: [] });
    // Executed, then returned: what came back stays so.
    if (payment.state !== 'rejected') payment.state = state;
  }
}

module.exports = { Accounts };
