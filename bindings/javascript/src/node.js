// @ima-studio/client for Node.js: the key and the data folder from the environment, files, saving.

import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { instantiate } from '../machine/machine.js';
import { MachineClient } from './client.js';
import { checkTarget, names, save } from './download.js';
import { ImaError } from './errors.js';
import { FileStore } from './files.js';
import { Generation } from './generation.js';
import { update } from './ledger.js';

export * from './errors.js';
export { CallbackStore } from './callback.js';
export { FileStore } from './files.js';
export { SqliteStore } from './sqlite.js';
export { Generation };

/** @typedef {import('./generation.js').GenerationEvent} GenerationEvent */
/** @typedef {import('./generation.js').Result} Result */
/** @typedef {import('./client.js').Job} Job */
/** @typedef {import('./client.js').Quote} Quote */
/** @typedef {import('./ledger.js').Store} Store */
/** @typedef {import('./ledger.js').JobRecord} JobRecord */
/** @typedef {import('./request.js').QuoteOptions & import('./request.js').GenerationOptions} GenerationOptions */
/** @typedef {import('./download.js').SavedFile} SavedFile */
/** @typedef {import('./client.js').ClientOptions} ClientOptions */


async function load() {
  const folder = new URL('../machine/', import.meta.url);
  /** @type {Record<string, WebAssembly.Module>} */
  const modules = {};
  const core = async (/** @type {string} */ name) => {
    modules[name] ??= await WebAssembly.compile(await fs.readFile(new URL(name, folder)));
    return modules[name];
  };
  return instantiate(core, {}, WebAssembly.instantiate);
}

/** Where the jobs of this user are: beside those of the program `ima`, never among them. */
function dataFolder() {
  const { IMA_DATA_DIR: own, XDG_DATA_HOME: data } = process.env;
  if (own) return path.resolve(own, 'javascript');
  const base = data && path.isAbsolute(data) ? data : path.join(os.homedir(), '.local', 'share');
  return path.join(base, 'ima', 'javascript');
}

/** A generation that can be saved. */
export class NodeGeneration extends Generation {
  #saved;

  /** @param {AsyncGenerator<GenerationEvent, void>} events @param {(jobId: string) => Promise<void>} saved */
  constructor(events, saved) {
    super(events);
    this.#saved = saved;
  }

  /**
   * Waits for the audio and saves every clip: the first as `target`, others as `target-2` and so on; under
   * the job's id if `target` is a folder. If only some clips are there, those are saved, and the error has
   * their `files`.
   * @param {string} target
   * @param {{ overwrite?: boolean, signal?: AbortSignal }} [options]
   * @returns {Promise<SavedFile[]>}
   */
  async save(target, { overwrite = false, signal } = {}) {
    checkTarget(target, overwrite);
    const all = async (/** @type {import('./errors.js').Media[]} */ medias, /** @type {string} */ jobId) => {
      const files = [];
      for (const [index, file] of names(target, jobId, medias).entries()) {
        files.push(await save(medias[index].url, file, { overwrite, signal }));
      }
      return files;
    };
    let jobId;
    try {
      const result = await this.result();
      jobId = result.jobId;
      const files = await all(result.medias, jobId);
      await this.#saved(jobId);
      return files;
    } catch (error) {
      if (!(error instanceof ImaError)) throw error;
      error.jobId ??= jobId;
      if (!error.jobId || error.medias.length === 0) throw error;
      throw Object.assign(error, { files: await all(error.medias, error.jobId) });
    }
  }
}

/**
 * The client.
 * @extends {MachineClient<NodeGeneration>}
 */
export class Client extends MachineClient {
  /**
   * Without options, the key is `IMA_API_KEY`, the service is at `IMA_BASE_URL`, and jobs are kept in
   * `IMA_DATA_DIR`.
   * @param {Partial<ClientOptions>} [options]
   */
  constructor(options = {}) {
    const { IMA_API_KEY: apiKey = '', IMA_BASE_URL: baseUrl } = process.env;
    const store = options.store ?? new FileStore(dataFolder());
    const saved = async (/** @type {string} */ jobId) => {
      // The files are there whether or not this can be noted.
      await update(store, jobId, (before) => ({ .../** @type {JobRecord} */ (before), saved: true })).catch(() => {});
    };
    super(
      { apiKey, baseUrl: baseUrl || undefined, ...options, store },
      { load, generation: (events) => new NodeGeneration(events, saved), provesNotSent: neverConnected },
    );
  }
}

/** Whether `fetch` failed before it had a connection. In doubt it did not. @param {any} error */
function neverConnected({ cause }) {
  // Where a name has several addresses, there is one error for each.
  const errors = cause?.errors ?? [cause];
  return errors.every(
    (/** @type {any} */ it) => ['connect', 'getaddrinfo'].includes(it?.syscall) || it?.code === 'UND_ERR_CONNECT_TIMEOUT',
  );
}
