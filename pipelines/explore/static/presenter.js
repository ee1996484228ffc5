"use strict";
// Arrow keys, and those of a presenter's remote control, turn the steps; n shows notes and keeps them shown.
(() => {
  const notes = document.getElementById("notes");
  notes.open = sessionStorage.getItem("notes") === "open";
  notes.addEventListener("toggle", () => sessionStorage.setItem("notes", notes.open ? "open" : ""));
  const to = { ArrowRight: "next", PageDown: "next", ArrowLeft: "prev", PageUp: "prev" };
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select, .scroll")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") notes.open = !notes.open;
    const link = to[event.key] && document.querySelector(`.controls a[rel=${to[event.key]}]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
})();
