// What the properties panel shows of each kind of component: everything that PlaniPref reads, and nothing else.

import { Group, ListGroup } from '@bpmn-io/properties-panel';

import { translate } from '../diagram/french.js';
import { typo } from '../page/html.js';
import { refusedName } from './changes.js';
import { ANSWERED, CHOOSING, KNOWN, OFFERED, labelOf, pageTitle } from './kinds.js';
import { among, area, choice, feel, figure, text, tick } from './rows.js';

const FORMATS = [
  { value: 'email', label: 'adresse électronique' },
  { value: 'telephone', label: 'téléphone' },
  { value: 'numero_etranger', label: 'numéro étranger (10 chiffres)' },
  { value: 'code_postal', label: 'code postal' },
];
const MOMENTS = [
  { value: 'date_passee', label: 'passée' },
  { value: 'date_future', label: 'à venir' },
];
const SUBTYPES = [
  { value: 'date', label: 'une date' },
  { value: 'time', label: 'une heure' },
  { value: 'datetime', label: 'une date et une heure' },
];
const PURPOSES = [
  ['family-name', 'nom'],
  ['given-name', 'prénoms'],
  ['bday', 'date de naissance'],
  ['email', 'adresse électronique'],
  ['tel', 'téléphone'],
  ['street-address', 'adresse'],
  ['address-line1', 'adresse, première ligne'],
  ['address-line2', 'complément d’adresse'],
  ['postal-code', 'code postal'],
  ['address-level2', 'commune'],
  ['country-name', 'pays'],
  ['organization', 'employeur ou établissement'],
].map(([value, label]) => ({ value, label }));
const OURS = ['page', 'pourquoi', 'aide', 'format', 'exemple', 'autocomplete', 'prive', 'piece'];
// Kinds that hold the same things and may become one another.
const LIKE = [
  [['textfield', 'sur une ligne'], ['textarea', 'sur plusieurs lignes']],
  [['radio', 'un choix, en boutons'], ['select', 'un choix, en liste'], ['checklist', 'plusieurs choix']],
].map((kinds) => kinds.map(([value, label]) => ({ value, label })));
// More answers than that stay folded until one asks for them.
const FEW = 6;
const TYPED = ['textfield', 'textarea', 'number'];

/** The groups of `field`; `here` is `{changes, catalogue, schema, blocks, debounce, readOnly}`. */
export function groupsOf(field, here) {
  const groups = [
    group('question', field.properties?.page ? 'Page' : (TITLES[field.type] ?? 'Question'), general(field, here)),
    ...(CHOOSING.includes(field.type) ? [choices(field, here)] : []),
    group('controles', 'Contrôles', checks(field, here)),
    group('visibilite', 'Visibilité', field.type === 'default' ? [] : visibility(field, here)),
    group('planipref', 'PlaniPref', planipref(field, here)),
    ...(field.type === 'default' ? [] : [others(field, here)]),
  ].filter(Boolean);
  return groups.map((one) => ({ ...one, entries: one.entries?.map((row) => ({ ...row, debounce: here.debounce })) }));
}

const TITLES = { default: 'Formulaire', group: 'Groupe', dynamiclist: 'Liste répétée', bloc: 'Bloc partagé', text: 'Texte' };

const group = (id, label, entries) =>
  entries.length ? { id, label, component: Group, entries, shouldOpen: true, translate } : null;

/** A property of the component itself. */
const plain = (field, { changes }, name) => ({
  id: `champ-${name}`,
  get: () => field[name],
  set: (value) => changes.set(field, { [name]: value === '' || value === false ? undefined : value }),
});

/** An entry of one of its objects. */
const entry = (field, { changes }, name, key) => ({
  id: `champ-${name}-${key}`,
  get: () => field[name]?.[key],
  set: (value) => changes.within(field, name, key, value === false ? undefined : value),
});

function general(field, here) {
  const { type } = field;
  if (type === 'default') {
    return [text({ ...plain(field, here, 'title'), label: 'Titre', description: 'Ce que lisent les personnes au-dessus.' })];
  }
  if (type === 'separator' || type === 'spacer') {
    return [];
  }
  if (type === 'text') {
    return [area({ ...plain(field, here, 'text'), label: 'Texte' })];
  }
  if (type === 'bloc') {
    return block(field, here);
  }
  if (!KNOWN.includes(type)) {
    return [replacement(field, here)];
  }
  return type === 'group' || type === 'dynamiclist' ? container(field, here) : question(field, here);
}

