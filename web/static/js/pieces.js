// The pièces of a task: one in view, the keys for it alone, its state told in the list as soon as it is said.
const SHAPES = { valide: "check", refusee: "cross", manquante: "attention" };

function pieces(desk) {
  const panels = [...desk.querySelectorAll("[data-piece-panel]")];
  const items = [...desk.querySelectorAll("[data-piece]")];
  const groups = [...desk.querySelectorAll("[data-piece-group]")];
  const kept = desk.querySelector("[data-shown]");
  if (!items.length) return;

  const show = (code) => {
    panels.forEach((panel) => { panel.hidden = panel.dataset.piecePanel !== code; });
    items.forEach((item) => item.toggleAttribute("aria-current", false));
    items.filter((item) => item.dataset.piece === code).forEach((item) => item.setAttribute("aria-current", "true"));
    for (const group of groups) {
      const here = group.dataset.pieceGroup === code;
      group.classList.toggle("judged--shown", here);
      for (const box of group.querySelectorAll("[data-verdict-key]")) {
        if (here) box.dataset.key = box.dataset.verdictKey;
        else delete box.dataset.key;
      }
    }
    if (kept) kept.value = code;
  };

  const said = (group) => group.querySelector("[data-verdict-key]:checked")?.value;
  const told = (group) => {
    const item = items.find((one) => one.dataset.piece === group.dataset.pieceGroup);
    const state = said(group);
    if (!item || !state) return;
    const icon = item.querySelector(".piece-list__state");
    icon.setAttribute("class", `icon piece-list__state piece-list__state--${state}`);
    const drawn = group.querySelector(`[value="${state}"] + label .icon`);
    if (SHAPES[state] && drawn) icon.innerHTML = drawn.innerHTML;
    item.querySelector("[data-piece-state]").textContent = group.querySelector(`[value="${state}"] + label span`).textContent;
  };

  desk.addEventListener("click", (event) => {
    const item = event.target.closest("[data-piece]");
    if (!item) return;
    event.preventDefault();
    show(item.dataset.piece);
    groups.find((group) => group.dataset.pieceGroup === item.dataset.piece)?.scrollIntoView({ block: "nearest" });
  });
  for (const group of groups) {
    group.addEventListener("focusin", () => show(group.dataset.pieceGroup));
    group.addEventListener("change", () => told(group));
  }
  // A verdict given by its key: a valid pièce calls the next one that nobody has judged yet.
  document.addEventListener("keyup", (event) => {
    if (event.key !== "v" || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = groups.findIndex((group) => group.classList.contains("judged--shown"));
    if (here === -1 || said(groups[here]) !== "valide" || event.target.closest("input:not([type=radio]), textarea, select")) return;
    const next = groups.slice(here + 1).find((group) => !said(group) && !group.closest("[hidden]"));
    if (!next) return;
    document.activeElement.blur();
    show(next.dataset.pieceGroup);
    next.scrollIntoView({ block: "nearest" });
  });
}

document.querySelectorAll("[data-desk]").forEach(pieces);
