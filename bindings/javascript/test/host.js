// The package as `cargo xtask hosts` runs what makes a purchase: host.js music|speech TEXT --clock-rate N
// --out FOLDER. Says what was charged; exits with 0, or with 3, 6 or 7 by the charge.

import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Client, FileStore } from '@ima-studio/client';
import { fastClock } from './simulator.js';

const options = { out: { type: 'string' }, 'clock-rate': { type: 'string' } };
const { values, positionals } = parseArgs({ allowPositionals: true, options });
fs.mkdirSync(values.out, { recursive: true });
const data = fs.mkdtempSync(path.join(values.out, 'jobs-'));
const client = new Client({ store: new FileStore(data), clock: fastClock(Number(values['clock-rate'])) });
const [task, text] = positionals;
try {
  await client[task](text).result();
} catch (error) {
  console.error(error);
  console.log(`[charged: ${error.charge}]`);
  process.exitCode = { no: 3, yes: 6, unknown: 7 }[error.charge];
}
