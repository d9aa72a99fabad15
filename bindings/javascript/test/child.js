// A program that can be killed: child.js music|speech TEXT [KEY] [fast]. Prints its events, a line each.

import { Client } from '@ima-studio/client';
import { fastClock } from './simulator.js';

const [task, text, idempotencyKey, fast] = process.argv.slice(2);
const print = (value) => console.log(JSON.stringify(value));
const client = new Client(fast ? { clock: fastClock() } : {});
try {
  for await (const event of client[task](text, { idempotencyKey })) print(event);
} catch (error) {
  print({ type: 'error', name: error.name, code: error.code, charge: error.charge });
}
