// A DMN file drawn by dmn-js: how its decisions rest on each other, each table, each expression.

import Modeler from 'dmn-js/lib/Modeler';
import NavigatedViewer from 'dmn-js/lib/NavigatedViewer';

import { INK, PAPER } from '../diagram/colours.js';
import marks from '../diagram/marks.js';
import { readable } from '../diagram/written.js';
import french from './french.js';
import { known } from './known.js';
import { Notes } from './notes.js';
import { rowMarks } from './rows.js';
import { Told, grouped, places } from './told.js';

/** The text cannot be drawn; the message is a French sentence. */
export class Undrawable extends Error {}

const COLOURS = { defaultFillColor: PAPER, defaultStrokeColor: INK, defaultLabelColor: INK };
const OLDER = { 'dmn.xsd': '1.1', '20180521': '1.2' };

/** Why dmn-js could not open a text. */
function reason(error, text) {
  const older = Object.entries(OLDER).find(([sign]) => text.includes(sign));
  const newer = /https:\/\/www\.omg\.org\/spec\/DMN\/(20211108|2023\d{4}|2024\d{4})\/MODEL\//.test(text);
  if (older) {
    return `Ce fichier est écrit en DMN ${older[1]} : l’éditeur de tables lit DMN 1.3. Le moteur l’exécute tel quel.`;
  }
  if (newer) {
    return 'Ce fichier est écrit dans une édition de DMN plus récente que 1.3, que l’éditeur de tables lit. Le moteur l’exécute tel quel.';
  }
  if (error.message === 'no displayable contents') {
    return 'Ce fichier ne contient ni schéma, ni table, ni expression que l’éditeur sache montrer.';
  }
  return `L’éditeur de tables ne peut pas lire ce texte : ${error.message}.`;
}

export class Drawn {
  draws = true;

