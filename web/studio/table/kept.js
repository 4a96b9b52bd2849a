// The examples kept with a table: each with what it gives, what it expects, and what came instead where it is red.

import { make, plural, typo } from '../page/html.js';

const pairs = (those) => those.map(([label, value]) => `${typo(label)} = ${value}`).join(', ');
const small = (label, onclick, about) => make('button', {
  type: 'button', class: 'button button--quiet button--small', 'aria-label': about ? typo(`${label} : ${about}`) : null, onclick,
}, label);

/** The list; `verbs` are `use(given)`, and for whoever writes `keep(name, given)` and `forget(name)`. */
export function kept({ kept: those, unreadable, path }, verbs) {
  const red = those.filter((one) => !one.passed).length;
  const count = those.length ? ` (${those.length}${red ? `, ${plural(red, 'rouge')}` : ''})` : '';
  return make('div', {},
    make('h4', {}, `Exemples gardés${count}`),
    unreadable && make('p', { class: 'studio-trial__error' }, typo(`${path} : ${unreadable}`)),
    !those.length && !unreadable && make('p', { class: 'muted' }, 'Aucun. Un exemple gardé se joue à chaque vérification.'),
    make('ul', { class: 'studio-trial__rows' }, ...those.map((one) => line(one, verbs))));
}

function line({ name, given, said, awaited, passed, failure }, { use, keep, forget }) {
  const sign = make('span', { class: `studio-trial__sign studio-trial__sign--${passed ? 'good' : 'bad'}` }, passed ? '✓ réussi' : '✗ échoué');
  return make('li', {},
    make('strong', {}, name), ' ', sign,
    make('p', {}, pairs(said)),
    make('p', { class: 'muted' }, `→ ${pairs(awaited)}`),
    !passed && make('p', { class: 'studio-trial__error' }, typo(failure)),
    make('p', { class: 'studio__choices' },
      small('Reprendre ces valeurs', () => use(given), name),
      keep && !passed && small('Accepter la réponse', () => keep(name, given), name),
      forget && small('Retirer', () => forget(name), name)));
}

/** The name under which what was just tried is kept. */
export function keeping(keep) {
  const name = make('input', { class: 'input', id: 'essai-nom', maxlength: '120', autocomplete: 'off', required: true });
  return make('form', { class: 'studio-trial__keep', onsubmit: (event) => {
    event.preventDefault();
    keep(name.value);
  } },
  make('label', { for: 'essai-nom' }, 'Nom de l’exemple'), name,
  make('button', { type: 'submit', class: 'button button--secondary button--small' }, 'Garder comme exemple'));
}
