// HTTP exchanges with the service: one origin, the key, no redirect, no second try.

import { InvalidRequest, Unauthorized } from './errors.js';

const ANSWER_LIMIT = 8 << 20; // bytes

/** @typedef {(input: string, init?: any) => Promise<Response>} Fetch */

/**
 * An address that a key or audio may travel to: https, or plain HTTP on this machine.
 * @param {string | URL} address
 */
export function isSafe(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const loopback = url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && !!loopback);
}

export class Network {
  #key;
  #origin;
  #fetch;
  #proves;

  /**
   * @param {{ apiKey: string, baseUrl: string, fetch: Fetch, provesNotSent: (error: unknown) => boolean }} options
   */
  constructor({ apiKey, baseUrl, fetch, provesNotSent }) {
    // Checked here, because the errors of `fetch` would quote it.
    if (!/^[!-~]+$/.test(apiKey)) {
      throw new Unauthorized('There is no usable API key: set IMA_API_KEY or pass apiKey.', { code: 'unauthorized' });
    }
    const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
    if (!url || !isSafe(url) || url.pathname !== '/' || url.search || url.username) {
      throw new InvalidRequest('The base URL is not an https origin (http only on this machine).', { code: 'invalid' });
    }
    this.#key = apiKey;
    this.#origin = url.origin;
    this.#fetch = fetch;
    this.#proves = provesNotSent;
  }

  /**
   * Carries out one exchange, and gives the input that ends it.
   * @param {any} transmit
   * @param {{ now(): number }} clock
   * @param {AbortSignal} [signal]
   */
  async exchange({ exchange, request, deadlineMs }, clock, signal) {
    const failure = (/** @type {'no' | 'maybe'} */ sent, kind = 'network') => ({
      tag: 'transport-failure',
      val: { exchange, sent, kind },
    });
    if (!/^\/(?!\/)/.test(request.path)) return failure('no'); // it could name another host
    // The ledger's key is of no use to the service.
    const kept = request.headers.filter((/** @type {[string, string]} */ [name]) => name !== 'idempotency-key');
    const headers = new Headers(kept);
    headers.set('authorization', `Bearer ${this.#key}`);
    const late = AbortSignal.timeout(Math.max(1, Number(deadlineMs) - clock.now()));
    let sent = false;
    try {
      const answer = await this.#fetch(this.#origin + request.path, {
        method: request.method.toUpperCase(),
        headers,
        body: request.method === 'post' ? request.body : undefined,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([late, signal]) : late,
      });
      sent = true;
      const body = await read(answer, ANSWER_LIMIT);
      hide(body, this.#key);
      return { tag: 'response', val: { exchange, response: { status: answer.status, headers: [...answer.headers], body } } };
    } catch (error) {
      if (error instanceof RangeError) return failure('maybe', 'too-large');
      return failure(!sent && this.#proves(error) ? 'no' : 'maybe');
    }
  }
}

/**
 * The body of an answer, read to its end.
 * @param {Response} answer
 * @param {number} limit in bytes
 */
async function read(answer, limit) {
  const pieces = [];
  let size = 0;
  const reader = answer.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.length;
    if (size > limit) {
      await reader?.cancel();
      throw new RangeError('the answer is too large');
    }
    pieces.push(next.value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

/**
 * Blots a key out, should an answer repeat it.
 * @param {Uint8Array} body
 * @param {string} key
 */
function hide(body, key) {
  const bytes = new TextEncoder().encode(key);
  for (let at = body.indexOf(bytes[0]); at >= 0; at = body.indexOf(bytes[0], at + 1)) {
    if (bytes.every((byte, index) => body[at + index] === byte)) body.fill(0x2a, at, at + bytes.length);
  }
}
