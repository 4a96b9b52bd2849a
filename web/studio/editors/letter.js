// The editor of letters, mails and SMS: a text with its tags, and beside it what can be written, how it will leave, and
// what the law wants in it.

import { letterEditor } from '../letter/editor.js';
import { Panel } from '../letter/panel.js';
import { make } from '../page/html.js';

/** Open a template in `host`. */
export async function open(host, { path, text, readOnly, studio }) {
  const place = make('div', { class: 'letter__text' });
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
  letter.panel = new Panel(side, letter);
  return letter;
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
