// What a FEEL expression may name here: the dossier's data with their types, as the server tells them.

const TYPES = {
  string: 'texte',
  number: 'nombre',
  boolean: 'vrai ou faux',
  date: 'date',
  time: 'heure',
  'date and time': 'date et heure',
  'days and time duration': 'durée',
  'years and months duration': 'durée en mois',
  context: 'ensemble',
  list: 'liste',
  template: 'courrier',
};

/** A FEEL type in French. */
export const typeName = (type) => TYPES[type] ?? (type?.startsWith('list') ? 'liste' : '');

/** The tree of variables that the FEEL editor completes from, out of `{path: type}`. */
export function variables(data) {
  const top = [];
  for (const [path, type] of Object.entries(data)) {
    let level = top;
    path.split('.').forEach((name, index, names) => {
      let found = level.find((one) => one.name === name);
      if (!found) {
        found = { name, entries: [] };
        level.push(found);
      }
      if (index === names.length - 1) {
        found.detail = typeName(type);
        found.isList = type?.startsWith('list') ? 'optional' : false;
      }
      level = found.entries;
    });
  }
  return top;
}

/** What the server told that a démarche may name; asked again after each save, since files name one another. */
export class Catalogue {
  constructor(eventBus) {
    this.eventBus = eventBus;
    this.set({});
  }

  set(told) {
    this.actions = told.actions ?? {};
    this.labels = told.labels ?? {}; // what each action does
    this.forms = told.forms ?? [];
    this.letters = told.letters ?? [];
    this.decisions = told.decisions ?? [];
    this.roles = told.roles ?? [];
    this.blocks = told.blocks ?? [];
    this.variables = variables(told.data ?? {});
    this.eventBus.fire('propertiesPanel.providersChanged');
  }
}

Catalogue.$inject = ['eventBus'];

export default { __init__: ['catalogue'], catalogue: ['type', Catalogue] };
