// Questions that one answer on the same page shows or hides: <div data-when="name" data-is="value" data-equal="oui">.
function conditions(root) {
  const marked = [...root.querySelectorAll("[data-when]")];
  if (!marked.length) return;
  const refresh = () => marked.forEach((block) => {
    const same = answer(block.dataset.when) === block.dataset.is;
    block.hidden = block.dataset.equal === "oui" ? !same : same;
  });
  root.addEventListener("change", refresh);
  refresh();
}

function answer(name) {
  const fields = [...document.getElementsByName(name)];
  const chosen = fields.find((field) => field.checked);
  if (chosen) return chosen.type === "checkbox" && chosen.value === "on" ? "true" : chosen.value;
  if (fields[0]?.type === "checkbox") return "false";
  return fields[0]?.type === "radio" ? "" : fields[0]?.value ?? "";
}

conditions(document);
