// Draws a chart when Vega-Lite has come, and again when the reader turns to light or dark.

import { look } from "./charts.js";
import { element } from "./elements.js";

const darkness = matchMedia("(prefers-color-scheme: dark)");

/** A figure that shows a Vega-Lite specification; the label says what it shows. */
export function chart(specification, label) {
  // The label says it; the parts of the drawing say nothing by themselves.
  const place = element(
    "div",
    { class: "chart", "aria-hidden": "true" },
    element("p", { class: "loading faint" }, "Drawing …"),
  );
  const figure = element("figure", { role: "img", "aria-label": label }, place);
  draw(place, specification);
  darkness.addEventListener("change", () => draw(place, specification));
  return figure;
}

async function draw(place, specification) {
  try {
    const { default: embed } = await import("/pages/assets/vega.js");
    await embed(place, specification, {
      actions: false,
      ast: true, // Expressions are interpreted: the page may not make code out of text.
      renderer: "svg",
      theme: darkness.matches ? "dark" : undefined,
      config: look(darkness.matches),
    });
    place.firstElementChild?.removeAttribute("tabindex");
  } catch {
    place.replaceChildren(element("p", { class: "faint" }, "The chart could not be drawn."));
  }
}
