// How many characters are left in a long answer: <textarea data-longueur="500">.
function counters(root) {
  for (const area of root.querySelectorAll("textarea[data-longueur]")) {
    const most = Number(area.dataset.longueur);
    const told = document.createElement("p");
    told.className = "counter";
    told.setAttribute("role", "status");
    area.after(told);
    const refresh = () => {
      const left = most - area.value.length;
      told.textContent = left >= 0 ? `${left} caractères restants` : `${-left} caractères en trop`;
      told.classList.toggle("counter--over", left < 0);
    };
    area.addEventListener("input", refresh);
    refresh();
  }
}

counters(document);
