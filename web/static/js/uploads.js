// Each chosen or dropped file is sent at once, with its progress; the id received is what the form posts.
// The server answers {id, name, size}, or a problem with `detail` or `message`.
function uploads(root) {
  for (const zone of root.querySelectorAll("[data-upload]")) {
    if (zone.dataset.upload) begin(zone);
    zone.addEventListener("click", (event) => {
      const remove = event.target.closest("[data-file-remove]");
      if (!remove || !zone.dataset.upload) return;
      event.preventDefault();
      remove.closest("[data-file]").remove();
      const list = zone.querySelector("[data-files]");
      list.hidden = !list.children.length;
      zone.querySelector(".upload__input").focus();
    });
  }
}

function begin(zone) {
  const input = zone.querySelector(".upload__input");
  input.addEventListener("change", () => {
    take(zone, input.files);
    input.value = "";
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "1";
  });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    take(zone, event.dataTransfer.files);
  });
}

function take(zone, files) {
  const input = zone.querySelector(".upload__input");
  const wanted = input.multiple ? [...files] : [...files].slice(0, 1);
  if (!input.multiple && wanted.length) zone.querySelector("[data-files]").replaceChildren();
  wanted.forEach((file) => send(zone, file));
}

function send(zone, file) {
  const words = JSON.parse(zone.dataset.words);
  const line = lineFor(zone, file, words);
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("fichier", file, file.name);
  body.append("piece", zone.dataset.piece);
  const token = zone.closest("form")?.querySelector("[name=csrf_token]")?.value;
  if (token) body.append("csrf_token", token);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) line.bar.value = event.loaded / event.total;
  });
  request.addEventListener("load", () => {
    const answer = read(request.responseText);
    if (request.status < 300 && answer.id) received(zone, line, answer, words);
    else refused(line, answer.detail ?? answer.message ?? words.retry, words);
  });
  request.addEventListener("error", () => refused(line, words.retry, words));
  request.open("POST", zone.dataset.upload);
  request.setRequestHeader("Accept", "application/json");
  if (token) request.setRequestHeader("X-CSRFToken", token);
  request.send(body);
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function lineFor(zone, file, words) {
  const list = zone.querySelector("[data-files]");
  const item = document.createElement("li");
  item.className = "files__item";
  item.dataset.file = "";
  const name = element("span", "files__name", file.name);
  const state = element("span", "files__state", words.sending);
  const bar = element("progress", "progress", "");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  item.append(name, state, bar);
  list.append(item);
  list.hidden = false;
  return { item, state, bar };
}

function received(zone, line, answer, words) {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = zone.dataset.name;
  hidden.value = answer.id;
  const remove = element("button", "button button--quiet button--small", words.remove);
  remove.type = "button";
  remove.dataset.fileRemove = "";
  remove.append(element("span", "visually-hidden", ` ${answer.name ?? ""}`));
  line.state.textContent = words.sent;
  line.bar.remove();
  line.item.append(hidden, remove);
  zone.dispatchEvent(new CustomEvent("change", { bubbles: true }));
}

function refused(line, reason, words) {
  line.state.textContent = `${words.failed} : ${reason}`;
  line.state.className = "files__state files__state--error";
  line.bar.remove();
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

uploads(document);
