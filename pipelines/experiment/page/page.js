"use strict";
(() => {
  const pictures = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const small = matchMedia("(max-width: 700px)");
  const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: "reset" };
  const PAPER = 900; // width of an exported figure, in pixels of a screen

  function draw(name) {
    const picture = structuredClone(pictures[name][small.matches ? "narrow" : "wide"]);
    // On a touch screen a finger on the picture goes on scrolling the page.
    picture.layout.dragmode = small.matches ? false : "zoom";
    picture.layout.width = at(name).clientWidth;
    return Plotly.newPlot(at(name), picture.data, picture.layout, CONFIG);
  }

  function drawAll() {
    for (const name of Object.keys(pictures)) draw(name);
  }
  small.addEventListener("change", drawAll);
  let settled = null;
  addEventListener("resize", () => {
    clearTimeout(settled);
    settled = setTimeout(() => {
      for (const name of Object.keys(pictures)) {
        const width = at(name).clientWidth;
        if (at(name).layout.width !== width) Plotly.relayout(at(name), { width });
      }
    }, 150);
  });

  // What is exported is always the wide figure, whatever the screen.
  for (const button of document.querySelectorAll("[data-export]"))
    button.addEventListener("click", () => {
      const { figure: name, export: format } = button.dataset;
      const { data, layout } = structuredClone(pictures[name].wide);
      const size = { width: PAPER, height: layout.height };
      const scale = format === "png" ? 3 : 1;
      Plotly.downloadImage(
        { data, layout: { ...layout, ...size } },
        { format, ...size, scale, filename: `synthetic-${name}` },
      );
    });

  drawAll();
})();
