// OpenAI's package for JavaScript, as its users use it: its own retries included.
//
// Usage: openai_speech.mjs HOST BASE SIMULATOR.

import assert from 'node:assert/strict';
import process from 'node:process';

import OpenAI from 'openai';

const [host, base, simulator] = process.argv.slice(2);
const key = 'ima_demo_key';

async function control(method, path, body) {
  const answer = await fetch(`${simulator}/_control/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert(answer.ok, path);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

async function charges() {
  return (await control('GET', `ledger?key=${key}`)).charges.length;
}

const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: key });
const say = (input) => client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input });

const before = await charges();
const audio = Buffer.from(await (await say(`Hello from JavaScript, ${process.pid}.`)).arrayBuffer());
assert.equal(audio.subarray(0, 4).toString(), 'RIFF');
assert.equal(await charges(), before + 1);

// A lost answer, and the package may try as often as it likes to.
await control('POST', 'faults', { endpoint: 'create', nth: 'every', fault: 'reset_after' });
await assert.rejects(say(`Lost, ${process.pid}.`), { status: 409, code: 'outcome_unknown' });
await control('DELETE', 'faults');
assert.equal(await charges(), before + 2);
console.log(`${host}: openai for JavaScript: two orders, two charges`);
