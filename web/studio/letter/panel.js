// Beside the text: what can be written, how it will leave, what the law wants in it. One of the three is open.

import { make } from '../page/html.js';
import { Mentions } from './mentions.js';
import { Proof } from './proof.js';
import { Tags } from './tags.js';

const TABS = [
  ['apercu', 'Aperçu'],
  ['balises', 'Balises'],
  ['mentions', 'Mentions légales'],
];

export class Panel {
  constructor(host, letter) {
    this.tabs = TABS.map(([name, label]) => this.#tab(name, label));
    this.places = TABS.map(([name]) => this.#place(name));
    const list = make('div', { class: 'letter__tabs', role: 'tablist', 'aria-label': 'Autour du texte' }, ...this.tabs);
    host.replaceChildren(list, ...this.places);
    const [proof, tags, mentions] = this.places;
    this.mentions = new Mentions(mentions, letter, this.tabs[2]);
    this.proof = new Proof(proof, letter, (told) => this.mentions.show(told));
    this.tags = new Tags(tags, letter);
    this.#choose(0);
    this.proof.refresh();
  }

  changed() {
    this.proof.changed();
  }

  destroy() {
    this.proof.destroy();
  }

  #tab(name, label) {
    return make(
      'button',
      {
        type: 'button',
        class: 'studio__tab',
        role: 'tab',
        id: `courrier-onglet-${name}`,
        'aria-controls': `courrier-volet-${name}`,
        onclick: (event) => this.#choose(this.tabs.indexOf(event.currentTarget)),
        onkeydown: (event) => this.#move(event),
      },
      label,
    );
  }

  #place(name) {
    const attributes = { role: 'tabpanel', id: `courrier-volet-${name}`, 'aria-labelledby': `courrier-onglet-${name}` };
    return make('div', { class: 'letter__panel', tabindex: '0', ...attributes });
  }

  #choose(number, { focus = false } = {}) {
    this.tabs.forEach((tab, index) => {
      tab.setAttribute('aria-selected', String(index === number));
      tab.tabIndex = index === number ? 0 : -1;
      this.places[index].hidden = index !== number;
    });
    if (focus) {
      this.tabs[number].focus();
    }
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const here = this.tabs.indexOf(event.currentTarget);
      this.#choose((here + step + this.tabs.length) % this.tabs.length, { focus: true });
      event.preventDefault();
    }
  }
}
