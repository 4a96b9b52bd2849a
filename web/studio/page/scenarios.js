// How the draft's scenarios went when the server last played them: each in the drawer, what none passes in its head.

import { make, typo } from './html.js';

export class Scenarios {
  constructor(page, session) {
    Object.assign(this, { page, session });
    this.list = page.place('scenarios');
    page.root.querySelector('[data-tab=scenarios]').addEventListener('click', () => this.refresh());
  }

  async refresh() {
    const told = await this.session.server.say('GET', 'essais/resultats').catch(() => null);
    if (told) this.list.replaceChildren(...(told.played ? this.#rows(told) : [this.#line('Pas encore joués.')]));
  }

  #rows(told) {
    const share = (part) => `${Math.floor(part * 100)} %`;
    const covered = `Éléments parcourus : ${share(told.elements)}, chemins : ${share(told.flows)}.`;
    const head = told.refused || `${told.current ? '' : 'Le brouillon a changé depuis. '}${covered}`;
    return [this.#line(head), ...told.scenarios.map((one) => this.#row(one))];
  }

  #line(text) {
    return make('li', { class: 'muted' }, typo(text));
  }

  #row({ file, title, passed, failures }) {
    const address = `${this.page.settings.address}/scenarios/${file}`;
    const said = failures.map((one) => make('p', {}, typo(one)));
    return make(
      'li',
      {},
      make('strong', {}, passed ? '✓ réussi ' : '✗ échoué '),
      make('a', { href: address }, typo(title)),
      ...said,
    );
  }
}
