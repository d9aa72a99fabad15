// A store of one file for each version of a record. The name of a version is taken once and for all, so of
// several processes that change the same record one succeeds and the others read again.

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const NAME = /^([0-9a-f]{32})\.([0-9]{1,9})\.json$/;

/** @typedef {import('./ledger.js').JobRecord} JobRecord */
/** @typedef {import('./ledger.js').Store} Store */
/** @implements {Store} */
export class FileStore {
  #folder;

  /** @param {string} folder made if it is missing, for this user alone */
  constructor(folder) {
    this.#folder = path.resolve(folder);
  }

  /** @param {string} id @returns {Promise<JobRecord | undefined>} */
  async get(id) {
    const version = this.#versions().get(id);
    return version === undefined ? undefined : this.#read(id, version);
  }

  /** @returns {Promise<JobRecord[]>} */
  async list() {
    return [...this.#versions()].map(([id, version]) => this.#read(id, version));
  }

  /** @param {JobRecord} record @returns {Promise<boolean>} */
  async put(record) {
    fs.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = path.join(this.#folder, `${randomUUID()}.part`);
    try {
      const handle = fs.openSync(temporary, 'wx', 0o600);
      try {
        fs.writeFileSync(handle, JSON.stringify(record));
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      fs.linkSync(temporary, this.#path(record.id, record.version));
    } catch (error) {
      if (/** @type {any} */ (error).code === 'EEXIST') return false;
      throw error;
    } finally {
      fs.rmSync(temporary, { force: true });
    }
    syncFolder(this.#folder);
    return true;
  }

  /** @param {string} id @param {number} version */
  #path(id, version) {
    return path.join(this.#folder, `${id}.${version}.json`);
  }

  /** @param {string} id @param {number} version @returns {JobRecord} */
  #read(id, version) {
    return JSON.parse(fs.readFileSync(this.#path(id, version), 'utf8'));
  }

  /** The newest version of every record. */
  #versions() {
    /** @type {Map<string, number>} */
    const newest = new Map();
    const names = fs.existsSync(this.#folder) ? fs.readdirSync(this.#folder) : [];
    for (const [, id, number] of names.map((name) => NAME.exec(name) ?? [])) {
      if (id) newest.set(id, Math.max(Number(number), newest.get(id) ?? 0));
    }
    return newest;
  }
}

/** Makes the names in a folder durable, on systems that can. @param {string} folder */
export function syncFolder(folder) {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
