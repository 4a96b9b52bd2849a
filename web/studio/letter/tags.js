// The list of what can be written, each inserted where the cursor is by a click, or by the arrows and Enter.

import { make, typo } from '../page/html.js';

const GROUPS = [
  ['partout', 'Dans tous les courriers'],
  ['demande de l’usager', 'Réponses de l’usager'],
  ['selon l’action', 'Selon l’action qui envoie'],
  ['filtre', 'Filtres : comment une donnée s’écrit'],
  ['structure', 'Blocs et conditions'],
];
const HERE = 'Dans ce courrier';

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export class Tags {
  constructor(place, letter) {
    Object.assign(this, { place, letter, known: [], given: [] });
    this.search = make('input', {
      class: 'input', type: 'search', id: 'courrier-chercher', autocomplete: 'off',
      oninput: () => this.#draw(), onkeydown: (event) => this.#move(event),
    });
    this.list = make('div', { onkeydown: (event) => this.#move(event) });
    place.replaceChildren(
      make('label', { for: 'courrier-chercher' }, 'Chercher une balise'),
      this.search,
      this.list,
    );
    this.#learn();
  }

  /** The tags that the action which sends this letter fills in. */
  here(given) {
    if (given.join() !== this.given.join()) {
      this.given = given;
      this.#draw();
    }
  }

  async #learn() {
    const told = await this.letter.studio.server.say('GET', 'balises').catch(() => null);
    this.known = told?.tags ?? [];
    this.letter.editor.vocabulary = this.known;
    if (told) {
      this.#draw();
    } else {
      this.list.replaceChildren(make('p', {}, 'Les balises n’ont pas pu être lues : rouvrez ce fichier.'));
    }
  }

  #draw() {
    const wanted = plain(this.search.value.trim());
    const seen = this.known.filter((one) => plain(`${one.name} ${one.said}`).includes(wanted));
    const added = (one) => one.where === 'selon l’action' && this.given.includes(one.name.split('.')[0]);
    const groups = [[HERE, seen.filter(added)]];
    for (const [where, title] of GROUPS) {
      groups.push([title, seen.filter((one) => one.where === where && !added(one))]);
    }
    const shown = groups.filter(([, tags]) => tags.length).map(([title, tags], index) => this.#group(title, tags, index));
    this.list.replaceChildren(...(shown.length ? shown : [make('p', {}, 'Aucune balise ne porte ce nom.')]));
  }

  #group(title, tags, index) {
    const open = Boolean(this.search.value) || index === 0 || title === GROUPS[0][1];
    return make('details', { open }, make('summary', {}, typo(title)), make('ul', { class: 'letter__list' },
      ...tags.map((one) => make('li', {}, this.#row(one)))));
  }

  #row({ name, said, insert, example }) {
    return make('button', {
      type: 'button',
      class: 'letter-tag',
      disabled: this.letter.readOnly,
      title: insert.replace('$0', '…'),
      onclick: () => this.letter.editor.insert(insert),
    }, make('code', {}, name), make('span', {}, typo(said)), example && make('span', { class: 'muted' }, example));
  }

  /** The arrows go through what is shown; from the first one up is the search. */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) {
      return;
    }
    const all = [...this.list.querySelectorAll('details[open] .letter-tag, summary')];
    const next = all.indexOf(document.activeElement) + step;
    (next < 0 ? this.search : all[Math.min(next, all.length - 1)])?.focus();
    event.preventDefault();
  }
}
