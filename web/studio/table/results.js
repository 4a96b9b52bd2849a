// What a table answered, in words: which rules, each output, what the citizen reads; or the same for each of its rules.

import { make, plural, typo } from '../page/html.js';

const KINDS = { error: 'Erreur', warning: 'Attention', info: 'Information' };
const numbers = (rules) => rules.join(', ');

/** One answer. */
export function answered(result) {
  const { applying, answering, answers, warnings, told, broken } = result;
  if (!applying.length) {
    return make('div', {}, make('p', { class: 'strong' }, 'Aucune règle ne s’applique.'), ...notes(warnings));
  }
  const others = applying.filter((one) => !answering.includes(one));
  return make('div', {},
    make('p', {}, ...(broken ? [make('strong', {}, typo(broken))] : [
      make('strong', {}, answering.length > 1 ? `Les règles ${numbers(answering)} répondent.` : `La règle ${numbers(answering)} répond.`),
      others.length ? ` ${others.length > 1 ? `Les règles ${numbers(others)} s’appliquent` : `La règle ${numbers(others)} s’applique`} aussi.` : '',
    ])),
    !broken && listed(answers),
    ...notes(warnings),
    told && make('p', { class: 'studio-trial__told' }, make('strong', {}, typo('Ce que lira l’usager : ')), told));
}

function listed(answers) {
  return make('dl', { class: 'studio-trial__answers' },
    ...answers.flatMap(([label, value]) => [make('dt', {}, typo(label)), make('dd', {}, value)]));
}

const notes = (warnings) => warnings.map((one) => make('p', { class: 'muted' }, typo(one)));

/** Each rule: its example, whether it answers, what else applies; then gaps and overlaps. */
export function rowsTried({ rows, findings }, { go, use, all }) {
  const doubts = findings.filter((one) => one.rule !== 'exemple-rouge');
  const wrong = rows.filter((one) => !one.answers).length;
  const head = wrong ? `${plural(wrong, 'règle ne répond pas', 'règles ne répondent pas')} à son exemple.` : 'Chaque règle répond à son exemple.';
  const lines = rows.map((row) => line(row, { go, use }));
  return make('div', {},
    make('p', {}, make('strong', {}, wrong > 1 ? head.replace('son exemple', 'leur exemple') : head)),
    make('ol', { class: 'studio-trial__rows' }, ...lines),
    all && make('button', { type: 'button', class: 'button button--secondary button--small', onclick: all }, 'Garder un exemple par règle'),
    doubts.length ? make('h4', {}, 'Trous et recouvrements') : null,
    doubts.length ? make('ul', { class: 'studio-trial__findings' }, ...doubts.map(told)) : null);
}

function line({ rule, example, said, result, answers, why }, { go, use }) {
  const values = said.map(([label, value]) => `${typo(label)} = ${value}`).join(', ');
  const sign = make('span', { class: `studio-trial__sign studio-trial__sign--${answers ? 'good' : 'bad'}` }, answers ? '✓ répond' : '✗ ne répond pas');
  const outputs = result && !result.broken ? result.answers.map(([label, value]) => `${typo(label)} : ${value}`).join(' ; ') : '';
  return make('li', {},
    make('button', { type: 'button', class: 'studio-trial__rule', onclick: () => go(rule.number) }, `Règle ${rule.number}`), ' ', sign,
    values && make('p', {}, values),
    why && make('p', { class: 'studio-trial__error' }, typo(why)),
    outputs && make('p', { class: 'muted' }, `→ ${outputs}`),
    example && make('button', { type: 'button', class: 'button button--quiet button--small', onclick: () => use({ example }) }, 'Reprendre ces valeurs'));
}

const told = ({ severity, message }) => make('li', {}, make('strong', {}, `${KINDS[severity]} `), typo(message));
