// The package for JavaScript in workerd: one purchase per request, answered when it ends.
//
// POST / with {"task": "music" or "speech", "prompt": "…"} gives {"end": …, "charge": …, "urls": […], "states": […]}:
// the states that the store was asked to keep.

import { CallbackStore, Client } from 'client/src/workerd.js';

async function generate({ task, prompt }, env) {
  const states = [];
  const store = new CallbackStore(async ({ state }) => states.push(state));
  const client = new Client({ apiKey: env.IMA_API_KEY, baseUrl: env.IMA_BASE_URL, store });
  try {
    const { medias } = await client[task](prompt).result();
    return { end: 'success', charge: 'yes', urls: medias.map((it) => it.url), states };
  } catch (error) {
    return { end: 'failure', charge: error.charge, error: String(error), urls: [], states };
  }
}

export default {
  async fetch(request, env) {
    if (request.method !== 'POST') return Response.json({ status: 'ok' });
    return Response.json(await generate(await request.json(), env));
  },
};
