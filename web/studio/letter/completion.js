// What can be written where the cursor is: tags, filters, instructions, names of templates.

import { placeOf } from './signs.js';

const FILTER = 'filtre';
const STRUCTURE = 'structure';
const INSTRUCTIONS = [
  ['block', 'un bloc du modèle commun'],
  ['endblock', 'la fin d’un bloc'],
  ['extends', 'partir d’un autre modèle'],
  ['include', 'mettre un autre modèle ici'],
  ['if', 'seulement si'],
  ['elif', 'sinon, si'],
  ['else', 'sinon'],
  ['endif', 'la fin d’une condition'],
  ['for', 'pour chaque élément d’une liste'],
  ['endfor', 'la fin d’une boucle'],
  ['with', 'donner une valeur le temps d’un passage'],
  ['endwith', 'la fin de ce passage'],
];

/** The completions of CodeMirror for an editor whose `vocabulary` and `templates` the server told. */
export function completions(context, { vocabulary, templates }) {
  const before = context.state.doc.sliceString(Math.max(0, context.pos - 2000), context.pos);
  const { place, word } = placeOf(before);
  const tags = vocabulary.filter((one) => ![FILTER, STRUCTURE].includes(one.where));
  const answer = (options) => ({ from: context.pos - word.length, options, validFor: /^[\w.À-ÿ/]*$/ });
  if (place === 'template') {
    return answer(templates.map((label) => ({ label, detail: 'modèle' })));
  }
  if (place === 'filter') {
    return answer(vocabulary.filter((one) => one.where === FILTER).map((one) => option(one, one.name)));
  }
  if (place === 'instruction') {
    return answer(INSTRUCTIONS.map(([label, detail]) => ({ label, detail })));
  }
  if (place === 'tag') {
    return answer(tags.map((one) => option(one, closed(context, insideOf(one)))));
  }
  if (place === 'text' && context.explicit) {
    const all = [...tags, ...vocabulary.filter((one) => one.where === STRUCTURE)];
    return { from: context.pos, options: all.map((one) => option(one, one.insert.replace('$0', ''))) };
  }
  return null;
}

function option(one, apply) {
  const info = one.example ? `${one.said}. Par exemple\u00a0: ${one.example}` : one.said;
  return { label: one.name, detail: one.said.length > 48 ? `${one.said.slice(0, 47)}…` : one.said, info, apply };
}

/** What goes between the braces that are already there. */
function insideOf({ name, insert }) {
  const alone = /^\{\{\s*([^{}]*?)\s*\}\}$/.exec(insert);
  return alone ? alone[1] : name;
}

/** With the closing braces, unless they are there or an instruction was begun. */
function closed(context, text) {
  const line = context.state.doc.lineAt(context.pos);
  const before = context.state.doc.sliceString(Math.max(0, context.pos - 2000), context.pos);
  const isTag = before.lastIndexOf('{{') > before.lastIndexOf('{%');
  const after = line.text.slice(context.pos - line.from);
  return isTag && !/^[^{]*\}\}/.test(after) ? `${text} }}` : text;
}
