// What a cell may name: the dossier's data as the server tells them, then what the file's own decisions give. Every name
// has a list of what lies in it, if an empty one: the FEEL editor looks there without asking.

import { variables } from '../diagram/completion.js';

const whole = ({ entries, ...one }) => ({ ...one, entries: (entries ?? []).map(whole) });

/** The module that has dmn-js complete from `studio.catalogue` as it stands. */
export function known(studio) {
  class Known {
    constructor() {
      this.providers = [];
    }

    registerProvider(provider) {
      this.providers.push(provider);
    }

    getVariables(element) {
      const ours = variables(studio.catalogue.data ?? {});
      const names = new Set(ours.map(({ name }) => name));
      const others = this.providers.reduce((found, one) => one.getVariables(found, element), []);
      return [...ours, ...others.filter(({ name }) => !names.has(name)).map(whole)];
    }
  }
  return { variableResolver: ['type', Known] };
}
