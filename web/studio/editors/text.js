// Any file as plain text.

import { make } from '../page/html.js';

/** Open a text in `host`. */
export function open(host, { path, text, readOnly, studio }) {
  const area = make('textarea', {
    class: 'studio__text',
    'aria-label': `Texte de ${path}`,
    spellcheck: 'false',
    autocomplete: 'off',
    readonly: readOnly,
    oninput: () => studio.changed(),
  });
  area.value = text;
  host.replaceChildren(area);
  return {
    text: () => area.value,
    load: (other) => {
      area.value = other;
    },
    go: (element, line) => {
      const lines = area.value.split('\n');
      const start = lines.slice(0, Math.max(0, (line || 1) - 1)).join('\n').length;
      area.focus();
      area.setSelectionRange(start, start + (lines[(line || 1) - 1]?.length ?? 0) + 1);
    },
    destroy: () => host.replaceChildren(),
  };
}