function named(field, here) {
  const { changes } = here;
  const name = ['label', 'dateLabel', 'timeLabel'].find((one) => field[one] !== undefined) ??
    (field.type === 'datetime' ? 'dateLabel' : 'label');
  return text({ id: 'champ-label', label: 'Libellé', get: () => field[name], set: (value) => changes.label(field, name, value) });
}

function question(field, here) {
  const { changes } = here;
  const validate = (value) => refusedName(value) ?? (changes.alone(field, value) || field.conditional?.hide
    ? null
    : typo('Une autre question a ce nom : donnez une condition à chacune, ou changez-le.'));
  const rows = [
    named(field, here),
    area({ ...plain(field, here, 'description'), label: 'Aide sous la question' }),
    text({
      id: 'champ-key',
      label: 'Nom de la donnée',
      validate,
      get: () => field.key,
      set: (value) => value && changes.set(field, { key: value }),
    }),
  ];
  const like = LIKE.find((kinds) => kinds.some((one) => one.value === field.type));
  if (like) {
    rows.push(choice({ ...plain(field, here, 'type'), label: 'Répondre', options: () => like }));
  }
  if (field.type === 'datetime') {
    rows.push(choice({ ...plain(field, here, 'subtype'), label: 'Demander', options: () => SUBTYPES }));
  }
  if (field.type === 'filepicker') {
    rows.push(tick({ ...plain(field, here, 'multiple'), label: 'Plusieurs fichiers' }));
    rows.push(text({ ...plain(field, here, 'accept'), label: 'Fichiers acceptés', description: 'Par exemple .pdf,.jpg' }));
  }
  rows.push(...offered(field, here), tick({ ...plain(field, here, 'readonly'), label: 'Montré sans pouvoir changer' }));
  return rows;
}

/** What stands in or beside the answer before anybody has written. */
function offered(field, here) {
  const rows = [];
  const proposed = { ...plain(field, here, 'defaultValue'), label: 'Réponse proposée' };
  if (field.type === 'checkbox') {
    rows.push(tick({ ...proposed, label: 'Cochée d’avance' }));
  } else if (field.type === 'radio' || field.type === 'select') {
    const known = (field.values ?? []).map(({ value, label }) => ({ value, label: label || String(value) }));
    rows.push(choice({ ...proposed, options: () => among(known, field.defaultValue) }));
  } else if (field.type === 'number') {
    rows.push(figure(proposed));
  } else if (TYPED.includes(field.type)) {
    rows.push(text(proposed));
  }
  if (field.type === 'textfield' || field.type === 'number') {
    rows.push(text({ ...entry(field, here, 'appearance', 'prefixAdorner'), label: 'Écrit avant la réponse' }));
    rows.push(text({ ...entry(field, here, 'appearance', 'suffixAdorner'), label: 'Écrit après (unité)' }));
  }
  return rows;
}

function container(field, here) {
  const repeated = field.type === 'dynamiclist';
  const validate = (value) => (value || repeated ? refusedName(value) : null);
  const rows = [
    ...(field.properties?.page ? page(field, here) : [named(field, here)]),
    text({
      ...plain(field, here, 'path'),
      label: repeated ? 'Nom de la liste' : 'Ranger les réponses sous',
      description: repeated ? '' : 'Un nom de donnée. Vide, les réponses restent à leur place.',
      validate,
    }),
  ];
  if (repeated) {
    const { changes } = here;
    rows.push(figure({ ...plain(field, here, 'defaultRepetitions'), label: 'Lignes au départ', min: 0 }));
    rows.push(tick({
      id: 'champ-allowAddRemove',
      label: 'On peut ajouter et retirer des lignes',
      get: () => field.allowAddRemove !== false,
      set: (value) => changes.set(field, { allowAddRemove: value }),
    }));
  }
  return rows;
}

