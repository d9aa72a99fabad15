// @ima-studio/client for browsers. The service has no CORS and the key must not be in a page, so the origin is
// `ima serve` or the edge component, whose HTTP API makes the create request (docs/edge.md).

import { sleep } from './clock.js';
import { Cancelled, InvalidRequest, NotFinished, OutcomeUnknown, errorOf } from './errors.js';
import { Generation } from './generation.js';
import { Api, errorOfApi } from './http_api.js';
import { IndexedDbStore } from './indexeddb.js';
import { note, reserve, sameContent, update } from './ledger.js';
import { check, checkId, identity } from './request.js';

export * from './errors.js';
export { CallbackStore } from './callback.js';
export { IndexedDbStore } from './indexeddb.js';
export { Generation };

/** @typedef {import('./generation.js').GenerationEvent} GenerationEvent */
/** @typedef {import('./generation.js').Result} Result */
/** @typedef {import('./client.js').Job} Job */
/** @typedef {import('./client.js').Quote} Quote */
/** @typedef {import('./ledger.js').Store} Store */
/** @typedef {import('./ledger.js').JobRecord} JobRecord */
/** @typedef {import('./request.js').QuoteOptions} QuoteOptions */
/** @typedef {import('./request.js').GenerationOptions} GenerationOptions */
/** @typedef {'music' | 'speech'} Task */
/** @typedef {{ createAgain?: boolean, signal?: AbortSignal }} ResumeOptions */

const REPEATS = 3;

/** The client. */
export class Client {
  #api;
  #ledger;
  #store;

  /**
   * @param {object} [options]
   * @param {string} [options.origin] where the HTTP API is; the page's own by default
   * @param {string} [options.token] what the API wants as `Authorization: Bearer`
   * @param {boolean} [options.ledger] whether a ledger is behind it, as with `ima serve`: then a request whose
   *   answer was lost is asked for again under its key, which pays once
   * @param {Store} [options.store]
   */
  constructor({ origin = globalThis.location?.origin, token, ledger = false, store = new IndexedDbStore() } = {}) {
    this.#api = new Api(origin, token);
    this.#ledger = ledger;
    this.#store = store;
  }

