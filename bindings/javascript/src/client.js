// The client around the machine, for every runtime that may hold the key.

import { realTime } from './clock.js';
import { InvalidRequest, StoreError, ofFailure, ofMisuse } from './errors.js';
import { Generation } from './generation.js';
import { sameContent } from './ledger.js';
import { Network } from './network.js';
import { check, checkId, identity, ofMachine } from './request.js';
import { run } from './run.js';

/** @typedef {import('./generation.js').GenerationEvent} GenerationEvent */
/** @typedef {import('./ledger.js').JobRecord} JobRecord */
/** @typedef {import('./request.js').QuoteOptions} QuoteOptions */
/** @typedef {import('./request.js').GenerationOptions} GenerationOptions */
/** @typedef {'music' | 'speech'} Task */
/**
 * @typedef {object} ClientOptions
 * @property {string} apiKey
 * @property {string} [baseUrl] the service's origin
 * @property {import('./ledger.js').Store} store
 * @property {number} [maxPoints] the most that one request may cost, in points
 * @property {number} [maxPointsPerDay] the most that all of a UTC day may cost, in points
 * @property {import('./network.js').Fetch} [fetch]
 * @property {import('./clock.js').Clock} [clock]
 */
/**
 * A job: a generation that was paid for, or may have been.
 * @typedef {object} Job
 * @property {string} id what `resume` takes
 * @property {Task} task
 * @property {import('./ledger.js').JobState} state
 * @property {string} [taskId]
 * @property {string} [modelName]
 * @property {boolean} saved whether every audio file was saved
 * @property {Date} createdAt
 * @property {Date} updatedAt
 */
/**
 * What a request would cost.
 * @typedef {{ modelId: string, modelName: string, versionId: string, points: number, mostPoints: number, phrase: string,
 *   estimate: { minSeconds: number, maxSeconds: number } }} Quote
 */

const SERVICE = 'https://api.imastudio.com';

/**
 * The client. `G` is what a generation is in its runtime.
 * @template {Generation} G
 */
export class MachineClient {
  #host;
  #network;
  #load;
  #generation;
  /** @type {Promise<any> | undefined} */
  #machine;

  /**
   * @param {ClientOptions} options
   * @param {object} runtime
   * @param {() => Promise<any>} runtime.load gives an instance of the machine
   * @param {(events: AsyncGenerator<GenerationEvent, void>) => G} runtime.generation
   * @param {(error: unknown) => boolean} [runtime.provesNotSent] whether a failure of `fetch` proves that nothing left
   */
  constructor(options, { load, generation, provesNotSent = () => false }) {
    const { apiKey, baseUrl = SERVICE, store, clock = realTime, fetch: own, maxPoints, maxPointsPerDay } = options;
    if (!store) throw new InvalidRequest('There is no store.', { code: 'invalid' });
    for (const ceiling of [maxPoints, maxPointsPerDay]) {
      if (ceiling !== undefined && !(Number.isSafeInteger(ceiling) && ceiling >= 0)) {
        throw new InvalidRequest('A ceiling is not a whole number of points.', { code: 'invalid' });
      }
    }
    // A `fetch` of the caller's may send twice or report as it likes: it proves nothing.
    const proves = own ? () => false : provesNotSent;
    const fetch = own ?? ((input, init) => globalThis.fetch(input, init));
    this.#network = new Network({ apiKey, baseUrl, fetch, provesNotSent: proves });
    this.#host = { network: this.#network, store, clock, maxPoints, maxPointsPerDay };
    this.#load = load;
    this.#generation = generation;
  }

  /**
   * Makes music after a description.
   * @param {string} prompt
   * @param {QuoteOptions & GenerationOptions} [options]
   */
  music(prompt, options = {}) {
    return this.#generation(this.#start('music', prompt, options));
  }

  /**
   * Speaks a text.
   * @param {string} text
   * @param {QuoteOptions & GenerationOptions} [options]
   */
  speech(text, options = {}) {
    return this.#generation(this.#start('speech', text, options));
  }

  /**
   * Goes on with a job, by its id or its task's. It costs nothing, unless a person has `createAgain` set:
   * that sends a create request whose first try may have been paid for already.
   * @param {string} id
   * @param {{ createAgain?: boolean, signal?: AbortSignal }} [options]
   */
  resume(id, options = {}) {
    return this.#generation(this.#resumed(id, options));
  }

