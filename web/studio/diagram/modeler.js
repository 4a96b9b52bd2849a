// bpmn-js with everything the studio adds, or its viewer for who may only look.

import Modeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import colours from 'bpmn-js-color-picker';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import simulation from 'bpmn-js-token-simulation';
import minimap from 'diagram-js-minimap';

import { INK, PAPER } from './colours.js';
import completion from './completion.js';
import coverage from './coverage.js';
import extensions from './extensions.js';
import french from './french.js';
import marks from './marks.js';
import vocabulary from './planipref.json';
import properties from './properties/index.js';
import templates from './templates.js';

const SHARED = {
  moddleExtensions: { planipref: vocabulary },
  bpmnRenderer: { defaultFillColor: PAPER, defaultStrokeColor: INK, defaultLabelColor: INK },
  textRenderer: { defaultStyle: { fontFamily: 'system-ui, "Noto Sans", "Liberation Sans", Arial, sans-serif' } },
};

/** An editor that draws in `container` and shows properties in `panel`. */
export function editor({ container, panel }) {
  return new Modeler({
    ...SHARED,
    container,
    propertiesPanel: { parent: panel },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      CreateAppendAnythingModule,
      colours,
      simulation,
      minimap,
      french,
      completion,
      extensions,
      properties,
      templates,
      marks,
      coverage,
    ],
  });
}

/** The same drawing, to be looked at. */
export function viewer({ container }) {
  return new NavigatedViewer({ ...SHARED, container, additionalModules: [minimap, french, marks, coverage] });
}
