// Where dossiers go on, by drag: a step of the old drawing dropped on one of the new sets the list above. The list
// rules: whatever changes it is shown on both drawings, each pair under its number. A click on the one, then on the
// other, does the same as a drag.
const SVG = "http://www.w3.org/2000/svg";
const STILL = 5; // pixels that a click may wander
const EDGE = 40; // from the edge of a drawing, where it scrolls under the pointer
const SCROLL = 14;

const draw = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text) element.textContent = text;
  return element;
};

const elementOf = (place) => place.slice(place.lastIndexOf(":") + 1);

class Targets {
  constructor(section) {
    this.section = section;
    this.before = [...section.querySelectorAll("[data-side=before]")];
    this.after = [...section.querySelectorAll("[data-side=after]")];
    this.said = section.querySelector("[data-targets-said]");
    this.lines = [...section.querySelectorAll("select[data-place]")].map((select, at) => this.line(select, at + 1));
    this.picked = null;
    section.querySelector("[data-targets-hint]").hidden = false;
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.drop());
    section.addEventListener("click", (event) => this.clicked(event));
    this.show();
    const first = this.lines.find((line) => line.node);
    if (first) this.bring(first);
  }

  line(select, number) {
    const node = this.nodeOf(this.before, elementOf(select.dataset.place));
    const label = this.section.querySelector(`label[for="${select.id}"]`);
    const mark = document.createElement("span");
    mark.className = "target-number";
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = String(number);
    label.prepend(mark, " ");
    const line = { select, number, node, name: select.dataset.name };
    select.addEventListener("change", () => this.show());
    select.addEventListener("focus", () => this.bring(line));
    if (node) {
      node.classList.add("target-source");
      node.addEventListener("pointerdown", (event) => this.begin(event, line));
    }
    return line;
  }

  nodeOf(sides, element) {
    const wanted = `[data-element="${CSS.escape(element)}"]`;
    return sides.map((one) => one.querySelector(wanted)).find(Boolean) ?? null;
  }

  // What the list says, on both drawings.
  show() {
    this.section.querySelectorAll(".target-mark").forEach((one) => one.remove());
    const under = new Map();
    for (const line of this.lines) {
      const target = line.select.value && this.nodeOf(this.after, elementOf(line.select.value));
      if (line.node) this.mark(line.node, String(line.number), !line.select.value);
      if (target) under.set(target, [...(under.get(target) ?? []), line.number]);
    }
    under.forEach((numbers, node) => this.mark(node, numbers.join(", "), false));
  }

  mark(node, text, open) {
    const box = (node.querySelector(".bpmn-trait, .bpmn-fond") ?? node).getBBox();
    const [x, y] = [box.x + box.width, box.y];
    const width = 14 + 8 * text.length;
    const mark = draw("g", { class: `target-mark${open ? " target-mark--open" : ""}`, transform: `translate(${x} ${y})` });
    mark.append(
      draw("rect", { x: -width / 2, y: -11, width, height: 22, rx: 11 }),
      draw("text", { x: 0, y: 5, "text-anchor": "middle", "font-size": 13, "font-family": "sans-serif" }, text),
    );
    node.append(mark);
  }

  // Both ends of a line into the middle of their drawings.
  bring(line) {
    const target = line.select.value && this.nodeOf(this.after, elementOf(line.select.value));
    for (const node of [line.node, target].filter(Boolean)) {
      const pane = node.closest(".diagram__scroll");
      const [at, frame] = [node.getBoundingClientRect(), pane.getBoundingClientRect()];
      pane.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
      pane.scrollTop += at.top + at.height / 2 - frame.top - frame.height / 2;
    }
  }

  options(line) {
    return [...line.select.options].filter((one) => one.value);
  }

  pick(line) {
    this.drop();
    this.picked = line;
    line.node.classList.add("target-picked");
    this.options(line).forEach((one) => this.nodeOf(this.after, elementOf(one.value))?.classList.add("target-open"));
  }

  drop() {
    this.section.querySelectorAll(".target-open").forEach((one) => one.classList.remove("target-open"));
    this.section.querySelectorAll(".target-picked").forEach((one) => one.classList.remove("target-picked"));
    this.thread?.remove();
    this.picked = this.thread = null;
  }

  begin(event, line) {
    if (event.button !== 0) return;
    event.preventDefault();
    const from = [event.clientX, event.clientY];
    this.pick(line);
    const move = (now) => this.move(now, from);
    const up = (now) => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", up);
      document.removeEventListener("pointercancel", up);
      if (now.type === "pointerup" && this.thread) this.land(now.clientX, now.clientY);
      else if (now.type === "pointercancel") this.drop();
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
    document.addEventListener("pointercancel", up);
  }

  move({ clientX, clientY }, [x, y]) {
    if (!this.thread && Math.hypot(clientX - x, clientY - y) < STILL) return;
    if (!this.thread) {
      this.thread = draw("svg", { class: "target-thread", "aria-hidden": "true" });
      this.thread.append(draw("line", { x1: x, y1: y }), draw("circle", { r: 6 }));
      document.body.append(this.thread);
    }
    const [line, end] = this.thread.children;
    line.setAttribute("x2", clientX);
    line.setAttribute("y2", clientY);
    end.setAttribute("cx", clientX);
    end.setAttribute("cy", clientY);
    this.scroll(clientX, clientY);
  }

  scroll(x, y) {
    const pane = document.elementFromPoint(x, y)?.closest(".diagram__scroll");
    if (!pane) return;
    const frame = pane.getBoundingClientRect();
    pane.scrollLeft += x > frame.right - EDGE ? SCROLL : x < frame.left + EDGE ? -SCROLL : 0;
    pane.scrollTop += y > frame.bottom - EDGE ? SCROLL : y < frame.top + EDGE ? -SCROLL : 0;
  }

  // A click after a pick, on the other drawing.
  clicked({ target }) {
    if (!this.picked || this.thread) return;
    const side = target.closest("[data-side]");
    if (side?.dataset.side === "after") this.choose(target.closest("[data-element]"));
    else if (!target.closest(".target-source")) this.drop();
  }

  land(x, y) {
    const under = document.elementFromPoint(x, y)?.closest("[data-side=after] [data-element]");
    if (under) this.choose(under);
    else this.drop();
  }

  choose(node) {
    const line = this.picked;
    const option = node && this.options(line).find((one) => elementOf(one.value) === node.dataset.element);
    this.drop();
    if (!option) {
      this.said.textContent = "Un dossier ne peut pas reprendre ici : choisissez une étape entourée.";
      return;
    }
    line.select.value = option.value;
    line.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.said.textContent = `${line.number}. « ${line.name} » reprend à « ${option.textContent.trim()} ».`;
  }
}

document.querySelectorAll("[data-targets]").forEach((section) => new Targets(section));
