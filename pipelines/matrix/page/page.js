"use strict";
const { examples } = JSON.parse(document.getElementById("data").textContent);
const dialog = document.getElementById("example");
const told = document.getElementById("example-told");

function add(parent, tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  parent.append(node);
  return node;
}

function pairs(parent, row) {
  const list = add(parent, "dl", "");
  list.className = "design";
  for (const [name, value] of Object.entries(row)) {
    add(list, "dt", name);
    add(list, "dd", value === null ? "(empty)" : String(value));
  }
}

function show(key) {
  const [fault, gate] = key.split("|");
  const one = examples[key];
  document.getElementById("example-title").textContent = `${fault}, caught by ${gate}`;
  told.replaceChildren();
  const line = one.line === null ? "" : `, line ${one.line}`;
  const where = one.file ? `${one.file}${line}` : one.place;
  add(told, "p", `On ${one.day}, ${where}.`);
  if (Object.keys(one.before).length || Object.keys(one.after).length) {
    add(told, "h3", "Before");
    pairs(told, one.before);
    add(told, "h3", "After");
    pairs(told, one.after);
  }
  const day = one.caught_on ? `, first on ${one.caught_on}` : "";
  add(told, "h3", `What the gate flags: ${one.flagged} row${one.flagged === 1 ? "" : "s"}${day}`);
  pairs(told, one.flags);
  add(told, "p", "Follow it:");
  add(told, "code", one.replay);
  dialog.showModal();
}

for (const button of document.querySelectorAll("[data-cell]")) {
  button.addEventListener("click", () => show(button.dataset.cell));
}
