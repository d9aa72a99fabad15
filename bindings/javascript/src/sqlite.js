// A store in SQLite, with what Node.js brings from version 22.5 on.

import fs from 'node:fs';
import path from 'node:path';

/** @typedef {import('./ledger.js').JobRecord} JobRecord */

const SCHEMA = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;
  CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, version INTEGER NOT NULL, record TEXT NOT NULL) STRICT`;
const PUT = `INSERT INTO jobs (id, version, record) VALUES (?1, ?2, ?3)
  ON CONFLICT (id) DO UPDATE SET version = excluded.version, record = excluded.record WHERE version < excluded.version`;

/** @typedef {import('./ledger.js').Store} Store */
/** @implements {Store} */
export class SqliteStore {
  #file;
  /** @type {Promise<import('node:sqlite').DatabaseSync> | undefined} */
  #database;

  /** @param {string} file made if it is missing, for this user alone */
  constructor(file) {
    this.#file = path.resolve(file);
  }

  #open() {
    this.#database ??= (async () => {
      const { DatabaseSync } = await import('node:sqlite');
      fs.mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      fs.closeSync(fs.openSync(this.#file, 'a', 0o600));
      const database = new DatabaseSync(this.#file);
      database.exec(SCHEMA);
      return database;
    })();
    return this.#database;
  }

  /** @param {string} id @returns {Promise<JobRecord | undefined>} */
  async get(id) {
    const row = (await this.#open()).prepare('SELECT record FROM jobs WHERE id = ?').get(id);
    return row && JSON.parse(String(row.record));
  }

  /** @returns {Promise<JobRecord[]>} */
  async list() {
    const rows = (await this.#open()).prepare('SELECT record FROM jobs').all();
    return rows.map((row) => JSON.parse(String(row.record)));
  }

  /** @param {JobRecord} record @returns {Promise<boolean>} */
  async put(record) {
    const { changes } = (await this.#open()).prepare(PUT).run(record.id, record.version, JSON.stringify(record));
    return Number(changes) === 1;
  }
}
