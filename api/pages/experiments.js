// Experiments: verdicts, and the figures behind them.

import { ask, path } from "./api.js";
import { chart } from "./chart.js";
import * as charts from "./charts.js";
import { badge, element, figures, link, section } from "./elements.js";
import { count, date, decimal, money, percent, probability, range, words } from "./format.js";
import { table } from "./table.js";

const MOODS = {
  planned: "",
  running: "",
  ship: "good",
  "effect shown, worth unknown": "middling",
  "effect shown, no advantage shown": "middling",
  "cannot be told": "middling",
  "no effect shown": "bad",
  "effect shown, does not pay": "bad",
  "harm shown": "bad",
  invalid: "bad",
};

export async function show(address) {
  const experimentId = address.get("experiment_id");
  return experimentId ? one(experimentId) : all();
}

async function all() {
  const { experiments } = await ask(path(["experiments"]));
  return [
    element("p", {}, "Randomized campaigns: does contacting pay, and does targeting pay?"),
    table({
      caption: "Experiments of this release",
      columns: [
        {
          heading: "Experiment",
          cell: (row) => link("experiments", { experiment_id: row.experiment_id }, row.experiment_name),
          by: (row) => row.experiment_name,
        },
        { heading: "Period", cell: (row) => `${date(row.starts_on)} to ${date(row.ends_on)}`, by: (row) => row.starts_on },
        { heading: "Verdict", cell: (row) => badge(row.verdict, MOODS[row.verdict]), by: (row) => row.verdict },
        { heading: "Why", prose: true, cell: (row) => row.reason },
      ],
      rows: experiments,
      empty: [
        "No experiment is active. Add rows to ",
        element("code", {}, "seeds/experiments.csv"),
        " and ",
        element("code", {}, "seeds/experiment_arms.csv"),
        "; ",
        element("code", {}, "audience plan"),
        " computes the size that it needs.",
      ],
    }),
  ];
}

async function one(experimentId) {
  const experiment = await ask(path(["experiments", experimentId]));
  // The primary metric first.
  const results = experiment.results.toSorted((one, other) => other.is_primary - one.is_primary);
  const metrics = [...new Set(results.map((row) => row.metric))];
  return [
    element("p", {}, link("experiments", {}, "All experiments")),
    element("h2", {}, experiment.experiment_name),
    element(
      "div",
      { class: "conclusion" },
      element("p", {}, badge(experiment.verdict, MOODS[experiment.verdict]), ` ${experiment.reason}`),
    ),
    element(
      "p",
      { class: "faint" },
      `${date(experiment.starts_on)} to ${date(experiment.ends_on)}; outcomes within ${count(experiment.attribution_days)} days of a contact count.`,
    ),
    figures([
      ["units", count(experiment.unit_count)],
      ["added per contact", decimal(experiment.difference)],
      ["interval of the effect", range(decimal, experiment.difference_low, experiment.difference_high)],
      ["advantage over chance", decimal(experiment.advantage)],
      ["interval of the advantage", range(decimal, experiment.advantage_low, experiment.advantage_high)],
      ["power", percent(experiment.power)],
      ["a contact costs", money(experiment.cost_per_contact)],
      ["per added conversion", money(experiment.cost_per_incremental_conversion)],
      ["profit of contacting", money(experiment.profit)],
      ["interval of the profit", range(money, experiment.profit_low, experiment.profit_high)],
    ]),
    element(
      "p",
      { class: "faint" },
      "Power is how likely these units show an effect of the planned size, if contacting has one.",
    ),
    section(
      "Arms",
      table({
        caption: "Units by arm",
        columns: [
          { heading: "Arm", cell: (row) => words(row.arm) },
          { heading: "", cell: (row) => (row.is_contacted ? "contacted" : "not contacted") },
          { heading: "Units", numeric: true, cell: (row) => count(row.unit_count) },
          { heading: "Expected", numeric: true, cell: (row) => count(row.expected_units) },
        ],
        rows: experiment.arms,
        empty: "No unit has been assigned yet.",
      }),
    ),
    contaminated(experiment.contamination ?? []),
    ...metrics.map((metric) => compared(metric, results.filter((row) => row.metric === metric))),
    metrics.length ? null : element("p", { class: "faint" }, "Figures are shown after its end, because early figures mislead."),
  ];
}

function contaminated(rows) {
  if (!rows.length) return null;
  return section(
    "Contacts by others",
    table({
      caption: "Units with another contact in their window",
      columns: [
        { heading: "Arm", cell: (row) => words(row.arm) },
        { heading: "Units", numeric: true, cell: (row) => count(row.unit_count) },
        { heading: "With another contact", numeric: true, cell: (row) => count(row.contaminated_count) },
        { heading: "Share", numeric: true, cell: (row) => percent(row.contaminated_share) },
      ],
      rows,
    }),
    rows[0].difference_low != null
      ? element(
          "p",
          { class: "faint" },
          rows[0].is_too_high
            ? "The shares of an arm and its holdout differ too much: the experiment is not valid."
            : "The shares of an arm and its holdout do not differ too much for a verdict.",
        )
      : null,
  );
}

function compared(metric, rows) {
  const measured = rows.filter((row) => row.difference_low != null);
  return section(
    `${words(metric)}${rows[0].is_primary ? " (decides)" : ""}`,
    measured.length ? chart(charts.effects(measured), `Differences in ${words(metric)}, with intervals`) : null,
    table({
      caption: `Comparisons of ${words(metric)}`,
      columns: [
        { heading: "Comparison", cell: (row) => row.comparison },
        { heading: "Mean", numeric: true, cell: (row) => decimal(row.mean) },
        { heading: "Base", numeric: true, cell: (row) => decimal(row.base_mean) },
        { heading: "Difference", numeric: true, cell: (row) => decimal(row.difference) },
        { heading: "Interval", numeric: true, cell: (row) => range(decimal, row.difference_low, row.difference_high) },
        { heading: "p, corrected", numeric: true, cell: (row) => probability(row.p_value_corrected) },
        { heading: "Power", numeric: true, cell: (row) => percent(row.power) },
      ],
      rows,
    }),
  );
}
