// Compares pairs of BPMN files with bpmn-js-differ, as the browser would.
// Reads {pairs: [[before, after], …], extensions} on standard input; writes a list of {added, removed, changed, moved}:
// for each id the kind of its element and the id of what holds it; changed also has the properties that differ.
import { readFileSync } from "node:fs";
import { BpmnModdle } from "bpmn-moddle";
import { diff } from "bpmn-js-differ";

const { pairs, extensions } = JSON.parse(readFileSync(0, "utf8"));

async function read(text) {
  return (await new BpmnModdle(extensions).fromXML(text)).rootElement;
}

const plain = (found) =>
  Object.fromEntries(
    Object.entries(found).map(([id, one]) => {
      const element = one.model ?? one;
      return [id, { type: element.$type, holder: element.$parent?.id ?? null, about: Object.keys(one.attrs ?? {}) }];
    }),
  );

const answers = [];
for (const [before, after] of pairs) {
  const { _added, _removed, _changed, _layoutChanged } = diff(await read(before), await read(after));
  answers.push({
    added: plain(_added),
    removed: plain(_removed),
    changed: plain(_changed),
    moved: plain(_layoutChanged),
  });
}
process.stdout.write(JSON.stringify(answers));
