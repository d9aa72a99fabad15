// From the options of a call to what the machine and the HTTP API take.

import { InvalidRequest } from './errors.js';

/**
 * Options of a quote and of a generation.
 * @typedef {object} QuoteOptions
 * @property {string} [model] an id or a name of `models`; the recommended one by default
 * @property {string} [voice] speech: a voice of `voices`, by id or name; music: `female`, `male` or `instrumental`
 * @property {number} [budget] the most that may be spent, in points
 * @property {Record<string, unknown>} [parameters] parameters by the service's own names
 * @property {'en' | 'zh'} [language] of the messages
 */
/**
 * Options of a generation.
 * @typedef {object} GenerationOptions
 * @property {AbortSignal} [signal] stops the waiting; a create request that has left is waited for
 * @property {string} [idempotencyKey] the same key is the same purchase, in every process and after a crash
 */

const QUOTE = ['model', 'voice', 'budget', 'parameters', 'language'];
const GENERATION = [...QUOTE, 'signal', 'idempotencyKey'];
const MUSIC_VOICES = ['female', 'male', 'instrumental'];

/**
 * Refuses what could be a typing error, which would be paid for.
 * @param {'music' | 'speech'} task
 * @param {string} prompt
 * @param {QuoteOptions & GenerationOptions} options
 * @param {boolean} quote
 */
export function check(task, prompt, options, quote) {
  const invalid = (/** @type {string} */ message) => new InvalidRequest(message, { code: 'invalid' });
  if (typeof prompt !== 'string' || !prompt.trim()) throw invalid('There is no text.');
  const unknown = Object.keys(options).find((name) => !(quote ? QUOTE : GENERATION).includes(name));
  if (unknown) throw invalid(`There is no option ${unknown}.`);
  const { budget, voice, language = 'en', idempotencyKey } = options;
  if (budget !== undefined && !(Number.isInteger(budget) && budget >= 0 && budget <= 0xffffffff)) {
    throw invalid('The budget is not a whole number of points.');
  }
  if (task === 'music' && voice !== undefined && !MUSIC_VOICES.includes(voice)) {
    throw invalid(`The voice of music is one of ${MUSIC_VOICES.join(', ')}.`);
  }
  if (!['en', 'zh'].includes(language)) throw invalid('The language is not en or zh.');
  if (idempotencyKey !== undefined && (typeof idempotencyKey !== 'string' || !idempotencyKey)) {
    throw invalid('The idempotency key is not a text.');
  }
}

/** @param {string} id of a job */
export function checkId(id) {
  if (typeof id !== 'string' || !id) throw new InvalidRequest('There is no id of a job.', { code: 'invalid' });
}

/**
 * The machine's request.
 * @param {'music' | 'speech'} task
 * @param {string} prompt
 * @param {QuoteOptions} options
 * @param {(language: 'en' | 'zh') => { id: string, name: string }[]} voices
 */
export function ofMachine(task, prompt, options, voices) {
  const { model, voice, budget, parameters = {}, language = 'en' } = options;
  return {
    task: /** @type {any} */ (`text-to-${task}`),
    prompt,
    modelId: model,
    options: voice === undefined ? undefined : task === 'music' ? musicVoice(voice) : speaker(voice, voices),
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, value: JSON.stringify(value) ?? 'null' })),
    unknownParameters: /** @type {const} */ ('refuse'),
    onMismatch: /** @type {const} */ ('amend'),
    habitual: false,
    budget,
    language,
  };
}

/** @param {string} voice @returns {any} */
function musicVoice(voice) {
  const val = voice === 'instrumental' ? { instrumental: true } : { vocalGender: voice };
  return { tag: 'music', val };
}

/** @param {string} voice @param {(language: 'en' | 'zh') => { id: string, name: string }[]} voices @returns {any} */
function speaker(voice, voices) {
  const same = (/** @type {{ id: string, name: string }} */ it) =>
    it.id === voice || it.name.toLowerCase() === voice.toLowerCase();
  const found = [...voices('en'), ...voices('zh')].find(same);
  if (!found) throw new InvalidRequest(`There is no voice ${voice}; voices() lists them.`, { code: 'invalid' });
  return { tag: 'speech', val: { speaker: found.id, contextTexts: [] } };
}

/** 32 hexadecimal digits of bytes. @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes.subarray(0, 16), (it) => it.toString(16).padStart(2, '0')).join('');

/** A digest of a text. @param {string} text */
export async function digest(text) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

/**
 * What a purchase is known by: its id, and a digest of what was asked for.
 * @param {'music' | 'speech'} task
 * @param {string} prompt
 * @param {QuoteOptions & GenerationOptions} options
 */
export async function identity(task, prompt, { model, voice, parameters, idempotencyKey }) {
  const random = () => hex(crypto.getRandomValues(new Uint8Array(16)));
  const id = idempotencyKey === undefined ? random() : await digest(`@ima-studio/client\0${idempotencyKey}`);
  return { id, digest: await digest(JSON.stringify([task, prompt, model, voice, parameters])) };
}
