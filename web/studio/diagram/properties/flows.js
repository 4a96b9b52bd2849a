// Conditions, delays and repetitions: where an analyst writes FEEL.

import { bare, choice, feel, text } from './fields.js';
import { extension } from '../extensions.js';

const KINDS = [
  { value: 'timeDuration', label: 'une durée', example: 'P30D, ou =duration("P30D")' },
  { value: 'timeDate', label: 'une date', example: '2027-01-31, ou =jour + duration("P1D")' },
  { value: 'timeCycle', label: 'une répétition', example: 'R3/P7D' },
];

const expression = (injector, parent, body) => {
  const made = injector.get('bpmnFactory').create('bpmn:FormalExpression', { body });
  made.$parent = parent;
  return made;
};

/** Reads and writes an expression that stands in `parent[name]`. */
function held({ element, injector }, parent, name) {
  return {
    get: () => parent.get(name)?.get('body'),
    set: (value) =>
      injector.get('modeling').updateModdleProperties(element, parent, {
        [name]: value ? expression(injector, parent, value) : undefined,
      }),
  };
}

const SPLITS = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway'];

/** Whether a flow may have a condition. */
export const conditional = (element) =>
  element.type === 'bpmn:SequenceFlow' &&
  (SPLITS.includes(element.source?.type) || Boolean(element.businessObject.conditionExpression));

/** When a flow is taken. */
export function condition(here) {
  const isDefault = here.element.source?.businessObject.default === here.holder;
  return [
    feel({
      id: 'planipref-condition',
      label: 'Ce flux est suivi quand',
      required: true,
      description: isDefault ? 'C’est le flux par défaut : il est suivi quand aucun autre ne l’est.' : '',
      ...held(here, here.holder, 'conditionExpression'),
    }),
  ];
}

/** The timer of an event, if it has one. */
export const timerOf = (holder) =>
  (holder.get('eventDefinitions') ?? []).find((one) => one.$type === 'bpmn:TimerEventDefinition');

/** What a timer waits for. */
export function timer(here) {
  const { element, injector } = here;
  const definition = timerOf(here.holder);
  const kind = KINDS.find((one) => definition.get(one.value))?.value ?? '';
  const change = (value) => {
    const body = kind ? definition.get(kind).get('body') : '';
    const changes = Object.fromEntries(KINDS.map((one) => [one.value, undefined]));
    if (value) {
      changes[value] = expression(injector, definition, body);
    }
    injector.get('modeling').updateModdleProperties(element, definition, changes);
  };
  const options = () => [{ value: '', label: '' }, ...KINDS];
  const rows = [choice({ id: 'planipref-minuterie', label: 'Attendre', get: () => kind, set: change, options })];
  if (kind) {
    const { example } = KINDS.find((one) => one.value === kind);
    rows.push(
      feel({
        id: `planipref-minuterie-${kind}`,
        label: 'Valeur',
        description: `Par exemple ${example}.`,
        get: () => definition.get(kind)?.get('body'),
        // The kind stays while the value is being rewritten.
        set: (value) =>
          injector.get('modeling').updateModdleProperties(element, definition, {
            [kind]: expression(injector, definition, value ?? ''),
          }),
      }),
    );
  }
  return rows;
}

/** The marker of a step that is done for each item of a list, or so many times. */
export const severalOf = (holder) =>
  holder.get('loopCharacteristics')?.$type === 'bpmn:MultiInstanceLoopCharacteristics'
    ? holder.get('loopCharacteristics')
    : null;

/** For what a step is repeated. */
export function several(here) {
  const { element, injector } = here;
  const marker = severalOf(here.holder);
  const field = (name) => ({
    id: `planipref-boucle-${name}`,
    get: () => extension(marker, 'Boucle')?.get(name),
    set: (value) => injector.get('extensions').set(element, marker, 'Boucle', { [name]: value || undefined }),
  });
  const formula = (name) => {
    const { id, get, set } = field(name);
    return { id, required: true, get: () => bare.read(get()), set: (value) => set(bare.written(value)) };
  };
  const counted = (name, label) => {
    const { get, set } = held(here, marker, name);
    return feel({
      id: `planipref-boucle-${name}`,
      label,
      required: true,
      get: () => bare.read(get()),
      set: (value) => set(bare.written(value)),
    });
  };
  return [
    feel({ ...formula('collection'), label: 'Pour chaque élément de la liste' }),
    text({ ...field('element'), label: 'Nom de l’élément' }),
    counted('loopCardinality', 'Ou tant de fois'),
    feel({ ...formula('sortie'), label: 'Ce qui est retenu de chacun' }),
    text({ ...field('resultat'), label: 'Nom de la liste des résultats' }),
    counted('completionCondition', 'S’arrêter dès que'),
  ];
}
