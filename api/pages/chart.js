// Draws a chart once Vega-Lite is loaded, and again when the colour scheme changes.

import { look } from "./charts.js";
import { element } from "./elements.js";

const darkness = matchMedia("(prefers-color-scheme: dark)");

/** A figure of a Vega-Lite specification, with a label for screen readers. */
export function chart(specification, label) {
  // Screen readers get the label; the parts of the drawing mean nothing by themselves.
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
      ast: true, // Interprets expressions: the security policy forbids code from text.
      renderer: "svg",
      theme: darkness.matches ? "dark" : undefined,
      config: look(darkness.matches),
    });
    place.firstElementChild?.removeAttribute("tabindex");
  } catch {
    place.replaceChildren(element("p", { class: "faint" }, "The chart could not be drawn."));
  }
}
