// The page as the server wrote it: its settings and its named places.

import { make } from './html.js';

const STATES = {
  saved: 'Enregistré',
  unsaved: 'Non enregistré',
  saving: 'Enregistrement…',
  offline: 'Hors ligne : votre texte est gardé sur ce poste et partira au retour du réseau',
  conflict: 'Conflit : les deux textes sont gardés',
  locked: 'Non enregistré : une autre personne écrit',
  'signed-out': 'Non enregistré : votre session est terminée',
  refused: 'Non enregistré',
  looking: 'Lecture seule',
};

export class Page {
  constructor(document) {
    this.root = document.querySelector('[data-studio]');
    this.settings = JSON.parse(document.querySelector('[data-studio-settings]').textContent);
    this.nonce = document.querySelector('script[nonce]')?.nonce ?? '';
    this.host = this.place('host');
    this.side = this.place('side');
    this.document = document;
  }

  place(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  /** Where the open file stands; `why` is what the server told. */
  state(state, why = {}) {
    const shown = this.place('state');
    shown.dataset.state = state;
    shown.textContent = state === 'refused' ? `${STATES.refused} : ${why.message}` : STATES[state];
  }

  /** The line above the drawing that asks for a decision; nothing takes it away. */
  notice(text, ...actions) {
    const place = this.place('notice');
    place.hidden = !text;
    place.replaceChildren(
      ...(text ? [make('p', {}, text), make('div', { class: 'studio__choices' }, ...actions)] : []),
    );
  }

  /** A short word that goes by itself, with one thing that can be done about it. */
  say(text, label, action) {
    const place = this.place('word');
    const button = label && make('button', { type: 'button', class: 'button button--quiet button--small', onclick: () => {
      place.replaceChildren();
      action();
    } }, label);
    place.replaceChildren(make('p', {}, text, button));
    clearTimeout(this.going);
    this.going = setTimeout(() => place.replaceChildren(), label ? 20_000 : 6000);
  }

  /** A button of a notice. */
  choice(label, action, { strong = false } = {}) {
    const kind = strong ? 'button' : 'button button--secondary';
    return make('button', { type: 'button', class: `${kind} button--small`, onclick: action }, label);
  }
}