  constructor(container, { readOnly, studio, viewed }) {
    Object.assign(this, { studio, readOnly, viewed, touched: false, told: new Told(), notes: new Notes() });
    const names = known(studio);
    const shared = { additionalModules: [french, names] };
    const Kind = readOnly ? NavigatedViewer : Modeler;
    this.manager = new Kind({
      container,
      drd: { additionalModules: [french, marks], drdRenderer: COLOURS },
      decisionTable: { additionalModules: [french, names, rowMarks(this.told)] },
      literalExpression: shared,
      boxedExpression: shared,
    });
    this.manager.on('import.parse.complete', ({ definitions }) => definitions && this.notes.show(definitions));
    this.manager.on('viewer.created', ({ viewer }) => this.#listen(viewer));
    this.manager.on('views.changed', () => this.#viewed());
  }

  /** Open a text; raises Undrawable. */
  async load(text) {
    this.touched = false;
    this.before = text;
    try {
      await this.manager.importXML(text);
    } catch (error) {
      throw new Undrawable(reason(error, text), { cause: error });
    }
  }

  /** As it was read, while nothing is changed; else with its changes. */
  async text() {
    if (!this.touched && !this.#steps().undo) {
      return this.before;
    }
    const definitions = this.manager.getDefinitions();
    const { xml } = await this.notes.written(definitions, () => this.manager.saveXML({ format: true }));
    return readable(xml);
  }

  /** What may be shown: {id, type, name, count} each. */
  views() {
    const counts = grouped(this.findings ?? [], this.#places(), ({ decision }) => decision.id);
    return this.manager.getViews().map(({ id, type, element }) => ({
      id,
      type,
      name: type === 'drd' ? 'Schéma' : (element.name || id),
      count: type === 'drd' ? 0 : (counts.get(id)?.length ?? 0),
    }));
  }

  /** The names of decisions that have a logic which is not drawn. */
  unseen() {
    const seen = new Set(this.manager.getViews().map(({ element }) => element));
    return (this.manager.getDefinitions()?.drgElement ?? [])
      .filter((one) => (one.decisionLogic || one.encapsulatedLogic) && !seen.has(one))
      .map((one) => one.name || one.id);
  }

  /** The decision that is shown; nothing for the drawing of them all. */
  get decision() {
    const view = this.manager.getActiveView();
    return view && view.type === 'decisionTable' ? view.element : null;
  }

  get shown() {
    return this.manager.getActiveView()?.id;
  }

  async look(id) {
    const view = this.manager.getViews().find((one) => one.id === id);
    if (view && view.id !== this.shown) {
      this.touched ||= this.#steps().undo;
      await this.manager.open(view);
    }
  }

  show(findings) {
    this.findings = findings;
    this.#mark();
    this.viewed();
  }

  noted(comments) {
    this.comments = comments;
    this.#mark();
  }

  /** Mark how the rules of the shown table did when it was tried: number → `answers` or `applies`. */
  tried(byNumber) {
    const rules = this.decision?.decisionLogic.rule ?? [];
    this.told.set('tried', new Map(rules.map((rule, at) => [rule.id, byNumber.get(at + 1)])));
  }

  /** Bring a rule or a decision into sight, its first cell chosen. */
  async go(id) {
    const place = this.#places().get(id);
    if (!place) {
      return;
    }
    await this.look(place.decision.id);
    const viewer = this.manager.getActiveViewer();
    const cell = place.rule?.inputEntry?.[0] ?? place.rule?.outputEntry?.[0];
    if (cell && this.shown === place.decision.id) {
      this.#row(place.rule.id)?.scrollIntoView({ block: 'center' });
      viewer.get('selection', false)?.select(cell.id);
    }
  }

  act(verb) {
    if (verb === 'undo' || verb === 'redo') {
      const stack = this.#stack();
      stack?.[verb === 'undo' ? 'canUndo' : 'canRedo']() && stack[verb]();
    }
  }

  destroy() {
    this.manager.destroy();
  }

  #row(rule) {
    return this.manager._container.querySelector(`[data-row-id="${CSS.escape(rule)}"]`);
  }

  #listen(viewer) {
    viewer.on('commandStack.changed', ({ trigger }) => {
      if (trigger !== 'clear') {
        this.studio.changed();
      }
      this.#tellSteps();
    });
    viewer.on('selection.changed', () => this.#selected(viewer));
  }

  #selected(viewer) {
    const chosen = viewer.get('selection').get();
    const element = Array.isArray(chosen) ? chosen[0] : chosen;
    const place = this.#places().get(element?.id);
    if (!place) {
      this.studio.selected(null);
      return;
    }
    const { decision, rule } = place;
    const number = rule && decision.decisionLogic.rule.indexOf(rule) + 1;
    const name = decision.name || decision.id;
    this.studio.selected({ id: (rule ?? decision).id, name: rule ? `${name}, règle ${number}` : name });
  }

  #viewed() {
    this.#mark();
    this.#tellSteps();
    this.viewed();
  }

  #tellSteps() {
    if (!this.readOnly) {
      this.studio.undoable(this.#steps());
    }
  }

  #mark() {
    const found = this.#places();
    const findings = (one) => this.studio.chosen(one);
    const comments = (one) => this.studio.discussed(one);
    const byRule = ({ rule }) => rule?.id;
    this.told.set('findings', grouped(this.findings ?? [], found, byRule), findings);
    this.told.set('comments', grouped(this.comments ?? [], found, byRule), comments);
    const drawing = this.manager.getActiveView()?.type === 'drd' && this.manager.getActiveViewer();
    if (drawing) {
      const about = (told) => (told ?? []).map((one) => ({ ...one, element: found.get(one.element)?.decision.id }));
      drawing.get('marks').findings(about(this.findings), findings);
      drawing.get('marks').comments(about(this.comments), comments);
    }
  }

  #places() {
    return places(this.manager.getDefinitions());
  }

  #stack() {
    return this.manager.getActiveViewer()?.get('commandStack', false);
  }

  #steps() {
    const stack = this.#stack();
    return { undo: Boolean(stack?.canUndo()), redo: Boolean(stack?.canRedo()) };
  }
}
