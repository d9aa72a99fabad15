// The HTTP API of `ima serve` and of the edge component, as the client for browsers uses it.

import { sleep } from './clock.js';
import { InvalidRequest, Unavailable, errorOf } from './errors.js';
import { check } from './request.js';

/** @typedef {'music' | 'speech'} Task */
/** @typedef {import('./request.js').QuoteOptions} QuoteOptions */

/** How many answers in a row may be missing before following a job ends. */
const PATIENCE = 12;

/** @type {Record<string, string>} Codes of the API that the machine has another word for. */
const CODES = {
  'invalid-api-key': 'unauthorized',
  'missing-api-key': 'unauthorized',
  'missing-token': 'unauthorized',
  'model-not-found': 'unknown-model',
  'service-unreachable': 'network',
  'service-unavailable': 'unavailable',
  'status-unavailable': 'deadline',
  'not-finished': 'deadline',
  'generation-failed': 'task-failed',
  'content-refused': 'task-failed',
  'text-too-long': 'task-failed',
};

/** @param {any} error @param {string} [jobId] */
export function errorOfApi(error, jobId) {
  const { code: word = '', message, charge = 'no', help, type } = error;
  const code = CODES[word.replaceAll('_', '-')] ?? word.replaceAll('_', '-');
  const known = type === 'invalid_request_error' && !['refused', 'outcome-unknown'].includes(code) && charge === 'no';
  if (known) return new InvalidRequest(message, { code, charge, help });
  return errorOf(code, message, { charge, help, jobId });
}

export class Api {
  #origin;
  #token;

  /** @param {string} origin @param {string} [token] */
  constructor(origin, token) {
    this.#origin = new URL(origin).origin;
    this.#token = token;
  }

  /** @param {string} path @param {RequestInit} [init] @param {Record<string, string>} [headers] */
  #fetch(path, init, headers) {
    const all = new Headers(headers);
    if (this.#token) all.set('authorization', `Bearer ${this.#token}`);
    return fetch(this.#origin + path, { cache: 'no-store', redirect: 'error', ...init, headers: all });
  }

  /** The body of an order. @param {Task} task @param {string} prompt @param {QuoteOptions} options */
  body(task, prompt, { model, voice, budget, parameters, language }) {
    const common = { model, parameters, language, max_points: budget };
    if (task === 'speech') return { input: prompt, voice, ...common };
    if (voice === 'instrumental') return { prompt, instrumental: true, ...common };
    return { prompt, vocal_gender: voice, ...common };
  }

  /**
   * Orders. Gives the job, or the error; throws if there is no readable answer.
   * @param {Task} task
   * @param {string} key
   * @param {string} body
   * @returns {Promise<any>}
   */
  async create(task, key, body) {
    const path = task === 'music' ? '/v1/music' : '/v1/audio/speech';
    const headers = { 'content-type': 'application/json', prefer: 'respond-async', 'idempotency-key': key };
    const answer = await this.#fetch(path, { method: 'POST', body }, headers);
    const job = await answer.json();
    if (answer.ok ? job.id : job.error?.charge) return job;
    throw new Unavailable(`The answer can't be read: HTTP ${answer.status}.`, { code: 'unavailable', charge: 'unknown' });
  }

  /** @param {Task} task @param {string} prompt @param {QuoteOptions} options @returns {Promise<import('./client.js').Quote>} */
  async quote(task, prompt, options) {
    check(task, prompt, options, true);
    const body = JSON.stringify({ task, ...this.body(task, prompt, options) });
    const quote = await this.#read('/v1/quote', { method: 'POST', body }, { 'content-type': 'application/json' });
    return {
      modelId: quote.model,
      modelName: quote.model_name,
      versionId: quote.version,
      points: quote.points,
      mostPoints: quote.most_points,
      phrase: quote.phrase,
      estimate: { minSeconds: quote.estimate.min_seconds, maxSeconds: quote.estimate.max_seconds },
    };
  }

  /** @param {string} path @param {string} [language] @returns {Promise<any[]>} */
  async list(path, language = 'en') {
    return (await this.#read(path, {}, { 'accept-language': language })).data;
  }

  /** @param {string} path @param {RequestInit} init @param {Record<string, string>} headers */
  async #read(path, init, headers) {
    let answer, body;
    try {
      answer = await this.#fetch(path, init, headers);
      body = await answer.json();
    } catch (cause) {
      throw new Unavailable('The server can not be reached.', { code: 'network', cause });
    }
    if (!answer.ok) throw errorOfApi(body.error ?? { code: 'unavailable', message: `HTTP ${answer.status}` });
    return body;
  }

  /**
   * The events of a job to its end, over as many requests as it takes.
   * @param {string} token
   * @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<{ event: string, data: any }, void>}
   */
  async *follow(token, signal) {
    const started = performance.now();
    let elapsed = 0;
    for (let missing = 0; missing < PATIENCE && !signal?.aborted; ) {
      try {
        const answer = await this.#fetch(`/v1/jobs/${token}/events`, { signal }, { 'last-event-id': String(elapsed) });
        if ([401, 403, 404].includes(answer.status)) {
          yield { event: 'error', data: await answer.json() };
          return;
        }
        if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
        for await (const frame of frames(answer.body)) {
          missing = 0;
          yield frame;
          if (['completed', 'failed', 'error'].includes(frame.event)) return;
        }
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        missing++;
      }
      elapsed = Math.floor(performance.now() - started);
      await sleep(1000 * (1 + missing), signal);
    }
  }
}

/** Server-sent events. @param {ReadableStream<Uint8Array>} body */
async function* frames(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let left = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const pieces = (left + decoder.decode(value, { stream: true })).split('\n\n');
      left = /** @type {string} */ (pieces.pop());
      for (const piece of pieces) {
        const fields = Object.fromEntries(piece.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
        if (fields.event) yield { event: fields.event, data: JSON.parse(fields.data) };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
