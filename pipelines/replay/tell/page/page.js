"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const small = matchMedia("(max-width: 700px)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // --- pictures: a wide and a narrow one of each, drawn anew when the screen changes ------------

  const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: "reset" };
  const span = { intervals: "all", days: "all" };

  function draw(name) {
    const picture = data.pictures[name][small.matches ? "narrow" : "wide"];
    const layout = structuredClone(picture.layout);
    // On a touch screen a finger on the picture goes on scrolling the page.
    layout.dragmode = small.matches || name === "network" ? false : "zoom";
    layout.width = at(name).clientWidth;
    delete layout.title;
    if (layout.xaxis && layout.xaxis.type === "date") layout.xaxis.range = range(name, layout.xaxis.range);
    return Plotly.newPlot(at(name), structuredClone(picture.data), layout, CONFIG);
  }

  const DAY = 86400000;
  const toNumber = (text) => Math.round(Date.parse(text + "T00:00:00Z") / DAY);
  const toText = (number) => new Date(number * DAY).toISOString().slice(0, 10);

  function range(name, whole) {
    if (span[name] === "all") return whole;
    const first = toNumber(data.fault);
    const from = data.correction ? toNumber(data.correction) : first;
    return [toText(first - 3), toText(Math.min(toNumber(data.horizon), from + 60))];
  }

  for (const button of document.querySelectorAll("[data-zoom]")) {
    const name = button.dataset.zoom;
    const whole = data.pictures[name].wide.layout.xaxis;
    if (whole.type !== "date") button.hidden = true;
    button.addEventListener("click", () => {
      span[name] = button.dataset.span;
      for (const other of document.querySelectorAll(`[data-zoom="${name}"]`))
        other.setAttribute("aria-pressed", String(other === button));
      Plotly.relayout(at(name), { "xaxis.range": range(name, whole.range) });
    });
  }

  // --- the network, day by day ------------------------------------------------------------------

  const days = data.pictures.network.wide.frames.map((frame) => toNumber(frame.name));
  const slider = at("day");
  const first = days[0];
  const last = toNumber(data.horizon);
  slider.min = first;
  slider.max = last;
  slider.value = first;
  let shown = -1;
  let timer = null;

  // The frame of a day is the last one drawn by then: between two frames nothing changes.
  function frameOf(day) {
    let low = 0;
    for (let high = days.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (days[middle] <= day) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const plain = (text) => text.replace(/<[^>]*>/g, "");

  function show(day, always) {
    slider.value = day;
    const number = frameOf(day);
    const picture = data.pictures.network[small.matches ? "narrow" : "wide"];
    const frame = picture.frames[number];
    at("today").textContent = toText(day);
    slider.setAttribute("aria-valuetext", `${toText(day)}: ${plain(frame.layout.title.text)}`);
    at("back").disabled = day <= first;
    at("forth").disabled = day >= last;
    if (number === shown && !always) return;
    shown = number;
    const box = at("network");
    frame.traces.forEach((trace, n) => {
      box.data[trace] = structuredClone(frame.data[n]);
    });
    at("told").textContent = plain(frame.layout.title.text);
    box.layout.datarevision = number;
    Plotly.react(box, box.data, box.layout, CONFIG);
  }

  const today = () => Number(slider.value);
  const nextChange = (day) => days.find((one) => one > day) ?? last;
  const changeBefore = (day) => days.findLast((one) => one < day) ?? first;

  function pause() {
    clearTimeout(timer);
    timer = null;
    at("play").textContent = "Play";
  }

  // A day on which something moves stays long enough to be read; the days between pass faster.
  function step() {
    const day = today();
    if (day >= last) return pause();
    const next = nextChange(day);
    const quiet = next - day;
    const stride = calm.matches ? quiet : Math.max(1, Math.ceil(quiet / 14));
    const to = Math.min(day + stride, next);
    show(to);
    const moved = to === next;
    timer = setTimeout(step, calm.matches ? 1500 : moved ? 650 : 45);
  }

  at("play").addEventListener("click", () => {
    if (timer !== null) return pause();
    if (today() >= last) show(first);
    at("play").textContent = "Pause";
    timer = setTimeout(step, 200);
  });
  slider.addEventListener("input", () => {
    pause();
    show(today());
  });
  at("back").addEventListener("click", () => {
    pause();
    show(changeBefore(today()));
  });
  at("forth").addEventListener("click", () => {
    pause();
    show(nextChange(today()));
  });
  for (const button of document.querySelectorAll("[data-day]")) {
    const day = data[button.dataset.day];
    if (!day) button.hidden = true;
    button.addEventListener("click", () => {
      pause();
      show(toNumber(day));
    });
  }

  function drawAll() {
    draw("intervals");
    draw("days");
    draw("network").then(() => show(today(), true));
  }
  small.addEventListener("change", drawAll);
  // Plotly's own way of following the window would forget the heights of the pictures.
  let settled = null;
  addEventListener("resize", () => {
    clearTimeout(settled);
    settled = setTimeout(() => {
      for (const name of Object.keys(data.pictures)) {
        const width = at(name).clientWidth;
        if (at(name).layout.width !== width) Plotly.relayout(at(name), { width });
      }
    }, 150);
  });

  // --- tables: columns of values, each written once, and rows of their numbers -------------------

  const tables = {};
  for (const [name, columns] of Object.entries(data.tables)) {
    const rows = columns.length ? columns[0].codes.map((_, row) => row) : [];
    tables[name] = { columns, rows, by: Object.fromEntries(columns.map((c) => [c.name, c])) };
  }
  const value = (column, row) => column.values[column.codes[row]];

  function csv(table, rows) {
    const quote = (cell) => {
      const text = String(cell ?? "");
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const lines = [`# ${data.notice}`, table.columns.map((c) => quote(c.name)).join(",")];
    for (const row of rows) lines.push(table.columns.map((c) => quote(value(c, row))).join(","));
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }

  function download(name, rows) {
    const blob = new Blob([csv(tables[name], rows)], { type: "text/csv;charset=utf-8" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `synthetic-${name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  for (const button of document.querySelectorAll("[data-csv]"))
    button.addEventListener("click", () => download(button.dataset.csv, tables[button.dataset.csv].rows));

  // --- the table of all that is wrong: found, sorted, and only a page of it in the document -------

  const PAGE = 25;
  const wrong = tables.wrong;
  const heads = wrong.columns.filter((column) => column.name in data.headings);
  const DAYS = new Set(["first_day", "until", "uncorrected_until"]);
  let order = "first_day";
  let down = false;
  let page = 0;
  let found = wrong.rows;

  // Each row once as text to look in; made when first looked for.
  let haystack = null;
  function text(row) {
    haystack ??= wrong.rows.map((one) =>
      wrong.columns.map((column) => value(column, one)).join("\u0001").toLowerCase().replaceAll("_", " "));
    return haystack[row];
  }

  function find() {
    const words = at("find").value.toLowerCase().replaceAll("_", " ").split(/\s+/).filter(Boolean);
    const what = at("what").value;
    found = wrong.rows.filter((row) =>
      (!what || value(wrong.by.what, row) === what) && words.every((word) => text(row).includes(word)));
    const { codes, values } = wrong.by[order];
    const none = values.indexOf("");
    // What says nothing comes last, whichever way the rows are turned.
    found.sort((a, b) =>
      (codes[a] === none) - (codes[b] === none)
      || (down ? codes[b] - codes[a] : codes[a] - codes[b]) || a - b);
    page = 0;
    list();
  }

  // Where there are pages of subjects and files, a name leads there.
  const link = (address, text) => {
    const element = document.createElement("a");
    element.href = address;
    element.textContent = text;
    return element;
  };
  const LINE = /^(.+) line (\d+)(.*)$/;

  // What a cell says: a day does not break, and a path is told above the lines it leads to.
  function fill(cell, name, said, row) {
    const piece = (text) => {
      const element = document.createElement("span");
      element.textContent = text;
      return element;
    };
    if (name === "days") cell.textContent = said.toLocaleString("en");
    else if (name === "holder") cell.textContent = said.replaceAll("_", " ");
    else if (name === "lines") {
      const box = document.createElement("div");
      const way = value(wrong.by.way, row);
      if (way) box.append(piece(way.replaceAll("_", " ")));
      if (data.files && said) {
        for (const one of said.split("; ")) {
          const [, file, line, more] = LINE.exec(one) ?? [];
          const where = file && `${data.files}${encodeURIComponent(file)}&line=${line}#line${line}`;
          box.append(...(file ? [link(where, `${file} line ${line}`), more] : [one]), "\n");
        }
        return cell.append(box);
      }
      // A file's path may break after a slash or an underscore.
      for (const part of said.replaceAll("; ", "\n").split(/(?<=[/_])/)) box.append(part, document.createElement("wbr"));
      cell.append(box);
    } else if (DAYS.has(name) && said) cell.append(piece(said.slice(0, 10)), said.slice(10));
    else if (name === "subject" && data.subjects) {
      // On the first day on which it is wrong, in the world with the fault in it.
      const day = value(wrong.by.first_day, row);
      const asked = [day && `day=${day}`, data.under].filter(Boolean).join("&");
      cell.append(link(data.subjects + value(wrong.by.subject_id, row) + (asked && `?${asked}`), said));
    }
    else cell.textContent = said;
  }

  function list() {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const body = at("table").tBodies[0];
    body.replaceChildren();
    for (const row of found.slice(page * PAGE, (page + 1) * PAGE)) {
      const line = body.insertRow();
      for (const column of heads) {
        const cell = line.insertCell();
        const said = value(column, row);
        fill(cell, column.name, said, row);
        cell.dataset.label = data.headings[column.name];
        cell.className = DAYS.has(column.name) ? `day ${column.name}` : column.name;
        if (said === "") cell.classList.add("empty");
        if (column.name === "subject") cell.title = value(wrong.by.subject_id, row);
      }
    }
    const of = wrong.rows.length.toLocaleString("en");
    at("count").textContent = wrong.rows.length
      ? `${found.length.toLocaleString("en")} of ${of} rows`
      : "Nothing is wrong anywhere.";
    at("page").textContent = `Page ${page + 1} of ${pages.toLocaleString("en")}`;
    at("earlier").disabled = page === 0;
    at("later").disabled = page >= pages - 1;
    at("some").disabled = !found.length;
    for (const head of at("table").tHead.querySelectorAll("th")) {
      const own = head.dataset.name === order;
      head.setAttribute("aria-sort", own ? (down ? "descending" : "ascending") : "none");
      head.firstChild.textContent = data.headings[head.dataset.name] + (own ? (down ? " ▼" : " ▲") : "");
    }
  }

  function sortBy(name, turned) {
    order = name;
    down = turned;
    at("sort").value = name;
    at("turn").setAttribute("aria-pressed", String(down));
    find();
  }

  const headRow = at("table").tHead.insertRow();
  for (const column of heads) {
    const head = document.createElement("th");
    head.scope = "col";
    head.className = column.name;
    head.dataset.name = column.name;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = data.headings[column.name];
    button.addEventListener("click", () => sortBy(column.name, order === column.name && !down));
    head.append(button);
    headRow.append(head);
    at("sort").append(new Option(data.headings[column.name], column.name));
  }
  const MANY = { entry: "entries on lists", measure: "measures", score: "scores", points: "changes of points" };
  for (const what of wrong.by.what.values) at("what").append(new Option(MANY[what] ?? what, what));
  at("find").addEventListener("input", find);
  at("what").addEventListener("change", find);
  at("sort").addEventListener("change", () => sortBy(at("sort").value, down));
  at("turn").addEventListener("click", () => sortBy(order, !down));
  at("earlier").addEventListener("click", () => { page -= 1; list(); });
  at("later").addEventListener("click", () => { page += 1; list(); });
  at("some").addEventListener("click", () => download("wrong", found));

  sortBy("first_day", false);
  drawAll();
})();
