// Why a customer has their score: what each feature contributes, as parts of one bar.

import { bar, element } from "./elements.js";
import { score, words } from "./format.js";

export function contributions(features) {
  const parts = Object.entries(features).map(([name, { contribution }], at) => [
    contribution,
    `${words(name)}: ${score(contribution)}`,
    at + 1,
  ]);
  return bar(parts, parts.map(([, text]) => text).join(", "));
}

export function legend(names) {
  return element(
    "ul",
    { class: "legend" },
    names.map((name, at) =>
      element("li", {}, element("i", { class: `part-${at + 1}` }), words(name)),
    ),
  );
}
