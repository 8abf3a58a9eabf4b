// Why a customer has their score: what each feature adds to it, as parts of one bar.

import { bar, element } from "./elements.js";
import { score } from "./format.js";

export function contributions(values) {
  const parts = values.map(({ label, value }, at) => [value, `${label}: ${score(value)}`, at + 1]);
  return bar(parts, parts.map(([, text]) => text).join(", "));
}

export function legend(values) {
  return element(
    "ul",
    { class: "legend" },
    values.map(({ label }, at) =>
      element("li", {}, element("i", { class: `part-${at + 1}` }), label),
    ),
  );
}
