// Sections one after the other become tabs, with the arrows to go from one to the next.
function tabs(root) {
  for (const box of root.querySelectorAll("[data-tabs]")) {
    const panels = [...box.querySelectorAll(":scope > .tabs__panel")];
    const list = document.createElement("ul");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", box.dataset.label);
    const buttons = panels.map((panel) => tabFor(panel));
    for (const button of buttons) {
      const item = document.createElement("li");
      item.setAttribute("role", "presentation");
      item.append(button);
      list.append(item);
    }
    const frame = document.createElement("div");
    frame.className = "tabs";
    frame.append(list);
    box.prepend(frame);
    const choose = (index, focus) => {
      panels.forEach((panel, n) => { panel.hidden = n !== index; });
      buttons.forEach((button, n) => {
        button.setAttribute("aria-selected", String(n === index));
        button.tabIndex = n === index ? 0 : -1;
      });
      if (focus) buttons[index].focus();
    };
    buttons.forEach((button, index) => button.addEventListener("click", () => choose(index)));
    list.addEventListener("keydown", (event) => {
      const now = buttons.indexOf(document.activeElement);
      const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      choose((next + buttons.length) % buttons.length, true);
    });
    // The panel that an address leads into, or one with something to correct.
    const holds = (target) => panels.findIndex((panel) => target && (panel === target || panel.contains(target)));
    const addressed = () => document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    window.addEventListener("hashchange", () => {
      const wanted = holds(addressed());
      if (wanted < 0) return;
      choose(wanted);
      addressed().scrollIntoView();
    });
    const wanted = [addressed(), box.querySelector("[aria-invalid=true]")].map(holds).find((index) => index >= 0);
    choose(wanted ?? 0);
  }
}

function tabFor(panel) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tabs__tab";
  button.id = `${panel.id}-onglet`;
  button.setAttribute("role", "tab");
  button.setAttribute("aria-controls", panel.id);
  button.textContent = panel.dataset.title;
  if (panel.dataset.count) {
    const count = document.createElement("span");
    count.className = "count-mark";
    count.textContent = panel.dataset.count;
    button.append(" ", count);
  }
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", button.id);
  panel.tabIndex = 0;
  return button;
}

tabs(document);
