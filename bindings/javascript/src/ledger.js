// The ledger: what is recorded of a generation before and after its create requests leave
// (docs/money.md, rules 1, 4 and 10). Pure: the stores write what these functions give.

import { ImaError, InvalidRequest, OutcomeUnknown, OverBudget, Refused, StoreError } from './errors.js';

/** How often one key may be sent in all. */
const TRIES = 3;
/** Longer than any create request is waited for, in milliseconds. */
const LONGEST_CREATE = 360_000;
const DAY = 86_400_000;

/** @typedef {'creating' | 'waiting' | 'finished' | 'unknown' | 'failed'} JobState */
/**
 * One create request.
 * @typedef {object} Try
 * @property {string} key its idempotency key
 * @property {string} run which run sent it
 * @property {number} points what it costs at the most
 * @property {number} at when it was recorded, in milliseconds since 1970
 * @property {'in-flight' | 'accepted' | 'refused' | 'not-sent' | 'unknown'} state
 */
/**
 * What is kept of a generation. It may hold the prompt, never the API key.
 * @typedef {object} JobRecord
 * @property {string} id
 * @property {number} version counts up with every write
 * @property {'music' | 'speech'} task
 * @property {string} digest of what was asked for
 * @property {JobState} state
 * @property {Try[]} tries
 * @property {string} continuation
 * @property {string} [taskId]
 * @property {string} [modelName]
 * @property {boolean} [saved] whether every audio file was saved
 * @property {number} createdAt in milliseconds since 1970
 * @property {number} updatedAt
 */
/**
 * Where records are kept, for all processes that share it.
 * @typedef {object} Store
 * @property {(id: string) => Promise<JobRecord | undefined>} get the newest version of a record
 * @property {(record: JobRecord) => Promise<boolean>} put writes durably, or gives false if a record with
 *   this id and this or a higher version is there
 * @property {() => Promise<JobRecord[]>} list the newest version of every record
 */

/** The generation has its task: nothing leaves, and the task is taken up. */
export class Accepted {
  /** @param {string} taskId */
  constructor(taskId) {
    this.taskId = taskId;
  }
}

/**
 * Changes a record in one step over all that share the store.
 * @param {Store} store
 * @param {string} id
 * @param {(before: JobRecord | undefined) => Omit<JobRecord, 'version' | 'updatedAt'>} change
 * @returns {Promise<JobRecord>}
 */
export async function update(store, id, change) {
  try {
    for (;;) {
      const before = await store.get(id);
      const version = (before?.version ?? 0) + 1;
      const after = { ...change(before), version, updatedAt: Date.now() };
      if (await store.put(after)) return after;
    }
  } catch (cause) {
    if (cause instanceof ImaError || cause instanceof Accepted) throw cause;
    throw new StoreError(`The job can't be recorded: ${cause}`, { code: 'store', jobId: id, cause });
  }
}

/**
 * Records a create request that is about to leave, or says why it may not.
 * @param {JobRecord | undefined} before
 * @param {{ id: string, task: 'music' | 'speech', digest: string, key: string, run: string, points: number,
 *   continuation: string, modelName?: string, maxPoints?: number }} wanted
 */
export function reserve(before, wanted) {
  const { id, task, digest, key, run, points, continuation, modelName, maxPoints } = wanted;
  const now = Date.now();
  if (before) sameContent(before, digest);
  // The machine asks for another create request only if its last one was refused.
  const tries = (before?.tries ?? []).map((it) => settled(it, run, 'refused'));
  const same = tries.filter((it) => it.key === key);
  if (before?.taskId) throw new Accepted(before.taskId);
  const unsure = { charge: /** @type {const} */ ('unknown'), code: 'outcome-unknown', jobId: id };
  if (tries.some((it) => it.state === 'in-flight' && it.at > now - LONGEST_CREATE)) {
    throw new OutcomeUnknown('Another run is sending this request, or broke off while it did. Nothing was sent now.', unsure);
  }
  if (same.some((it) => it.state === 'in-flight' || it.state === 'unknown')) {
    throw new OutcomeUnknown('This request may have been accepted already. Nothing was sent now.', unsure);
  }
  if (same.filter((it) => it.state !== 'not-sent').length >= TRIES) {
    throw new Refused(`This request was refused ${TRIES} times already.`, { code: 'exhausted', jobId: id });
  }
  if (maxPoints !== undefined && points > maxPoints) {
    const message = `It costs up to ${points} points, and one request may cost ${maxPoints}.`;
    throw new OverBudget(message, { code: 'over-request-ceiling' });
  }
  /** @type {Try} */
  const one = { key, run, points, at: now, state: 'in-flight' };
  const kept = before ?? { id, task, digest, createdAt: now };
  return { ...kept, state: /** @type {const} */ ('creating'), continuation, modelName, tries: [...tries, one] };
}

/**
 * Records what became of the create request of a run, and where its generation stands. What was accepted
 * stays accepted.
 * @param {JobRecord} before
 * @param {string} run
 * @param {Try['state']} outcome
 * @param {{ state: JobState, taskId?: string, continuation?: string }} now
 * @returns {JobRecord}
 */
export function note(before, run, outcome, { state, taskId, continuation }) {
  let tries = before.tries.map((it) => settled(it, run, outcome));
  // Whoever says that the outcome is unknown says it for runs that broke off as well.
  if (state === 'unknown') tries = tries.map((it) => settled(it, it.run, 'unknown'));
  if (before.taskId && !taskId) return { ...before, tries };
  return { ...before, tries, state, taskId: taskId ?? before.taskId, continuation: continuation ?? before.continuation };
}

/** @param {Try} it @param {string} run @param {Try['state']} outcome @returns {Try} */
function settled(it, run, outcome) {
  // A run knows better than whoever took its silence for a doubt.
  const open = it.state === 'in-flight' || it.state === 'unknown';
  return open && it.run === run ? { ...it, state: outcome } : it;
}

/**
 * What was spent on the UTC day of now, at the most. What is under way or in doubt counts.
 * @param {JobRecord[]} records
 */
export function spentToday(records) {
  const start = Date.now() - (Date.now() % DAY);
  const today = records.flatMap((record) => record.tries).filter((it) => it.at >= start);
  const counted = today.filter((it) => it.state !== 'refused' && it.state !== 'not-sent');
  return counted.reduce((sum, it) => sum + it.points, 0);
}

/** A key of a purchase stands for one content. @param {JobRecord} record @param {string} digest */
export function sameContent(record, digest) {
  if (record.digest === digest) return;
  throw new InvalidRequest('This idempotency key was used for another request.', {
    code: 'idempotency-key-reused',
    jobId: record.id,
  });
}
