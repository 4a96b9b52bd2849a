// The values that a table asks, as fields: choices where there are some, else a text whose form is told.

import { make, typo } from '../page/html.js';

const HINTS = {
  number: 'Un nombre',
  date: 'Une date : 31/12/2026',
  time: 'Une heure : 14:30',
  'date and time': 'Une date et une heure : 2026-12-31 14:30',
  'days and time duration': 'Une durée : 30 jours',
  'years and months duration': 'Une durée : 3 mois',
};
let last = 0;

/** One field: its label, its control, the place of its error. */
export function field({ name, label, kind, choices, closed }, value = '') {
  last += 1;
  const id = `essai-${last}`;
  const error = make('span', { class: 'studio-trial__error', id: `${id}-erreur` });
  const hint = HINTS[kind] && make('span', { class: 'studio-trial__hint', id: `${id}-aide` }, typo(HINTS[kind]));
  const described = [hint && `${id}-aide`, `${id}-erreur`].filter(Boolean).join(' ');
  const given = { id, name, class: 'input', 'aria-describedby': described };
  const control = choices.length && closed ? select(given, choices, value) : text(given, choices, value);
  return make('div', { class: 'studio-trial__field' }, make('label', { for: id }, typo(label)), hint, ...control, error);
}

const option = (value, label, chosen) => make('option', { value, selected: value === chosen }, typo(label));

function select(given, choices, value) {
  return [make('select', given, option('', 'Non donné', value), ...choices.map(([one, label]) => option(one, label, value)))];
}

function text(given, choices, value) {
  const list = choices.length ? `${given.id}-choix` : null;
  const control = make('input', { ...given, type: 'text', list, value, autocomplete: 'off' });
  return [control, list && make('datalist', { id: list }, ...choices.map(([one, label]) => option(one, label)))];
}

/** What stands in the fields, by name. */
export function read(place) {
  return Object.fromEntries([...place.querySelectorAll('[name]')].map((one) => [one.name, one.value]));
}
