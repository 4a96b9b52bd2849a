// Findings and comments, drawn on the elements that they speak of.

import { make, plural } from '../page/html.js';

const WORST = ['error', 'warning', 'info'];
const WORDS = { error: ['erreur'], warning: ['avertissement'], info: ['remarque'] };
const SIGNS = { error: '!', warning: '▲', info: 'i' };

function byElement(told) {
  const found = new Map();
  told.filter((one) => one.element).forEach((one) => {
    found.set(one.element, [...(found.get(one.element) ?? []), one]);
  });
  return found;
}

export class Marks {
  constructor(overlays, canvas, elementRegistry) {
    Object.assign(this, { overlays, canvas, elementRegistry, marked: [] });
  }

  /** Mark these findings; `go(finding)` is called when a mark is used. */
  findings(findings, go) {
    this.overlays.remove({ type: 'finding' });
    this.marked.forEach(([id, marker]) => this.elementRegistry.get(id) && this.canvas.removeMarker(id, marker));
    this.marked = [];
    byElement(findings).forEach((own, id) => this.#mark(id, own, go));
  }

  #mark(id, own, go) {
    const element = this.elementRegistry.get(id);
    if (!element || element === this.canvas.getRootElement()) {
      return;
    }
    const worst = WORST.find((one) => own.some((finding) => finding.severity === one));
    const count = own.filter((one) => one.severity === worst).length;
    const html = make('button', {
      type: 'button',
      class: `studio-mark studio-mark--${worst}`,
      title: own.map((one) => one.message).join('\n'),
      'aria-label': `${plural(count, ...WORDS[worst])} : ${own[0].message}`,
      onclick: () => go(own[0]),
    }, SIGNS[worst]);
    const position = element.waypoints ? middle(element) : { top: -12, left: -12 };
    this.overlays.add(id, 'finding', { position, html, scale: { min: 0.8, max: 1.4 } });
    this.canvas.addMarker(id, `studio-has-${worst}`);
    this.marked.push([id, `studio-has-${worst}`]);
  }

  /** Mark the elements that are spoken of. */
  comments(comments, go) {
    this.overlays.remove({ type: 'comment' });
    byElement(comments).forEach((own, id) => {
      const element = this.elementRegistry.get(id);
      if (element && element !== this.canvas.getRootElement()) {
        const html = make('button', {
          type: 'button',
          class: 'studio-mark studio-mark--comment',
          'aria-label': plural(own.length, 'commentaire'),
          title: own.map((one) => `${one.by} : ${one.text}`).join('\n'),
          onclick: () => go(own[0]),
        }, String(own.length));
        const position = element.waypoints ? middle(element) : { top: -12, right: 12 };
        this.overlays.add(id, 'comment', { position, html, scale: { min: 0.8, max: 1.4 } });
      }
    });
  }
}

/** Overlays of a flow are placed from its upper left corner. */
export function middle({ waypoints }) {
  const left = Math.min(...waypoints.map((one) => one.x));
  const top = Math.min(...waypoints.map((one) => one.y));
  const at = Math.floor((waypoints.length - 1) / 2);
  const [from, to] = [waypoints[at], waypoints[at + 1]];
  return { left: (from.x + to.x) / 2 - left - 10, top: (from.y + to.y) / 2 - top - 10 };
}

Marks.$inject = ['overlays', 'canvas', 'elementRegistry'];

export default { __init__: ['marks'], marks: ['type', Marks] };
