"use strict";
// Small conveniences; every page works without them.
(() => {
  // A slash goes to the search box, as people know it from other pages.
  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    document.getElementById("q").focus();
  });

  // A form that is sent by being changed: a slider of days sends when it is let go.
  for (const form of document.querySelectorAll("form[data-sends]")) {
    const slider = form.querySelector("input[type=range]");
    const day = form.querySelector("input[type=date]");
    if (!slider || !day) continue;
    const first = Date.parse(day.min + "T00:00:00Z");
    const text = (number) => new Date(first + number * 86400000).toISOString().slice(0, 10);
    slider.addEventListener("input", () => {
      day.value = text(Number(slider.value));
      slider.setAttribute("aria-valuetext", day.value);
    });
    slider.addEventListener("change", () => form.requestSubmit());
    day.addEventListener("change", () => day.value && form.requestSubmit());
  }

  // What a form leaves empty does not stand in the address.
  for (const form of document.querySelectorAll("form[method=get], form:not([method])"))
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData.entries()])
        if (value === "") event.formData.delete(name);
    });

  // A replay may take a moment: say so, and do not let it be asked for twice.
  for (const form of document.querySelectorAll("form[data-waits]"))
    form.addEventListener("submit", () => {
      const button = form.querySelector("button[type=submit]");
      setTimeout(() => { button.disabled = true; button.textContent = "Working …"; });
      addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    });
})();
