// Music and speech with the package `@ima-studio/client`.
//
//     node generate.js music|speech TEXT [FOLDER] [BUDGET]
//     node generate.js resume JOB [FOLDER]
//
// Ctrl-C stops the waiting; `resume` goes on at no cost.

import { Client, ImaError } from '@ima-studio/client';

const [task, what, folder = '.', budget] = process.argv.slice(2);
if (!['music', 'speech', 'resume'].includes(task) || !what) {
  console.error('usage: node generate.js music|speech|resume TEXT|JOB [FOLDER] [BUDGET]');
  process.exit(2);
}
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
try {
  const options = { signal: stop.signal, ...(budget && { budget: Number(budget) }) };
  const generation = new Client()[task](what, options);
  for await (const event of generation) {
    if (event.type === 'message') console.log(event.text);
    if (event.type === 'checkpoint') console.log(`[${event.state}] ${event.jobId}`);
  }
  for (const { path } of await generation.save(folder)) console.log(`Saved: ${path}`);
} catch (error) {
  if (!(error instanceof ImaError)) throw error;
  console.error(error.message, error.help ?? '');
  console.error(`Charged: ${error.charge}.`, error.jobId ? `Go on with: node generate.js resume ${error.jobId}` : '');
  process.exitCode = { no: 3, yes: 6, unknown: 7 }[error.charge];
}