  /** Makes music after a description. @param {string} prompt @param {QuoteOptions & GenerationOptions} [options] */
  music(prompt, options = {}) {
    return new Generation(this.#start('music', prompt, options));
  }

  /** Speaks a text. @param {string} text @param {QuoteOptions & GenerationOptions} [options] */
  speech(text, options = {}) {
    return new Generation(this.#start('speech', text, options));
  }

  /** Goes on with a job. See the client for Node.js. @param {string} id @param {ResumeOptions} [options] */
  resume(id, options = {}) {
    return new Generation(this.#resumed(id, options));
  }

  /** Every job, the newest first. @returns {Promise<Job[]>} */
  async jobs() {
    const records = await this.#store.list();
    const newest = records.sort((one, other) => other.createdAt - one.createdAt);
    return newest.map(({ id, task, state, taskId, modelName, createdAt, updatedAt }) => {
      return { id, task, state, taskId, modelName, saved: false, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
    });
  }

  /** What music would cost. Never spends. @param {string} prompt @param {QuoteOptions} [options] */
  quoteMusic(prompt, options = {}) {
    return this.#api.quote('music', prompt, options);
  }

  /** What speech would cost. Never spends. @param {string} text @param {QuoteOptions} [options] */
  quoteSpeech(text, options = {}) {
    return this.#api.quote('speech', text, options);
  }

  /** The models of a task. @param {Task} task @param {{ language?: 'en' | 'zh' }} [options] */
  async models(task, { language } = {}) {
    return this.#api.list(`/v1/models?task=${task}`, language);
  }

  /** The voices for speech. @param {{ language?: 'en' | 'zh' }} [options] */
  async voices({ language } = {}) {
    return this.#api.list('/v1/voices', language);
  }

  /** @param {Task} task @param {string} prompt @param {QuoteOptions & GenerationOptions} options @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#start(task, prompt, options) {
    check(task, prompt, options, false);
    const { signal } = options;
    const { id, digest } = await identity(task, prompt, options);
    const before = await this.#store.get(id);
    if (before) sameContent(before, digest);
    if (before && before.state !== 'failed') {
      yield* this.#taken(before, { signal });
      return;
    }
    yield* this.#create({ id, task, digest }, id, JSON.stringify(this.#api.body(task, prompt, options)), signal);
  }

  /** @param {string} id @param {ResumeOptions} options @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#resumed(id, options) {
    checkId(id);
    const record = await this.#store.get(id);
    if (!record) throw new InvalidRequest(`There is no job ${id}.`, { code: 'no-such-job' });
    yield* this.#taken(record, options);
  }

  /** @param {JobRecord} record @param {ResumeOptions} options @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#taken(record, { createAgain = false, signal }) {
    const { id, state, continuation, taskId, tries } = record;
    if (taskId) return yield* this.#follow(record, taskId, signal);
    if (!continuation) throw new InvalidRequest('The job was not charged; there is nothing to go on with.', { code: 'no-such-job' });
    const last = /** @type {import('./ledger.js').Try} */ (tries.at(-1));
    const key = createAgain ? `${id}-${crypto.randomUUID()}` : last.key;
    // With a ledger, the same key asks for what became of the first request.
    if (this.#ledger && !createAgain) return yield* this.#send(record, key, continuation, last.run, signal);
    if (createAgain && state === 'unknown') return yield* this.#create(record, key, continuation, signal);
    throw await this.#unknown(record, '');
  }

  /** @param {import('./run.js').Job} job @param {string} key @param {string} body @param {AbortSignal} [signal] @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#create({ id, task, digest }, key, body, signal) {
    if (signal?.aborted) throw cancelled(signal, 'no');
    const run = crypto.randomUUID();
    const wanted = { id, task, digest, key, run, points: 0, continuation: body };
    await update(this.#store, id, (before) => reserve(before, wanted));
    yield* this.#send({ id, task, digest }, key, body, run, signal);
  }

  /** @param {import('./run.js').Job} job @param {string} key @param {string} body @param {string} run @param {AbortSignal} [signal] @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#send(job, key, body, run, signal) {
    let answer;
    for (let tries = 0; !answer; tries++) {
      try {
        // Without the caller's signal: what may be paid is waited for.
        answer = await this.#api.create(job.task, key, body);
      } catch (error) {
        if (!this.#ledger || tries >= REPEATS) throw await this.#unknown(job, run, error);
        await sleep(1000 * (tries + 1));
      }
    }
    const token = answer.id ?? answer.error?.job?.id;
    const modelName = answer.model_name;
    if (answer.error && !token) {
      const charge = answer.error.charge ?? 'unknown';
      if (charge === 'unknown') throw await this.#unknown(job, run, errorOfApi(answer.error, job.id));
      await this.#note(job, run, 'refused', { state: 'failed', continuation: '' });
      throw errorOfApi(answer.error);
    }
    const record = await this.#note(job, run, 'accepted', { state: 'waiting', taskId: token });
    yield { type: 'checkpoint', state: 'waiting', jobId: job.id, taskId: token };
    yield* this.#follow({ ...record, modelName }, token, signal);
  }

  /** @param {JobRecord} record @param {string} token @param {AbortSignal} [signal] @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#follow(record, token, signal) {
    const { id: jobId } = record;
    for await (const { event, data } of this.#api.follow(token, signal)) {
      if (event === 'message') {
        yield { type: 'message', ...data };
      } else if (event === 'progress') {
        const estimatedMaxMs = data.estimate.max_seconds * 1000;
        yield { type: 'progress', percent: data.progress, elapsedMs: data.elapsed_ms, estimatedMaxMs };
      } else if (event === 'completed') {
        await this.#note(record, '', 'accepted', { state: 'finished', taskId: token });
        const { model: modelId, model_name: modelName, points, elapsed_ms: elapsedMs } = data;
        yield { type: 'finished', result: { jobId, taskId: token, medias: medias(data), modelId, modelName, points, elapsedMs } };
        return;
      } else if (event === 'failed') {
        await this.#note(record, '', 'accepted', { state: 'failed', taskId: token });
        throw errorOf('task-failed', data.error.message, { charge: 'yes', jobId, taskId: token, medias: medias(data) });
      } else {
        throw errorOfApi({ charge: 'yes', ...data.error }, jobId);
      }
    }
    if (signal?.aborted) throw cancelled(signal, 'yes', jobId);
    throw new NotFinished('The job goes on, but can not be followed. Resume it later.', { charge: 'yes', code: 'deadline', jobId });
  }

  /** @param {import('./run.js').Job} job @param {string} run @param {unknown} [cause] */
  async #unknown(job, run, cause) {
    await this.#note(job, run, 'unknown', { state: 'unknown' });
    const message = 'The request may have been accepted and paid. Check your points before you order again.';
    return new OutcomeUnknown(message, { charge: 'unknown', code: 'outcome-unknown', jobId: job.id, cause });
  }

  /** @param {import('./run.js').Job} job @param {string} run @param {import('./ledger.js').Try['state']} outcome @param {Parameters<typeof note>[3]} now */
  #note(job, run, outcome, now) {
    return update(this.#store, job.id, (before) => note(/** @type {JobRecord} */ (before), run, outcome, now));
  }
}

/** @param {any} job */
const medias = (job) =>
  job.outputs.map((/** @type {any} */ { url, format, duration }) => ({ url, format: format ?? undefined, duration: duration ?? undefined }));

/** @param {AbortSignal} signal @param {'no' | 'yes'} charge @param {string} [jobId] */
const cancelled = (signal, charge, jobId) =>
  new Cancelled('It was stopped.', { charge, code: 'cancelled', jobId, cause: signal.reason });
