// The editor of decision tables: dmn-js, a switch between the decisions of the file, and beside it the table being tried.
// A text that dmn-js cannot draw opens as text, with the reason.

import { make, plural, typo } from '../page/html.js';
import { numberStyles } from '../page/styles.js';
import { Drawn, Undrawable } from '../table/drawn.js';
import { plain } from '../table/plain.js';
import { Trial } from '../table/trial.js';

/** Open a DMN file in `host`. */
export async function open(host, { path, text, readOnly, studio }) {
  numberStyles(studio.nonce);
  const file = new TableFile(host, { path, readOnly, studio });
  await file.load(text);
  return file;
}

/** A DMN file, drawn or as text. */
class TableFile {
  constructor(host, given) {
    Object.assign(this, { host, ...given });
    this.views = make('div', { class: 'studio-table__views', role: 'group', 'aria-label': 'Décisions du fichier' });
    this.trial = new Trial({
      studio: this.studio,
      readOnly: this.readOnly,
      path: this.path,
      write: () => this.text(),
      tried: (byNumber) => this.inner.tried?.(byNumber),
      go: (number) => this.#goToRule(number),
    });
    this.try = make('button', {
      type: 'button',
      class: 'button button--secondary button--small',
      'aria-expanded': 'false',
      onclick: () => this.#tryOut(!this.trial.open),
    }, 'Essayer la table');
    this.bar = make('div', { class: 'studio-table__bar' }, this.views, this.try);
    this.place = make('div', { class: 'studio-table__place' });
    this.root = make('div', { class: 'studio-table' }, this.bar,
      make('div', { class: 'studio-table__both' }, this.place, this.trial.place));
    // A press on a list of choices must not take the focus away: the list would close before the choice.
    this.root.addEventListener('mousedown', (event) => {
      if (event.target.closest('.dms-select-options')) {
        event.preventDefault();
      }
    }, true);
    this.host.replaceChildren(this.root);
  }

  text() {
    return this.inner.text();
  }

  /** Another text in place of this one: drawn if it can be, else as text. */
  async load(text) {
    try {
      this.inner = await this.#drawn(text);
    } catch (error) {
      if (!(error instanceof Undrawable)) {
        throw error;
      }
      this.#asText(text, error.message);
      return;
    }
    this.#dressed();
  }

  /** The text itself in place of the drawing. */
  #asText(text, why) {
    this.inner.destroy();
    const given = { path: this.path, readOnly: this.readOnly, studio: this.studio, load: (other) => this.load(other) };
    this.inner = plain(this.place, given, text, why);
    this.#dressed();
  }

  #dressed() {
    this.bar.hidden = !this.inner.draws;
    this.host.closest('.studio').classList.toggle('studio--as-text', !this.inner.draws);
    this.#tryOut(this.trial.open && this.inner.draws);
    this.#viewed();
  }

  show(findings) {
    this.inner.show?.(findings);
    this.trial.changed();
  }

  noted(comments) {
    this.inner.noted?.(comments);
  }

  go(element, line) {
    return this.inner.go(element, line);
  }

  act(verb) {
    this.inner.act?.(verb);
  }

  destroy() {
    this.trial.destroy();
    this.inner.destroy();
    this.host.closest('.studio').classList.remove('studio--as-text');
    this.host.replaceChildren();
  }

  /** The drawing that stands, or a new one, with this text in it; raises Undrawable. */
  async #drawn(text) {
    if (!this.inner?.draws) {
      const canvas = make('div', { class: 'studio-table__canvas' });
      this.place.replaceChildren(canvas);
      this.inner = new Drawn(canvas, { readOnly: this.readOnly, studio: this.studio, viewed: () => this.#viewed() });
    }
    await this.inner.load(text);
    return this.inner;
  }

  #viewed() {
    if (!this.inner.draws) {
      return;
    }
    const unseen = this.inner.unseen();
    this.views.replaceChildren(
      ...this.inner.views().map((one) => this.#button(one)),
      ...(unseen.length ? [this.#unseen(unseen)] : []),
    );
    const decision = this.inner.decision;
    this.try.hidden = !decision;
    this.trial.about(decision);
  }

  /** Decisions in forms that are not drawn: named, and the way to the text. */
  #unseen(names) {
    const why = names.length > 1
      ? `Ces décisions ne sont pas des tables : ${names.join(', ')}. Seul le texte du fichier les montre.`
      : `La décision « ${names[0]} » n’est pas une table : seul le texte du fichier la montre.`;
    return make('p', { class: 'studio-table__hidden' }, typo(`Sans dessin : ${names.join(', ')} `), make('button', {
      type: 'button',
      class: 'button button--quiet button--small',
      onclick: async () => this.#asText(await this.text(), why),
    }, 'Voir le texte'));
  }

  #button({ id, name, count }) {
    return make('button', {
      type: 'button',
      class: 'button button--quiet button--small',
      'aria-pressed': String(id === this.inner.shown),
      onclick: () => this.inner.look(id),
    }, typo(name), count ? make('span', { class: 'count-mark', title: plural(count, 'constat') }, String(count)) : null);
  }

  #tryOut(open) {
    this.try.setAttribute('aria-expanded', String(open));
    this.trial.show(open);
    this.root.classList.toggle('studio-table--tried', open);
  }

  #goToRule(number) {
    const rule = this.inner.decision?.decisionLogic.rule?.[number - 1];
    return rule && this.inner.go(rule.id);
  }
}
