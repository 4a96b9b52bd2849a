// The kinds of questions that PlaniPref knows, as an analyst names them: what the palette offers, what a new one holds.

const CHOICES = [
  { label: 'Oui', value: 'oui' },
  { label: 'Non', value: 'non' },
];
const shaped = (format, autocomplete) => ({ format, ...(autocomplete ? { autocomplete } : {}) });

/** What the palette offers: `type` in the file, its place, its name, its icon, what a new one begins with. */
export const OFFERED = [
  { name: 'textfield', group: 'basic-input', label: 'Texte court' },
  { name: 'textarea', group: 'basic-input', label: 'Texte long' },
  { name: 'number', group: 'basic-input', label: 'Nombre' },
  { name: 'datetime', group: 'basic-input', label: 'Date', begins: { subtype: 'date', dateLabel: 'Date' } },
  { name: 'filepicker', group: 'basic-input', label: 'Pièce à déposer', begins: { label: 'Pièce', accept: '.pdf,.jpg,.jpeg,.png,.heic,.heif' } },
  { name: 'courriel', type: 'textfield', group: 'basic-input', label: 'Adresse électronique', begins: { properties: shaped('email', 'email') } },
  { name: 'telephone', type: 'textfield', group: 'basic-input', label: 'Téléphone', begins: { properties: shaped('telephone', 'tel') } },
  { name: 'code_postal', type: 'textfield', group: 'basic-input', label: 'Code postal', begins: { properties: shaped('code_postal', 'postal-code') } },
  { name: 'numero_etranger', type: 'textfield', group: 'basic-input', label: 'Numéro étranger', begins: { properties: shaped('numero_etranger') } },
  { name: 'naissance', type: 'datetime', group: 'basic-input', label: 'Date de naissance', begins: { subtype: 'date', dateLabel: 'Date de naissance', properties: shaped('date_passee', 'bday') } },
  { name: 'radio', group: 'selection', label: 'Un choix, en boutons', begins: { label: 'Choix', values: CHOICES } },
  { name: 'select', group: 'selection', label: 'Un choix, en liste', begins: { label: 'Choix', values: CHOICES } },
  { name: 'checklist', group: 'selection', label: 'Plusieurs choix', begins: { label: 'Choix', values: CHOICES } },
  { name: 'checkbox', group: 'selection', label: 'Case à cocher' },
  { name: 'text', group: 'presentation', label: 'Texte à lire', begins: { text: 'Texte à lire' } },
  { name: 'separator', group: 'presentation', label: 'Ligne' },
  { name: 'spacer', group: 'presentation', label: 'Espace' },
  { name: 'page', type: 'group', group: 'container', label: 'Page', begins: { label: 'Nouvelle page', components: [], properties: { page: 'Nouvelle page' } } },
  { name: 'group', group: 'container', label: 'Groupe', begins: { label: 'Groupe', showOutline: true, components: [] } },
  { name: 'dynamiclist', group: 'container', label: 'Liste répétée', begins: { label: 'Liste', isRepeating: true, allowAddRemove: true, defaultRepetitions: 1, components: [] } },
];

export const KNOWN = [...new Set(OFFERED.map((one) => one.type ?? one.name)), 'bloc'];
const NAMES = Object.fromEntries(OFFERED.filter((one) => !one.type).map((one) => [one.name, one.label]));
const UNLABELLED = ['text', 'separator', 'spacer', 'datetime', 'bloc'];

export const ANSWERED = ['textfield', 'textarea', 'number', 'datetime', 'filepicker', 'radio', 'select', 'checklist', 'checkbox'];
export const CHOOSING = ['radio', 'select', 'checklist'];

/** What a component is, in a word or two. */
export function kindOf({ type, properties, ref, subtype }) {
  if (type === 'default') {
    return 'Formulaire';
  }
  if (type === 'group' && properties?.page) {
    return 'Page';
  }
  if (type === 'bloc') {
    return ref ? `Bloc partagé « ${ref} »` : 'Bloc partagé';
  }
  if (type === 'datetime' && subtype !== 'date') {
    return subtype === 'time' ? 'Heure' : 'Date et heure';
  }
  return NAMES[type] ?? `Type inconnu « ${type} »`;
}

/** What a new one of the palette holds. */
export function beginning({ type, name, label, begins }) {
  const kind = type ?? name;
  return { ...(UNLABELLED.includes(kind) ? {} : { label }), ...structuredClone(begins ?? {}), type: kind };
}

/** The page's own name; `true` and numbers only say that it is one. */
export const pageTitle = ({ properties, label }) => {
  const told = properties?.page;
  return typeof told === 'string' && !/^(true|\d*)$/.test(told) ? told : (label ?? '');
};

/** The question as it is read. */
export const labelOf = (field) =>
  (field.properties?.page && pageTitle(field)) ||
  (field.label ?? field.dateLabel ?? field.timeLabel ?? (field.type === 'text' ? field.text : '') ?? '');
