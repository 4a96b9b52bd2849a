// Opens BPMN files and saves them again, with the reader and writer that bpmn-js has.
// Reads {texts: [...], extensions: {name: description}} on standard input; writes a list of {xml, warnings}.
import { readFileSync } from "node:fs";
import { BpmnModdle } from "bpmn-moddle";

const { texts, extensions } = JSON.parse(readFileSync(0, "utf8"));
const answers = [];
for (const text of texts) {
  const moddle = new BpmnModdle(extensions);
  const { rootElement, warnings } = await moddle.fromXML(text);
  const { xml } = await moddle.toXML(rootElement, { format: true });
  answers.push({ xml, warnings: warnings.map((one) => one.message) });
}
process.stdout.write(JSON.stringify(answers));
