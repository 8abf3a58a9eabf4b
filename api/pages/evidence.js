// How well the rankings do, measured on what customers did after the split.

import { ask, path } from "./api.js";
import { chart } from "./chart.js";
import * as charts from "./charts.js";
import { addressForm, badge, element, labelled, section, selection, viability } from "./elements.js";
import { count, decimal, percent, range, smallPercent, words } from "./format.js";
import { kindInWords, servedRankings, servedTable } from "./rankings.js";
import { table } from "./table.js";

const OUTCOMES = [
  ["interaction", "come back at all"],
  ["purchased", "purchase"],
];

export async function show(address) {
  const evidence = await ask(path(["evidence"]));
  const served = await servedRankings();
  const metrics = choices(evidence.recommenders, "metric");
  const sizes = choices(evidence.recommenders, "k");
  const outcome = chosen(address.get("outcome"), OUTCOMES) ?? "interaction";
  const metric = chosen(address.get("metric"), metrics) ?? "precision";
  const k = chosen(address.get("k"), sizes) ?? "10";
  const of = (rows) => rows.filter((row) => row.outcome === outcome);
  const compared = evidence.recommenders.filter(
    (row) => row.population === "all" && row.metric === metric && String(row.k) === k,
  );
  return [
    element(
      "div",
      { class: "conclusion" },
      evidence.als
        ? element("p", {}, "Collaborative filtering (ALS), fitted: ", viability(evidence.als.verdict))
        : null,
      evidence.conclusions.map((row) => element("p", {}, row.statement)),
    ),
    evidence.als
      ? null
      : element(
          "p",
          { class: "faint" },
          "Collaborative filtering (ALS) was not fitted in this build. Run ", element("code", {}, "audience evidence"), " to fit it.",
        ),
    section(
      "Which ranking serves, and why?",
      servedTable(served),
      element(
        "p",
        {},
        "A candidate replaces the default if it is clearly better at the earlier cutoffs and not clearly worse at the last one. ",
        "Differences are hits in a hundred places of the audiences. The interval of a challenger is corrected for the number of challengers; that of the last cutoff is not.",
      ),
      kinds(evidence.decisions, "decision").map((kind) => [
        element("h3", {}, kindInWords(kind)),
        decisionTable(evidence.decisions.filter((row) => row.decision === kind), kind),
        hitTable(evidence.hits.filter((row) => row.decision === kind && row.is_split), kind),
      ]),
    ),
    section(
      "Are the probabilities right?",
      element("p", {}, "At the last cutoff: on the diagonal, as many customers act as the probability says. A point is a tenth of the places. The intervals allow for customers who bring several hits at once."),
      drawn(charts.calibration, evidence.calibration, "Share of the customers who act, by probability"),
      evidence.calibration.length ? calibrationTable(evidence.calibration) : null,
    ),
    addressForm(
      "Show",
      labelled("Respond means", selection("outcome", OUTCOMES, outcome)),
      labelled("Metric", selection("metric", metrics, metric)),
      labelled("Customers per product", selection("k", sizes, k)),
    ),
    section(
      "Does a taste per customer help?",
      element("p", {}, "For every product known before the split, each recommender picks customers who have not interacted with it."),
      compared.length
        ? [chart(charts.recommenders(compared, `${words(metric)} at ${k}`), `${words(metric)} of each recommender`), recommenderTable(compared)]
        : nothing(),
    ),
    section(
      "Whom does a ranking reach?",
      element("p", {}, "The line of a random ranking is the diagonal."),
      drawn(charts.gains, of(evidence.gains).filter((row) => row.cumulative_gain != null), "Responders reached, by share of the customers contacted"),
      gainsTable(of(evidence.gains)),
    ),
    section(
      "Do the most engaged respond?",
      element("p", {}, "Bars show the split, points show every cutoff."),
      drawn(charts.deciles, of(evidence.deciles).filter((row) => row.lift != null), "Lift of each tenth of the customers"),
      decileTable(of(evidence.deciles)),
    ),
    section(
      "Would another score do better?",
      drawn(charts.trials, of(evidence.trials), "How much more of the top tenth respond with other scores"),
      trialTable(of(evidence.trials)),
    ),
  ];
}

function choices(rows, name) {
  return [...new Set(rows.map((row) => row[name]))].map((value) => [String(value), words(String(value))]);
}

function chosen(value, among) {
  return among.some(([choice]) => choice === value) ? value : null;
}

function nothing() {
  return element("p", { class: "faint" }, "This log has nothing to show here.");
}

function drawn(specification, rows, label) {
  return rows.length ? chart(specification(rows), label) : nothing();
}

function kinds(rows, name) {
  return [...new Set(rows.map((row) => row[name]))];
}

const hundred = (value) => decimal(100 * value);

