// Releases: the served one, and its changes.

import { ask, path } from "./api.js";
import { badge, element, figures, link, section } from "./elements.js";
import { age, count, time, words } from "./format.js";
import { table } from "./table.js";

const MOODS = { entered: "good", stayed: "", left: "bad" };

export async function show() {
  const [release, changes] = await Promise.all([
    ask(path(["release"])),
    ask(path(["release", "changes"])),
  ]);
  return [
    figures([
      ["release", release.release_id],
      ["made", time(release.created_at)],
      ["served since", time(release.served_since)],
      ["age", age(release.age_days)],
      ["log until", time(release.input.last_interaction_at)],
      ["as of", time(release.input.as_of_at)],
    ], "wide"),
    release.git_revision
      ? element("p", { class: "faint" }, "Made by revision ", element("code", {}, release.git_revision), ".")
      : null,
    ...ranking(changes),
    section(
      "Tables",
      table({
        caption: changes.earlier_release ? `Rows, and rows in ${changes.earlier_release}` : "Rows",
        columns: [
          { heading: "Table", cell: (row) => words(row.table), by: (row) => row.table },
          { heading: "Rows", numeric: true, cell: (row) => count(row.row_count), by: (row) => row.row_count },
          {
            heading: "Before",
            numeric: true,
            cell: (row) => count(row.earlier_row_count),
            by: (row) => row.earlier_row_count,
          },
        ],
        rows: changes.row_counts,
        pageSize: 40,
      }),
    ),
  ];
}

function ranking(changes) {
  const heading = "The top of the ranking";
  if (!changes.earlier_release) {
    return [section(heading, element("p", {}, "There was no release before to compare with."))];
  }
  return [
    section(
      heading,
      element(
        "p",
        {},
        `Against ${changes.earlier_release}, made `, time(changes.earlier_created_at),
        `: ${count(changes.entered_count)} entered, ${count(changes.stayed_count)} stayed, `,
        `${count(changes.left_count)} left, and ${count(changes.gone_count)} are no longer in the release.`,
      ),
      table({
        caption: "Customers at the top, now or before",
        columns: [
          { heading: "Rank", numeric: true, cell: (row) => count(row.rank), by: (row) => row.rank },
          { heading: "Before", numeric: true, cell: (row) => count(row.earlier_rank), by: (row) => row.earlier_rank },
          { heading: "Change", cell: (row) => badge(row.change, MOODS[row.change]), by: (row) => row.change },
          {
            heading: "Customer",
            cell: (row) => link("customer", { customer_id: row.customer_id }, String(row.customer_id)),
          },
        ],
        // Customers who entered or left come first, each in the order of the ranking.
        rows: changes.ranking.toSorted(
          (one, other) => (one.change === "stayed") - (other.change === "stayed"),
        ),
        empty: "The ranking is empty.",
      }),
    ),
  ];
}
