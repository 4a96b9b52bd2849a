// Keys of the agents: `/` to the search, `j` `k` along the rows, `x` to choose one, Enter to open it, `?` for the list.
// A button or link with data-key="v" is pressed by its key. Nothing happens while one is typing.
function shortcuts(root) {
  if (!root.body.classList.contains("agent")) return;
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = { "/": search, j: () => step(1), k: () => step(-1), x: choose, "?": list }[event.key] ?? press(event.key);
    if (act?.() !== undefined) event.preventDefault();
  });
}

function typing(target) {
  return target.closest("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])") !== null;
}

function search() {
  const field = document.querySelector("[data-search]");
  field?.focus();
  field?.select();
  return field ?? undefined;
}

function step(by) {
  const links = [...document.querySelectorAll("table[data-rows] [data-row-link]")];
  if (!links.length) return undefined;
  const now = links.indexOf(document.activeElement.closest?.("tr")?.querySelector("[data-row-link]"));
  const next = now === -1 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, now + by));
  links[next].focus();
  return links[next];
}

function choose() {
  const box = document.activeElement.closest?.("tr")?.querySelector(".table__select");
  box?.click();
  return box ?? undefined;
}

function list() {
  const opener = document.querySelector("[data-shortcuts]");
  opener?.click();
  return opener ?? undefined;
}

function press(key) {
  return () => {
    const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.closest("[hidden]"));
    target?.click();
    return target;
  };
}

shortcuts(document);
