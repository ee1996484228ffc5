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

  // The day a replay's network stands on is a part of the address, so that it can be sent to somebody.
  const day = document.getElementById("day");
  const today = document.getElementById("today");
  if (today && day && day.type === "range") addEventListener("load", () => {
    const wanted = new URLSearchParams(location.search).get("on");
    if (wanted) {
      day.value = Math.round(Date.parse(wanted + "T00:00:00Z") / 86400000);
      day.dispatchEvent(new Event("input"));
    }
    let waits = null;
    new MutationObserver(() => {
      clearTimeout(waits);
      waits = setTimeout(() => {
        const address = new URL(location.href);
        address.searchParams.set("on", today.textContent);
        history.replaceState(history.state, "", address);
      }, 400);
    }).observe(today, { childList: true, characterData: true, subtree: true });
  });

  // The column that is to be broken says what it holds, to be changed rather than typed anew.
  const column = document.getElementById("column");
  const value = document.getElementById("value");
  if (column && value) {
    const fill = () => { value.value = column.selectedOptions[0].dataset.value; };
    column.addEventListener("change", fill);
    fill();
  }

  // A replay may take a moment: say so, and do not let it be asked for twice.
  for (const form of document.querySelectorAll("form[data-waits]"))
    form.addEventListener("submit", () => {
      const button = form.querySelector("button[type=submit]");
      setTimeout(() => { button.disabled = true; button.textContent = "Working …"; });
      addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    });
})();
