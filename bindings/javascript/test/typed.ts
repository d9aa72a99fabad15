// A typed use of the package: it compiles, and what is wrong doesn't.

import { Client, FileStore, ImaError, OutcomeUnknown, SqliteStore } from '@ima-studio/client';
import type { GenerationEvent, Quote, SavedFile, Store } from '@ima-studio/client';
import { Client as BrowserClient, IndexedDbStore } from '@ima-studio/client/browser';
import { CallbackStore, Client as WorkerClient } from '@ima-studio/client/workerd';

const stores: Store[] = [new FileStore('jobs'), new SqliteStore('jobs.db'), new IndexedDbStore()];
const ima = new Client({ apiKey: 'ima_key', store: stores[0], maxPoints: 50, maxPointsPerDay: 500 });

export async function use(signal: AbortSignal): Promise<SavedFile[]> {
  const quote: Quote = await ima.quoteMusic('calm ambient piano', { model: 'sonic' });
  const generation = ima.music('calm ambient piano', { budget: quote.mostPoints, signal, idempotencyKey: 'a' });
  try {
    for await (const event of generation) show(event);
    return await generation.save('song.mp3', { overwrite: true });
  } catch (error) {
    if (error instanceof OutcomeUnknown && error.jobId) return ima.resume(error.jobId).save('song.mp3');
    if (error instanceof ImaError && error.charge === 'no') console.log(error.code, error.help);
    throw error;
  }
}

function show(event: GenerationEvent): void {
  if (event.type === 'message') console.log(event.text);
  if (event.type === 'progress') console.log(event.percent.toFixed());
  if (event.type === 'finished') console.log(event.result.medias.map((media) => media.url));
}

export const points = async (): Promise<(number | undefined)[]> =>
  (await ima.models('music')).map((model) => model.pointsMin);

export const elsewhere = [
  new BrowserClient({ ledger: true }).speech('Hello.').result(),
  new WorkerClient({ apiKey: 'ima_key', store: new CallbackStore(async () => {}) }).speech('Hello.', { voice: 'Tim' }).result(),
];

// @ts-expect-error there is no such option
ima.music('piano', { bugdet: 5 });
// @ts-expect-error a store is needed where there is no disk
new WorkerClient({ apiKey: 'ima_key' });
