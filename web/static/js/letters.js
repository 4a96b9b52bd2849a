// The letter beside the form is written again as one types. A fresh frame each time: the way back stays the page's.
const WAIT = 700;

function letters(form) {
  const button = form.querySelector("[data-letter-button]");
  let timer = 0;
  if (!button) return;
  const write = () => {
    const frame = document.querySelector("[data-letter]");
    if (!frame || frame.closest("[hidden]")) return;
    const fresh = frame.cloneNode(false);
    fresh.removeAttribute("src");
    frame.replaceWith(fresh);
    form.requestSubmit(button);
  };
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(write, WAIT);
  });
  button.addEventListener("click", (event) => {
    if (event.detail === 0) return;
    document.querySelector('[data-piece="courrier"]')?.click();
  });
}

document.querySelectorAll("[data-letter-form]").forEach(letters);
