// What is told of the rules of a table: findings, comments, and which of them applied when the table was tried.

export class Told {
  constructor() {
    this.kinds = { findings: new Map(), comments: new Map(), tried: new Map() };
    this.go = { findings: () => {}, comments: () => {} };
    this.listeners = new Set();
  }

  /** Tell these of rules, by rule; `go(one)` is called when a mark is used. */
  set(kind, found, go = () => {}) {
    this.kinds[kind] = found;
    this.go[kind] = go;
    this.listeners.forEach((listener) => listener());
  }

  of(kind, rule) {
    return this.kinds[kind].get(rule);
  }
}

const all = (clauses = []) => clauses.flatMap((one) => [one.id, one.inputExpression?.id]);

/** Where every element of the definitions lies: id → {decision, rule}. */
export function places(definitions) {
  const found = new Map();
  for (const decision of definitions?.drgElement ?? []) {
    const logic = decision.decisionLogic ?? decision.encapsulatedLogic;
    [decision.id, logic?.id, decision.variable?.id, ...all(logic?.input), ...all(logic?.output)]
      .forEach((id) => id && found.set(id, { decision, rule: null }));
    for (const rule of logic?.rule ?? []) {
      const cells = [...(rule.inputEntry ?? []), ...(rule.outputEntry ?? [])];
      [rule, ...cells].forEach((one) => one.id && found.set(one.id, { decision, rule }));
    }
  }
  return found;
}

/** These findings or comments by what `key` makes of their place; those without a place are left out. */
export function grouped(told, found, key) {
  const groups = new Map();
  for (const one of told) {
    const place = found.get(one.element);
    const name = place && key(place);
    if (name) {
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
  }
  return groups;
}
