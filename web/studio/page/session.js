// One analyst at work on one draft: the open file, its saving, the lock, and what every part hears of.

import { editorOf } from '../editors/index.js';
import { settled, typo } from './html.js';
import { Keeping } from './keeping.js';
import { Lock } from './lock.js';
import { News } from './news.js';
import { Saving } from './saving.js';
import { Server } from './server.js';
import { tellUnopened } from './unopened.js';

const RELEARN = 3000;

export class Session {
  constructor(page) {
    const { address, token, draft } = page.settings;
    this.page = page;
    this.server = new Server(address, token);
    this.keeping = new Keeping(draft.id);
    this.lock = new Lock(this.server, (told) => this.#handed(told));
    this.news = new News(this.server, (told) => this.#heard(told));
    this.parts = {};
    this.catalogue = {};
    this.nonce = page.nonce;
    this.side = page.side;
    // What files name changes with each of them; not at every letter.
    this.relearn = settled(async () => {
      this.catalogue = await this.#learn();
      this.editor?.learn?.(this.catalogue);
    }, RELEARN);
  }

  add(name, part) {
    this.parts[name] = part;
  }

  async begin() {
    this.#listen();
    const wanted = this.page.settings.path;
    // The file, the editor's code, the lock and the words to complete with come side by side.
    const editor = this.#editorOf(wanted);
    const text = this.server.read(wanted);
    const [catalogue] = await Promise.all([this.#learn(), this.#mayWrite()]);
    this.catalogue = catalogue;
    await this.open(wanted, { editor, text });
    this.page.root.dataset.ready = 'true';
    performance.mark('studio-ready');
    this.news.ask();
  }

  /** Open a file; what is not yet saved of the other one is saved first. */
  async open(path, { editor = this.#editorOf(path), text = null, go = null } = {}) {
    if (this.path === path && !text && this.editor) {
      this.#goTo(go);
      return;
    }
    await this.#close();
    const [module, read] = await Promise.all([editor, text ?? this.server.read(path)]);
    this.path = path;
    this.saved = read.text;
    this.#startSaving(read.revision);
    this.editor = await this.#shown(module, read.text);
    this.page.root.classList.toggle('studio--looking', this.readOnly);
    this.parts.files.opened(path);
    this.page.state(this.readOnly ? 'looking' : 'saved');
    await this.#recover(read);
    this.parts.findings.look();
    this.parts.comments.show();
    this.parts.scenarios.show();
    this.#goTo(go);
  }

  /** The open file in its editor; in a plain text, told why, where that cannot show it. */
  async #shown(module, text) {
    const { page, path, readOnly } = this;
    const asked = { path, text, readOnly, studio: this };
    this.unopened = null;
    try {
      const editor = await module.open(page.host, asked);
      page.root.dataset.kind = path.split('.').at(-1);
      return editor;
    } catch (error) {
      this.unopened = error;
      const plain = await this.#editorOf('texte');
      page.root.dataset.kind = 'texte';
      tellUnopened(this);
      return plain.open(page.host, asked);
    }
  }

  /** Nothing is asked of whoever writes, but what the open file still asks. */
  #calm() {
    this.page.notice('');
    tellUnopened(this);
  }

  /** Whether this file may be written here and now. */
  get readOnly() {
    return !this.lock.mine || this.shared;
  }

  get shared() {
    return this.page.settings.files.find((one) => one.path === this.path)?.shared ?? false;
  }

  // What editors tell.

  changed() {
    this.saving?.changed();
    this.parts.findings.changed();
  }

  undoable({ undo, redo }) {
    this.page.root.querySelector('[data-verb=undo]').disabled = !undo;
    this.page.root.querySelector('[data-verb=redo]').disabled = !redo;
  }

  selected(element) {
    this.parts.comments.about(element);
  }

  chosen(finding) {
    this.parts.findings.choose(finding);
  }

  discussed(comment) {
    this.parts.comments.choose(comment);
  }

  /** Put another text in place of the open file's, as a change that can be taken back. */
  async replace(text, word) {
    const before = await this.editor.text();
    if (this.unopened) {
      await this.saving.flush();
      await this.open(this.path, { text: { text, revision: this.saving.revision } });
    } else {
      await this.editor.load(text);
    }
    this.changed();
    this.page.say(word, 'Annuler', async () => {
      await this.editor.load(before);
      this.changed();
    });
  }

  /** Read the open file again from the server; `quietly` leaves what is asked of whoever reads. */
  async reread({ quietly = false } = {}) {
    const read = await this.server.read(this.path);
    this.keeping.forget(this.path);
    this.#startSaving(read.revision);
    try {
      await this.editor.load(read.text);
    } catch {
      await this.open(this.path, { text: read });
      return;
    }
    if (!quietly) {
      this.#calm();
    }
    this.page.state(this.readOnly ? 'looking' : 'saved');
    this.parts.findings.look();
    this.parts.comments.show();
    this.parts.scenarios.show();
  }

  #startSaving(revision) {
    this.saving?.stop();
    this.saving = new Saving({
      server: this.server,
      keeping: this.keeping,
      path: this.path,
      revision,
      write: () => this.editor.text(),
      told: (state, why) => this.#stands(state, why),
    });
  }

  async #close() {
    if (this.editor) {
      await this.saving.flush();
      this.saving.stop();
      this.editor.destroy();
      this.editor = null;
    }
  }

  #goTo(go) {
    if (go) {
      this.editor.go?.(go.element, go.line);
    }
  }

