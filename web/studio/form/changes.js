// What one does to a component, beside dragging it: each one step of undo.

import { typo } from '../page/html.js';
import { labelOf } from './kinds.js';

const NAME = /^[A-Za-z_]\w*$/;
// A key that form-js made up: the kind of the question and some letters.
const madeUp = ({ type, key }) => new RegExp(`^${type}_[a-z0-9]{4,8}$`).test(key ?? '');

/** A name of data out of a question's words. */
export const named = (label) =>
  label
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40)
    .replace(/^(\d)/, '_$1');

/** Why a name of data cannot be written, or nothing. */
export function refusedName(value) {
  if (!value) {
    return typo('Donnez un nom : c’est celui de la réponse dans le dossier.');
  }
  if (value.split('.').includes('typename')) {
    return 'Ce nom est réservé.';
  }
  return value.split('.').every((part) => NAME.test(part)) ? null : 'Des lettres sans accent, des chiffres et le signe _.';
}

export class Changes {
  constructor(injector) {
    this.injector = injector;
  }

  get registry() {
    return this.injector.get('formFieldRegistry');
  }

  get modeling() {
    return this.injector.get('modeling');
  }

  parentOf = (field) => this.registry.get(field._parent);

  indexOf = (field) => this.parentOf(field).components.findIndex((one) => one.id === field.id);

  /** Set properties; what is empty goes. */
  set(field, properties) {
    this.modeling.editFormField(field, properties);
  }

  /** Set one entry of a property that is an object; an empty object goes with its last entry. */
  within(field, name, key, value) {
    const next = { ...field[name], [key]: value };
    if (value === undefined || value === '' || value === null) {
      delete next[key];
    }
    this.set(field, { [name]: Object.keys(next).length ? next : undefined });
  }

  /** The question's words; a name of data that nobody chose follows them. */
  label(field, name, value) {
    const follows = value && madeUp(field);
    this.set(field, { [name]: value ?? '', ...(follows ? { key: this.#free(field, named(value)) } : {}) });
  }

  /** Whether another question answers under the same name. */
  alone(field, key) {
    return !this.parentOf(field).components.some((one) => one !== field && one.key === key);
  }

  #free(field, wanted) {
    let name = wanted || field.key;
    for (let count = 2; !this.alone(field, name); count += 1) {
      name = `${wanted}_${count}`;
    }
    return name;
  }

  /** A new component of the palette's `name`: after the chosen one, or in it; a page beside the pages. */
  add(name) {
    const { schema } = this.injector.get('formEditor')._getState();
    const [parent, index] = this.#here(name === 'page', schema, this.injector.get('selection').get());
    this.modeling.addFormField({ type: name, _parent: parent.id }, parent, index);
  }

  #here(isPage, schema, chosen) {
    const field = chosen && this.registry.get(chosen.id);
    const top = (one) => (one._parent === schema.id ? one : top(this.parentOf(one)));
    if (!field || field === schema) {
      const last = schema.components.at(-1);
      const within = !isPage && last?.properties?.page ? last : schema;
      return [within, within.components.length];
    }
    if (isPage) {
      return [schema, this.indexOf(top(field)) + 1];
    }
    return field.components ? [field, field.components.length] : [this.parentOf(field), this.indexOf(field) + 1];
  }

  canMove(field, step) {
    const index = this.indexOf(field) + step;
    return index >= 0 && index < this.parentOf(field).components.length;
  }

  move(field, step) {
    const parent = this.parentOf(field);
    const from = this.indexOf(field);
    // An index after its own place counts it as still there.
    this.modeling.moveFormField(field, parent, parent, from, step > 0 ? from + 2 : from - 1, null, null);
  }

  /** The pages, groups and lists that may take the component in, the form itself first. */
  homes(field) {
    const inside = (one) => one === field || (one._parent && inside(this.registry.get(one._parent)));
    const found = this.registry.getAll().filter((one) => Array.isArray(one.components) && !inside(one));
    return found.map((one) => ({ value: one.id, label: one.type === 'default' ? 'le formulaire' : labelOf(one) || one.path || '…' }));
  }

  moveInto(field, id) {
    const home = this.registry.get(id);
    if (home && home !== this.parentOf(field)) {
      this.modeling.moveFormField(field, this.parentOf(field), home, this.indexOf(field), home.components.length, null, null);
    }
  }

  remove(field) {
    this.modeling.removeFormField(field, this.parentOf(field), this.indexOf(field));
  }

  /** The same once more, just after. */
  duplicate(field) {
    const copied = this.#copy(field, this.parentOf(field), this.indexOf(field) + 1);
    this.injector.get('selection').set(copied);
  }

  #copy(field, parent, index) {
    const { id: _, _path, _parent, components, layout: _row, key, ...rest } = field;
    const holds = components ? { components: [] } : {};
    const name = key && !parent.components.some((one) => one.key === key) ? key : key && `${key}_copie`;
    const attributes = { ...structuredClone(rest), ...holds, ...(name ? { key: name } : {}) };
    const made = this.modeling.addFormField(attributes, parent, index);
    components?.forEach((one, place) => this.#copy(one, made, place));
    return made;
  }
}
