// One generation: pumps a session of the machine, records, sends, and gives its events.

import { ImaError, OverBudget, ofFailure } from './errors.js';
import { Accepted, note, reserve, spentToday, update } from './ledger.js';

/** @typedef {import('./generation.js').GenerationEvent} GenerationEvent */
/** @typedef {import('./errors.js').Charge} Charge */
/** @typedef {{ id: string, task: 'music' | 'speech', digest: string }} Job */
/**
 * What a run needs around it.
 * @typedef {object} Host
 * @property {import('./network.js').Network} network
 * @property {import('./ledger.js').Store} store
 * @property {import('./clock.js').Clock} clock
 * @property {any} Session the machine's class
 * @property {number} [maxPoints] by one request
 * @property {number} [maxPointsPerDay]
 */

const CREATE = '/open/v1/tasks/create';

/**
 * @param {Host} host
 * @param {Job} job
 * @param {any} session
 * @param {{ command: 'start' | 'create-again', charge: Charge, signal?: AbortSignal }} how
 * @returns {AsyncGenerator<GenerationEvent, void>}
 */
export async function* run(host, job, session, how) {
  const one = new Run(host, job, session, how);
  try {
    yield* one.events();
  } catch (error) {
    const { charge } = one;
    if (error instanceof ImaError) {
      if (error.charge === 'no') error.charge = charge; // a doubt from before stays
      throw error;
    }
    throw new ImaError(`The generation broke down: ${error}`, { charge, jobId: job.id, taskId: one.taskId, cause: error });
  } finally {
    // Unwritten, it stays in doubt.
    await one.leave().catch(() => {});
  }
}

class Run {
  #host;
  #job;
  #session;
  #signal;
  #command;
  /** What the records know this run by. */
  #mark = crypto.randomUUID();
  /** Recorded as about to be sent, but not sent. */
  #reserved = false;
  /** Whether there is a record. */
  #recorded;
  /** The continuation of the last checkpoint before a create request. */
  #creating = '';
  /** @type {{ modelName?: string, mostPoints: number }} */
  #told = { mostPoints: 0 };
  /** What was known of the charge when this run began. */
  #before;
  /** @type {string | undefined} */
  taskId;

  /** @param {Host} host @param {Job} job @param {any} session @param {{ command: string, charge: Charge, signal?: AbortSignal }} how */
  constructor(host, job, session, { command, charge, signal }) {
    this.#host = host;
    this.#job = job;
    this.#session = session;
    this.#command = command;
    this.#signal = signal;
    /** Whether points were charged, as far as this run knows. */
    this.charge = charge;
    this.#before = charge;
    this.#recorded = charge !== 'no';
  }

