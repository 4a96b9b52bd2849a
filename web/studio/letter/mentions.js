// The legal mentions that the letter owes: those that are there, those that lack, with the text to insert.

import { make, typo } from '../page/html.js';

export class Mentions {
  constructor(place, letter, tab) {
    Object.assign(this, { place, letter, tab, label: tab.textContent });
    this.show([]);
  }

  show(mentions) {
    const missing = mentions.filter((one) => !one.there);
    const count = make('span', { class: 'count-mark', 'aria-hidden': 'true' }, String(missing.length));
    this.tab.replaceChildren(this.label, ...(missing.length ? [count] : []));
    if (missing.length) {
      this.tab.setAttribute('aria-label', `${this.label}, ${missing.length} à ajouter`);
    } else {
      this.tab.removeAttribute('aria-label');
    }
    const said = mentions.length
      ? 'Ce que la loi demande d’écrire dans ce courrier, lu dans le modèle et dans ceux qu’il reprend.'
      : 'La loi ne demande aucune mention particulière dans ce modèle.';
    const rows = [...missing, ...mentions.filter((one) => one.there)].map((one) => this.#row(one));
    this.place.replaceChildren(make('p', { class: 'muted' }, typo(said)), make('ul', { class: 'letter__list' }, ...rows));
  }

  #row({ label, law, text, there }) {
    const insert = () => this.letter.editor.insert(text);
    const mine = !there && !this.letter.readOnly;
    const state = there ? '✓ présente' : '▲ manque';
    return make(
      'li',
      { class: `letter-mention${there ? '' : ' letter-mention--missing'}` },
      make('p', {}, make('strong', {}, `${state} `), typo(label), ' ', make('span', { class: 'muted' }, `(${typo(law)})`)),
      mine && make('div', { class: 'letter-mention__text' },
        make('code', {}, text),
        make('button', {
          type: 'button', class: 'button button--secondary button--small', onclick: insert, 'aria-label': `Insérer : ${label}`,
        }, 'Insérer')),
    );
  }
}
