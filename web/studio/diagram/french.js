// The words of the drawing tools, in French. A text that is not in the table is shown as it is; a test asks for all.

import FRENCH from '../french/fr.json';

/** What diagram-js asks for every text: `{name}` is filled in. */
export function translate(template, replacements = {}) {
  const text = FRENCH[template] ?? template;
  return text.replace(/\{([^}]+)\}/g, (_, name) => replacements[name] ?? `{${name}}`);
}

export default { translate: ['value', translate] };
