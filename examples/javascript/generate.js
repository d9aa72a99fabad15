// Makes music and speech with the component of world `machine` (wit/machine.wit).
//
//     node generate.js music "calm ambient piano" [--out FOLDER] [--budget POINTS]
//     node generate.js speech "Hello."
//     node generate.js resume JOBFILE [--create-again]
//
// Exit codes: 0 done, 2 wrong use, 3 nothing was charged, 6 charged, but no audio yet, 7 unknown
// whether it was charged.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Clock, Network, replace } from './host.js';
import { machines } from './machine/machine.js'; // `npm run build` makes it of the component

const EXIT = { no: 3, yes: 6, unknown: 7 }; // by what was charged
const USAGE = 'usage: node generate.js music|speech|resume PROMPT|TEXT|JOBFILE [options]';

/** Makes a checkpoint durable. */
async function keep(job, state, continuation) {
  await replace(job, [JSON.stringify({ state, continuation })]);
  console.log(`[${state}] ${job}`);
}

/** Pumps a session to its outcome. */
async function run(session, network, clock, job) {
  for (;;) {
    const { tag, val } = session.poll(); // never `done`: before it comes `finished`
    if (tag === 'transmit') {
      const input = await network.exchange(val, clock);
      session.handle(input, BigInt(clock.now()));
    } else if (tag === 'wait') {
      await clock.waitUntil(Number(val));
      session.handle({ tag: 'timeout' }, BigInt(clock.now()));
    } else if (val.tag === 'checkpoint') {
      // Money rule 1: durable before the next poll, because that may be the create request.
      await keep(job, val.val.state, val.val.continuation);
    } else if (val.tag === 'message') {
      console.log(val.val.text);
    } else if (val.tag === 'finished') {
      return val.val;
    }
  }
}

/** Saves the audio, and what is needed to go on. Gives the exit code. */
async function finish(outcome, network, job) {
  const { tag, val: end } = outcome;
  if (end.continuation) await keep(job, `charged: ${end.charge}`, end.continuation);
  const { dir, name } = path.parse(job);
  for (const [index, media] of end.medias.entries()) {
    const kind = /^[a-z0-9]{1,5}$/.test(media.format) ? media.format : 'audio';
    const file = path.join(dir, `${name}-${index + 1}.${kind}`);
    await replace(file, network.audio(media.url));
    console.log(`Saved: ${file}`);
  }
  if (end.help) console.log(end.help);
  if (!end.continuation) fs.rmSync(job, { force: true });
  return tag === 'failure' ? EXIT[end.charge] : 0;
}

/** The session that the arguments ask for, started, and its job file. */
function open([task, what, ...rest], options, clock) {
  const random = () => randomBytes(8).readBigUInt64LE();
  const settings = { seed: [random(), random()] }; // no two generations may have the same
  let job, session;
  if (rest.length > 0 || !what) throw new Error(USAGE);
  // A negative number would wrap to a huge budget.
  if (!/^[0-9]{1,9}$/.test(options.budget ?? '0')) throw new Error('--budget: points');
  if (task === 'resume') {
    job = what;
    session = machines.Session.restore(JSON.parse(fs.readFileSync(job)).continuation, settings);
  } else if (task === 'music' || task === 'speech') {
    fs.mkdirSync(options.out, { recursive: true });
    job = path.join(options.out, `${task}-${randomBytes(4).toString('hex')}.job`);
    const request = {
      task: `text-to-${task}`,
      prompt: what,
      language: options.language,
      budget: options.budget && Number(options.budget),
      parameters: [],
      unknownParameters: 'refuse',
      onMismatch: 'amend',
      habitual: false,
    };
    session = machines.Session.create(request, settings);
  } else {
    throw new Error(USAGE);
  }
  const command = options['create-again'] ? 'create-again' : 'start';
  session.handle({ tag: 'command', val: command }, BigInt(clock.now()));
  return { session, job };
}

async function main() {
  let session, job, network, clock, outcome;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        out: { type: 'string', default: '.' }, // where to save the audio
        budget: { type: 'string' }, // the most to spend, in points
        language: { type: 'string', default: 'en' }, // en or zh
        'create-again': { type: 'boolean' }, // may pay a second time
        'clock-rate': { type: 'string', default: '1' }, // for tests
      },
    });
    const { IMA_API_KEY: key, IMA_BASE_URL: base = 'https://api.imastudio.com' } = process.env;
    if (!key) throw new Error('IMA_API_KEY is not set');
    network = new Network(base, key);
    clock = new Clock(Number(values['clock-rate']));
    ({ session, job } = open(positionals, values, clock));
  } catch (error) {
    console.error(error.payload ?? error.message); // the component's own errors have a payload
    return 2;
  }
  try {
    outcome = await run(session, network, clock, job);
    return await finish(outcome, network, job);
  } catch (error) {
    console.error(error.message);
    if (!fs.existsSync(job)) return EXIT.no;
    console.error(`\`resume ${job}\` goes on.`);
    return outcome ? EXIT.yes : EXIT.unknown;
  }
}

process.exitCode = await main();
