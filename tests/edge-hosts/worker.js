// The machine in workerd: one purchase per request, answered when it ends.
//
// POST / with {"task": "music" or "speech", "prompt": "…"} gives {"charge": …, "urls": […]}. What a worker has
// no disk for, it says in its answer: the latest checkpoint.

import core from 'core';
import core2 from 'core2';
import core3 from 'core3';
import { instantiate } from 'machine';

const MODULES = { 'machine.core.wasm': core, 'machine.core2.wasm': core2, 'machine.core3.wasm': core3 };

async function exchange({ exchange, request }, env) {
  const failed = (sent) => ({ tag: 'transport-failure', val: { exchange, sent, kind: 'network' } });
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${env.IMA_API_KEY}`);
  const body = request.method === 'post' ? request.body : undefined;
  try {
    const method = request.method.toUpperCase();
    const answer = await fetch(env.IMA_BASE_URL + request.path, { method, headers, body, redirect: 'manual' });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const response = { status: answer.status, headers: [...answer.headers], body: bytes };
    return { tag: 'response', val: { exchange, response } };
  } catch {
    return failed('maybe'); // workerd does not say whether it left
  }
}

async function generate({ task, prompt }, env) {
  const { machines } = await instantiate((name) => MODULES[name], {}, WebAssembly.instantiate);
  const request = {
    task: `text-to-${task}`,
    prompt,
    language: 'en',
    parameters: [],
    unknownParameters: 'refuse',
    onMismatch: 'amend',
    habitual: false,
  };
  const session = machines.Session.create(request, {
    seed: [...crypto.getRandomValues(new BigUint64Array(2))],
  });
  const now = () => BigInt(Date.now());
  session.handle({ tag: 'command', val: 'start' }, now());
  let checkpoint;
  for (;;) {
    const { tag, val } = session.poll();
    if (tag === 'transmit') {
      session.handle(await exchange(val, env), now());
    } else if (tag === 'wait') {
      await new Promise((go) => setTimeout(go, Math.max(0, Number(val - now()))));
      session.handle({ tag: 'timeout' }, now());
    } else if (val.tag === 'checkpoint') {
      checkpoint = val.val.continuation;
    } else if (val.tag === 'finished') {
      const { tag: end, val: outcome } = val.val;
      const urls = outcome.medias.map((media) => media.url);
      return { end, charge: outcome.charge ?? 'yes', urls, checkpoint };
    }
  }
}

export default {
  async fetch(request, env) {
    if (request.method !== 'POST') return Response.json({ status: 'ok' });
    return Response.json(await generate(await request.json(), env));
  },
};
