// Earlier states of the draft, kept by the server: named ones, those before a change of hands, texts that came too late.

import { make, typo } from './html.js';

export class History {
  constructor(page, session) {
    Object.assign(this, { page, session });
    this.list = page.place('history');
    this.form = page.place('keep-form');
    page.root.querySelector('[data-tab=historique]').addEventListener('click', () => this.refresh());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#keep();
    });
  }

  async refresh() {
    const { milestones } = await this.session.server.say('GET', 'historique').catch(() => ({ milestones: null }));
    if (milestones) {
      const rows = milestones.map((one) => this.#row(one));
      this.list.replaceChildren(...(rows.length ? rows : [make('li', { class: 'muted' }, 'Rien n’est encore gardé.')]));
    }
  }

  async #keep() {
    const field = this.form.elements.namedItem('label');
    await this.#do(async (server) => {
      await server.say('POST', 'historique', { label: field.value });
      field.value = '';
      this.page.say('Le brouillon est gardé tel qu’il est.');
    });
  }

  async #restore({ number, path }) {
    await this.#do(async (server) => {
      await this.session.saving.flush();
      await server.say('POST', `historique/${number}/retour`, path ? { path } : {});
      await this.session.reread();
      this.page.say('C’est fait. Ce qu’il y avait avant est gardé dans l’historique.');
    });
  }

  async #do(action) {
    try {
      await action(this.session.server);
      await this.refresh();
    } catch (error) {
      this.page.say(error.message);
    }
  }

  #row(milestone) {
    const { number, label, path, by, at } = milestone;
    const when = new Date(at).toLocaleString('fr-FR', { dateStyle: 'medium', timeStyle: 'short' });
    const address = `${this.page.settings.address}/jalons/${number}`;
    const back = () => this.#restore(milestone);
    return make(
      'li',
      { class: 'studio-comment' },
      make('p', { class: 'studio-comment__head' }, make('strong', {}, typo(label)), ` · ${when} · ${by}`),
      make('div', { class: 'studio__choices' },
        make('a', { href: address, target: '_blank', rel: 'noopener' }, 'Voir'),
        make('button', { type: 'button', class: 'studio-link', onclick: back }, path ? 'Reprendre ce texte' : 'Y revenir')),
    );
  }
}
