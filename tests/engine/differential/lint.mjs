// Lints BPMN files with bpmnlint as the studio does, all in one process of Node.
// Reads a list of BPMN texts on standard input; writes a list: rule → reports ({id, message, category}), or {$error}.
import { readFileSync } from "node:fs";
import { BpmnModdle } from "bpmn-moddle";
import Linter from "bpmnlint/lib/linter.js";
import NodeResolver from "bpmnlint/lib/resolver/node-resolver.js";

const texts = JSON.parse(readFileSync(0, "utf8"));
// Rules remember what they have seen: each file has its own linter.
const linter = () => new Linter({ resolver: new NodeResolver(), config: { extends: "bpmnlint:recommended" } });

async function lint(text) {
  let root;
  try {
    root = (await new BpmnModdle().fromXML(text)).rootElement;
  } catch (error) {
    return { $error: error.message };
  }
  return linter().lint(root);
}

const plain = (reports) =>
  reports.$error !== undefined
    ? reports
    : Object.fromEntries(
        Object.entries(reports).map(([rule, found]) => [
          rule,
          found.map(({ id, message, category }) => ({ id: String(id), message, category })),
        ]),
      );

const answers = [];
for (const text of texts) answers.push(plain(await lint(text)));
process.stdout.write(JSON.stringify(answers));
