// What PlaniPref asks of each kind of step: who does it with which form, which action, which table, which block.

import { extension, extensions } from '../extensions.js';
import { typeName } from '../completion.js';
import { among, area, choice, feel, text } from './fields.js';

const FILES = [
  'demande_rdv',
  'attente_pieces',
  'attente_prise_rdv',
  'usagers_attendus',
  'usagers_presents',
  'en_instruction',
  'en_fabrication',
];
const STEPS = [
  { value: 'completude', label: 'complétude' },
  { value: 'convocation', label: 'convocation' },
  { value: 'decision', label: 'décision' },
  { value: 'remise', label: 'remise' },
];
const SHAPES = [
  { value: 'singleEntry', label: 'une valeur' },
  { value: 'singleResult', label: 'une ligne' },
  { value: 'collectEntries', label: 'une liste de valeurs' },
  { value: 'resultList', label: 'une liste de lignes' },
];
const ACTORS = [
  { value: 'usager', label: 'l’usager' },
  { value: 'prefecture', label: 'la préfecture' },
];
const FLOWS = [
  { value: 'tout', label: 'tout' },
  { value: 'rien', label: 'seulement ce qui est listé' },
];

/** The properties that have a field of their own. */
export const NAMED = ['file', 'autre_que', 'etape'];

/** Reads and writes one attribute of one extension. */
function attribute({ element, holder, injector }, kind, name) {
  return {
    id: `planipref-${kind}-${name}`,
    get: () => extension(holder, kind)?.get(name),
    set: (value) => injector.get('extensions').set(element, holder, kind, { [name]: value || undefined }),
  };
}

/** Reads and writes the free property of that name. */
function property({ element, holder, injector }, name) {
  const own = injector.get('extensions');
  const found = () => extensions(holder, 'Propriete').find((one) => one.nom === name);
  return {
    id: `planipref-propriete-${name}`,
    get: () => found()?.valeur,
    set: (value) => {
      if (!value) {
        own.remove(element, holder, found());
      } else if (found()) {
        injector.get('modeling').updateModdleProperties(element, found(), { valeur: value });
      } else {
        own.add(element, holder, 'Propriete', { nom: name, valeur: value });
      }
    },
  };
}

const select = (field, label, names, description) =>
  choice({ ...field, label, description, options: () => among(names(), field.get()) });

/** A task of a person: its form, the variable of the answers, whose queue it stands in. */
export function person(here) {
  const catalogue = here.injector.get('catalogue');
  const others = () =>
    here.injector
      .get('elementRegistry')
      .filter((one) => one.type === 'bpmn:UserTask' && one.id !== here.element.id)
      .map((one) => ({ value: one.id, label: one.businessObject.name || one.id }));
  return [
    select(attribute(here, 'Formulaire', 'ref'), 'Formulaire', () => catalogue.forms),
    text({
      ...attribute(here, 'Formulaire', 'variable'),
      label: 'Variable des réponses',
      description: 'Par défaut, le nom du formulaire.',
    }),
    select(property(here, 'file'), 'File de travail', () => FILES),
    select(property(here, 'autre_que'), 'Autre personne que celle de', others),
  ];
}

/** What the citizen reads while the step lasts. */
export function card(here) {
  return [
    text({ ...attribute(here, 'Carte', 'libelle'), label: 'Libellé' }),
    area({ ...attribute(here, 'Carte', 'sens'), label: 'Ce que cela veut dire' }),
    select(attribute(here, 'Carte', 'acteur'), 'Qui agit', () => ACTORS),
    feel({ ...attribute(here, 'Carte', 'echeance'), label: 'Échéance' }),
  ];
}

/** The action of a service task. */
export function action(here) {
  const { actions, labels } = here.injector.get('catalogue');
  const field = attribute(here, 'Action', 'nom');
  return [select(field, 'Action', () => Object.keys(actions).sort(), labels[field.get()])];
}

/** The parameters of the chosen action, typed. */
export function parameters(here) {
  const { actions } = here.injector.get('catalogue');
  const spec = actions[extension(here.holder, 'Action')?.nom];
  return Object.entries(spec?.params ?? {}).map(([name, type]) => parameter(here, name, type, spec));
}

function parameter({ element, holder, injector }, name, type, spec) {
  const found = () => extension(holder, 'Action')?.get('listeEntrees').find((one) => one.nom === name);
  const field = {
    id: `planipref-parametre-${name}`,
    label: (spec.required ?? []).includes(name) ? `${name} (obligatoire)` : name,
    get: () => found()?.valeur,
    set: (value) => injector.get('extensions').pair(element, holder, 'Action', 'listeEntrees', name, value),
  };
  if (type === 'template') {
    return select(field, field.label, () => injector.get('catalogue').letters);
  }
  return feel({ ...field, description: typeName(type) });
}

/** The table that a decision task applies. */
export function decision(here) {
  const catalogue = here.injector.get('catalogue');
  return [
    select(attribute(here, 'Decision', 'ref'), 'Table de décision', () => catalogue.decisions),
    text({ ...attribute(here, 'Decision', 'resultat'), label: 'Variable du résultat' }),
    select(attribute(here, 'Decision', 'forme'), 'Forme du résultat', () => SHAPES),
  ];
}

/** The process that is called, what flows in and out, and which of the four steps it is. */
export function call(here) {
  const { element, holder, injector } = here;
  const catalogue = injector.get('catalogue');
  const called = {
    id: 'planipref-appel-processus',
    get: () => holder.get('calledElement'),
    set: (value) => injector.get('modeling').updateProperties(element, { calledElement: value || undefined }),
  };
  const blocks = () => catalogue.blocks.map((one) => ({ value: one.process, label: one.name }));
  return [
    select(called, 'Bloc', blocks),
    select(property(here, 'etape'), 'Étape', () => STEPS),
    select(attribute(here, 'Appel', 'entrees'), 'Données en entrée', () => FLOWS),
    select(attribute(here, 'Appel', 'sorties'), 'Données en sortie', () => FLOWS),
  ];
}

/** What an event or a step tells the citizen when it is passed. */
export function notice(here) {
  return [
    text({
      ...attribute(here, 'Acte', 'notifie'),
      label: 'Acte notifié',
      description: 'Ce que le dossier retient comme notifié ici ; « aucun » si rien ne l’est.',
    }),
  ];
}

/** The role of a lane is its identifier. */
export function role({ element, holder, injector }) {
  const catalogue = injector.get('catalogue');
  const field = {
    id: 'planipref-role',
    get: () => holder.get('id'),
    set: (value) => value && injector.get('modeling').updateProperties(element, { id: value }),
  };
  const taken = (id) => injector.get('elementRegistry').get(id);
  const free = () => catalogue.roles.filter((one) => one === field.get() || !taken(one));
  return [select(field, 'Rôle', free, 'Qui fait les tâches de ce couloir.')];
}
