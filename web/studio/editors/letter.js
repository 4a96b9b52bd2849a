// The editor of letters, mails and SMS: a text with its tags, and beside it what can be written, how it will leave, and
// what the law wants in it.

import { letterEditor } from '../letter/editor.js';
import { Panel } from '../letter/panel.js';
import { make } from '../page/html.js';

/** Open a template in `host`. */
export async function open(host, { path, text, readOnly, studio }) {
  const place = make('div', { class: 'letter__text' }, isShared(path) && adapting(path, text, studio));
  const side = make('div', { class: 'letter__side' });
  host.replaceChildren(make('div', { class: 'letter' }, place, side));
  const letter = new Letter({ host, path, readOnly, studio });
  letter.editor = letterEditor(place, {
    text,
    path,
    readOnly,
    nonce: studio.nonce,
    changed: () => letter.changed(),
    undoable: (steps) => readOnly || studio.undoable(steps),
  });
  letter.learn(studio.catalogue);
  letter.panel = new Panel(side, letter);
  return letter;
}

const SHARED = '_commun/';
const isShared = (path) => path.startsWith(SHARED);

/** A template of all démarches is not written here: the way to have one's own instead. */
function adapting(path, text, studio) {
  const own = path.slice(SHARED.length);
  const there = studio.page.settings.files.some((one) => one.path === own);
  const go = async () => {
    if (!there) {
      await studio.server.save(own, text, 0);
    }
    window.history.pushState({}, '', `${studio.page.settings.address}?fichier=${encodeURIComponent(own)}`);
    await studio.open(own);
    studio.news.ask();
  };
  const label = there ? 'Ouvrir celui de cette démarche' : 'L’adapter à cette démarche';
  const failed = (error) => studio.page.say(error.message);
  return make('div', { class: 'letter__shared' },
    make('p', {}, 'Ce modèle est commun à toutes les démarches.'),
    (there || studio.lock.mine) && make('button', {
      type: 'button', class: 'button button--secondary button--small', onclick: () => go().catch(failed),
    }, label));
}

class Letter {
  constructor(given) {
    Object.assign(this, given);
  }

  text() {
    return this.editor.text();
  }

  load(text) {
    this.editor.load(text);
    this.panel.changed();
  }

  changed() {
    this.studio.changed();
    this.panel?.changed();
  }

  learn({ letters = [] }) {
    this.editor.templates = letters;
  }

  show(findings) {
    this.editor.mark(findings);
  }

  go(element, line) {
    this.editor.go(element, line);
  }

  act(verb) {
    return this.editor.act(verb);
  }

  destroy() {
    this.panel.destroy();
    this.editor.destroy();
    this.host.replaceChildren();
  }
}
