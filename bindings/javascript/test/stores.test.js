// Every store keeps the same promises.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

import { CallbackStore, Client, FileStore, SqliteStore } from '@ima-studio/client';
import { KEY, fastClock, folder, simulator } from './simulator.js';

const [major, minor] = process.versions.node.split('.').map(Number);
const hasSqlite = major > 22 || (major === 22 && minor >= 13);

const stores = {
  'the store of files': (place) => new FileStore(path.join(place, 'jobs')),
  'the store in SQLite': (place) => new SqliteStore(path.join(place, 'jobs', 'jobs.db')),
  'the store of a callback': (place) => (stores[place] ??= new CallbackStore(async () => {})),
};

const record = (version, id = 'a') => ({
  ...{ id: id.repeat(32), version, task: 'music', digest: '', state: 'creating', tries: [], continuation: String(version) },
  ...{ createdAt: 1, updatedAt: 2 },
});

for (const [name, open] of Object.entries(stores)) {
  const options = { skip: name.endsWith('SQLite') && !hasSqlite && 'this Node.js has no SQLite' };

  test(`${name} takes each version of a record once`, options, async (t) => {
    const place = folder(t);
    const [one, two] = [open(place), open(place)];
    assert.deepEqual([await one.get(record(1).id), await one.list()], [undefined, []]);
    const first = await Promise.all([one.put(record(1)), two.put(record(1)), two.put(record(1, 'b'))]);
    assert.deepEqual(first.sort(), [false, true, true]);
    assert.deepEqual([await two.put(record(2)), await one.put(record(2)), await one.put(record(1))], [true, false, false]);
    assert.deepEqual(await one.get(record(1).id), record(2));
    assert.deepEqual((await two.list()).map((it) => it.version).sort(), [1, 2]);
  });

  test(`${name} carries a purchase`, options, async (t) => {
    const [service, place] = [await simulator(t), folder(t)];
    const buy = () => {
      const client = new Client({ apiKey: KEY, baseUrl: service.origin, store: open(place), clock: fastClock() });
      return client.speech('Hello.', { idempotencyKey: 'order 17' }).result();
    };
    assert.equal((await buy()).taskId, (await buy()).taskId);
    assert.equal(await service.charges(), 1);
  });
}

test('of many processes that write the same version of a file one succeeds', async (t) => {
  const place = folder(t);
  const script = `
    import { FileStore } from '@ima-studio/client';
    const store = new FileStore(${JSON.stringify(place)});
    let won = 0;
    for (let version = 1; version <= 200; version++) won += await store.put({ id: 'a'.repeat(32), version });
    console.log(won);`;
  const run = () =>
    new Promise((resolve) => {
      const program = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname ?? process.cwd() });
      let said = '';
      program.stdout.on('data', (piece) => (said += piece));
      program.on('exit', () => resolve(Number(said)));
    });
  const won = await Promise.all([run(), run(), run()]);
  assert.equal(won.reduce((sum, it) => sum + it, 0), 200);
});
