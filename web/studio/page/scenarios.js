// How the draft's scenarios went when the server last played them: each in the drawer, and over the drawing what they
// pass, the way of one of them, and always where one fails.

import { make, plural, typo } from './html.js';

const ALL = 'all';
const NOT_YET = 'Les scénarios n’ont pas encore été joués.';
const share = (part) => `${Math.floor(part * 100)} %`;

const sign = (kind, mark, text) => make('li', {}, make('span', { class: kind, 'aria-hidden': 'true' }, mark), text);

export class Scenarios {
  constructor(page, session) {
    Object.assign(this, { page, session, told: null, shown: null });
    this.list = page.place('scenarios');
    this.legend = page.place('legend');
    this.button = page.place('cover');
    this.button.addEventListener('click', () => this.cover(this.shown ? null : ALL));
    page.root.querySelector('[data-tab=scenarios]').addEventListener('click', () => this.refresh());
  }

  async refresh() {
    const told = await this.session.server.say('GET', 'essais/resultats').catch(() => null);
    if (told) {
      this.told = told.played ? told : null;
      this.list.replaceChildren(...(told.played ? this.#rows(told) : [this.#line(NOT_YET, this.#playNow())]));
      const failed = this.#failed().length;
      const count = this.page.place('scenarios-count');
      count.textContent = failed ? String(failed) : '';
      count.classList.toggle('count-mark--danger', failed > 0);
      this.show();
    }
  }

  /** Over the drawing: what all pass, the way of one file, or nothing. */
  cover(shown) {
    this.shown = shown;
    this.button.setAttribute('aria-pressed', String(Boolean(shown)));
    this.show();
  }

  /** Draw it over the file that is open. */
  show() {
    const { path, editor } = this.session;
    const one = this.#chosen();
    if (this.shown && this.shown !== ALL && !one) {
      this.shown = ALL;
    }
    editor?.covered?.(this.#view(path, one), this.#stops(path), (stop) => this.#choose(stop.file));
    const hidden = !this.shown || !path?.endsWith('.bpmn');
    this.legend.replaceChildren(...(hidden ? [] : this.#legend(one)));
    if (hidden !== this.legend.hidden) {
      this.legend.hidden = hidden;
      window.dispatchEvent(new Event('resize'));
    }
  }

  #failed() {
    return (this.told?.scenarios ?? []).filter((one) => !one.passed);
  }

  #chosen() {
    return this.told?.scenarios.find((one) => one.file === this.shown);
  }

  #view(path, one) {
    if (one) {
      return { passes: Object.fromEntries((one.way[path] ?? []).map((id) => [id, 1])), counted: false };
    }
    return (this.shown && this.told?.diagrams[path]) || {};
  }

  #stops(path) {
    const one = this.#chosen();
    return this.#failed().filter((failed) => !one || one === failed).flatMap((failed) => {
      const { file, title, here, awaited, stop } = failed;
      const what = stop?.differences[0]?.message ?? '';
      const why = typo(`Scénario « ${title} », étape ${stop?.number ?? 0} : ${what}`);
      const missing = typo(`Le scénario « ${title} » attendait le dossier ici, à l’étape ${stop?.number ?? 0}`);
      return [
        ...(here[path] ?? []).map((element) => ({ element, file, told: why })),
        ...(awaited[path] ?? []).map((element) => ({ element, file, told: missing, awaited: true })),
      ];
    });
  }

  #legend(one) {
    const failed = this.#failed().filter((other) => !one || one === other);
    const signs = [
      sign('studio-tick', '✓', one ? 'parcouru' : 'combien y passent'),
      !one && sign('studio-never', 'jamais', 'aucun n’y passe (pointillé)'),
      failed.length && sign('studio-mark studio-mark--stop', '✗', 'échec ici'),
      failed.some((other) => Object.keys(other.awaited).length)
        && sign('studio-mark studio-mark--awaited', '?', 'attendu ici'),
    ];
    const all = one && make('button', { type: 'button', class: 'studio-link', onclick: () => this.cover(ALL) },
      'Toute la couverture');
    const close = () => {
      this.cover(null);
      this.button.focus();
    };
    return [
      make('p', {}, make('strong', {}, typo(one ? `Chemin de « ${one.title} »` : 'Couverture')), ` ${this.#state(one)} `, all),
      ...(this.told && !this.told.refused ? [make('ul', {}, ...signs.filter(Boolean))] : [this.#playNow()]),
      make('button', { type: 'button', class: 'button button--quiet button--small', onclick: close }, 'Fermer'),
    ];
  }

  #state(one) {
    const { told } = this;
    if (!told) {
      return typo(NOT_YET);
    }
    const figures = `${share(told.elements)} des éléments, ${share(told.flows)} des chemins. `;
    return typo(`${one || told.refused ? '' : figures}${told.refused || this.#freshness()}`);
  }

  #freshness() {
    return this.told.current ? '' : 'Le brouillon a changé, les scénarios se rejouent… ';
  }

  #playNow() {
    return make('button', { type: 'button', class: 'button button--secondary button--small', onclick: () => this.#play() },
      'Jouer maintenant');
  }

  async #play() {
    this.page.say('Les scénarios se jouent…');
    try {
      await this.session.server.say('POST', 'essais/resultats');
      this.page.say('Les scénarios sont joués.');
    } catch (error) {
      this.page.say(error.message);
    }
    await this.refresh();
  }

  #rows(told) {
    const failed = this.#failed().length;
    const passed = told.scenarios.length - failed;
    const figures = `${plural(passed, 'réussi')}, ${plural(failed, 'échoué')}. `
      + `Éléments parcourus : ${share(told.elements)}, chemins : ${share(told.flows)}.`;
    const sorted = [...told.scenarios].sort((a, b) => a.passed - b.passed); // what fails comes first
    return [this.#line(told.refused || `${this.#freshness()}${figures}`), ...sorted.map((one) => this.#row(one))];
  }

  #line(text, button) {
    return make('li', { class: 'muted' }, typo(`${text} `), button);
  }

  #row(one) {
    const { file, title, passed, failures, stop, way } = one;
    const address = `${this.page.settings.address}/scenarios/${file}`;
    const walked = Object.keys(way).length > 0;
    const label = passed ? 'Montrer son chemin' : 'Montrer sur le diagramme';
    return make(
      'li',
      { class: 'studio-scenario', 'data-scenario': file },
      make('p', {},
        make('strong', { class: passed ? 'studio-scenario__good' : 'studio-scenario__bad' }, passed ? '✓ réussi' : '✗ échoué'),
        ' ', make('a', { href: address }, typo(title)),
        walked && make('button', { type: 'button', class: 'studio-link', onclick: () => this.#walk(one) }, label)),
      ...(stop ? this.#difference(stop) : failures.map((each) => make('p', {}, typo(each)))),
    );
  }

  #difference({ number, title, differences }) {
    const step = number ? `Étape ${number}${title ? `, « ${title} »` : ''}` : 'Au début';
    return differences.map(({ message, expected, got }) => make('p', { class: 'studio-scenario__difference' },
      typo(`${step} : `),
      ...(expected
        ? ['attendu ', make('ins', {}, typo(expected)), ', trouvé ', make('del', {}, typo(got))]
        : [typo(message)])));
  }

  /** A mark was used: its scenario in the list. */
  #choose(file) {
    this.session.parts.drawer.show('scenarios');
    const row = this.list.querySelector(`[data-scenario="${CSS.escape(file)}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector('a')?.focus({ preventScroll: true });
  }

  /** Show the way of one scenario, on the diagram where it stops. */
  async #walk(one) {
    const { path } = this.session;
    const stood = one.stop?.here[0];
    const fileOf = (ids) => Object.keys(ids).find((file) => ids[file].includes(stood)) ?? Object.keys(ids)[0];
    const target = one.passed ? (path in one.way ? path : fileOf(one.way)) : fileOf(one.here) ?? fileOf(one.way);
    this.cover(one.file);
    await this.session.open(target, { go: stood && one.here[target] ? { element: stood } : null });
  }
}
