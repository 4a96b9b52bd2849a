// Dialogues: a button with data-dialog="id" opens it; without JavaScript its content is one address away.
function dialogs(root) {
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const box = document.getElementById(opener.dataset.dialog);
      if (box?.showModal) {
        event.preventDefault();
        box.showModal();
      }
    }
    const closer = event.target.closest("[data-dialog-close]");
    if (closer) closer.closest("dialog").close();
  });
}

dialogs(document);
