// What bounds a purchase, and what keeps two from becoming one too many.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';

import {
  CallbackStore,
  Client,
  DownloadError,
  FileStore,
  InvalidRequest,
  OutcomeUnknown,
  OverBudget,
  PaymentRequired,
  Refused,
  StoreError,
  Unauthorized,
  Unavailable,
} from '@ima-studio/client';
import { KEY, child, fastClock, folder, simulator } from './simulator.js';

function client(service, data, options = {}) {
  const store = new FileStore(path.join(data, 'javascript'));
  return new Client({ apiKey: KEY, baseUrl: service.origin, store, clock: fastClock(), ...options });
}

const fails = (kind, charge, code) => (it) => {
  assert.ok(it instanceof kind, inspect(it));
  assert.deepEqual([it.charge, code ?? it.code], [charge, it.code]);
  return true;
};

test('two processes with one idempotency key pay once', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  await service.fault('create', { delay: 300 });
  const programs = [1, 2, 3].map(() => child(service.origin, data, 'speech', 'Hello.', 'order 17', 'fast'));
  const ends = await Promise.all(programs.map((it) => it.until(({ type }) => ['finished', 'error'].includes(type))));
  assert.ok(ends.some((it) => it.type === 'finished'), JSON.stringify(ends));
  assert.ok(ends.every((it) => it.type === 'finished' || it.code === 'outcome-unknown'), JSON.stringify(ends));
  assert.deepEqual([await service.charges(), await service.requests('create')], [1, 1]);
});

test('the same key again brings the same task, and another content is refused', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const buy = (text) => client(service, data).speech(text, { idempotencyKey: 'order 17' }).result();
  const first = await buy('Hello.');
  assert.equal((await buy('Hello.')).taskId, first.taskId);
  await assert.rejects(buy('Goodbye.'), fails(InvalidRequest, 'no', 'idempotency-key-reused'));
  assert.equal(await service.charges(), 1);
});

test('a price above the budget is not paid', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  const { points } = await ima.quoteMusic('calm ambient piano');
  await assert.rejects(ima.music('calm ambient piano', { budget: points - 1 }).result(), fails(OverBudget, 'no'));
  assert.deepEqual([await service.requests('create'), (await ima.jobs()).length], [0, 0]);
});

test('ceilings hold for a request and for a day, over all processes that share the jobs', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const { mostPoints } = await client(service, data).quoteSpeech('Hello.');
  const low = client(service, data, { maxPoints: mostPoints - 1 });
  await assert.rejects(low.speech('Hello.').result(), fails(OverBudget, 'no', 'over-request-ceiling'));
  const day = () => client(service, data, { maxPointsPerDay: 2 * mostPoints });
  const ends = await Promise.allSettled([1, 2, 3, 4].map(() => day().speech('Hello.').result()));
  for (const { reason } of ends.filter((it) => it.status === 'rejected')) fails(OverBudget, 'no', 'over-day-ceiling')(reason);
  const paid = await service.charges();
  assert.ok(paid <= 2, `${paid} charges`);
  for (let more = paid; more < 2; more++) await day().speech('Hello.').result();
  await assert.rejects(day().speech('Hello.').result(), fails(OverBudget, 'no', 'over-day-ceiling'));
  assert.equal(await service.charges(), 2);
});

test('a wrong key is said, and never shown', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const wrong = client(service, data, { apiKey: 'ima_wrong_key' });
  const end = wrong.speech('Hello.').result();
  await assert.rejects(end, fails(Unauthorized, 'no'));
  assert.ok(!inspect([wrong, await end.catch((it) => it)], { depth: 9, showHidden: true }).includes('ima_wrong_key'));
  assert.throws(() => client(service, data, { apiKey: 'ima_bad\nkey' }), (it) => !String(it.stack).includes('ima_bad\nkey'));
});

test('the key is in no file and no error, even if the service repeats it', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  await service.fault('detail', 'echo_key', { number: 1 });
  await ima.speech('Hello.').save(path.join(data, 'hello'));
  await service.fault('create', { envelope: { code: 1234, message: KEY } });
  const error = await ima.speech('Hello.').result().catch((it) => it);
  assert.ok(error instanceof Refused && !inspect(error, { depth: 9 }).includes(KEY));
  const files = fs.readdirSync(data, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  assert.ok(files.length > 3);
  for (const { parentPath, path: older, name } of files) {
    assert.ok(!fs.readFileSync(path.join(parentPath ?? older, name)).includes(KEY), name);
  }
});

test('too few points charge nothing, and a key that was refused is sent three times in all', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  await service.fault('create', { envelope: { code: 4008, message: 'Insufficient points' } });
  const buy = () => client(service, data).speech('Hello.', { idempotencyKey: 'order 17' }).result();
  for (let tries = 0; tries < 3; tries++) await assert.rejects(buy(), fails(PaymentRequired, 'no', 'insufficient-points'));
  await assert.rejects(buy(), fails(Refused, 'no', 'exhausted'));
  assert.deepEqual([await service.charges(), await service.requests('create')], [0, 3]);
});

test('a request that the service mends is sent again under the same key', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  await service.fault('create', { envelope: { code: 6010, message: 'Attribute ID does not match' } }, { number: 1 });
  const ima = client(service, data);
  assert.equal((await ima.music('calm ambient piano').result()).medias.length, 2);
  assert.deepEqual([await service.charges(), await service.requests('create')], [1, 2]);
  const [{ tries }] = await new FileStore(path.join(data, 'javascript')).list();
  assert.deepEqual(tries.map((it) => it.state), ['refused', 'accepted']);
});

