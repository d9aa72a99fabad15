// A song through the gateway: the component of world `plugin` in jco on Node.
//
//     IMA_BASE_URL=http://127.0.0.1:8788/… node song.js TEXT

import { generations } from './plugin/plugin.js';

const request = {
  task: 'text-to-music',
  prompt: process.argv[2],
  parameters: [],
  unknownParameters: 'refuse',
  onMismatch: 'amend',
  habitual: false,
  budget: 50,
  language: 'en',
};
const generation = generations.Generation.start(request, { origin: process.env.IMA_BASE_URL });
let code = 3;
for (let event; (event = generation.next()) !== undefined; ) {
  if (event.tag === 'message') console.log(event.val.text);
  if (event.tag !== 'finished') continue;
  const { tag, val } = event.val;
  for (const media of val.medias) console.log(media.url);
  code = tag === 'success' ? 0 : 3;
}
process.exit(code); // the shim's worker would keep it
