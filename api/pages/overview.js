// Overview: the log in figures, and the verdict on collaborative filtering.

import { ask } from "./api.js";
import { chart } from "./chart.js";
import * as charts from "./charts.js";
import { badge, bar, element, figures, link, section, viability } from "./elements.js";
import { concentrated, count, decimal, percent, smallPercent, time, words } from "./format.js";
import { servedRankings, servedTable } from "./rankings.js";
import { table } from "./table.js";

export async function show() {
  const { profile, event_mix, retention, cohorts, concentration, checks, verdict } =
    await ask("/diagnostics");
  const served = await servedRankings();
  return [
    element(
      "p",
      { class: "faint" },
      "A log from ", time(profile.first_interaction_at), " to ", time(profile.last_interaction_at), ".",
    ),
    element(
      "div",
      { class: "conclusion" },
      element(
        "p",
        {},
        viability(verdict.verdict),
        ` ${verdict.explanation}`,
      ),
      element(
        "p",
        {},
        `Served: ${verdict.recommended_approach}. `,
        link("evidence", {}, "The evidence"),
      ),
    ),
    figures([
      ["customers", count(profile.customer_count)],
      ["products", count(profile.product_count)],
      ["interactions", count(profile.interaction_count)],
      ["seen only once", percent(profile.one_time_customer_share)],
      ["of early customers return", percent(profile.retention_rate)],
      ["of late products are new", percent(profile.new_product_share)],
    ]),
    section("Which ranking serves, and why?", servedTable(served)),
    section("What collaborative filtering needs", requirements(checks)),
    element(
      "div",
      { class: "columns" },
      section(
        "Do customers come back?",
        retentionChart(retention.filter((row) => row.retained_share != null)),
        retentionTable(retention),
      ),
      section("Month by month", cohortChart(cohorts)),
      section("How active are customers?", bands(profile)),
      section("Which events happen?", events(event_mix)),
    ),
    section(
      "Do different products get different customers?",
      table({
        caption: "Concentration of the audiences",
        columns: [
          { heading: "Measure", cell: (row) => words(row.measure) },
          {
            heading: "Value",
            numeric: true,
            cell: (row) => concentrated(row.measure, row.value),
          },
          { heading: "What it is", prose: true, cell: (row) => row.explanation },
        ],
        rows: concentration,
      }),
    ),
  ];
}

function requirements(checks) {
  return table({
    caption: "Requirements",
    columns: [
      { heading: "Requirement", cell: (row) => row.requirement },
      { heading: "Measured", numeric: true, cell: (row) => smallPercent(row.measured) },
      { heading: "Needed", numeric: true, cell: (row) => smallPercent(row.threshold) },
      { heading: "Met", cell: (row) => badge(row.passed ? "met" : "not met", row.passed ? "good" : "bad") },
      { heading: "In words", prose: true, cell: (row) => row.explanation },
    ],
    rows: checks,
  });
}

function retentionChart(measured) {
  return measured.length
    ? chart(charts.retention(measured), "Customers still seen, by days after their first visit")
    : element("p", { class: "faint" }, "The log is too short to measure this.");
}

function retentionTable(retention) {
  return table({
    caption: "Customers still seen",
    columns: [
      { heading: "After days", numeric: true, cell: (row) => count(row.retention_days) },
      { heading: "Seen", numeric: true, cell: (row) => count(row.retained_customer_count) },
      { heading: "Of", numeric: true, cell: (row) => count(row.eligible_customer_count) },
      { heading: "Share", numeric: true, cell: (row) => percent(row.retained_share) },
    ],
    rows: retention,
  });
}

function cohortChart(cohorts) {
  return cohorts.some((row) => row.months_since > 0)
    ? chart(charts.cohorts(cohorts), "Customers of each first month who are active months later")
    : element("p", { class: "faint" }, "The log is shorter than two months.");
}

const BANDS = [
  ["one_time", "seen once", 2],
  ["low_activity", "two to five times", 1],
  ["power", "more than five times", 3],
];

function bands(profile) {
  return table({
    caption: "Customers by how often they were seen",
    columns: [
      { heading: "Customers", cell: ([, text]) => text },
      { heading: "Number", numeric: true, cell: ([name]) => count(profile[`${name}_customer_count`]) },
      { heading: "Share", numeric: true, cell: ([name]) => percent(profile[`${name}_customer_share`]) },
      { heading: "Of all", cell: ([name, text, colour]) => shareBar(profile[`${name}_customer_share`], text, colour) },
    ],
    rows: BANDS,
  });
}

function events(mix) {
  return table({
    caption: "Interactions by event",
    columns: [
      { heading: "Event", cell: (row) => words(row.event), by: (row) => row.event },
      { heading: "Number", numeric: true, cell: (row) => count(row.interaction_count), by: (row) => row.interaction_count },
      { heading: "Share", numeric: true, cell: (row) => percent(row.interaction_share), by: (row) => row.interaction_share },
      { heading: "Weight", numeric: true, cell: (row) => decimal(row.event_weight), by: (row) => row.event_weight },
      { heading: "Of all", cell: (row) => shareBar(row.interaction_share, words(row.event), 1) },
    ],
    rows: mix,
  });
}

function shareBar(share, text, colour) {
  return share == null ? null : bar([[share, text, colour]], `${text}: ${percent(share)}`);
}
