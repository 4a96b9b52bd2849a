// Ready-made elements: the shared blocks, and a service task for each action, in the menus that create, append and
// replace. They come from the server's catalogue, so a new action needs nothing here.

import { is } from 'bpmn-js/lib/util/ModelUtil';

const STEPS = ['completude', 'convocation', 'decision', 'remise'];
const BLOCKS = { id: 'planipref-blocs', name: 'Blocs communs' };
const ACTIONS = { id: 'planipref-actions', name: 'Actions' };

/** The beginning of what an action does: a name for the step. */
const short = (label) => label.split(/\s?[:;,(]/)[0].trim();

/** Every ready-made element: what it is called, what it looks like, what it is made of. */
function templates(catalogue) {
  const blocks = catalogue.blocks.map(({ process, name }) => ({
    id: process,
    label: `Bloc : ${name}`,
    group: BLOCKS,
    icon: 'bpmn-icon-call-activity',
    type: 'bpmn:CallActivity',
    name,
    step: STEPS.find((one) => process.endsWith(one)),
  }));
  const actions = Object.keys(catalogue.actions).map((action) => ({
    id: action,
    label: short(catalogue.labels[action] ?? action),
    description: action,
    group: ACTIONS,
    icon: 'bpmn-icon-service-task',
    type: 'bpmn:ServiceTask',
    name: short(catalogue.labels[action] ?? action),
  }));
  return [...blocks, ...actions];
}

export class Templates {
  constructor(popupMenu, catalogue, extensions, bpmnFactory, elementFactory, create, autoPlace, mouse, moddle, modeling) {
    Object.assign(this, { popupMenu, catalogue, extensions, bpmnFactory, elementFactory });
    Object.assign(this, { create, autoPlace, mouse, moddle, modeling });
    popupMenu.registerProvider('bpmn-create', 900, this.#menu((one) => (event) => this.#create(one, event)));
    popupMenu.registerProvider('bpmn-append', 900, this.#menu((one, element) => () => this.#append(one, element)));
    popupMenu.registerProvider('bpmn-replace', 900, {
      getPopupMenuEntries: (element) => (entries) => ({ ...entries, ...this.#replacements(element) }),
    });
  }

  #menu(action) {
    return {
      getPopupMenuEntries: (element) => (entries) => {
        const ours = templates(this.catalogue).map((one) => [`planipref-${one.id}`, entry(one, action(one, element))]);
        return { ...Object.fromEntries(ours), ...entries };
      },
    };
  }

  #replacements(element) {
    const fits = templates(this.catalogue).filter((one) => is(element, one.type));
    const act = (one) => () => {
      this.popupMenu.close();
      this.#apply(one, element);
    };
    return Object.fromEntries(fits.map((one) => [`planipref-${one.id}`, entry(one, act(one))]));
  }

  #create(template, event) {
    this.popupMenu.close();
    const shape = this.#shape(template);
    this.create.start(event instanceof KeyboardEvent ? this.mouse.getLastMoveEvent() : event, shape);
  }

  #append(template, element) {
    this.popupMenu.close();
    this.autoPlace.append(element, this.#shape(template));
  }

  #shape(template) {
    const { type, name } = template;
    const businessObject = this.bpmnFactory.create(type, { id: this.#freeId(template.id), name });
    const values = this.#contents(template);
    if (type === 'bpmn:CallActivity') {
      businessObject.set('calledElement', template.id);
    }
    const holder = this.bpmnFactory.create('bpmn:ExtensionElements', { values });
    holder.$parent = businessObject;
    values.forEach((one) => {
      one.$parent = holder;
    });
    businessObject.set('extensionElements', holder);
    return this.elementFactory.createShape({ type, businessObject });
  }

  #contents({ id, type, step }) {
    if (type === 'bpmn:ServiceTask') {
      return [this.extensions.make('Action', { nom: id })];
    }
    const call = this.extensions.make('Appel', { entrees: 'tout', sorties: 'tout' });
    return step ? [call, this.extensions.make('Propriete', { nom: 'etape', valeur: step })] : [call];
  }

  /** Make an element that stands there already into this one; its name is the analyst's. */
  #apply({ id, type }, element) {
    if (type === 'bpmn:CallActivity') {
      this.modeling.updateProperties(element, { calledElement: id });
    } else {
      this.extensions.set(element, element.businessObject, 'Action', { nom: id });
    }
  }

  /** An identifier that people can read: the action's own name, numbered when it is taken. */
  #freeId(name) {
    const wanted = name.split('.').at(-1);
    let id = wanted;
    for (let number = 2; this.moddle.ids.assigned(id); number += 1) {
      id = `${wanted}_${number}`;
    }
    return id;
  }
}

function entry({ label, description, group, icon }, act) {
  return { label, description, group, className: icon, action: { click: act, dragstart: act }, search: `${label} ${description ?? ''}` };
}

Templates.$inject = [
  'popupMenu',
  'catalogue',
  'extensions',
  'bpmnFactory',
  'elementFactory',
  'create',
  'autoPlace',
  'mouse',
  'moddle',
  'modeling',
];

export default { __init__: ['templates'], templates: ['type', Templates] };
