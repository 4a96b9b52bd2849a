// What the editor would write of tables that it only opened: `node web/studio/build/reread_tables.mjs FILE…` → {file: text}.

import { readFile } from 'node:fs/promises';

import { DmnModdle } from 'dmn-moddle';

import { readable } from '../diagram/written.js';
import { Notes } from '../table/notes.js';

const told = {};
for (const path of process.argv.slice(2)) {
  const moddle = new DmnModdle();
  const { rootElement } = await moddle.fromXML(await readFile(path, 'utf8'), 'dmn:Definitions');
  const notes = new Notes();
  notes.show(rootElement);
  const { xml } = await notes.written(rootElement, () => moddle.toXML(rootElement, { format: true }));
  told[path] = readable(xml);
}
process.stdout.write(JSON.stringify(told));
