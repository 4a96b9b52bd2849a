// Texts kept on this machine until the server has them, so that a cut line or a closed window loses nothing.

export class Keeping {
  constructor(draft, storage = window.localStorage) {
    this.prefix = `planipref:brouillon:${draft}:`;
    this.storage = storage;
  }

  /** Keep a text that was written from a revision; a full or closed store is no reason to stop writing. */
  keep(path, text, revision) {
    try {
      this.storage.setItem(this.prefix + path, JSON.stringify({ text, revision, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  /** What is kept of a file, or nothing. */
  kept(path) {
    try {
      return JSON.parse(this.storage.getItem(this.prefix + path));
    } catch {
      return null;
    }
  }

  forget(path) {
    this.storage.removeItem(this.prefix + path);
  }
}
