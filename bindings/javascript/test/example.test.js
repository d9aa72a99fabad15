// The example under examples/javascript, as a user runs it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { KEY, folder, simulator } from './simulator.js';

const script = fileURLToPath(new URL('../examples/generate.js', import.meta.url));

test('the example saves audio, and says what was charged if there is none', async (t) => {
  const [service, place] = [await simulator(t, 300), folder(t)];
  const env = { ...process.env, IMA_API_KEY: KEY, IMA_BASE_URL: service.origin, IMA_DATA_DIR: path.join(place, 'data') };
  const run = (...words) => spawnSync(process.execPath, [script, ...words], { env, encoding: 'utf8' });
  const done = run('speech', 'Hello.', place, '10');
  assert.equal(done.status, 0, done.stderr);
  assert.ok(fs.existsSync(/^Saved: (.*)$/m.exec(done.stdout)[1]));
  const [, job] = /^\[waiting\] (.*)$/m.exec(done.stdout);
  assert.equal(run('resume', job, folder(t)).status, 0);
  const dear = run('speech', 'Hello.', place, '0');
  assert.equal(dear.status, 3, dear.stdout + dear.stderr);
  assert.match(dear.stderr, /Charged: no\./);
  assert.equal(await service.charges(), 1);
});
