// The editor of forms: form-js with our extensions, and beside it the form as people will see it. A text that is no form
// opens as text, with the reason.

import { formEditor } from '../form/editor.js';
import { Preview } from '../form/preview.js';
import { Unreadable, completed, opened, pageOf, places, written } from '../form/schema.js';
import { make, typo } from '../page/html.js';
import { numberStyles } from '../page/styles.js';
import { open as openText } from './text.js';

const BLOCK = /(?:^|\/)forms\/blocs\/([^/]+)\.json$/;
const VIEWS = [
  ['', 'Écrire'],
  ['telephone', 'Aperçu : téléphone'],
  ['bureau', 'Aperçu : bureau'],
];

/** Open a form in `host`, its properties in `studio.side`. */
export async function open(host, { path, text, readOnly, studio }) {
  numberStyles(studio.nonce);
  const file = new FormFile(host, { path, readOnly, studio });
  await file.load(text);
  return file;
}

/** A form file, drawn or as text. */
class FormFile {
  constructor(host, given) {
    Object.assign(this, { host, ...given, view: '' });
    const { settings } = this.studio.page;
    this.preview = new Preview({ settings, path: this.path, write: () => this.text(), saved: this.readOnly });
    this.place = make('div', { class: 'studio-form__place' });
    this.bar = make('div', { class: 'studio-form__bar', role: 'group', 'aria-label': 'Écrire ou voir' },
      ...VIEWS.map(([name, label]) => this.#button(name, label)));
    const both = make('div', { class: 'studio-form__both' }, this.place, this.preview.place);
    this.root = make('div', { class: 'studio-form' }, this.bar, both);
    this.host.replaceChildren(this.root);
  }

  async text() {
    return this.inner.text();
  }

  /** Another text in place of this one: drawn if it is a form, else as text. */
  async load(text) {
    this.inner?.destroy();
    try {
      this.inner = await drawn(this.place, this, text);
    } catch (error) {
      if (!(error instanceof Unreadable)) {
        throw error;
      }
      this.inner = plain(this.place, this, text, error.message);
    }
    const asText = !this.inner.draws;
    this.host.closest('.studio').classList.toggle('studio--as-text', asText);
    this.bar.hidden = asText;
    this.look(asText ? '' : this.view);
    this.inner.learn?.(this.studio.catalogue);
    this.preview.changed();
  }

  changed() {
    this.studio.changed();
    this.preview.changed();
  }

  learn(catalogue) {
    this.inner.learn?.(catalogue);
  }

  show(findings) {
    this.inner.mark?.('findings', findings, (one) => this.studio.chosen(one));
  }

  noted(comments) {
    this.inner.mark?.('comments', comments, (one) => this.studio.discussed(one));
  }

  go(element, line) {
    this.look('');
    this.inner.go(element, line);
  }

  act(verb) {
    this.inner.act?.(verb);
  }

  destroy() {
    this.preview.destroy();
    this.inner.destroy();
    this.studio.side.replaceChildren();
    this.host.closest('.studio').classList.remove('studio--as-text');
    this.host.replaceChildren();
  }

  /** Write, or see at a width. */
  look(view) {
    this.view = view;
    this.root.dataset.view = view;
    this.preview.show(view || null);
    [...this.bar.children].forEach((one) => one.setAttribute('aria-pressed', String(one.dataset.view === view)));
  }

  #button(view, label) {
    return make('button', {
      type: 'button',
      class: 'button button--quiet button--small',
      'data-view': view,
      'aria-pressed': 'false',
      onclick: () => this.look(view),
    }, typo(label));
  }
}

/** The form drawn by form-js; raises Unreadable. */
async function drawn(place, file, text) {
  const { readOnly, studio, path } = file;
  const read = opened(text);
  const blocks = studio.page.settings.files.map((one) => BLOCK.exec(one.path)?.[1]).filter((one) => one && path !== one);
  const canvas = make('div', { class: `studio-form__canvas${readOnly ? ' studio-form__canvas--still' : ''}` });
  place.replaceChildren(canvas);
  const editor = formEditor({ container: canvas, panel: studio.side, blocks: [...new Set(blocks)].sort(), readOnly });
  try {
    await editor.importSchema(read.schema);
  } catch (error) {
    editor.destroy();
    throw new Unreadable(`L’éditeur de formulaires ne sait pas dessiner ce texte : ${error.message}.`, { cause: error });
  }
  editor.get('propertiesPanel').pressed(canvas);
  return new Drawn(editor, { place, file, before: text, read });
}

class Drawn {
  draws = true;

  constructor(editor, given) {
    Object.assign(this, { editor, ...given });
    this.artefacts = completed(this.editor.getSchema());
    const { studio, readOnly } = this.file;
    editor.on('commandStack.changed', ({ trigger }) => {
      if (trigger !== 'clear') {
        this.file.changed();
        studio.undoable(this.#steps());
      }
    });
    editor.on('selection.changed', ({ selection }) => {
      studio.selected(this.#told(selection));
      if (selection && selection.type !== 'default') {
        this.file.preview.aim(pageOf(editor._getState().schema, selection.id));
      }
    });
    if (!readOnly) {
      studio.undoable(this.#steps());
    }
  }

  /** As it was read, while nothing is changed; else with its changes. */
  text() {
    return this.#steps().undo ? written(this.editor.getSchema(), this.read, this.artefacts) : this.before;
  }

  learn(catalogue) {
    this.editor.get('propertiesPanel').learn(catalogue ?? {});
  }

  /** Mark what these speak of; of several about one place, all. */
  mark(kind, told, go) {
    const places_ = this.#places();
    const found = new Map();
    told.forEach((one) => {
      const id = places_.get(one.element);
      if (id) {
        found.set(id, [...(found.get(id) ?? []), one]);
      }
    });
    this.editor.get('marks').set(kind, found, go);
  }

  go(element) {
    const field = this.editor.get('formFieldRegistry').get(this.#places().get(element));
    if (field) {
      this.editor.get('selection').set(field);
    }
  }

  act(verb) {
    if (verb === 'undo' || verb === 'redo') {
      this.editor.get('editorActions').trigger(verb);
    }
  }

  destroy() {
    this.editor.destroy();
    this.place.replaceChildren();
  }

  #places() {
    return places(this.editor._getState().schema, this.read.origins);
  }

  #steps() {
    const stack = this.editor.get('commandStack');
    return { undo: stack.canUndo(), redo: stack.canRedo() };
  }

  #told(field) {
    if (!field || field.type === 'default') {
      return null;
    }
    const place = [...this.#places()].find(([, id]) => id === field.id)?.[0];
    return place ? { id: place, name: field.label ?? field.dateLabel ?? '' } : null;
  }
}

/** The text itself, under the reason; once it is a form, it may be drawn. */
function plain(place, file, text, reason) {
  const why = make('p', {}, typo(reason));
  const again = make('button', { type: 'button', class: 'button button--secondary button--small', hidden: file.readOnly }, 'Ouvrir comme formulaire');
  const box = make('div', { class: 'studio-form__text' });
  place.replaceChildren(make('div', { class: 'studio-form__why', role: 'status' }, why, again), box);
  const area = openText(box, { path: file.path, text, readOnly: file.readOnly, studio: file });
  again.addEventListener('click', () => file.load(area.text()));
  return { draws: false, text: area.text, go: area.go, destroy: () => place.replaceChildren() };
}
