// Questions that the answers on the same page show or hide: <div data-hidden-when="rule">, a rule as forms/portable.py says.
const ROUNDS = 6;

function conditions(root) {
  const blocks = [...root.querySelectorAll("[data-hidden-when]")].map((block) => [block, JSON.parse(block.dataset.hiddenWhen)]);
  if (!blocks.length) return;
  const refresh = () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      let moved = false;
      for (const [block, rule] of blocks) {
        const hide = holds(rule);
        moved ||= block.hidden !== hide;
        block.hidden = hide;
      }
      if (!moved) return;
    }
  };
  root.addEventListener("change", refresh);
  refresh();
}

function holds(rule) {
  const [sign, ...rest] = rule;
  if (sign === "and") return rest.every(holds);
  if (sign === "or") return rest.some(holds);
  if (sign === "not") return !holds(rest[0]);
  return (answer(rest[0]) === rest[1]) === (sign === "=");
}

// A question that is itself hidden has no answer.
function answer(name) {
  const fields = [...document.getElementsByName(name)].filter((field) => !field.closest("[data-hidden-when][hidden]"));
  const chosen = fields.find((field) => field.checked);
  if (chosen) return chosen.type === "checkbox" && chosen.value === "on" ? "true" : chosen.value;
  if (fields[0]?.type === "checkbox") return "false";
  return fields[0]?.type === "radio" ? "" : fields[0]?.value.trim() ?? "";
}

conditions(document);