  /** Ask for the lock, if this account may write at all. */
  async #mayWrite() {
    if (this.page.settings.writes) {
      await this.lock.ask();
    } else {
      this.page.notice(typo('Votre compte permet de lire ce brouillon et de le commenter, pas de l’écrire.'));
    }
  }

  #editorOf(path) {
    return editorOf(path, this.page.settings.styles);
  }

  async #learn() {
    const told = await this.server.say('GET', 'aide').catch(() => ({}));
    return { ...told, labels: this.page.settings.labels };
  }

  /** A text that never reached the server is taken up again. */
  async #recover({ text, revision }) {
    const kept = this.keeping.kept(this.path);
    if (!kept || kept.text === text) {
      this.keeping.forget(this.path);
    } else if (this.readOnly) {
      this.page.say('Votre dernier texte n’est pas enregistré : il est gardé sur ce poste et sera repris avec la main.');
    } else {
      await this.editor.load(kept.text);
      this.saving.revision = kept.revision;
      this.saving.changed();
      const when = new Date(kept.at).toLocaleString('fr-FR', { dateStyle: 'long', timeStyle: 'short' });
      if (kept.revision === revision) {
        this.page.say(`Votre texte du ${when}, gardé sur ce poste, est repris.`);
      }
    }
  }

  #stands(state, why = {}) {
    this.page.state(state, why);
    const { page, saving } = this;
    if (state === 'saved') {
      this.#calm();
      this.relearn();
      this.news.expect();
      if (this.parts.findings.failed) {
        this.parts.findings.look();
      }
    } else if (state === 'conflict') {
      page.notice(
        typo(`${why.by ?? 'Une autre personne'} a enregistré ce fichier pendant que vous l’écriviez. Rien n’est perdu : `
          + 'votre texte est gardé dans l’historique.'),
        page.choice('Garder le mien', () => saving.insist(why.revision), { strong: true }),
        page.choice('Prendre l’autre', () => this.reread()),
      );
    } else if (state === 'locked') {
      this.lock.ask();
    } else if (state === 'signed-out') {
      page.notice(
        typo('Votre session est terminée. Votre texte est gardé sur ce poste : reconnectez-vous pour l’enregistrer.'),
        page.choice('Se reconnecter', () => window.open(page.settings.signIn, '_blank')),
        page.choice('C’est fait, enregistrer', () => saving.resume(), { strong: true }),
      );
    }
  }

  /** Others, or the server, have done something. */
  #heard({ files, played, current, comments }) {
    const list = (all) => all.map((one) => one.path).join('\n');
    if (list(files) !== list(this.page.settings.files)) {
      this.parts.files.changed(files);
    }
    const open = files.find((one) => one.path === this.path);
    if (!open) {
      this.#gone();
    } else if (this.readOnly && this.editor && open.revision !== this.saving.revision) {
      this.reread({ quietly: true });
    }
    if (comments !== this.comments) {
      this.comments = comments;
      this.parts.comments.refresh();
    }
    if (`${played} ${current}` !== this.played) {
      this.played = `${played} ${current}`;
      this.parts.scenarios.refresh();
    }
  }

  /** The open file was taken away or renamed by somebody else. */
  #gone() {
    this.saving.stop();
    const { files } = this.page.settings;
    const other = (files.find((one) => !one.shared && one.path.endsWith('.bpmn')) ?? files[0]).path;
    this.page.notice(
      typo(`« ${this.path} » n’est plus dans le brouillon : il a été supprimé ou renommé. L’historique le garde.`),
      this.page.choice(`Ouvrir ${other}`, () => {
        this.page.notice('');
        this.open(other);
      }, { strong: true }),
    );
  }

  /** The lock has changed hands. */
  async #handed({ by, mine }) {
    const { page } = this;
    page.place('lock').textContent = !mine && by ? `Ouvert par ${by}` : '';
    if (mine) {
      this.#calm();
    } else {
      page.notice(
        typo(`${by ?? 'Une autre personne'} écrit dans ce brouillon. Vous pouvez le lire ; pour écrire, prenez la main : `
          + 'ce qui est enregistré le reste.'),
        page.choice('Prendre la main', () => this.lock.ask({ take: true }), { strong: true }),
      );
    }
    if (this.editor) {
      const { path } = this;
      this.saving.stop();
      this.editor.destroy();
      this.editor = null;
      await this.open(path, { text: await this.server.read(path) });
    }
  }

  #listen() {
    const { root, document } = this.page;
    root.addEventListener('click', (event) => {
      const verb = event.target.closest('[data-verb]')?.dataset.verb;
      if (verb) {
        // After the click is over: what it opens closes when something else is clicked.
        setTimeout(() => this.editor?.act?.(verb));
      }
    });
    window.addEventListener('online', () => this.saving?.resume());
    window.addEventListener('pagehide', () => {
      this.saving?.leave();
      this.lock.release();
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.saving && !['saved', 'offline'].includes(this.saving.state)) {
        this.saving.flush();
        event.preventDefault();
      }
    });
    document.addEventListener('visibilitychange', () => document.hidden && this.saving?.flush());
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event) {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key === 's') {
      event.preventDefault();
      this.saving?.flush();
    } else if (event.key === 'F6') {
      event.preventDefault();
      this.parts.drawer.nextPlace(event.shiftKey);
    }
  }
}
