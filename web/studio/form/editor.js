// form-js with our kinds of fields, our properties, and nothing that PlaniPref does not know.

import { FormEditor } from '@bpmn-io/form-js-editor';
import { DebounceInputModule, FeelPopupModule } from '@bpmn-io/properties-panel';

import { Kinds, Marks, OpenPlaces } from './canvas.js';
import { Panel } from './panel.js';

/** What may only be looked at: nothing that one does changes the form. */
class Still {
  addFormField() {}

  editFormField() {}

  moveFormField() {}

  removeFormField() {}
}

const NOTHING_DRAGGED = { createDragulaInstance: () => null };

/** An editor that draws in `container`; its properties in `panel`. */
export function formEditor({ container, panel, blocks, readOnly, studio }) {
  const ours = {
    formFields: ['type', Kinds],
    pathRegistry: ['type', OpenPlaces],
    propertiesPanel: ['type', Panel],
    marks: ['type', Marks],
    studio: ['value', studio],
  };
  const still = { modeling: ['type', Still], dragging: ['value', NOTHING_DRAGGED] };
  return new FormEditor({
    container,
    blocks,
    propertiesPanel: { parent: panel },
    additionalModules: [DebounceInputModule, FeelPopupModule, ours, readOnly ? still : {}],
  });
}