function decisionTable(rows, kind) {
  return table({
    caption: `Candidates: ${kind}`,
    columns: [
      { heading: "Candidate", cell: (row) => [row.label, " ", row.is_served ? badge("chosen", "good") : null], by: (row) => row.label },
      { heading: "Instead of", cell: (row) => words(row.compared_with) },
      { heading: "More hits", numeric: true, cell: (row) => hundred(row.difference), by: (row) => row.difference },
      { heading: "Interval", numeric: true, cell: (row) => range(hundred, row.difference_low, row.difference_high) },
      { heading: "95 % interval at the last cutoff", numeric: true, cell: (row) => range(hundred, row.confirming_low, row.confirming_high) },
    ],
    rows,
  });
}

function hitTable(rows, kind) {
  return table({
    caption: `Hits at the last cutoff: ${kind}`,
    columns: [
      { heading: "Ranking", cell: (row) => row.label, by: (row) => row.label },
      { heading: "Hits per place", numeric: true, cell: (row) => smallPercent(row.hit_share), by: (row) => row.hit_share },
      { heading: "95 % interval", numeric: true, cell: (row) => range(smallPercent, row.hit_share_low, row.hit_share_high) },
      { heading: "At random", numeric: true, cell: (row) => smallPercent(row.chance_hit_share) },
      { heading: "Customers named", numeric: true, cell: (row) => count(row.customer_count), by: (row) => row.customer_count },
    ],
    rows,
  });
}

function calibrationTable(rows) {
  return table({
    caption: "Calibration",
    columns: [
      { heading: "Audiences of", cell: (row) => row.audience },
      { heading: "Outcome", cell: (row) => row.outcome },
      { heading: "Tenth", numeric: true, cell: (row) => count(row.bin), by: (row) => row.bin },
      { heading: "Probability", numeric: true, cell: (row) => smallPercent(row.probability), by: (row) => row.probability },
      { heading: "Happens", numeric: true, cell: (row) => smallPercent(row.hit_share), by: (row) => row.hit_share },
      { heading: "95 % interval", numeric: true, cell: (row) => range(smallPercent, row.hit_share_low, row.hit_share_high) },
      { heading: "Calibration error of all", numeric: true, cell: (row) => smallPercent(row.calibration_error) },
    ],
    rows,
  });
}

function recommenderTable(rows) {
  return table({
    caption: "Recommenders",
    columns: [
      { heading: "Recommender", cell: (row) => row.label, by: (row) => row.label },
      { heading: "Value", numeric: true, cell: (row) => smallPercent(row.value), by: (row) => row.value },
      { heading: "95 % interval", numeric: true, cell: (row) => range(smallPercent, row.value_low, row.value_high) },
      { heading: "Best possible", numeric: true, cell: (row) => smallPercent(row.ceiling) },
      { heading: "Products", numeric: true, cell: (row) => count(row.evaluated_product_count) },
    ],
    rows,
  });
}

function gainsTable(rows) {
  return table({
    caption: "Gains",
    columns: [
      { heading: "Ranking", cell: (row) => row.label, by: (row) => row.label },
      { heading: "Customers", numeric: true, cell: (row) => count(row.audience_size), by: (row) => row.audience_size },
      { heading: "Respond", numeric: true, cell: (row) => percent(row.response_rate), by: (row) => row.response_rate },
      { heading: "At random", numeric: true, cell: (row) => percent(row.random_response_rate) },
      { heading: "Lift", numeric: true, cell: (row) => decimal(row.lift), by: (row) => row.lift },
      { heading: "95 % interval", numeric: true, cell: (row) => range(decimal, row.lift_low, row.lift_high) },
      { heading: "Of all who respond", numeric: true, cell: (row) => percent(row.cumulative_gain), by: (row) => row.cumulative_gain },
    ],
    rows,
  });
}

function decileTable(rows) {
  return table({
    caption: "Tenths of the customers, at every cutoff",
    columns: [
      { heading: "Cutoff", numeric: true, cell: (row) => count(row.origin), by: (row) => row.origin },
      { heading: "Tenth", numeric: true, cell: (row) => count(row.decile), by: (row) => row.decile },
      { heading: "Lift", numeric: true, cell: (row) => decimal(row.lift), by: (row) => row.lift },
    ],
    rows,
  });
}

function trialTable(rows) {
  return table({
    caption: "Other scores against the one in use",
    columns: [
      { heading: "Score", cell: (row) => row.label, by: (row) => row.label },
      { heading: "More of the top tenth respond", numeric: true, cell: (row) => percent(row.difference), by: (row) => row.difference },
      { heading: "95 % interval", numeric: true, cell: (row) => range(percent, row.difference_low, row.difference_high) },
    ],
    rows,
  });
}