/** A page is named by its title; the group's own label, that nobody reads, goes along. */
function page(field, here) {
  const of = (key) => entry(field, here, 'properties', key);
  const rename = (value) =>
    here.changes.set(field, value ? { label: value, properties: { ...field.properties, page: value } } : { properties: without(field.properties, 'page') });
  return [
    text({ id: 'champ-page', label: 'Titre de la page', description: 'Sans titre, la page devient un groupe.', get: () => pageTitle(field), set: rename }),
    area({ ...of('pourquoi'), label: 'Pourquoi on le demande' }),
    area({ ...of('aide'), label: 'Aide en haut de la page' }),
  ];
}

function block(field, here) {
  const known = here.blocks.map((value) => ({ value, label: value }));
  return [
    choice({ ...plain(field, here, 'ref'), label: 'Bloc', options: () => among(known, field.ref) }),
    text({ ...plain(field, here, 'label'), label: 'Libellé du groupe', description: typo('Vide : les questions viennent sans titre.') }),
    text({ ...plain(field, here, 'path'), label: 'Ranger les réponses sous', validate: (value) => (value ? refusedName(value) : null) }),
  ];
}

/** A component that PlaniPref does not know becomes one that it does. */
function replacement(field, here) {
  const known = OFFERED.filter((one) => !one.type && !['group', 'dynamiclist'].includes(one.name));
  return choice({
    id: 'champ-remplacer',
    label: 'Le remplacer par',
    options: () => [{ value: '', label: '' }, ...known.map(({ name, label }) => ({ value: name, label }))],
    get: () => '',
    set: (type) => type && here.replace(field, { type, label: labelOf(field), ...(field.key ? { key: field.key } : {}) }),
  });
}

function choices(field, here) {
  const { changes } = here;
  const held = field.values ?? [];
  const put = (values) => changes.set(field, { values });
  const change = (index, properties) => put(held.map((one, place) => (place === index ? { ...one, ...properties } : one)));
  const moved = (index, place) => {
    const others = held.filter((_, other) => other !== index);
    put([...others.slice(0, place), held[index], ...others.slice(place)]);
  };
  const ranks = held.map((_, place) => ({ value: String(place), label: `${place + 1} sur ${held.length}` }));
  const rows = (one, index) => [
    text({ id: `choix-${index}-libelle`, label: 'Libellé', get: () => one.label, set: (label) => change(index, { label }) }),
    text({ id: `choix-${index}-valeur`, label: 'Valeur', get: () => String(one.value ?? ''), set: (value) => change(index, { value: typedAs(one.value, value) }) }),
    text({
      id: `choix-${index}-aide`,
      label: 'Aide',
      get: () => one.properties?.aide,
      set: (aide) => change(index, { properties: aide ? { ...one.properties, aide } : without(one.properties, 'aide') }),
    }),
    choice({ id: `choix-${index}-place`, label: 'Place', get: () => String(index), set: (place) => moved(index, Number(place)), options: () => ranks }),
  ].map((row) => ({ ...row, debounce: here.debounce }));
  return {
    id: 'choix',
    label: 'Réponses possibles',
    component: ListGroup,
    translate,
    shouldOpen: held.length <= FEW,
    items: held.map((one, index) => ({
      id: `choix-${index}`,
      label: one.label || String(one.value ?? '…'),
      entries: rows(one, index),
      autoFocusEntry: `choix-${index}-libelle`,
      remove: here.readOnly ? undefined : (event) => {
        event.stopPropagation();
        put(held.filter((_, place) => place !== index));
      },
    })),
    add: here.readOnly ? undefined : (event) => {
      event.stopPropagation();
      const values = new Set(held.map((one) => String(one.value)));
      const value = [...Array(held.length + 2).keys()].map((one) => `choix_${one + 1}`).find((one) => !values.has(one));
      put([...held, { label: 'Nouvelle réponse', value }]);
    },
  };
}

/** What was true, false or a number stays so while it can be read as one. */
function typedAs(before, written) {
  if (typeof before === 'boolean' && /^(true|false)$/.test(written)) {
    return written === 'true';
  }
  return typeof before === 'number' && /^-?\d+$/.test(written) ? Number(written) : written ?? '';
}

function without(held, name) {
  const { [name]: _, ...rest } = held ?? {};
  return Object.keys(rest).length ? rest : undefined;
}

