// A form file on its way into form-js and back. form-js allows no id twice, completes what it reads and writes its own
// order; an analyst's file keeps its ids, its unknown keys and its order.

export class Unreadable extends Error {}

// Where a new component's keys stand; the others follow.
const ORDER = [
  ...['type', 'id', 'key', 'path', 'ref', 'label', 'text', 'description', 'subtype', 'dateLabel', 'timeLabel', 'accept'],
  ...['multiple', 'readonly', 'validate', 'conditional', 'values', 'defaultValue', 'showOutline', 'components'],
];
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The text as form-js wants it: `schema`, and by its ids the `origins`: each component as the file has it. */
export function opened(text) {
  const source = parsed(text);
  const origins = new Map();
  const numbered = (component) => {
    checked(component);
    const id = `c${origins.size}`;
    origins.set(id, component);
    const inside = component.components ? { components: component.components.map(numbered) } : {};
    // A row without a name would be another one after each change, and drawn anew under whoever writes.
    return { ...component, id, layout: { row: `Row_${id}`, ...component.layout }, ...inside };
  };
  const components = source.components.map(numbered);
  return { schema: { ...source, id: 'formulaire', type: 'default', components }, origins, source };
}

function parsed(text) {
  let source;
  try {
    source = JSON.parse(text);
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(error.message) ?? [];
    const where = line ? ` : il ne se lit plus à la ligne ${line}, caractère ${column}` : '';
    throw new Unreadable(`Ce texte n’est pas du JSON${where}.`, { cause: error });
  }
  if (!isObject(source) || !Array.isArray(source.components)) {
    throw new Unreadable('Ce texte n’est pas un formulaire : il lui manque la liste « components ».');
  }
  return source;
}

function checked(component) {
  if (!isObject(component)) {
    throw new Unreadable('Un composant de ce formulaire n’est pas un objet : corrigez-le dans le texte.');
  }
  const { key, path, type, components } = component;
  if (typeof type !== 'string' || [key, path].some((one) => one !== undefined && typeof one !== 'string')) {
    throw new Unreadable('Un composant a un type, une clé ou un chemin qui n’est pas un texte : corrigez-le ici.');
  }
  if (components !== undefined && !Array.isArray(components)) {
    throw new Unreadable('Un composant a des « components » qui ne sont pas une liste : corrigez-les ici.');
  }
}

/** What form-js has completed by itself when it read the file, by id: `schema` is what it gives right after. */
export function completed(schema) {
  const found = new Map();
  const note = (component) => {
    found.set(component.id, component);
    component.components?.forEach(note);
  };
  schema.components.forEach(note);
  return found;
}

/** The text of an edited form: the keys of the file in their order, then what is new. */
export function written(schema, { origins, source }, artefacts = new Map()) {
  const told = (component, row) => {
    const from = origins.get(component.id) ?? null;
    const asRead = same(component.layout, artefacts.get(component.id)?.layout);
    const layout = asRead ? from?.layout : laid(component, from, row);
    const kept = { ...component, id: from ? from.id : component.id, layout };
    if (component.components) {
      kept.components = inside(component.components, told);
    }
    const completedKeys = Object.keys(kept).filter(
      (key) => from && !(key in from) && key !== 'components' && same(kept[key], artefacts.get(component.id)?.[key]),
    );
    completedKeys.forEach((key) => delete kept[key]);
    return inOrder(kept, from);
  };
  const { id, type, schemaVersion } = source;
  const whole = { ...schema, id, type, schemaVersion, components: inside(schema.components, told) };
  return `${JSON.stringify(inOrder(whole, source), null, 2)}\n`;
}

/** Each component with the number of those that share its row. */
function inside(components, told) {
  const rows = components.map((one) => one.layout?.row);
  return components.map((one, index) => told(one, rows.filter((row) => row && row === rows[index]).length));
}

/** Rows of one are what the order says already. */
function laid({ layout }, from, shared) {
  const needed = layout && (shared > 1 || layout.columns);
  return needed || from?.layout ? { ...from?.layout, ...layout } : undefined;
}

function inOrder(value, before) {
  if (Array.isArray(value)) {
    return value.map((one, index) => inOrder(one, Array.isArray(before) ? before[index] : null));
  }
  if (!isObject(value)) {
    return value;
  }
  const first = isObject(before) ? Object.keys(before) : [];
  const known = ORDER.filter((key) => !first.includes(key));
  const keys = [...new Set([...first, ...known, ...Object.keys(value)])].filter((key) => value[key] !== undefined);
  // Components were put in order with their own originals.
  return Object.fromEntries(
    keys.map((key) => [key, key === 'components' ? value[key] : inOrder(value[key], before?.[key])]),
  );
}

/** The id in the editor of each place that a finding may name. */
export function places(schema, origins) {
  const found = new Map();
  const note = (place, id) => place && !found.has(place) && found.set(place, id);
  const join = (where, name) => (where && name ? `${where}.${name}` : where || name);
  const walk = (component, where, full, plain) => {
    const { id, type, key = '', path = '', label = '', ref = '' } = component;
    const own = key || (type === 'group' || type === 'dynamiclist' || type === 'bloc' ? path : '');
    note(join(where, key || path || label || origins.get(id)?.id || type), id);
    note(type === 'bloc' ? where || ref : '', id);
    note(own && join(full, own), id);
    note(own && join(plain, own), id);
    note(label, id);
    const many = type === 'dynamiclist' ? '[]' : '';
    component.components?.forEach((one) => walk(one, join(where, path), join(full, own) + many, join(plain, own)));
  };
  schema.components.forEach((one) => walk(one, '', '', ''));
  return found;
}

/** The number of the page on which a component of the form stands: groups marked as pages count, from 1. */
export function pageOf(schema, id) {
  const holds = (one) => one.id === id || Boolean(one.components?.some(holds));
  const at = schema.components.findIndex(holds);
  const pages = schema.components.slice(0, at + 1).filter((one) => one.type === 'group' && one.properties?.page);
  return Math.max(1, pages.length);
}
