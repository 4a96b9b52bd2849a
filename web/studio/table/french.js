// The words of the table editor, in French: its own, then those that it shares with the drawing tools.

import { translate as shared } from '../diagram/french.js';
import TABLES from '../french/tables.json';

/** What dmn-js asks for every text: `{name}` is filled in. */
export function translate(template, replacements = {}) {
  return shared(TABLES[template] ?? template, replacements);
}

export default { translate: ['value', translate] };
