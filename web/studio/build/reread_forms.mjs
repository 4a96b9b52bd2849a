// What the editor would write of forms once form-js has completed them: `node web/studio/build/reread_forms.mjs FILE…` →
// {file: text}, or the reason why a file cannot be drawn. `--rename` gives the first component another label.

import { readFile } from 'node:fs/promises';

import { Unreadable, completed, opened, written } from '../form/schema.js';

/** form-js gives a key and a label where there is none. */
function asFormJs(component) {
  const inside = component.components?.map(asFormJs);
  return {
    label: 'Group',
    key: 'textfield_ab12c',
    showOutline: true,
    ...component,
    ...(inside ? { components: inside } : {}),
  };
}

function reread(text) {
  const file = opened(text);
  const schema = { ...file.schema, schemaVersion: 19, components: file.schema.components.map(asFormJs) };
  const artefacts = completed(structuredClone(schema));
  if (RENAME && schema.components.length) {
    schema.components[0].label = 'Autrement dit';
  }
  return written(schema, file, artefacts);
}

const RENAME = process.argv.includes('--rename');
const told = {};
for (const path of process.argv.slice(2).filter((one) => one !== '--rename')) {
  const text = await readFile(path, 'utf8');
  try {
    told[path] = reread(text);
  } catch (error) {
    if (!(error instanceof Unreadable)) {
      throw error;
    }
    told[path] = error.message;
  }
}
process.stdout.write(JSON.stringify(told));
