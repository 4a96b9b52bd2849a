// The panel's groups that PlaniPref adds or puts in place of the general ones.

import { Group } from '@bpmn-io/properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { condition, conditional, several, severalOf, timer, timerOf } from './flows.js';
import { freeProperties, pairs } from './pairs.js';
import { NAMED, action, call, card, decision, notice, parameters, person, role } from './tasks.js';

const group = (id, label, entries, { shouldOpen = false } = {}) =>
  entries.length ? [{ id, label, component: Group, entries, shouldOpen }] : [];
const OPEN = { shouldOpen: true };

function ours(here) {
  const { element, holder } = here;
  const rows = [];
  if (is(element, 'bpmn:UserTask')) {
    rows.push(...person(here));
  } else if (is(element, 'bpmn:ServiceTask') || is(element, 'bpmn:SendTask')) {
    rows.push(...action(here));
  } else if (is(element, 'bpmn:BusinessRuleTask')) {
    rows.push(...decision(here));
  } else if (is(element, 'bpmn:CallActivity')) {
    rows.push(...call(here));
  } else if (is(element, 'bpmn:Lane')) {
    rows.push(...role(here));
  } else if (is(element, 'bpmn:Event') && !holder.get('attachedToRef')) {
    rows.push(...notice(here));
  }
  return group('planipref', 'PlaniPref', rows, OPEN);
}

function lists(here) {
  const { element, holder } = here;
  const list = (id, label, kind, name, without) =>
    pairs({ id: `planipref-${id}`, label, ...here, kind, list: name, without });
  if (is(element, 'bpmn:CallActivity')) {
    return [
      list('entrees', 'Données données au bloc', 'Appel', 'listeEntrees'),
      list('sorties', 'Données reprises du bloc', 'Appel', 'listeSorties'),
    ];
  }
  const found = [];
  if (is(element, 'bpmn:ServiceTask') || is(element, 'bpmn:SendTask')) {
    const known = Object.keys(here.injector.get('catalogue').actions[nameOf(holder)]?.params ?? {});
    found.push(list('autres', 'Autres paramètres', 'Action', 'listeEntrees', known));
    found.push(list('resultats', 'Résultats repris', 'Action', 'listeSorties'));
  }
  if (is(element, 'bpmn:Activity')) {
    found.push(list('avant', 'Variables avant l’étape', 'Variables', 'listeEntrees'));
    found.push(list('apres', 'Variables après l’étape', 'Variables', 'listeSorties'));
  }
  return found;
}

const nameOf = (holder) =>
  holder.get('extensionElements')?.get('values').find((one) => one.$type === 'planipref:Action')?.nom;

function written(here) {
  const { element, holder } = here;
  const timed = is(element, 'bpmn:Event') && timerOf(holder);
  const repeated = is(element, 'bpmn:Activity') && severalOf(holder);
  return [
    ...group('planipref-minuterie-groupe', 'Minuterie', timed ? timer(here) : [], OPEN),
    ...group('planipref-condition-groupe', 'Condition', conditional(element) ? condition(here) : [], OPEN),
    ...group('planipref-boucle-groupe', 'Plusieurs fois', repeated ? several(here) : [], OPEN),
  ];
}

const REPLACED = ['timer', 'multiInstance'];
// What an event is about: findings lead here.
const ABOUT = ['message', 'signal', 'error', 'escalation', 'link'];

export class PlaniPrefProperties {
  constructor(propertiesPanel, injector) {
    this.injector = injector;
    // After the general groups, so that they can be put in order.
    propertiesPanel.registerProvider(500, this);
  }

  getGroups(element) {
    return (groups) => {
      const [general, ...others] = groups.filter((one) => !REPLACED.includes(one.id));
      const here = { element, holder: element.businessObject, injector: this.injector };
      const user = is(element, 'bpmn:UserTask');
      const service = is(element, 'bpmn:ServiceTask') || is(element, 'bpmn:SendTask');
      const step = is(element, 'bpmn:FlowNode');
      return [
        general && { ...general, ...OPEN },
        ...ours(here),
        ...group('planipref-parametres', 'Paramètres de l’action', service ? parameters(here) : [], OPEN),
        ...group('planipref-carte', 'Carte de l’usager', user ? card(here) : [], OPEN),
        ...written(here),
        ...lists(here),
        ...others.map((one) => (ABOUT.includes(one.id) ? { ...one, ...OPEN } : one)),
        ...(step ? [freeProperties({ ...here, without: NAMED })] : []),
      ].filter(Boolean);
    };
  }
}

PlaniPrefProperties.$inject = ['propertiesPanel', 'injector'];

export default { __init__: ['planiprefProperties'], planiprefProperties: ['type', PlaniPrefProperties] };
