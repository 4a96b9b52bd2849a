// The properties of the chosen component, beside the form.

import { PropertiesPanel } from '@bpmn-io/properties-panel';
import { h, render } from '@bpmn-io/properties-panel/preact';

import { variables } from '../diagram/completion.js';
import { make, typo } from '../page/html.js';
import { Changes } from './changes.js';
import { groupsOf } from './groups.js';
import { kindOf, labelOf } from './kinds.js';

const HEAD = {
  getElementLabel: (field) => (field.type === 'default' ? field.title : labelOf(field)),
  getTypeLabel: (field) => typo(kindOf(field)),
  getElementIcon: () => null,
};

const TYPES = { number: 'number', checkbox: 'boolean', checklist: 'list<string>', filepicker: 'list<string>', datetime: 'date' };

/** Each answer of the form by its name, with its type. */
function answersOf({ components }, prefix) {
  return (components ?? []).flatMap((one) => {
    const name = one.key ?? one.path ?? '';
    const path = [prefix, name].filter(Boolean).join('.');
    if (one.type === 'dynamiclist') {
      return name ? [[path, 'list']] : [];
    }
    const own = one.key ? [[path, TYPES[one.type] ?? 'string']] : [];
    return [...own, ...answersOf(one, path)];
  });
}

/** What files may name, as the panel asks for it. */
class Catalogue {
  constructor() {
    this.told = {};
  }

  /** The dossier's data, and the answers of the form itself. */
  variables(schema) {
    return variables({ ...this.told.data, ...Object.fromEntries(answersOf(schema, '')) });
  }

  pieces() {
    return Object.entries(this.told.pieces ?? {}).map(([value, label]) => ({ value, label }));
  }
}

/** In place of form-js's panel: the same service, with our groups. */
export class Panel {
  constructor(config, blocks, eventBus, injector) {
    Object.assign(this, { eventBus, injector, parent: config.parent, catalogue: new Catalogue() });
    this.blocks = blocks ?? [];
    this.readOnly = config.readOnly;
    this.changes = new Changes(injector);
    this.acts = make('div', { class: 'studio-form__acts', role: 'group', 'aria-label': 'Place du composant' });
    this.panel = make('div', { class: 'studio-form__panel' });
    this.parent.replaceChildren(this.acts, this.panel);
    const draw = () => this.draw();
    eventBus.on('selection.changed', draw);
    eventBus.on('changed', draw);
    eventBus.once('form.destroy', () => render(null, this.panel));
  }

  /** What the palette offers comes by a press as well as by dragging. */
  pressed(canvas) {
    const offered = (event) => event.target.closest('.fjs-palette-field');
    // form-js takes Enter for itself, and puts the new one at the end of everything.
    canvas.addEventListener('keydown', (event) => event.key === 'Enter' && offered(event) && event.stopPropagation(), true);
    canvas.addEventListener('click', (event) => offered(event) && this.changes.add(offered(event).dataset.fieldType));
  }

  attachTo() {}

  detach() {}

  learn(told) {
    this.catalogue.told = told;
    this.draw();
  }

  draw() {
    const { schema } = this.injector.get('formEditor')._getState();
    if (!schema) {
      return;
    }
    const chosen = this.injector.get('selection').get();
    const field = chosen && this.injector.get('formFieldRegistry').get(chosen.id) ? chosen : schema;
    const { changes, catalogue, blocks, readOnly } = this;
    const replace = (old, attributes) => this.#replace(old, attributes);
    const here = { changes, catalogue, schema, blocks, readOnly, replace, debounce: this.injector.get('debounceInput') };
    this.#acts(field);
    const groups = groupsOf(field, here);
    render(h(PropertiesPanel, { element: field, headerProvider: HEAD, groups, eventBus: this.eventBus }), this.panel);
  }

  /** Everything that dragging does, by buttons. */
  #acts(field) {
    this.acts.hidden = field.type === 'default' || this.readOnly;
    if (this.acts.hidden) {
      return;
    }
    const { changes } = this;
    const button = (label, act, disabled = false) =>
      make('button', { type: 'button', class: 'button button--quiet button--small', disabled, onclick: () => this.#keepFocus(label, act) }, label);
    const home = make('select', { class: 'input studio-form__home', 'aria-label': 'Le ranger dans', onchange: (event) => changes.moveInto(field, event.target.value) });
    home.append(...changes.homes(field).map(({ value, label }) =>
      make('option', { value, selected: value === field._parent }, label)));
    this.acts.replaceChildren(
      button('Monter', () => changes.move(field, -1), !changes.canMove(field, -1)),
      button('Descendre', () => changes.move(field, 1), !changes.canMove(field, 1)),
      button('Dupliquer', () => changes.duplicate(field)),
      button('Retirer', () => changes.remove(field)),
      home,
    );
  }

  /** The button that was pressed is drawn anew; it keeps the focus. */
  #keepFocus(label, act) {
    act();
    [...this.acts.querySelectorAll('button')].find((one) => one.textContent === label && !one.disabled)?.focus();
  }

  #replace(old, attributes) {
    const { changes } = this;
    const parent = changes.parentOf(old);
    const index = changes.indexOf(old);
    changes.remove(old);
    changes.modeling.addFormField(attributes, parent, index);
  }
}

Panel.$inject = ['config.propertiesPanel', 'config.blocks', 'eventBus', 'injector'];
