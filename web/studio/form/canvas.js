// How a form is drawn while it is written: form-js's own fields with what PlaniPref adds said beneath, shared blocks, and
// what PlaniPref does not know.

import { FormFields, PathRegistry, iconsByType } from '@bpmn-io/form-js-viewer';
import { useService } from '@bpmn-io/form-js-editor';
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { plural, typo } from '../page/html.js';
import { ANSWERED, KNOWN, OFFERED, beginning, kindOf, labelOf, pageTitle } from './kinds.js';

const KEYED = new Set(ANSWERED);
const FORMATS = {
  email: 'adresse électronique',
  telephone: 'téléphone',
  numero_etranger: 'numéro étranger',
  code_postal: 'code postal',
  date_passee: 'date passée',
  date_future: 'date à venir',
};
const WORST = ['error', 'warning', 'info'];
const WORDS = { error: ['erreur'], warning: ['avertissement'], info: ['remarque'] };
const SIGNS = { error: '!', warning: '▲', info: 'i' };

/** Findings and comments by the component that they speak of; who draws it listens. */
export class Marks {
  constructor() {
    Object.assign(this, { findings: new Map(), comments: new Map(), listeners: new Set() });
  }

  set(kind, told, go) {
    this[kind] = told;
    this[`${kind}Go`] = go;
    this.listeners.forEach((redraw) => redraw((count) => count + 1));
  }
}

/** What is said beneath a question: what form-js does not show. */
function notes(field) {
  const { properties = {}, conditional, validate, type } = field;
  const told = [];
  if (conditional?.hide) {
    told.push(`caché si ${String(conditional.hide).replace(/^=\s*/, '')}`);
  }
  if (KEYED.has(type) && !validate?.required && type !== 'checkbox') {
    told.push('facultatif');
  }
  if (properties.format) {
    told.push(FORMATS[properties.format] ?? `format ${properties.format}`);
  }
  if (properties.piece || type === 'filepicker') {
    told.push(`pièce ${properties.piece || field.key}`);
  }
  if (properties.prive) {
    told.push('jamais montré');
  }
  return told;
}

function MarksOf({ field }) {
  const marks = useService('marks');
  const [, redraw] = useState(0);
  useEffect(() => {
    marks.listeners.add(redraw);
    return () => marks.listeners.delete(redraw);
  }, [marks]);
  const found = marks.findings.get(field.id) ?? [];
  const said = marks.comments.get(field.id) ?? [];
  const worst = WORST.find((one) => found.some((finding) => finding.severity === one));
  const button = (kind, text, label, title, act) =>
    h('button', { type: 'button', class: `studio-mark studio-mark--${kind}`, 'aria-label': label, title, onClick: act }, text);
  const stop = (act) => (event) => {
    event.stopPropagation();
    act();
  };
  return h('span', { class: 'studio-form__marks' },
    worst && button(worst, SIGNS[worst], typo(`${plural(found.length, ...WORDS[worst])} : ${found[0].message}`),
      found.map((one) => one.message).join('\n'), stop(() => marks.findingsGo(found[0]))),
    said.length > 0 && button('comment', String(said.length), plural(said.length, 'commentaire'),
      said.map((one) => `${one.by} : ${one.text}`).join('\n'), stop(() => marks.commentsGo(said[0]))));
}

function Page({ field, children }) {
  const { properties } = field;
  return h('div', { class: 'studio-form__page' },
    h('p', { class: 'studio-form__title' }, h('span', { class: 'studio-form__tag' }, 'Page'), ' ', pageTitle(field)),
    properties.pourquoi && h('p', { class: 'studio-form__note' }, properties.pourquoi),
    children);
}

/** form-js's field, with ours around it. */
function around(Field) {
  return function Drawn(props) {
    const { field } = props;
    const isPage = field.type === 'group' && field.properties?.page;
    // The page's title stands above instead of the group's.
    const drawn = h(Field, isPage ? { ...props, field: { ...field, label: '' } } : props);
    const said = notes(field);
    return h('div', { class: 'studio-form__field' },
      h(MarksOf, { field }),
      isPage ? h(Page, { field }, drawn) : drawn,
      said.length > 0 && h('p', { class: 'studio-form__note' }, typo(said.join(' · '))));
  };
}

function Block({ field }) {
  return h('div', { class: 'studio-form__block' },
    h(MarksOf, { field }),
    h('p', { class: 'studio-form__title' }, h('span', { class: 'studio-form__tag' }, 'Bloc partagé'), ' ', field.ref || '…'),
    h('p', { class: 'studio-form__note' },
      typo([`Les questions de forms/blocs/${field.ref || '…'}.json viennent ici`, ...notes(field)].join(' · '))));
}

function Unknown({ field }) {
  return h('div', { class: 'studio-form__block studio-form__block--unknown' },
    h(MarksOf, { field }),
    h('p', { class: 'studio-form__title' }, typo(`${kindOf(field)} ${labelOf(field)}`)),
    h('p', { class: 'studio-form__note' },
      typo('PlaniPref ne connaît pas ce composant : personne ne le verra. Remplacez-le par un autre, ou retirez-le.')));
}

const shape = (type) => ({
  keyed: KEYED.has(type),
  pathed: type === 'group' || type === 'dynamiclist',
  repeatable: type === 'dynamiclist',
});

/** What is new begins with the palette's words; what the file holds stays as it is. */
const creates = (entry) => (attributes, isNew) => {
  const holds = ['group', 'dynamiclist'].includes(entry.type ?? entry.name) ? { components: [] } : {};
  return isNew === false ? { ...holds, ...attributes } : { ...holds, ...beginning(entry), ...attributes, type: entry.type ?? entry.name };
};

/** form-js's kinds of fields as PlaniPref has them: the palette shows ours, in French. */
export class Kinds extends FormFields {
  constructor(blocks) {
    super();
    const theirs = this._formFields;
    // Types come from files: one called « constructor » is none of ours.
    this._formFields = Object.create(null);
    OFFERED.forEach((entry) => this.offer(entry, theirs[entry.type ?? entry.name]));
    (blocks ?? []).forEach((ref) =>
      this.offer({ name: `bloc:${ref}`, type: 'bloc', group: 'container', label: `Bloc : ${ref}`, begins: { ref } }));
    this.hide('bloc', Block, creates({ name: 'bloc' }));
    this.hide('default', theirs.default, theirs.default.config.create, { escapeGridRender: false });
  }

  offer(entry, field) {
    const type = entry.type ?? entry.name;
    const drawn = field ? around(field) : Block.bind(null);
    const icon = iconsByType(type === 'bloc' ? 'group' : type);
    drawn.config = { ...field?.config, ...shape(type), type, icon, name: typo(entry.label), label: undefined, group: entry.group, create: creates(entry) };
    this.register(entry.name, drawn);
  }

  /** A kind that the palette does not show; it lists what can be enumerated. */
  hide(type, field, create, more = {}) {
    const drawn = type === 'default' ? field : field.bind(null);
    drawn.config = { ...field.config, ...shape(type), ...more, type, create };
    Object.defineProperty(this._formFields, type, { value: drawn, configurable: true });
  }

  get(type) {
    if (!this._formFields[type] && !KNOWN.includes(type)) {
      this.hide(type, Unknown, (attributes) => attributes);
    }
    return this._formFields[type];
  }
}

Kinds.$inject = ['config.blocks'];

/** Two questions may share a place, one for each case: the server's findings say when they may not. */
export class OpenPlaces extends PathRegistry {
  canClaimPath() {
    return true;
  }

  claimPath() {}

  unclaimPath() {}
}

OpenPlaces.$inject = PathRegistry.$inject;