function checks(field, here) {
  const { type } = field;
  if (!ANSWERED.includes(type)) {
    return type === 'dynamiclist' ? [tick({ ...entry(field, here, 'validate', 'required'), label: 'Une ligne au moins' })] : [];
  }
  const of = (key) => entry(field, here, 'validate', key);
  const rows = [tick({ ...of('required'), label: type === 'checkbox' ? 'À cocher pour continuer' : 'Obligatoire' })];
  if (type === 'textfield' || type === 'textarea') {
    rows.push(figure({ ...of('minLength'), label: 'Signes au moins', min: 0 }));
    rows.push(figure({ ...of('maxLength'), label: 'Signes au plus', min: 0 }));
    rows.push(text({ ...of('pattern'), label: 'Motif (expression régulière)' }));
  } else if (type === 'number') {
    rows.push(figure({ ...of('min'), label: 'Au moins' }), figure({ ...of('max'), label: 'Au plus' }));
    rows.push(figure({ ...plain(field, here, 'decimalDigits'), label: 'Chiffres après la virgule', min: 0 }));
  }
  return rows;
}

function visibility(field, here) {
  return [
    feel({
      id: 'champ-condition',
      label: 'Caché quand',
      description: typo('Par exemple enfants != "oui". Vide : toujours montré.'),
      variables: here.catalogue.variables(here.schema),
      get: () => field.conditional?.hide,
      set: (value) => here.changes.within(field, 'conditional', 'hide', value === '=' ? '' : value),
    }),
  ];
}

function planipref(field, here) {
  const of = (key) => entry(field, here, 'properties', key);
  const { type, properties } = field;
  if (type === 'group') {
    return properties?.page
      ? []
      : [text({ ...of('page'), label: 'Titre de page', description: 'Avec un titre, ce groupe est une page du formulaire.' }), piece(field, here)];
  }
  if (!ANSWERED.includes(type)) {
    return [];
  }
  const rows = [];
  if (type === 'textfield' || type === 'textarea') {
    rows.push(choice({ ...of('format'), label: 'Forme de la réponse', options: () => among(FORMATS, properties?.format, 'libre') }));
    rows.push(choice({ ...of('autocomplete'), label: 'Proposée par le navigateur', options: () => among(PURPOSES, properties?.autocomplete, 'non') }));
  } else if (type === 'datetime') {
    rows.push(choice({ ...of('format'), label: 'La date doit être', options: () => among(MOMENTS, properties?.format, 'libre') }));
    rows.push(choice({ ...of('autocomplete'), label: 'Proposée par le navigateur', options: () => among([PURPOSES[2]], properties?.autocomplete, 'non') }));
  } else if (type === 'filepicker') {
    rows.push(piece(field, here));
  }
  if (TYPED.includes(type)) {
    rows.push(text({ ...of('exemple'), label: 'Exemple donné' }));
  }
  return [...rows, tick({ ...of('prive'), label: 'Jamais montré' })];
}

function piece(field, here) {
  const known = here.catalogue.pieces();
  const own = entry(field, here, 'properties', 'piece');
  const label = field.type === 'group' ? 'Pièce que ce groupe juge' : 'Pièce';
  return known.length
    ? choice({ ...own, label, options: () => among(known, field.properties?.piece, field.type === 'group' ? 'aucune' : 'celle du nom de la donnée') })
    : text({ ...own, label });
}

/** Properties that have no field of their own, kept and editable. */
function others(field, here) {
  const { changes } = here;
  const held = Object.entries(field.properties ?? {}).filter(([name]) => !OURS.includes(name));
  if (!held.length) {
    return null;
  }
  return {
    id: 'autres',
    label: 'Autres propriétés',
    component: ListGroup,
    translate,
    items: held.map(([name, value], index) => ({
      id: `autre-${index}`,
      label: name,
      entries: typeof value === 'string'
        ? [{ ...text({ id: `autre-${index}-valeur`, label: 'Valeur', get: () => value, set: (next) => changes.within(field, 'properties', name, next) }), debounce: here.debounce }]
        : [],
      remove: here.readOnly ? undefined : (event) => {
        event.stopPropagation();
        changes.within(field, 'properties', name, undefined);
      },
    })),
  };
}
