// « Essayer la table »: values are given beside the table, the server plays the text as it stands, and the rules that
// apply are marked in the table. « Essayer chaque ligne » has each rule tried with an example. What is tried may be kept:
// every check plays it again.

import { make, settled, typo } from '../page/html.js';
import { Refused } from '../page/server.js';
import { kept, keeping } from './kept.js';
import { answered, rowsTried } from './results.js';
import { field, read } from './values.js';

const PAUSE = 700;
const encoded = (path) => path.split('/').map(encodeURIComponent).join('/');

export class Trial {
  constructor({ studio, path, write, tried, go, readOnly }) {
    Object.assign(this, { studio, path, write, tried, go, readOnly, open: false, decision: null, given: {}, ask: '' });
    this.again = settled(() => this.#refresh(), PAUSE);
    this.title = make('h3', { class: 'studio-trial__title' });
    this.fields = make('div', { class: 'studio-trial__fields' });
    this.said = make('div', { class: 'studio-trial__said', role: 'status', 'aria-live': 'polite' });
    this.shelf = make('div', { class: 'studio-trial__kept' });
    const row = make('button', { type: 'button', class: 'button button--secondary button--small', onclick: () => this.#try('lignes') },
      'Essayer chaque ligne');
    const form = make('form', { class: 'studio-trial__form', novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.#try('essayer');
    } }, this.fields, make('p', { class: 'studio__choices' }, make('button', { type: 'submit', class: 'button button--small' }, 'Essayer'), row));
    this.place = make('section', { class: 'studio-trial', 'aria-label': 'Essayer la table', tabindex: '0', hidden: true },
      this.title, form, this.said, this.shelf);
  }

  /** Which decision's table is beside; another one is asked anew. */
  about(decision) {
    if (decision?.id !== this.decision?.id) {
      this.given[this.decision?.id] = read(this.fields);
      this.ask = '';
      this.asked = null;
      this.said.replaceChildren();
      this.fields.replaceChildren();
      this.shelf.replaceChildren();
      this.decision = decision;
      this.tried(new Map());
      this.changed();
    }
    this.place.hidden = !this.open || !decision;
  }

  /** The table has changed: its columns may have, and what it answers. */
  changed() {
    if (this.open && this.decision) {
      this.again();
    }
  }

  show(open) {
    this.open = open;
    this.place.hidden = !open || !this.decision;
    if (open) {
      this.#refresh();
    } else {
      this.tried(new Map());
    }
  }

  destroy() {
    this.open = false;
  }

  async #try(ask) {
    this.ask = ask;
    await this.#refresh();
  }

  /** Ask the server, and draw what it tells; an answer that comes too late is left. */
  async #refresh() {
    const decision = this.decision;
    if (!this.open || !decision) {
      return;
    }
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const told = await this.#ask(decision.id);
    if (turn === this.turn && this.open && decision === this.decision && told) {
      this.#draw(told);
    }
  }

  async #ask(decision) {
    const given = this.asked ? read(this.fields) : (this.given[decision] ?? {});
    const body = { content: await this.write(), decision, given, ask: this.ask };
    try {
      return await this.studio.server.say('POST', `tables/${encoded(this.path)}`, body);
    } catch (error) {
      return error instanceof Refused && error.told.table ? error.told : { message: error.message, fields: {} };
    }
  }

  #draw(told) {
    if (told.table) {
      this.#drawFields(told.table);
    }
    this.#tellErrors(told.fields ?? {});
    this.#drawShelf(told.examples);
    this.tried(new Map());
    if (told.result) {
      this.tried(marked(told.result));
      this.said.replaceChildren(...[answered(told.result), this.#keeping(told.result)].filter(Boolean));
    } else if (told.rows) {
      const all = this.readOnly || !told.rows.some((one) => one.answers) ? null : () => this.#keep({ ask: 'lignes' });
      this.said.replaceChildren(rowsTried(told, { go: this.go, use: (row) => this.#use(row.example), all }));
    } else {
      this.said.replaceChildren(...(told.message ? [make('p', { class: 'studio-trial__error' }, typo(told.message))] : []));
    }
  }

  /** The form that keeps what was tried; none for a table that contradicts itself, or for whoever reads only. */
  #keeping(result) {
    return this.readOnly || result.broken ? null : keeping((nom) => this.#keep({ nom }));
  }

  #drawShelf(examples) {
    if (examples) {
      const use = (given) => this.#use(given);
      const verbs = this.readOnly ? { use } : {
        use,
        keep: (nom, given) => this.#keep({ nom, given }),
        forget: (nom) => this.#keep({ ask: 'retirer', nom }),
      };
      this.shelf.replaceChildren(kept(examples, verbs));
    }
  }

  /** Keep what is given and what comes of it, or take an example back; then all is judged anew. */
  async #keep({ ask = '', nom = '', given = read(this.fields) }) {
    const body = { content: await this.write(), decision: this.decision.id, ask, nom, given };
    try {
      const told = await this.studio.server.say('POST', `lignes/${encoded(this.path)}`, body);
      this.#drawShelf(told.examples);
      this.studio.page.say(ask === 'retirer' ? 'L’exemple est retiré.' : 'Gardé : chaque vérification le joue.');
      this.studio.parts.findings.look();
      this.studio.news.ask();
    } catch (error) {
      this.studio.page.say(typo(Object.values(error.told?.fields ?? {}).join(' ') || error.message));
    }
  }

  /** The fields are made anew when what the table asks has changed; what was typed stays. */
  #drawFields(table) {
    this.title.textContent = typo(table.name);
    const asked = JSON.stringify([table.columns, table.others]);
    if (asked === this.asked) {
      return;
    }
    const given = this.asked ? read(this.fields) : (this.given[table.decision] ?? {});
    const other = table.others.length
      ? [make('h4', {}, 'Ce que les réponses lisent aussi'), ...table.others.map((one) => field(one, given[one.name] ?? one.usual))]
      : [];
    this.fields.replaceChildren(...table.columns.map((one) => field(one, given[one.name])), ...other);
    this.asked = asked;
  }

  #tellErrors(fields) {
    this.fields.querySelectorAll('[name]').forEach((control) => {
      const place = this.fields.querySelector(`#${CSS.escape(`${control.id}-erreur`)}`);
      place.textContent = typo(fields[control.name] ?? '');
      control.setAttribute('aria-invalid', String(control.name in fields));
    });
  }

  /** Take these values into the fields, and try them. */
  #use(given) {
    this.fields.querySelectorAll('[name]').forEach((control) => {
      if (control.name in given) {
        control.value = given[control.name];
      }
    });
    this.#try('essayer');
  }
}

function marked({ applying, answering }) {
  return new Map(applying.map((number) => [number, answering.includes(number) ? 'answers' : 'applies']));
}
