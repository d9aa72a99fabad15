// @ima-studio/client for workerd (Cloudflare Workers): the modules are imported, the store is the caller's.

import core from '../machine/machine.core.wasm';
import core2 from '../machine/machine.core2.wasm';
import core3 from '../machine/machine.core3.wasm';
import { instantiate } from '../machine/machine.js';
import { MachineClient } from './client.js';
import { Generation } from './generation.js';

export * from './errors.js';
export { CallbackStore } from './callback.js';
export { Generation };

/** @typedef {import('./generation.js').GenerationEvent} GenerationEvent */
/** @typedef {import('./generation.js').Result} Result */
/** @typedef {import('./client.js').Job} Job */
/** @typedef {import('./client.js').Quote} Quote */
/** @typedef {import('./ledger.js').Store} Store */
/** @typedef {import('./ledger.js').JobRecord} JobRecord */

/** @type {Record<string, WebAssembly.Module>} */
const MODULES = { 'machine.core.wasm': core, 'machine.core2.wasm': core2, 'machine.core3.wasm': core3 };

/**
 * The client.
 * @extends {MachineClient<Generation>}
 */
export class Client extends MachineClient {
  /** @param {import('./client.js').ClientOptions} options */
  constructor(options) {
    const load = async () => instantiate((/** @type {string} */ name) => MODULES[name], {}, WebAssembly.instantiate);
    super(options, { load, generation: (events) => new Generation(events) });
  }
}
