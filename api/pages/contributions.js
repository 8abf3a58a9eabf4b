// Why a customer has their score: what each feature contributes, as parts of one bar.

import { bar, element } from "./elements.js";
import { score } from "./format.js";

export function contributions(features) {
  const parts = Object.values(features).map(({ label, contribution }, at) => [
    contribution,
    `${label}: ${score(contribution)}`,
    at + 1,
  ]);
  return bar(parts, parts.map(([, text]) => text).join(", "));
}

export function legend(features) {
  return element(
    "ul",
    { class: "legend" },
    Object.values(features).map(({ label }, at) =>
      element("li", {}, element("i", { class: `part-${at + 1}` }), label),
    ),
  );
}
