// What the editor would write of diagrams that it only opened: `node web/studio/build/reread.mjs FILE…` → {file: text}.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BpmnModdle } from 'bpmn-moddle';

import { readable } from '../diagram/written.js';
import { FOLDER } from './options.mjs';

const vocabulary = JSON.parse(await readFile(join(FOLDER, 'diagram', 'planipref.json'), 'utf8'));
const told = {};
for (const path of process.argv.slice(2)) {
  const moddle = new BpmnModdle({ planipref: vocabulary });
  const { rootElement } = await moddle.fromXML(await readFile(path, 'utf8'));
  told[path] = readable((await moddle.toXML(rootElement, { format: true })).xml);
}
process.stdout.write(JSON.stringify(told));
