// The simulator in a process of its own, a clock that passes fast, and programs that can be killed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export const KEY = 'ima_demo_key';

/** Starts a simulator whose time passes `speed` times as fast; with 0 it moves only when told to. */
export async function simulator(test, speed = 1000) {
  const program = spawn(process.env.IMA_SIMULATOR, ['--speed', String(speed)], { stdio: ['pipe', 'pipe', 'inherit'] });
  test.after(async () => {
    program.stdin.end(); // that ends it
    await once(program, 'exit');
  });
  const [line] = await once(readline.createInterface({ input: program.stdout }), 'line');
  const origin = line.replace('listening on ', '');
  const control = async (method, what, body) => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/_control/${what}`, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${what}: HTTP ${answer.status}`);
    const text = await answer.text();
    return text && JSON.parse(text);
  };
  return {
    origin,
    tell: (what, body) => control('POST', what, body),
    fault: (endpoint, fault, nth = 'every') => control('POST', 'faults', { endpoint, nth, fault }),
    clear: () => control('DELETE', 'faults'),
    charges: async () => (await control('GET', `ledger?key=${KEY}`)).charges.length,
    requests: async (endpoint) => (await control('GET', 'requests')).filter((it) => it.endpoint === endpoint).length,
  };
}

/** A clock of which a thousand seconds of waiting take one. */
export function fastClock(rate = 1000) {
  let skipped = 0;
  const now = () => Math.floor(performance.now() + skipped);
  return {
    now,
    async waitUntil(until, signal) {
      const left = Math.max(0, until - now());
      await sleep(left / rate, undefined, { signal }).catch(() => {});
      if (!signal?.aborted) skipped += left - left / rate;
    },
  };
}

/** A folder that goes with the test. */
export function folder(test) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'ima-client-'));
  test.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Runs child.js; gives what it prints as objects, and a way to kill it. */
export function child(origin, data, ...words) {
  const env = { ...process.env, IMA_API_KEY: KEY, IMA_BASE_URL: origin, IMA_DATA_DIR: data };
  const program = spawn(process.execPath, [new URL('child.js', import.meta.url).pathname, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(program, 'exit');
  const lines = readline.createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  return {
    /** The next line for which this holds. */
    async until(holds) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('it ended before');
        const said = JSON.parse(value);
        if (holds(said)) return said;
      }
    },
    async kill() {
      program.kill('SIGKILL');
      await ended;
    },
  };
}
