// A toast leaves after a while, never while one reads or reaches it.
const LIFE = 12000;

function toasts(root) {
  for (const box of root.querySelectorAll(".toasts")) {
    let timer = 0;
    const wait = () => { timer = window.setTimeout(() => box.remove(), LIFE); };
    const stay = () => window.clearTimeout(timer);
    box.addEventListener("pointerenter", stay);
    box.addEventListener("pointerleave", wait);
    box.addEventListener("focusin", stay);
    box.addEventListener("focusout", wait);
    wait();
  }
}

toasts(document);
