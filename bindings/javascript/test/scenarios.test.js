// What may happen to a purchase, by the simulator's ledger. The Python package has the same file.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Cancelled, Client, FileStore, OutcomeUnknown, TaskFailed, Unavailable } from '@ima-studio/client';
import { KEY, child, fastClock, folder, simulator } from './simulator.js';

function client(service, data, options = {}) {
  const store = new FileStore(path.join(data, 'javascript'));
  return new Client({ apiKey: KEY, baseUrl: service.origin, store, clock: fastClock(), ...options });
}

async function all(generation) {
  const events = [];
  for await (const event of generation) events.push(event);
  return events;
}

const isAudio = (file) => fs.readFileSync(file).subarray(0, 4).toString() === 'RIFF' && fs.statSync(file).size > 1000;

test('music brings two clips for one charge', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  const files = await ima.music('calm ambient piano', { budget: 30 }).save(path.join(data, 'song.wav'));
  assert.deepEqual(files.map((it) => path.basename(it.path)), ['song.wav', 'song-2.wav']);
  assert.ok(files.every((it) => isAudio(it.path) && /^[0-9a-f]{64}$/.test(it.sha256)));
  assert.equal(await service.charges(), 1);
  const [job] = await ima.jobs();
  assert.deepEqual([job.task, job.state, job.saved], ['music', 'finished', true]);
});

test('speech brings one clip in the voice that was asked for, and tells what happens', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const events = await all(client(service, data).speech('Hello.', { voice: 'Tim' }));
  const types = events.map((it) => it.type);
  const order = ['started', 'checkpoint', 'checkpoint', 'finished'].map((type, index) =>
    index === 2 ? types.lastIndexOf(type) : types.indexOf(type),
  );
  assert.deepEqual(order, [...order].sort((one, other) => one - other), types.join());
  const { result } = events.at(-1);
  assert.equal(result.medias.length, 1);
  assert.equal(await service.charges(), 1);
});

test('killed with a task, the song is brought by another process, and paid once', async (t) => {
  const [service, data] = [await simulator(t, 0), folder(t)];
  const program = child(service.origin, data, 'music', 'calm ambient piano');
  const { jobId } = await program.until((it) => it.type === 'checkpoint' && it.state === 'waiting');
  await program.kill();
  await service.tell('advance', { seconds: 200 });
  const files = await client(service, data).resume(jobId).save(data);
  assert.equal(files.filter((it) => isAudio(it.path)).length, 2);
  assert.deepEqual([await service.charges(), await service.requests('create')], [1, 1]);
});

test('killed between the charge and the answer, the doubt stays until a person says otherwise', async (t) => {
  const [service, data] = [await simulator(t, 0), folder(t)];
  await service.tell('timelines', { model_id: 'seed-tts-2.0', timeline: { total_seconds: 0 } });
  await service.fault('create', { drip: { bytes_per_second: 1 } });
  const program = child(service.origin, data, 'speech', 'Hello.');
  const { jobId } = await program.until((it) => it.type === 'checkpoint');
  while ((await service.charges()) === 0) await sleep(10);
  await program.kill();
  await service.clear();
  const ima = client(service, data);
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(ima.resume(jobId).result(), (it) => it instanceof OutcomeUnknown && it.charge === 'unknown');
  }
  assert.equal((await ima.jobs())[0].state, 'unknown');
  assert.equal(await service.requests('create'), 1);
  const { medias } = await ima.resume(jobId, { createAgain: true }).result();
  assert.equal(medias.length, 1);
  assert.deepEqual([await service.charges(), await service.requests('create')], [2, 2]);
});

test('a lost answer is an unknown outcome, however often the same purchase is asked for', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  await service.fault('create', 'reset_after');
  for (let tries = 0; tries < 3; tries++) {
    const bought = client(service, data).music('calm ambient piano', { idempotencyKey: 'order 17' });
    await assert.rejects(bought.result(), (it) => it instanceof OutcomeUnknown && it.charge === 'unknown');
  }
  assert.deepEqual([await service.charges(), await service.requests('create')], [1, 1]);
});

test('of two clips the ready one is saved, and the error says so', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const timeline = { total_seconds: 30, media_outcomes: ['success', { failed: 'resource' }] };
  await service.tell('timelines', { model_id: 'sonic', timeline });
  const bought = client(service, data).music('calm ambient piano', { model: 'sonic' });
  await assert.rejects(bought.save(path.join(data, 'song.wav')), (error) => {
    assert.ok(error instanceof TaskFailed && error.charge === 'yes');
    assert.deepEqual(error.files.map((it) => isAudio(it.path)), [true]);
    return true;
  });
  assert.equal(await service.charges(), 1);
});

test('a redirect is not followed, so the key does not travel', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const elsewhere = await simulator(t);
  await service.fault('product_list', { redirect: `${elsewhere.origin}/elsewhere` });
  await assert.rejects(client(service, data).speech('Hello.').result(), (it) => it instanceof Unavailable && it.charge === 'no');
  await service.clear();
  await service.fault('create', { redirect: `${elsewhere.origin}/elsewhere` });
  await assert.rejects(client(service, data).speech('Hello.').result(), (it) => it instanceof OutcomeUnknown);
  assert.equal(await elsewhere.requests('other'), 0);
  assert.equal(await service.charges(), 0);
});

test('cancelled while it waits, the task goes on and is resumed for nothing', async (t) => {
  const [service, data] = [await simulator(t, 0), folder(t)];
  const ima = client(service, data);
  const stop = new AbortController();
  const bought = ima.music('calm ambient piano', { signal: stop.signal });
  await assert.rejects(
    async () => {
      for await (const event of bought) if (event.type === 'progress') stop.abort(new Error('enough'));
    },
    (it) => it instanceof Cancelled && it.charge === 'yes' && it.cause.message === 'enough',
  );
  await service.tell('advance', { seconds: 200 });
  const { medias } = await ima.resume((await ima.jobs())[0].id).result();
  assert.equal(medias.length, 2);
  assert.equal(await service.charges(), 1);
});

test('cancelled while the create request is under way, its answer is taken in and kept', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  await service.fault('create', { delay: 500 });
  const ima = client(service, data);
  const stop = new AbortController();
  const bought = ima.speech('Hello.', { signal: stop.signal }).result();
  (async () => {
    while ((await service.requests('create')) === 0) await sleep(10);
    stop.abort();
  })();
  await assert.rejects(bought, (it) => it instanceof Cancelled && it.charge === 'yes' && it.taskId !== undefined);
  const [job] = await ima.jobs();
  assert.equal(job.state, 'waiting');
  assert.equal((await ima.resume(job.id).result()).medias.length, 1);
  assert.equal(await service.charges(), 1);
});
