// Which ranking serves, and why, in words.

import { ask, path } from "./api.js";
import { element } from "./elements.js";
import { score } from "./format.js";
import { table } from "./table.js";

const KINDS = {
  customers: "Unknown products, and customers after a list",
  "known products": "Products with interactions",
  "new products": "New products with attributes",
};

export async function servedRankings() {
  return (await ask(path(["rankings"]))).served;
}

export function kindInWords(kind) {
  return KINDS[kind];
}

export function servedTable(served) {
  return table({
    caption: "Rankings that serve",
    columns: [
      { heading: "Audiences of", cell: (row) => kindInWords(row.audience) },
      { heading: "Ranking", cell: (row) => element("strong", {}, row.label) },
      { heading: "Orders customers by", prose: true, cell: (row) => row.description },
      { heading: "Why", prose: true, cell: (row) => row.reason },
    ],
    rows: served,
  });
}

// The ranking of an audience in a paragraph.
export function servedSentence(served, name) {
  const row = served.find((known) => known.ranking === name);
  if (!row) return null;
  return element(
    "p",
    { id: "ranking" },
    "Ranked by ",
    element("strong", {}, row.label),
    row.description ? ` (${row.description}). ` : ". ",
    row.reason,
  );
}

// The parts of a score that need not lie between 0 and 1: "2.9048 from activity".
export function partsInWords(parts) {
  return parts.map(({ label, value }) => `${score(value)} from ${label}`).join(", ");
}
