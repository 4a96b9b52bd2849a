// The text of a table itself, under the reason why it is not drawn; once it can be, it may be drawn.

import { open as openText } from '../editors/text.js';
import { make, typo } from '../page/html.js';

export function plain(place, { path, readOnly, studio, load }, text, why) {
  const again = make('button', { type: 'button', class: 'button button--secondary button--small' }, 'Ouvrir comme table');
  const box = make('div', { class: 'studio-table__text' });
  place.replaceChildren(
    make('div', { class: 'studio-table__why', role: 'status' }, make('p', {}, typo(why)), again),
    box,
  );
  const area = openText(box, { path, text, readOnly, studio });
  again.addEventListener('click', () => load(area.text()));
  return { draws: false, text: area.text, go: area.go, destroy: () => place.replaceChildren() };
}
