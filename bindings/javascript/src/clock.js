// Time, as the machine wants it.

/**
 * Milliseconds that don't go back, and waiting by them.
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(until: number, signal?: AbortSignal) => Promise<void>} waitUntil returns early if the signal aborts
 */

/** @type {Clock} */
export const realTime = {
  now: () => Math.floor(performance.now()),
  waitUntil: (until, signal) => sleep(until - realTime.now(), signal),
};

/**
 * Waits, or returns early if the signal aborts.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, milliseconds));
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done);
  });
}