test('without a service nothing is spent, and that is said', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const gone = { ...service, origin: 'http://127.0.0.1:9' };
  await assert.rejects(client(gone, data).speech('Hello.').result(), fails(Unavailable, 'no'));
});

test('a service that is gone before the create request has charged nothing', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const server = http.createServer(async (request, response) => {
    server.close();
    const { authorization } = request.headers;
    const list = await fetch(service.origin + request.url, { headers: { authorization } });
    response.writeHead(200, { connection: 'close', 'content-type': 'application/json' });
    response.end(await list.text());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const ima = client({ origin }, data);
  await assert.rejects(ima.speech('Hello.', { idempotencyKey: 'a' }).result(), fails(Unavailable, 'no'));
  assert.equal((await ima.jobs())[0].state, 'failed');
  assert.equal((await client(service, data).speech('Hello.', { idempotencyKey: 'a' }).result()).medias.length, 1);
  // With a `fetch` of the caller's nothing is proof.
  const own = client({ origin: 'http://127.0.0.1:9' }, data, { fetch: (url, init) => (init.method === 'POST' ? fetch(url, init) : fetch(url.replace(/:9\//, `:${new URL(service.origin).port}/`), init)) });
  await assert.rejects(own.speech('Hello.').result(), fails(OutcomeUnknown, 'unknown'));
  assert.equal(await service.charges(), 1);
});

test('what can not be recorded is not sent', async (t) => {
  const service = await simulator(t);
  const store = new CallbackStore(() => Promise.reject(new Error('the disk is full')));
  const ima = client(service, folder(t), { store });
  await assert.rejects(ima.speech('Hello.').result(), fails(StoreError, 'no', 'store'));
  assert.equal(await service.requests('create'), 0);
});

test('a task that can not be recorded is told, and its audio is brought all the same', async (t) => {
  const service = await simulator(t);
  const store = new CallbackStore(({ version }) => version > 1 && Promise.reject(new Error('the disk is full')));
  const types = [];
  for await (const event of client(service, folder(t), { store }).speech('Hello.')) {
    types.push(event.type);
    if (event.type === 'unrecorded') assert.ok(event.taskId);
  }
  assert.ok(types.includes('unrecorded') && types.at(-1) === 'finished', types.join());
});

test('leaving the loop before the create request sends nothing and is no doubt', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  for await (const event of ima.speech('Hello.', { idempotencyKey: 'a' })) if (event.type === 'checkpoint') break;
  assert.equal((await ima.jobs())[0].state, 'failed');
  assert.equal((await ima.speech('Hello.', { idempotencyKey: 'a' }).result()).medias.length, 1);
  assert.equal(await service.charges(), 1);
});

test('a typing error is refused before anything is sent', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  for (const options of [{ bugdet: 5 }, { budget: -1 }, { voice: 'nobody' }, { parameters: { tepmo: 90 } }, { model: 'sonik' }]) {
    await assert.rejects(ima.music('piano', options).result(), fails(InvalidRequest, 'no'), JSON.stringify(options));
  }
  await assert.rejects(ima.speech('Hello.', { voice: 'nobody' }).result(), fails(InvalidRequest, 'no'));
  assert.throws(() => client({ origin: 'http://ima.example' }, data), fails(InvalidRequest, 'no'));
  assert.equal(await service.requests('create'), 0);
});

test('no file is overwritten unasked, and nothing is paid if that is known before', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  const file = path.join(data, 'song.wav');
  fs.writeFileSync(file, 'mine');
  await assert.rejects(ima.music('piano').save(file), fails(InvalidRequest, 'no'));
  await assert.rejects(ima.music('piano').save(path.join(data, 'none', 'song.wav')), fails(InvalidRequest, 'no'));
  assert.equal(await service.charges(), 0);
  const second = path.join(data, 'new-2.wav');
  fs.writeFileSync(second, 'mine');
  await assert.rejects(ima.music('piano').save(path.join(data, 'new.wav')), fails(DownloadError, 'yes'));
  assert.equal(fs.readFileSync(second, 'utf8'), 'mine');
  await ima.resume((await ima.jobs())[0].id).save(path.join(data, 'new.wav'), { overwrite: true });
  assert.notEqual(fs.readFileSync(second, 'utf8'), 'mine');
  assert.ok(!fs.readdirSync(data).some((name) => name.endsWith('.part')));
  assert.equal(await service.charges(), 1);
});

test('models, voices and quotes spend nothing', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  assert.ok((await ima.models('music')).some((it) => it.modelId === 'sonic' && it.pointsMin > 0));
  assert.ok((await ima.voices()).some((it) => it.name === 'Tim'));
  assert.ok((await ima.quoteSpeech('Hello.', { voice: 'Tim' })).points > 0);
  assert.equal(await service.charges(), 0);
});

test('a person may create again where it is in doubt, and nowhere else', async (t) => {
  const [service, data] = [await simulator(t), folder(t)];
  const ima = client(service, data);
  const { jobId } = await ima.speech('Hello.').result();
  await assert.rejects(ima.resume(jobId, { createAgain: true }).result(), fails(InvalidRequest, 'yes'));
  await service.fault('create', 'reset_after');
  const doubt = await ima.speech('Hello.').result().catch((it) => it);
  assert.ok(doubt instanceof OutcomeUnknown);
  assert.equal(await service.charges(), 2);
  await service.clear();
  const again = [1, 2].map(() => ima.resume(doubt.jobId, { createAgain: true }).result());
  const ends = await Promise.allSettled(again);
  assert.ok(ends.some((it) => it.status === 'fulfilled'), inspect(ends));
  assert.equal(await service.charges(), 3);
});
