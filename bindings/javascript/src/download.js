// Saves audio: fetched without the key, whole or not at all, never over another file unasked.

import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { DownloadError, InvalidRequest } from './errors.js';
import { syncFolder } from './files.js';
import { isSafe } from './network.js';

const LIMIT = 200 << 20; // bytes
const HOPS = 5;
const PATIENCE = 300_000; // milliseconds

/** @typedef {import('./errors.js').Media} Media */
/** @typedef {{ path: string, bytes: number, sha256: string }} SavedFile */

/**
 * Where the clips of a generation go: `target` itself and `target-2` and so on, or into `target` if it is a
 * folder, under the job's id.
 * @param {string} target
 * @param {string} jobId
 * @param {Media[]} medias
 */
export function names(target, jobId, medias) {
  const isFolder = fs.statSync(target, { throwIfNoEntry: false })?.isDirectory();
  const base = path.parse(isFolder ? path.join(target, jobId) : target);
  return medias.map(({ format = '' }, index) => {
    const end = base.ext || (/^[a-z0-9]{1,5}$/.test(format) ? `.${format}` : '.audio');
    return path.join(base.dir, `${base.name}${index ? `-${index + 1}` : ''}${end}`);
  });
}

/** Refuses a target that would only fail after it was paid. @param {string} target @param {boolean} overwrite */
export function checkTarget(target, overwrite) {
  const there = fs.statSync(target, { throwIfNoEntry: false });
  const folder = there?.isDirectory() ? target : path.dirname(path.resolve(target));
  const invalid = (/** @type {string} */ why) => new InvalidRequest(`${target}: ${why}`, { code: 'invalid' });
  if (there?.isFile() && !overwrite) throw invalid('there is such a file already; set overwrite to replace it.');
  try {
    fs.accessSync(folder, fs.constants.W_OK);
  } catch {
    throw invalid('its folder is not there or can not be written.');
  }
}

/**
 * Fetches one clip into a file.
 * @param {string} url
 * @param {string} file
 * @param {{ overwrite: boolean, signal?: AbortSignal }} options
 * @returns {Promise<SavedFile>}
 */
export async function save(url, file, { overwrite, signal }) {
  const temporary = `${file}.${randomUUID()}.part`;
  const late = AbortSignal.timeout(PATIENCE);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const answer = await follow(url, signal ? AbortSignal.any([signal, late]) : late);
    const handle = fs.openSync(temporary, 'wx', 0o644);
    try {
      for await (const piece of /** @type {any} */ (answer.body ?? [])) {
        bytes += piece.length;
        if (bytes > LIMIT) throw new Error(`the audio is larger than ${LIMIT} bytes`);
        hash.update(piece);
        fs.writeFileSync(handle, piece);
      }
      if (bytes === 0) throw new Error('the audio is empty');
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    place(temporary, file, overwrite);
  } catch (cause) {
    throw new DownloadError(`${file} was not saved: ${/** @type {Error} */ (cause).message}. The clip is paid; resume the job to fetch it.`, {
      charge: 'yes',
      code: 'download',
      cause,
    });
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  return { path: file, bytes, sha256: hash.digest('hex') };
}

/** @param {string} url @param {AbortSignal} signal */
async function follow(url, signal) {
  let address = url;
  for (let hop = 0; hop <= HOPS; hop++) {
    if (!isSafe(address)) throw new Error('the audio is not served over https');
    const answer = await fetch(address, { redirect: 'manual', signal });
    const next = answer.headers.get('location');
    if (answer.status >= 300 && answer.status < 400 && next) {
      await answer.body?.cancel();
      address = new URL(next, address).href;
      continue;
    }
    const kind = answer.headers.get('content-type') ?? '';
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
    if (/^(text\/|application\/json)/.test(kind)) throw new Error(`it is ${kind}, not audio`);
    return answer;
  }
  throw new Error('too many redirects');
}

/** Gives a finished file its name. @param {string} temporary @param {string} file @param {boolean} overwrite */
function place(temporary, file, overwrite) {
  if (overwrite) {
    fs.renameSync(temporary, file);
  } else {
    try {
      fs.linkSync(temporary, file); // fails if the name is taken
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      // Some file systems know no links.
      if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(code)) throw error;
      fs.copyFileSync(temporary, file, fs.constants.COPYFILE_EXCL);
    }
  }
  syncFolder(path.dirname(path.resolve(file)));
}
