// PlaniPref's own words in a diagram: reading them, and changing them by commands that can be undone.

const NAME = (kind) => `planipref:${kind}`;

/** The first extension of that kind that `holder` carries, or nothing. */
export function extension(holder, kind) {
  return extensions(holder, kind)[0];
}

/** Every extension of that kind. */
export function extensions(holder, kind) {
  return (holder?.get('extensionElements')?.get('values') ?? []).filter((one) => one.$type === NAME(kind));
}

/** Changes of extensions, each one step of undo. */
export class Extensions {
  constructor(modeling, bpmnFactory) {
    Object.assign(this, { modeling, bpmnFactory });
  }

  /** Set attributes of the extension of that kind; it comes with its first attribute and goes with its last. */
  set(element, holder, kind, attributes) {
    const found = extension(holder, kind);
    if (!found) {
      this.add(element, holder, kind, attributes);
    } else if (this.#isEmpty(found, attributes)) {
      this.remove(element, holder, found);
    } else {
      this.modeling.updateModdleProperties(element, found, attributes);
    }
  }

  /** Add one more extension. */
  add(element, holder, kind, attributes = {}) {
    const made = this.make(kind, attributes);
    this.#place(element, holder, [...this.#values(holder), made], made);
    return made;
  }

  remove(element, holder, found) {
    this.#place(element, holder, this.#values(holder).filter((one) => one !== found));
  }

  /** Set or take away (`value` empty) the `entree` or `sortie` of that name, in the extension of that kind. */
  pair(element, holder, kind, list, name, value) {
    const found = extension(holder, kind);
    const pairs = found?.get(list) ?? [];
    const pair = pairs.find((one) => one.nom === name);
    if (pair && value) {
      this.modeling.updateModdleProperties(element, pair, { valeur: value });
    } else if (pair) {
      this.modeling.updateModdleProperties(element, found, { [list]: pairs.filter((one) => one !== pair) });
    } else if (value) {
      this.addPair(element, holder, kind, list, { nom: name, valeur: value });
    }
  }

  addPair(element, holder, kind, list, attributes) {
    const found = extension(holder, kind);
    const pair = this.make(list === 'listeEntrees' ? 'Entree' : 'Sortie', attributes);
    if (!found) {
      this.add(element, holder, kind, { [list]: [pair] });
      return;
    }
    pair.$parent = found;
    this.modeling.updateModdleProperties(element, found, { [list]: [...found.get(list), pair] });
  }

  removePair(element, holder, kind, list, pair) {
    const found = extension(holder, kind);
    const left = found.get(list).filter((one) => one !== pair);
    if (!left.length && this.#isEmpty(found, { [list]: [] })) {
      this.remove(element, holder, found);
    } else {
      this.modeling.updateModdleProperties(element, found, { [list]: left });
    }
  }

  make(kind, attributes) {
    const made = this.bpmnFactory.create(NAME(kind), attributes);
    Object.values(attributes).filter(Array.isArray).flat().forEach((child) => {
      child.$parent = made;
    });
    return made;
  }

  #values(holder) {
    return holder.get('extensionElements')?.get('values') ?? [];
  }

  #place(element, holder, values) {
    const made = values.length ? this.bpmnFactory.create('bpmn:ExtensionElements', { values }) : undefined;
    if (made) {
      made.$parent = holder;
      values.forEach((one) => {
        one.$parent = made;
      });
    }
    this.modeling.updateModdleProperties(element, holder, { extensionElements: made });
  }

  #isEmpty(found, changed) {
    return found.$descriptor.properties.every(({ name }) => {
      const value = name in changed ? changed[name] : found.get(name);
      return value === undefined || value === '' || (Array.isArray(value) && !value.length);
    });
  }
}

Extensions.$inject = ['modeling', 'bpmnFactory'];

/** What is copied or becomes another kind of element keeps only the extensions that its new kind may carry. */
class Fitting {
  constructor(eventBus, moddle) {
    eventBus.on('moddleCopy.canCopyProperty', ({ parent, property }) => {
      const allowed = property?.$type && moddle.registry.typeMap[property.$type]?.meta?.allowedIn;
      const holder = parent?.$type === 'bpmn:ExtensionElements' ? parent.$parent : parent;
      return allowed && holder && !allowed.some((one) => holder.$instanceOf(one)) ? false : undefined;
    });
  }
}

Fitting.$inject = ['eventBus', 'moddle'];

export default { __init__: ['extensions', 'fitting'], extensions: ['type', Extensions], fitting: ['type', Fitting] };
