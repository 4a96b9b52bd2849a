// What the scenarios pass, and where one fails, over the drawing: ticks, plates and crosses, colours besides.

import { make, plural } from '../page/html.js';
import { middle } from './marks.js';

const SCALE = { min: 0.7, max: 1.4 };

export class Coverage {
  constructor(overlays, canvas, elementRegistry) {
    Object.assign(this, { overlays, canvas, elementRegistry, marked: [], stopped: [] });
  }

  /** How many scenarios pass each element and flow (`passes`), what none passes (`missed`), by id; nothing: take it off. */
  show({ passes = {}, missed = [], counted = true } = {}) {
    this.overlays.remove({ type: 'coverage' });
    this.marked.forEach(([id, marker]) => this.elementRegistry.get(id) && this.canvas.removeMarker(id, marker));
    this.marked = [];
    Object.entries(passes).forEach(([id, count]) => this.#mark(id, 'studio-passed', () => this.#tick(count, counted)));
    missed.forEach((id) => this.#mark(id, 'studio-missed', () => make('span', { class: 'studio-never' }, 'jamais')));
  }

  /** Cross where scenarios fail, or should have come: `{element, awaited, told}` each; `go(stop)` when one is used. */
  stops(stops, go) {
    this.overlays.remove({ type: 'stop' });
    this.stopped.forEach((id) => this.elementRegistry.get(id) && this.canvas.removeMarker(id, 'studio-stopped'));
    this.stopped = stops.map((one) => one.element).filter((id) => this.#drawn(id));
    this.stopped.forEach((id) => this.canvas.addMarker(id, 'studio-stopped'));
    stops.filter((one) => this.stopped.includes(one.element)).forEach((one) => {
      const html = make('button', {
        type: 'button',
        class: `studio-mark studio-mark--${one.awaited ? 'awaited' : 'stop'}`,
        title: one.told,
        'aria-label': one.told,
        onclick: () => go(one),
      }, one.awaited ? '?' : '✗');
      const position = { top: this.#drawn(one.element).height / 2 - 12, left: -12 };
      this.overlays.add(one.element, 'stop', { position, html, scale: { min: 0.9, max: 1.4 } });
    });
  }

  #drawn(id) {
    const element = this.elementRegistry.get(id);
    return element && element !== this.canvas.getRootElement() ? element : null;
  }

  #mark(id, marker, plate) {
    const element = this.#drawn(id);
    if (!element) {
      return;
    }
    this.canvas.addMarker(id, marker);
    this.marked.push([id, marker]);
    const flow = Boolean(element.waypoints);
    if (flow && (marker === 'studio-passed' || element.source.outgoing.length < 2)) {
      return;
    }
    const position = flow ? middle(element) : { top: -10, left: element.width / 2 + (element.width > 60 ? -14 : 8) };
    this.overlays.add(id, 'coverage', { position, html: plate(), scale: SCALE });
  }

  #tick(count, counted) {
    const title = counted ? `${plural(count, 'scénario')} y ${count > 1 ? 'passent' : 'passe'}` : 'parcouru';
    return make('span', { class: 'studio-tick', title }, counted ? `✓ ${count}` : '✓');
  }
}

Coverage.$inject = ['overlays', 'canvas', 'elementRegistry'];

export default { __init__: ['coverage'], coverage: ['type', Coverage] };
