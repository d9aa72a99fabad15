// A store in the browser's database.

/** @typedef {import('./ledger.js').JobRecord} JobRecord */
/** @typedef {import('./ledger.js').Store} Store */
/** @implements {Store} */
export class IndexedDbStore {
  #name;
  /** @type {Promise<IDBDatabase> | undefined} */
  #database;

  /** @param {string} [name] of the database */
  constructor(name = 'ima-studio') {
    this.#name = name;
  }

  #open() {
    this.#database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('jobs', { keyPath: 'id' });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.#database;
  }

  /**
   * One transaction. Resolves when it is on disk.
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(jobs: IDBObjectStore, done: (value: T) => void) => void} work
   * @returns {Promise<T>}
   */
  async #transaction(mode, work) {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction('jobs', mode, { durability: 'strict' });
      /** @type {any} */
      let value;
      work(transaction.objectStore('jobs'), (it) => (value = it));
      transaction.oncomplete = () => resolve(value);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /** @param {string} id @returns {Promise<JobRecord | undefined>} */
  get(id) {
    return this.#transaction('readonly', (jobs, done) => {
      const request = jobs.get(id);
      request.onsuccess = () => done(request.result);
    });
  }

  /** @returns {Promise<JobRecord[]>} */
  list() {
    return this.#transaction('readonly', (jobs, done) => {
      const request = jobs.getAll();
      request.onsuccess = () => done(request.result);
    });
  }

  /** @param {JobRecord} record @returns {Promise<boolean>} */
  put(record) {
    return this.#transaction('readwrite', (jobs, done) => {
      const before = jobs.get(record.id);
      before.onsuccess = () => {
        const free = !before.result || before.result.version < record.version;
        if (free) jobs.put(record);
        done(free);
      };
    });
  }
}
