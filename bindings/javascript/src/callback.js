// A store for whoever keeps records elsewhere: a callback gets each one before anything goes on.

/** @typedef {import('./ledger.js').JobRecord} JobRecord */
/** @typedef {import('./ledger.js').Store} Store */
/** @implements {Store} */
export class CallbackStore {
  /** @type {Map<string, JobRecord>} */
  #records;
  #keep;

  /**
   * @param {(record: JobRecord) => unknown} keep resolves when the record is durable, or rejects; then nothing is sent
   * @param {JobRecord[]} [records] what was kept before
   */
  constructor(keep, records = []) {
    this.#keep = keep;
    this.#records = new Map(records.map((record) => [record.id, record]));
  }

  /** @param {string} id */
  async get(id) {
    return this.#records.get(id);
  }

  async list() {
    return [...this.#records.values()];
  }

  /** @param {JobRecord} record */
  async put(record) {
    const before = this.#records.get(record.id);
    if (before && before.version >= record.version) return false;
    // Taken at once, so that of two that write at the same time one has to read again.
    this.#records.set(record.id, record);
    try {
      await this.#keep(record);
    } catch (error) {
      if (before) this.#records.set(record.id, before);
      else this.#records.delete(record.id);
      throw error;
    }
    return true;
  }
}
