// The notes of rules. DMN has a column for them (`annotationEntry`); dmn-js shows a rule's description in its place. While
// a file is open its first column of notes stands in the descriptions, and goes back when it is written.

const first = (rule) => rule.annotationEntry?.[0];
const tables = (definitions) => (definitions.drgElement ?? [])
  .map(({ decisionLogic }) => decisionLogic)
  .filter((one) => one?.$type === 'dmn:DecisionTable');

export class Notes {
  constructor() {
    this.noted = new Set();
  }

  /** Show the notes of tables that have a column for them and no descriptions. */
  show(definitions) {
    this.noted = new Set(tables(definitions).filter(({ rule = [] }) => rule.some(first) && !rule.some((one) => one.description)));
    this.#take();
  }

  /** The definitions as they are written, for as long as `write` takes. */
  async written(definitions, write) {
    this.noted = new Set(tables(definitions).filter((one) => this.noted.has(one)));
    this.#give(definitions.$model);
    try {
      return await write();
    } finally {
      this.#take();
    }
  }

  #rules() {
    return [...this.noted].flatMap(({ rule = [] }) => rule);
  }

  #take() {
    this.#rules().forEach((rule) => {
      rule.description = first(rule)?.text || undefined;
    });
  }

  #give(moddle) {
    this.#rules().forEach((rule) => {
      if (first(rule)) {
        first(rule).text = rule.description ?? '';
      } else if (rule.description) {
        const note = moddle.create('dmn:RuleAnnotation', { text: rule.description });
        note.$parent = rule;
        rule.annotationEntry = [note];
      }
      rule.description = undefined;
    });
  }
}
