// Saving as one types: one file, its revision, and where its text stands. Nothing is asked of whoever writes, except
// when two have written the same file: then both texts are kept and one is chosen.

import { Refused, SignedOut, Unreachable } from './server.js';

const QUIET = 500; // after the last change
const LATEST = 3000; // after the first one
const AGAIN = [2000, 5000, 15000, 30000];

/** `saved` · `unsaved` · `saving` · `offline` · `conflict` · `locked` · `signed-out` · `refused` */
export class Saving {
  /** `write()` gives the text as it stands; `told(state, why)` hears of every change of state. */
  constructor({ server, keeping, path, revision, write, told }) {
    Object.assign(this, { server, keeping, path, revision, write, told });
    this.state = 'saved';
    this.tries = 0;
    this.version = 0;
    this.running = null;
  }

  /** Something was changed. */
  changed() {
    this.version += 1;
    this.first ??= Date.now();
    if (!['conflict', 'locked', 'signed-out'].includes(this.state)) {
      this.#tell('unsaved');
      this.#later(Math.max(0, Math.min(QUIET, this.first + LATEST - Date.now())));
    } else {
      this.#keep();
    }
  }

  /** Save now what is not yet saved; true when the server has everything. */
  async flush() {
    clearTimeout(this.timer);
    if (this.running) {
      await this.running;
    }
    if (this.state === 'saved' || ['conflict', 'locked', 'signed-out'].includes(this.state)) {
      return this.state === 'saved';
    }
    this.running = this.#save();
    await this.running;
    this.running = null;
    return this.state === 'saved';
  }

  /** The window closes: a last try that outlives the page. The text stays kept here until it is known to be there. */
  leave() {
    if (this.text !== undefined && this.state !== 'saved') {
      this.server.save(this.path, this.text, this.revision, { leaving: true }).catch(() => {});
    }
  }

  /** Keep one's own text over the other's. */
  async insist(revision) {
    this.revision = revision;
    this.#tell('unsaved');
    return this.flush();
  }

  /** The lock is ours again, or the session is: go on. */
  async resume() {
    if (['locked', 'signed-out', 'offline'].includes(this.state)) {
      this.#tell('unsaved');
      await this.flush();
    }
  }

  stop() {
    clearTimeout(this.timer);
  }

  #later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  async #keep() {
    this.text = await this.write();
    this.keeping.keep(this.path, this.text, this.revision);
    return this.text;
  }

  async #save() {
    const version = this.version;
    this.#tell('saving');
    try {
      const text = await this.#keep();
      this.revision = await this.server.save(this.path, text, this.revision);
      this.tries = 0;
      this.first = undefined;
      if (version === this.version) {
        this.keeping.forget(this.path);
        this.#tell('saved');
      } else {
        this.changed();
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    if (error instanceof Unreachable) {
      this.#tell('offline');
      this.#later(AGAIN[Math.min(this.tries, AGAIN.length - 1)]);
      this.tries += 1;
    } else if (error instanceof SignedOut) {
      this.#tell('signed-out');
    } else if (error instanceof Refused && (error.status === 409 || error.status === 423)) {
      this.#tell(error.status === 409 ? 'conflict' : 'locked', error.told);
    } else {
      this.#tell('refused', { message: error.message });
    }
  }

  #tell(state, why) {
    this.state = state;
    this.told(state, why);
  }
}
