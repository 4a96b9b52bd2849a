// Tables of which rows are chosen: all at once, with Shift for a run, and the bar that says how many.
function tables(root) {
  for (const table of root.querySelectorAll("table[data-selectable]")) {
    const boxes = [...table.querySelectorAll("tbody .table__select")];
    const all = table.querySelector("[data-select-all]");
    const bar = table.closest(".table-wrap").parentElement.querySelector("[data-selection-bar]");
    let last = null;
    const refresh = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      if (!bar) return;
      bar.toggleAttribute("data-empty", chosen === 0);
      bar.querySelector("[data-selection-count]").textContent = chosen;
    };
    all.addEventListener("change", () => {
      boxes.forEach((box) => { box.checked = all.checked; });
      refresh();
    });
    for (const box of boxes) {
      box.addEventListener("click", (event) => {
        if (event.shiftKey && last) {
          const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
          boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
        }
        last = box;
        refresh();
      });
    }
    refresh();
  }
}

tables(document);
