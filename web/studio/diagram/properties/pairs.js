// Lists of names and values: what goes into a step and what comes out of it, and free properties.

import { ListGroup } from '@bpmn-io/properties-panel';

import { extension, extensions } from '../extensions.js';
import { feel, text } from './fields.js';

function pairRow(prefix, pair, { element, modeling }, valueField = feel) {
  const change = (attributes) => modeling.updateModdleProperties(element, pair, attributes);
  return [
    text({ id: `${prefix}-nom`, label: 'Nom', get: () => pair.nom, set: (nom) => change({ nom }) }),
    valueField({ id: `${prefix}-valeur`, label: 'Valeur', get: () => pair.valeur, set: (valeur) => change({ valeur }) }),
  ];
}

/** A group for the `entree` (`listeEntrees`) or `sortie` (`listeSorties`) of the extension of that kind. */
export function pairs({ id, label, element, holder, kind, list, injector, without = [] }) {
  const own = injector.get('extensions');
  const modeling = injector.get('modeling');
  const held = (extension(holder, kind)?.get(list) ?? []).filter((one) => !without.includes(one.nom));
  return {
    id,
    label,
    component: ListGroup,
    translate: injector.get('translate'),
    items: held.map((pair, index) => ({
      id: `${id}-${index}`,
      label: pair.nom || '…',
      entries: pairRow(`${id}-${index}`, pair, { element, modeling }),
      autoFocusEntry: `${id}-${index}-nom`,
      remove: (event) => {
        event.stopPropagation();
        own.removePair(element, holder, kind, list, pair);
      },
    })),
    add: (event) => {
      event.stopPropagation();
      own.addPair(element, holder, kind, list, { nom: '', valeur: '' });
    },
  };
}

/** A group for the free properties that have no field of their own. */
export function freeProperties({ element, holder, injector, without }) {
  const own = injector.get('extensions');
  const modeling = injector.get('modeling');
  const held = extensions(holder, 'Propriete').filter((one) => !without.includes(one.nom));
  return {
    id: 'planipref-proprietes',
    label: 'Propriétés',
    component: ListGroup,
    translate: injector.get('translate'),
    items: held.map((pair, index) => ({
      id: `planipref-propriete-${index}`,
      label: pair.nom || '…',
      entries: pairRow(`planipref-propriete-${index}`, pair, { element, modeling }, text),
      autoFocusEntry: `planipref-propriete-${index}-nom`,
      remove: (event) => {
        event.stopPropagation();
        own.remove(element, holder, pair);
      },
    })),
    add: (event) => {
      event.stopPropagation();
      own.add(element, holder, 'Propriete', { nom: '', valeur: '' });
    },
  };
}
