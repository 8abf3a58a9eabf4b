// Why a customer has their score: what each feature contributes, as parts of one bar.

import { bar, element } from "./elements.js";
import { score, words } from "./format.js";

const FEATURES = {
  total_interactions: "number of interactions",
  unique_products: "number of products",
  avg_event_score: "kind of interactions",
  interaction_frequency: "interactions per day",
  recency_score: "recency",
};

export function feature(name) {
  return FEATURES[name] ?? words(name);
}

export function contributions(features) {
  const parts = Object.entries(features).map(([name, { contribution }], at) => [
    contribution,
    `${feature(name)}: ${score(contribution)}`,
    at + 1,
  ]);
  return bar(parts, parts.map(([, text]) => text).join(", "));
}

export function legend(names) {
  return element(
    "ul",
    { class: "legend" },
    names.map((name, at) =>
      element("li", {}, element("i", { class: `part-${at + 1}` }), feature(name)),
    ),
  );
}
