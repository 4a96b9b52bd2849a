// The diagram editor.

import { editor, viewer } from '../diagram/modeler.js';
import { savePng, saveSvg } from '../diagram/picture.js';
import { readable } from '../diagram/written.js';
import { make } from '../page/html.js';
import { numberStyles } from '../page/styles.js';
import { Unopened } from '../page/unopened.js';

// Room for the palette, and around the drawing; smaller than READABLE nobody can read the names.
const PALETTE = 124;
const MARGIN = 24;
const READABLE = 0.62;

/** Open a diagram in `host`, its properties in `studio.side`. */
export async function open(host, { path, text, readOnly, studio }) {
  numberStyles(studio.nonce);
  const container = make('div', { class: 'studio__diagram' });
  host.replaceChildren(container);
  const modeler = readOnly ? viewer({ container }) : editor({ container, panel: studio.side });
  const diagram = new Diagram(modeler, { host, container, path, readOnly, studio });
  try {
    await diagram.load(text, { first: true });
  } catch (error) {
    diagram.destroy();
    throw unopened(error);
  }
  return diagram;
}

/** Why a text is no diagram, in a sentence. */
function unopened(cause) {
  const line = /line: (\d+)/.exec(cause.message)?.[1];
  const why = line
    ? `Ce diagramme n’est pas du XML bien formé : lisez la ligne ${Number(line) + 1}.`
    : 'Ce fichier n’est pas un diagramme BPMN que l’éditeur sache montrer.';
  return new Unopened(why, { bare: cause.message.includes('no diagram to display'), cause });
}

class Diagram {
  constructor(modeler, { host, container, path, readOnly, studio }) {
    Object.assign(this, { modeler, host, container, path, readOnly, studio });
    if (!readOnly) {
      modeler.on('commandStack.changed', () => studio.changed());
      modeler.on('commandStack.changed', () => studio.undoable(this.#steps()));
      modeler.on('selection.changed', ({ newSelection }) => studio.selected(told(newSelection[0])));
      modeler.get('catalogue').set(studio.catalogue);
      studio.undoable(this.#steps());
    }
  }

  async text() {
    const { xml } = await this.modeler.saveXML({ format: true });
    return readable(xml);
  }

  /** Another text in place of this one; the view stays where it was. */
  async load(text, { first = false } = {}) {
    const canvas = this.modeler.get('canvas');
    const view = first ? null : canvas.viewbox();
    await this.modeler.importXML(text);
    if (view) {
      canvas.viewbox(view);
    } else {
      this.#fit(READABLE);
    }
    if (!this.readOnly) {
      this.studio.undoable(this.#steps());
    }
  }

  learn(catalogue) {
    if (!this.readOnly) {
      this.modeler.get('catalogue').set(catalogue);
    }
  }

  show(findings) {
    this.modeler.get('marks').findings(findings, (one) => this.studio.chosen(one));
  }

  noted(comments) {
    this.modeler.get('marks').comments(comments, (one) => this.studio.discussed(one));
  }

  /** What the scenarios pass, and where they stop. */
  covered(view, stops, go) {
    const coverage = this.modeler.get('coverage');
    coverage.show(view);
    coverage.stops(stops, go);
  }

  /** Bring an element into sight and choose it. */
  go(id) {
    const element = this.modeler.get('elementRegistry').get(id);
    if (!element) {
      return;
    }
    const canvas = this.modeler.get('canvas');
    const root = canvas.findRoot(element);
    if (root && root !== canvas.getRootElement()) {
      canvas.setRootElement(root);
    }
    if (element !== root) {
      canvas.scrollToElement(element, 120);
    }
    this.modeler.get('selection').select(element);
    canvas.focus?.();
  }

  /** The verbs that buttons around the drawing offer. */
  act(verb) {
    const actions = this.modeler.get('editorActions', false);
    const pictures = { svg: saveSvg, png: savePng };
    if (verb in pictures) {
      return pictures[verb](this.modeler, this.path);
    }
    if (verb === 'fit') {
      return this.#fit();
    }
    if (verb === 'simulate') {
      return this.modeler.get('toggleMode', false)?.toggleMode();
    }
    return actions?.isRegistered(verb) && actions.trigger(verb);
  }

  destroy() {
    this.modeler.destroy();
    this.studio.side.replaceChildren();
    this.host.replaceChildren();
  }

  /** The whole drawing beside the palette, never larger than drawn. */
  #fit(least = 0) {
    const canvas = this.modeler.get('canvas');
    const { inner, outer } = canvas.viewbox();
    if (!inner.width || !outer.width) {
      return;
    }
    const left = this.readOnly ? MARGIN : PALETTE;
    const whole = Math.min((outer.width - left - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
    const scale = Math.max(whole, least);
    const [width, height] = [outer.width / scale, outer.height / scale];
    // What is too high for the place begins at its top.
    const above = Math.max((height - inner.height) / 2, MARGIN / scale);
    canvas.viewbox({ x: inner.x - left / scale, y: inner.y - above, width, height });
  }

  #steps() {
    const stack = this.modeler.get('commandStack');
    return { undo: stack.canUndo(), redo: stack.canRedo() };
  }
}

const told = (element) =>
  element ? { id: element.id.replace(/_label$/, ''), name: element.businessObject?.name ?? '' } : null;
