// What the component has not: the clock, the network with the key, and the disk.

import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ANSWER_LIMIT = 8 << 20; // bytes
const AUDIO_LIMIT = 200 << 20;

/** Monotonic milliseconds. With a rate above 1, for tests, waiting takes that much less time. */
export class Clock {
  #skipped = 0;

  constructor(rate) {
    this.rate = rate;
  }

  now() {
    return Math.floor(performance.now() + this.#skipped);
  }

  async waitUntil(until) {
    const left = Math.max(0, until - this.now());
    await sleep(left / this.rate);
    this.#skipped += left - left / this.rate;
  }
}

/** HTTP without redirects and without second tries: whether to try again is the machine's choice. */
export class Network {
  #key;

  constructor(base, key) {
    this.base = base.replace(/\/+$/, '');
    this.#key = key;
  }

  /** Carries out one exchange. Gives the input that ends it. */
  async exchange({ exchange, request, deadlineMs }, clock) {
    const failure = (sent, kind = 'network') => ({
      tag: 'transport-failure',
      val: { exchange, sent, kind },
    });
    if (!request.path.startsWith('/')) return failure('no'); // it could name another host
    const headers = new Headers(request.headers);
    headers.set('authorization', `Bearer ${this.#key}`);
    let answer;
    try {
      answer = await fetch(this.base + request.path, {
        method: request.method.toUpperCase(),
        headers,
        body: request.method === 'post' ? request.body : undefined,
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1, Number(deadlineMs) - clock.now())),
      });
    } catch (error) {
      return failure(neverConnected(error.cause) ? 'no' : 'maybe');
    }
    const pieces = [];
    try {
      for await (const piece of limited(answer, ANSWER_LIMIT)) pieces.push(piece);
    } catch (error) {
      return failure('maybe', error instanceof RangeError ? 'too-large' : 'network');
    }
    const { status } = answer;
    const response = { status, headers: [...answer.headers], body: Buffer.concat(pieces) };
    return { tag: 'response', val: { exchange, response } };
  }

  /** The pieces of a result. It may be on another host, so the key stays here. */
  async *audio(url) {
    if (!url.startsWith('https://') && !url.startsWith(`${this.base}/`)) {
      throw new Error('the audio is not served over https');
    }
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(300_000) });
    if (answer.status !== 200) throw new Error(`the audio is not there: HTTP ${answer.status}`);
    yield* limited(answer, AUDIO_LIMIT);
  }
}

/** Whether an exchange failed before it had a connection. In doubt it did not. */
function neverConnected(cause) {
  // Where a name has several addresses, there is one error for each.
  const errors = cause?.errors ?? [cause];
  return errors.every(
    (error) =>
      ['connect', 'getaddrinfo'].includes(error?.syscall) ||
      error?.code === 'UND_ERR_CONNECT_TIMEOUT',
  );
}

async function* limited(answer, limit) {
  let size = 0;
  for await (const piece of answer.body ?? []) {
    size += piece.length;
    if (size > limit) throw new RangeError('the answer is too large');
    yield piece;
  }
}

/** Writes a file that is there as a whole or not at all, also after a crash. */
export async function replace(file, pieces) {
  const temporary = `${file}.part`;
  const handle = fs.openSync(temporary, 'w', 0o600);
  for await (const piece of pieces) fs.writeFileSync(handle, piece);
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  fs.renameSync(temporary, file);
  const folder = fs.openSync(path.dirname(file), 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}
