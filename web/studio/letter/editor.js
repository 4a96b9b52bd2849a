// The text of a template: colours, marks of findings, completion, undo.

import { closeCompletion, completionKeymap, autocompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, redo, redoDepth, undo, undoDepth } from '@codemirror/commands';
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, keymap, lineNumbers } from '@codemirror/view';

import { completions } from './completion.js';
import { placeFor, signs } from './signs.js';

const loaded = Annotation.define();
const marked = StateEffect.define();

const coloured = StateField.define({
  create: (state) => colours(state),
  update: (held, change) => (change.docChanged ? colours(change.state) : held),
  provide: (field) => EditorView.decorations.from(field),
});

const findings = StateField.define({
  create: () => Decoration.none,
  update(held, change) {
    const told = change.effects.find((one) => one.is(marked));
    return told ? marks(change.state, told.value) : held.map(change.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function colours(state) {
  return Decoration.set(
    signs(state.doc.toString()).map(({ from, to, kind }) => Decoration.mark({ class: `letter-${kind}` }).range(from, to)),
  );
}

/** Where each finding is: the tag that it names wherever it is written, else its line. */
function marks(state, found) {
  const text = state.doc.toString();
  const ranges = found.flatMap(({ element, line, message, severity }) => {
    const mark = Decoration.mark({ class: `letter-found letter-found--${severity}`, attributes: { title: message } });
    const named = element ? placesOf(text, element) : [];
    if (named.length || !line || line > state.doc.lines) {
      return named.map((from) => mark.range(from, from + element.length));
    }
    const { from, to } = state.doc.line(line);
    return to > from ? [mark.range(from, to)] : [];
  });
  return Decoration.set(ranges, true);
}

function placesOf(text, name) {
  const found = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (!/[\w.]/.test(text[at - 1] ?? '') && !/\w/.test(text[at + name.length] ?? '')) {
      found.push(at);
    }
  }
  return found;
}

/** The editor of a text in `parent`. */
export function letterEditor(parent, { text, path, readOnly, nonce, changed, undoable }) {
  const editor = { templates: [], vocabulary: [] };
  const listening = EditorView.updateListener.of((update) => {
    if (update.docChanged) {
      // Another text put in place of this one is no writing of ours: whoever put it says so.
      if (!update.transactions.some((one) => one.annotation(loaded))) {
        changed();
      }
      undoable({ undo: undoDepth(update.state) > 0, redo: redoDepth(update.state) > 0 });
    }
  });
  const extensions = [
    EditorView.cspNonce.of(nonce),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': `Texte de ${path}`, spellcheck: 'true', lang: 'fr', tabindex: '0' }),
    EditorState.readOnly.of(readOnly),
    EditorState.tabSize.of(2),
    lineNumbers(),
    history(),
    coloured,
    findings,
    autocompletion({ override: [(context) => completions(context, editor)], icons: false, closeOnBlur: true }),
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
    listening,
  ];
  const view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  undoable({ undo: false, redo: false });
  return Object.assign(editor, {
    text: () => view.state.doc.toString(),
    /** Another text, as a change that can be taken back; the cursor stays where it can. */
    load(other) {
      if (other !== view.state.doc.toString()) {
        const anchor = Math.min(view.state.selection.main.anchor, other.length);
        const whole = { from: 0, to: view.state.doc.length, insert: other };
        view.dispatch({ changes: whole, selection: { anchor }, annotations: loaded.of(true) });
      }
    },
    mark: (found) => view.dispatch({ effects: marked.of(found) }),
    go(element, line) {
      const named = element ? placesOf(view.state.doc.toString(), element) : [];
      const { from, to } = named.length
        ? { from: named[0], to: named[0] + element.length }
        : view.state.doc.line(Math.min(Math.max(line || 1, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
    /** Put `text` where the cursor is, or where it will be written; `$0` in it is where one goes on writing. */
    insert(added) {
      const { from, to } = view.state.selection.main;
      const place = placeFor(view.state.doc.toString(), from, added);
      const [first, rest = ''] = added.split('$0');
      const before = place.before + first;
      view.dispatch({
        changes: { from: place.at, to: place.at === from ? to : place.at, insert: before + rest + place.after },
        selection: { anchor: place.at + before.length },
        scrollIntoView: true,
        userEvent: 'input',
      });
      closeCompletion(view);
      view.focus();
    },
    act: (verb) => ({ undo, redo })[verb]?.(view),
    destroy: () => view.destroy(),
  });
}
