// Data quality: what happened to every row, and the tests of the build.

import { ask, path } from "./api.js";
import { badge, element, figures, section } from "./elements.js";
import { count, percent, words } from "./format.js";
import { table } from "./table.js";

export async function show() {
  const quality = await ask(path(["quality"]));
  const rejects = quality.rows.filter((row) => row.outcome === "rejected" && row.row_count > 0);
  return [
    element("p", {}, "Every row of the input is accounted for. Rejected rows are kept with a reason."),
    figures([
      ["tests passed", count(quality.passed_count)],
      ["tests that warn", count(quality.warned_count)],
    ]),
    section(
      "Rejected rows",
      table({
        caption: "By reason, with an example",
        columns: [
          { heading: "Input", cell: (row) => words(row.input), by: (row) => row.input },
          { heading: "Reason", cell: (row) => row.reason, by: (row) => row.reason },
          { heading: "Rows", numeric: true, cell: (row) => count(row.row_count), by: (row) => row.row_count },
          { heading: "Share", numeric: true, cell: (row) => percent(row.row_share), by: (row) => row.row_share },
          { heading: "For example", prose: true, cell: example },
        ],
        rows: rejects,
        empty: "No row was rejected.",
      }),
    ),
    section(
      "All rows",
      table({
        caption: "Row accounting",
        columns: [
          { heading: "Input", cell: (row) => words(row.input), by: (row) => row.input },
          { heading: "Outcome", cell: (row) => row.outcome, by: (row) => row.outcome },
          { heading: "Reason", cell: (row) => row.reason, by: (row) => row.reason },
          { heading: "Rows", numeric: true, cell: (row) => count(row.row_count), by: (row) => row.row_count },
          { heading: "Share", numeric: true, cell: (row) => percent(row.row_share), by: (row) => row.row_share },
        ],
        rows: quality.rows,
        pageSize: 25,
      }),
    ),
    automated(quality.automated),
    feedback(quality.feedback),
    section(
      "Tests of the build",
      table({
        caption: "Tests, warnings first",
        columns: [
          { heading: "Test", cell: (row) => words(row.name), by: (row) => row.name },
          { heading: "Table", cell: (row) => row.table ?? "", by: (row) => row.table },
          { heading: "Result", cell: (row) => badge(row.status, row.status === "pass" ? "good" : "middling") },
          { heading: "Failing rows", numeric: true, cell: (row) => count(row.failures), by: (row) => row.failures },
        ],
        rows: quality.tests,
        pageSize: 25,
        empty: "This release was made before test results were kept: build again.",
      }),
    ),
  ];
}

function automated(traffic) {
  if (traffic == null) return null;
  return section(
    "Automated traffic",
    element("p", {}, "Customers whose rate no person reaches. A single one sets the scale of the score for all others."),
    figures([
      ["automated customers", count(traffic.customer_count)],
      ["their interactions", count(traffic.interaction_count)],
      ["most in a day", count(traffic.most_in_a_day)],
      ["most in a minute", count(traffic.most_in_a_minute)],
      ["their rows are", traffic.is_excluded ? "set aside" : "kept"],
    ]),
  );
}

const EFFECT = {
  exclude_product: "the customer is in no list of the product",
  mute_category: "the customer is in no list of a product of its category",
  opt_out: "the customer is in no list and no table",
};

// Only where the seed names such events.
function feedback(rows) {
  if (!rows.length) return null;
  return section(
    "Feedback against contacts",
    element("p", {}, "Events that speak against a contact, and what each does from this release on."),
    table({
      caption: "Feedback by event",
      columns: [
        { heading: "Event", cell: (row) => row.event, by: (row) => row.event },
        { heading: "Effect", prose: true, cell: (row) => EFFECT[row.effect] },
        { heading: "Rows", numeric: true, cell: (row) => count(row.row_count), by: (row) => row.row_count },
        { heading: "Customers", numeric: true, cell: (row) => count(row.customer_count), by: (row) => row.customer_count },
        { heading: "Pairs with a product", numeric: true, cell: (row) => count(row.pair_count), by: (row) => row.pair_count },
      ],
      rows,
    }),
  );
}

function example(row) {
  if (row.example_text == null) return "";
  return [
    element("code", {}, row.example_text),
    element("div", { class: "faint" }, `${row.example_file}, line ${count(row.example_line)}`),
  ];
}