  /** Every job, the newest first. @returns {Promise<Job[]>} */
  async jobs() {
    const records = await reading(this.#host.store.list());
    const newest = records.sort((one, other) => other.createdAt - one.createdAt);
    return newest.map(({ id, task, state, taskId, modelName, saved = false, createdAt, updatedAt }) => {
      return { id, task, state, taskId, modelName, saved, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
    });
  }

  /** What music would cost. Never spends. @param {string} prompt @param {QuoteOptions} [options] */
  quoteMusic(prompt, options = {}) {
    return this.#quote('music', prompt, options);
  }

  /** What speech would cost. Never spends. @param {string} text @param {QuoteOptions} [options] */
  quoteSpeech(text, options = {}) {
    return this.#quote('speech', text, options);
  }

  /**
   * The models of a task with their prices and parameters.
   * @param {Task} task
   * @param {{ language?: 'en' | 'zh' }} [options]
   * @returns {Promise<import('../machine/interfaces/ima-studio-machines.js').Model[]>}
   */
  async models(task, { language = 'en' } = {}) {
    const inquiry = await this.#inquiry(task, language);
    return told(() => inquiry.models());
  }

  /**
   * The voices for speech. Sends nothing.
   * @param {{ language?: 'en' | 'zh' }} [options]
   * @returns {Promise<import('../machine/interfaces/ima-studio-understanding.js').Voice[]>}
   */
  async voices({ language = 'en' } = {}) {
    const { understanding } = await this.#instance();
    return understanding.voices(language);
  }

  #instance() {
    this.#machine ??= this.#load();
    return this.#machine;
  }

  /** @param {Task} task @param {string} prompt @param {QuoteOptions & GenerationOptions} options @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#start(task, prompt, options) {
    check(task, prompt, options, false);
    const { signal } = options;
    const { id, digest } = await identity(task, prompt, options);
    const before = await reading(this.#host.store.get(id));
    if (before) sameContent(before, digest);
    if (before && (before.taskId || before.state !== 'failed')) {
      yield* this.#taken(before, { signal });
      return;
    }
    const { machines, understanding } = await this.#instance();
    const request = ofMachine(task, prompt, options, (language) => understanding.voices(language));
    const halves = [id.slice(0, 16), id.slice(16)].map((it) => BigInt(`0x${it}`));
    const session = opened(() => machines.Session.create(request, { seed: [halves[0], halves[1]] }));
    yield* this.#run(machines, { id, task, digest }, session, { command: 'start', charge: 'no', signal });
  }

  /** @param {string} id @param {{ createAgain?: boolean, signal?: AbortSignal }} options @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#resumed(id, options) {
    checkId(id);
    const { store } = this.#host;
    const found = (await reading(store.get(id))) ?? (await reading(store.list())).find((it) => it.taskId === id);
    if (!found) throw new InvalidRequest(`There is no job ${id}.`, { code: 'no-such-job' });
    yield* this.#taken(found, options);
  }

  /** @param {JobRecord} record @param {{ createAgain?: boolean, signal?: AbortSignal }} options @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#taken(record, { createAgain = false, signal }) {
    const { id, task, digest, continuation, taskId } = record;
    if (!continuation) throw new InvalidRequest('The job was not charged; there is nothing to go on with.', { code: 'no-such-job' });
    const { machines } = await this.#instance();
    const random = crypto.getRandomValues(new BigUint64Array(2));
    const session = opened(() => machines.Session.restore(continuation, { seed: [random[0], random[1]] }));
    if (createAgain && !session.mayCreateAgain()) {
      throw new InvalidRequest('Whether it was accepted is known: resume it without createAgain.', { code: 'invalid', charge: 'yes', jobId: id });
    }
    const command = createAgain ? 'create-again' : 'start';
    yield* this.#run(machines, { id, task, digest }, session, { command, charge: taskId ? 'yes' : 'unknown', signal });
  }

  /** @param {any} machines @param {import('./run.js').Job} job @param {any} session @param {Parameters<typeof run>[3]} how */
  async *#run(machines, job, session, how) {
    try {
      yield* run({ ...this.#host, Session: machines.Session }, job, session, how);
    } catch (error) {
      // An instance that broke down is not used again.
      if (/** @type {any} */ (error)?.cause instanceof WebAssembly.RuntimeError) this.#machine = undefined;
      throw error;
    }
  }

  /** @param {Task} task @param {string} prompt @param {QuoteOptions} options @returns {Promise<Quote>} */
  async #quote(task, prompt, options) {
    check(task, prompt, options, true);
    const inquiry = await this.#inquiry(task, options.language ?? 'en');
    const { understanding } = await this.#instance();
    const request = ofMachine(task, prompt, options, (language) => understanding.voices(language));
    const { modelId, modelName, versionId, points, mostPoints, phrase, estimate } = told(() => inquiry.quote(request));
    return { modelId, modelName, versionId, points, mostPoints, phrase, estimate };
  }

  /** @param {Task} task @param {'en' | 'zh'} language */
  async #inquiry(task, language) {
    const { machines } = await this.#instance();
    const { clock } = this.#host;
    const [seed] = crypto.getRandomValues(new BigUint64Array(1));
    const inquiry = new machines.Inquiry(`text-to-${task}`, language, seed);
    const handle = (/** @type {any} */ input) => inquiry.handle(input, BigInt(clock.now()));
    handle({ tag: 'command', val: 'start' });
    for (;;) {
      const { tag, val } = inquiry.poll();
      if (tag === 'done') return inquiry;
      if (tag === 'transmit') handle(await this.#network.exchange(val, clock));
      if (tag === 'wait') {
        await clock.waitUntil(Number(val));
        handle({ tag: 'timeout' });
      }
    }
  }
}

/** @template T @param {Promise<T>} read @returns {Promise<T>} */
async function reading(read) {
  try {
    return await read;
  } catch (cause) {
    throw new StoreError(`The jobs can't be read: ${cause}`, { code: 'store', cause });
  }
}

/** @template T @param {() => T} call @returns {T} */
function opened(call) {
  try {
    return call();
  } catch (error) {
    throw ofMisuse(error);
  }
}

/** What an inquiry tells, or the error of its failure. @template T @param {() => T} call @returns {T} */
function told(call) {
  try {
    return call();
  } catch (error) {
    const { payload } = /** @type {any} */ (error);
    throw payload?.cause ? ofFailure(payload) : ofMisuse(error);
  }
}
