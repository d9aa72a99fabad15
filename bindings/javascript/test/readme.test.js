// What the README shows works when it is pasted, one after the other, as a reader would.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import { KEY, folder, simulator } from './simulator.js';

const packed = path.dirname(path.dirname(createRequire(import.meta.url).resolve('@ima-studio/client')));
const modules = path.resolve(packed, '..', '..');

test('the README works when pasted', async (t) => {
  const [service, place] = [await simulator(t, 300), folder(t)];
  fs.symlinkSync(modules, path.join(place, 'node_modules'));
  const readme = fs.readFileSync(path.join(packed, 'README.md'), 'utf8');
  const pieces = [...readme.matchAll(/```javascript\n(.*?)```/gs)].map(([, code]) => code);
  assert.equal(pieces.length, 3);
  const env = { ...process.env, IMA_API_KEY: KEY, IMA_BASE_URL: service.origin, IMA_DATA_DIR: path.join(place, 'data') };
  for (const code of pieces) {
    fs.writeFileSync(path.join(place, 'pasted.mjs'), code);
    const [exit] = await once(spawn(process.execPath, ['pasted.mjs'], { cwd: place, env, stdio: 'inherit' }), 'exit');
    assert.equal(exit, 0, code);
  }
  const audio = fs.readdirSync(place).filter((name) => /^(hello|piano)/.test(name));
  assert.equal(audio.length, 3, audio.join());
  assert.equal(await service.charges(), 2);
});