  /** @param {any} input */
  #handle(input) {
    this.#session.handle(input, BigInt(this.#host.clock.now()));
  }

  /** @returns {AsyncGenerator<GenerationEvent, void>} */
  async *events() {
    const { clock, network } = this.#host;
    const signal = this.#signal;
    let cancelled = false;
    this.#handle({ tag: 'command', val: this.#command });
    for (;;) {
      if (signal?.aborted && !cancelled) {
        cancelled = true;
        this.#handle({ tag: 'command', val: 'cancel' });
      }
      const { tag, val } = this.#session.poll();
      if (tag === 'wait') {
        await clock.waitUntil(Number(val), signal);
        if (!signal?.aborted || cancelled) this.#handle({ tag: 'timeout' });
      } else if (tag === 'transmit' && val.request.path === CREATE) {
        yield* this.#create(val);
      } else if (tag === 'transmit') {
        this.#handle(await network.exchange(val, clock, cancelled ? undefined : signal));
      } else if (tag === 'done') {
        throw new Error('it ended without an outcome');
      } else if (val.tag === 'checkpoint' && val.val.state === 'creating') {
        // It is recorded in one step with the request that it precedes: until then nothing can leave.
        this.#creating = val.val.continuation;
      } else if (val.tag === 'checkpoint') {
        yield* this.#waiting(val.val);
      } else if (val.tag === 'finished') {
        yield await this.#finished(val.val);
        return;
      } else {
        if (val.tag === 'started') this.#told = val.val;
        yield plain(val);
      }
    }
  }

  /** @param {any} transmit @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#create(transmit) {
    const { clock, network, store, maxPoints, maxPointsPerDay } = this.#host;
    const { id } = this.#job;
    const [, key] = transmit.request.headers.find((/** @type {[string, string]} */ [name]) => name === 'idempotency-key');
    const { mostPoints: points, modelName } = this.#told;
    const wanted = { ...this.#job, key, run: this.#mark, points, modelName, continuation: this.#creating, maxPoints };
    try {
      await update(store, id, (before) => reserve(before, wanted));
    } catch (verdict) {
      if (!(verdict instanceof Accepted)) throw verdict;
      return this.#adopt(verdict.taskId);
    }
    this.#reserved = this.#recorded = true;
    if (maxPointsPerDay !== undefined) {
      // What was just recorded is counted, so that of many at once none exceeds the ceiling.
      const spent = spentToday(await store.list());
      if (spent > maxPointsPerDay) {
        const message = `With these ${points} points, ${spent} would be spent today, and a day may cost ${maxPointsPerDay}.`;
        throw new OverBudget(message, { code: 'over-day-ceiling' });
      }
    }
    yield { type: 'checkpoint', state: 'creating', jobId: id };
    const left = !this.#signal?.aborted;
    /** @type {any} */
    let input = { tag: 'transport-failure', val: { exchange: transmit.exchange, sent: 'no', kind: 'network' } };
    if (left) {
      this.#reserved = false;
      this.charge = 'unknown';
      // Without the caller's signal: what may be paid is waited for.
      input = await network.exchange(transmit, clock);
    }
    if (input.tag === 'transport-failure' && input.val.sent === 'no') {
      await this.leave('not-sent');
    }
    this.#handle(input);
  }

  /** Takes up a task that the ledger knows. @param {string} taskId */
  #adopt(taskId) {
    const seed = crypto.getRandomValues(new BigUint64Array(2));
    const { Session } = this.#host;
    this.#session = Session.adopt(this.#session.snapshot(), taskId, { seed: [seed[0], seed[1]] });
    this.#recorded = true;
    this.#handle({ tag: 'command', val: 'start' });
  }

  /** @param {any} checkpoint @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#waiting({ taskId, continuation }) {
    this.charge = 'yes';
    this.taskId = taskId;
    try {
      await this.#note('accepted', { state: 'waiting', taskId, continuation });
      yield { type: 'checkpoint', state: 'waiting', jobId: this.#job.id, taskId };
    } catch (error) {
      // The audio is worth more than the record: it goes on, and the caller learns the task's id.
      yield { type: 'unrecorded', taskId, error: /** @type {Error} */ (error) };
    }
  }

  /** @param {any} outcome @returns {Promise<GenerationEvent>} */
  async #finished({ tag, val }) {
    const { id } = this.#job;
    if (tag === 'success') {
      const { taskId, medias, modelId, modelName, points, elapsedMs } = val;
      this.charge = 'yes';
      await this.#note('accepted', { state: 'finished', taskId }).catch(() => {});
      const result = { jobId: id, taskId, medias, modelId, modelName, points, elapsedMs: Number(elapsedMs) };
      return { type: 'finished', result };
    }
    const { charge, cause, taskId, continuation } = val;
    this.charge = charge;
    if (this.#recorded) {
      const outcomes = /** @type {const} */ ({ no: 'refused', yes: 'accepted', unknown: 'unknown' });
      const failed = charge === 'no' || (charge === 'yes' && cause.tag === 'task-failed');
      const state = failed ? 'failed' : charge === 'unknown' ? 'unknown' : 'waiting';
      const unspent = charge === 'no' && !taskId;
      const kept = continuation ?? (unspent ? '' : undefined);
      // Unwritten, the record still says what is true: in doubt, or waiting.
      await this.#note(outcomes[/** @type {Charge} */ (charge)], { state, taskId, continuation: kept }).catch(() => {});
    }
    throw ofFailure(val, { jobId: charge === 'no' ? undefined : id, cause: this.#signal?.reason });
  }

  /** @param {import('./ledger.js').Try['state']} outcome @param {Parameters<typeof note>[3]} now */
  #note(outcome, now) {
    const { store } = this.#host;
    const begun = { ...this.#job, version: 0, tries: [], continuation: '', createdAt: Date.now(), updatedAt: 0 };
    return update(store, this.#job.id, (before) =>
      note(before ?? { ...begun, state: now.state }, this.#mark, outcome, now),
    );
  }

  /** Takes back what was recorded and not sent. @param {'not-sent'} [outcome] */
  async leave(outcome) {
    if (this.#reserved || outcome) {
      this.#reserved = false;
      this.charge = this.#before;
      const state = this.#before === 'unknown' ? 'unknown' : 'failed';
      await this.#note('not-sent', { state, continuation: state === 'failed' ? '' : undefined });
    }
    if (!outcome) this.#session[Symbol.dispose ?? Symbol.for('dispose')]?.();
  }
}

/** An event without what only JavaScript's binding of the machine knows. @param {any} event @returns {GenerationEvent} */
function plain({ tag, val }) {
  const number = (/** @type {string} */ _, /** @type {unknown} */ it) => (typeof it === 'bigint' ? Number(it) : it);
  return { type: tag, ...JSON.parse(JSON.stringify(val, number)) };
}
