// The fields of the form's properties panel: each a row that says how its value is read and written.

import {
  CheckboxEntry,
  FeelEntry,
  NumberFieldEntry,
  SelectEntry,
  TextAreaEntry,
  TextFieldEntry,
  isCheckboxEntryEdited,
  isFeelEntryEdited,
  isNumberFieldEntryEdited,
  isSelectEntryEdited,
  isTextAreaEntryEdited,
  isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';

import { translate } from '../diagram/french.js';
import { kindOf } from './kinds.js';

const told = ({ element, id, label, get, set, description, debounce, disabled }) => ({
  element,
  id,
  label,
  description,
  debounce,
  disabled,
  getValue: get,
  setValue: set,
});

function Text(props) {
  return TextFieldEntry({ ...told(props), validate: props.validate });
}

function Area(props) {
  return TextAreaEntry({ ...told(props), rows: 2, autoResize: true });
}

function Figure(props) {
  return NumberFieldEntry({ ...told(props), min: props.min, step: props.step });
}

function Choice(props) {
  return SelectEntry({ ...told(props), getOptions: props.options });
}

function Tick(props) {
  return CheckboxEntry(told(props));
}

// The large editor of FEEL has the element's kind for a title.
const titles = new WeakMap();

function titled(field) {
  if (!titles.has(field)) {
    titles.set(field, { type: kindOf(field) });
  }
  return titles.get(field);
}

function Feel(props) {
  const { element, ...rest } = told(props);
  return FeelEntry({ ...rest, element: titled(element), feel: 'required', variables: props.variables, translate });
}

const row = (component, isEdited) => (one) => ({ component, isEdited, ...one });

/** A line of text: `{id, label, get(), set(value), validate?(value)}`. */
export const text = row(Text, isTextFieldEntryEdited);
/** Several lines. */
export const area = row(Area, isTextAreaEntryEdited);
/** A number, or nothing. */
export const figure = row(Figure, isNumberFieldEntryEdited);
/** One of `options()`: `[{value, label}]`. */
export const choice = row(Choice, isSelectEntryEdited);
/** Yes or no. */
export const tick = row(Tick, isCheckboxEntryEdited);
/** FEEL, with `variables` to complete from. */
export const feel = row(Feel, isFeelEntryEdited);

/** Options with nothing to choose first; a value that is none of them stays choosable, marked. */
export function among(known, current, nothing = '') {
  const strange = current && !known.some((one) => one.value === current);
  return [{ value: '', label: nothing }, ...known, ...(strange ? [{ value: current, label: `${current} (inconnu)` }] : [])];
}
