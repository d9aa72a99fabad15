// What `music`, `speech` and `resume` give: events to iterate over, and a result.

import { errorOf } from './errors.js';

/** @typedef {import('./errors.js').Media} Media */
/**
 * What a finished generation brought.
 * @typedef {object} Result
 * @property {string} jobId what `resume` takes
 * @property {string} taskId the service's id of the task; behind an HTTP API the token of its job
 * @property {Media[]} medias every clip
 * @property {string} modelId
 * @property {string} modelName
 * @property {number} points what it cost
 * @property {number} elapsedMs
 */
/**
 * What happens in a generation, in order. The last one is `finished`; where there is no audio, an error is
 * thrown instead.
 * @typedef {{ type: 'message', kind: 'reply' | 'push', step: number, language: 'en' | 'zh', text: string, media: string[] }
 *   | { type: 'started', modelId: string, modelName: string, points: number, mostPoints: number,
 *       estimate: { minSeconds: number, maxSeconds: number } }
 *   | { type: 'checkpoint', state: 'creating' | 'waiting', jobId: string, taskId?: string }
 *   | { type: 'progress', percent: number, elapsedMs: number, estimatedMaxMs: number }
 *   | { type: 'fault', phase: 'listing' | 'creating' | 'waiting', status?: number, retryMs: number }
 *   | { type: 'attempt', number: number, code?: number, text: string }
 *   | { type: 'dropped', field: string, given: string, allowed: string }
 *   | { type: 'unrecorded', taskId?: string, error: Error }
 *   | { type: 'finished', result: Result }} GenerationEvent
 */

/** A generation. Nothing happens before it is iterated over or its result is asked for. */
export class Generation {
  /** @type {AsyncGenerator<GenerationEvent, void>} */
  #events;
  /** @type {Promise<Result> | undefined} */
  #result;

  /** @param {AsyncGenerator<GenerationEvent, void>} events */
  constructor(events) {
    this.#events = this.#watched(events);
  }

  /** @type {{ result?: Result, error?: unknown }} */
  #end = {};

  /** @param {AsyncGenerator<GenerationEvent, void>} events @returns {AsyncGenerator<GenerationEvent, void>} */
  async *#watched(events) {
    try {
      for await (const event of events) {
        if (event.type === 'finished') this.#end.result = event.result;
        yield event;
      }
    } catch (error) {
      this.#end.error = error;
      throw error;
    }
  }

  /** The events. Leaving the loop stops the waiting; a task that exists goes on and can be resumed. */
  [Symbol.asyncIterator]() {
    return this.#events;
  }

  /** The result, once there is one. Rejects with an error that says whether points were charged. */
  result() {
    this.#result ??= this.#drained();
    return this.#result;
  }

  async #drained() {
    for await (const _ of this.#events);
    if (this.#end.result) return this.#end.result;
    throw this.#end.error ?? errorOf('cancelled', 'It was left before its end; `resume` goes on.', { charge: 'unknown' });
  }
}
