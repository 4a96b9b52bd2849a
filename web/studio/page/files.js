// The démarche's files, by kind.

import { make } from './html.js';

const KINDS = [
  ['Diagrammes', (path) => path.endsWith('.bpmn')],
  ['Tables de décision', (path) => path.endsWith('.dmn')],
  ['Formulaires', (path) => path.startsWith('forms/')],
  ['Courriers', (path) => path.startsWith('courriers/')],
  ['Scénarios', (path) => path.startsWith('scenarios/')],
  ['Exemples des tables', (path) => path.startsWith('exemples/')],
  ['Réglages et notice', () => true],
];

const SETTINGS = 'demarche.toml';

export class Files {
  constructor(page, session) {
    Object.assign(this, { page, session });
    this.place = page.place('files');
    this.#draw(page.settings.files);
    window.addEventListener('popstate', () => this.#open(this.#asked(), { remember: false }));
  }

  /** The file that is open now. */
  opened(path) {
    this.place.querySelectorAll('a').forEach((link) => {
      if (link.dataset.path === path) {
        link.setAttribute('aria-current', 'page');
        link.scrollIntoView({ block: 'nearest' });
      } else {
        link.removeAttribute('aria-current');
      }
    });
    this.page.place('file').textContent = path;
  }

  /** The draft has other files than before. */
  changed(files) {
    this.page.settings.files = files;
    this.#draw(files);
    this.opened(this.session.path);
  }

  #draw(files) {
    const own = files.filter((one) => !one.shared);
    const left = new Set(own);
    const groups = KINDS.map(([label, fits]) => {
      const found = [...left].filter((one) => fits(one.path));
      found.forEach((one) => left.delete(one));
      return [label, found];
    });
    const shared = files.filter((one) => one.shared);
    this.place.replaceChildren(
      ...groups.filter(([, found]) => found.length).map(([label, found]) => this.#group(label, found, true)),
      ...(shared.length ? [this.#group('Communs à toutes les démarches', shared, false)] : []),
    );
  }

  #group(label, files, open) {
    return make('details', { open }, make('summary', {}, label), make('ul', {}, ...files.map((one) => this.#row(one))));
  }

  #row({ path }) {
    const open = (event) => {
      if (!event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        this.#open(path);
      }
    };
    const short = path.replace(/^_commun\//, '').replace(/^(forms|courriers|scenarios|exemples)\//, '');
    const link = make('a', { href: this.#address(path), 'data-path': path, title: path, onclick: open }, short);
    return make('li', {}, link, ...(path === SETTINGS ? this.#pages() : []));
  }

  // The pages that read and write this file: what the démarche says of itself, its dated values. They need no script.
  #pages() {
    return [['presentation', 'Présentation'], ['donnees', 'Données datées']]
      .map(([page, label]) => make('a', { href: `${window.location.pathname}/${page}`, class: 'studio__beside' }, label));
  }

  #open(path, { remember = true } = {}) {
    if (remember) {
      window.history.pushState({}, '', this.#address(path));
    }
    this.session.open(path);
  }

  #address = (path) => `${this.page.settings.address}?fichier=${encodeURIComponent(path)}`;

  #asked = () => new URLSearchParams(window.location.search).get('fichier') ?? this.page.settings.path;
}
