// The fields of the properties panel: each a row that says how its value is read and written.

import {
  FeelEntry,
  SelectEntry,
  TextAreaEntry,
  TextFieldEntry,
  isFeelEntryEdited,
  isSelectEntryEdited,
  isTextAreaEntryEdited,
  isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

function told(props) {
  const { element, id, label, get, set, description } = props;
  return { element, id, label, description, getValue: get, setValue: set, debounce: useService('debounceInput') };
}

function Text(props) {
  return TextFieldEntry({ ...told(props), validate: props.validate });
}

function Area(props) {
  return TextAreaEntry({ ...told(props), rows: 2, autoResize: true });
}

function Choice(props) {
  return SelectEntry({ ...told(props), getOptions: () => props.options() });
}

function Feel(props) {
  const catalogue = useService('catalogue');
  return FeelEntry({
    ...told(props),
    feel: props.required ? 'required' : 'optional',
    variables: catalogue.variables,
    translate: useService('translate'),
  });
}

const row = (component, isEdited) => (told) => ({ component, isEdited, ...told });

/** A line of text: `{id, label, get(), set(value), validate?(value)}`. */
export const text = row(Text, isTextFieldEntryEdited);
/** Several lines. */
export const area = row(Area, isTextAreaEntryEdited);
/** One of `options()`: `[{value, label}]`. */
export const choice = row(Choice, isSelectEntryEdited);
/** A text, or FEEL after `=`; FEEL only with `required`. */
export const feel = row(Feel, isFeelEntryEdited);

const NOTHING = { value: '', label: '' };

/** Options out of plain names; a value that is none of them stays choosable, marked. */
export function among(names, current, empty = NOTHING) {
  const known = names.map((one) => (typeof one === 'string' ? { value: one, label: one } : one));
  const strange = current && !known.some((one) => one.value === current);
  return [empty, ...known, ...(strange ? [{ value: current, label: `${current} (inconnu)` }] : [])];
}

/** FEEL that the file holds without its `=`, shown with it. */
export const bare = {
  read: (value) => (value ? (value.startsWith('=') ? value : `=${value}`) : undefined),
  written: (value) => (value ? value.replace(/^=/, '') : undefined),
};
