// The component of world `plugin` in jco on Node, with its own HTTP: one generation, its end as JSON.
//
//     node plugin.js ORIGIN music|speech LIMIT_MS

import { generations } from './plugin/plugin.js';

const [origin, task, limit] = process.argv.slice(2);
const request = {
  task: `text-to-${task}`,
  prompt: 'calm ambient piano',
  parameters: [],
  unknownParameters: 'refuse',
  onMismatch: 'amend',
  habitual: false,
  language: 'en',
};
const settings = {
  origin,
  deadlineMs: 4000n,
  connectTimeoutMs: Number(limit),
  firstByteTimeoutMs: Number(limit),
  betweenBytesTimeoutMs: Number(limit),
};
const generation = generations.Generation.start(request, settings);
for (let event; (event = generation.next()) !== undefined; ) {
  if (event.tag !== 'finished') continue;
  const { tag, val } = event.val;
  console.log(
    JSON.stringify({
      end: tag,
      charge: tag === 'failure' ? val.charge : 'yes',
      medias: val.medias.length,
    }),
  );
}
process.exit(0); // the shim's worker would keep it
