// The error summary takes the focus; a form is sent once.
function focusSummary(root) {
  root.querySelector("[data-focus]")?.focus();
}

function onceOnly(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.submitter?.formTarget) return; // what a frame shows may be asked again
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 8000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

focusSummary(document);
onceOnly(document);
