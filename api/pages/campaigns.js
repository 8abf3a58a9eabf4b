// Campaigns: their rules, size, audience and plan.

import { ask, download, path } from "./api.js";
import { chart } from "./chart.js";
import * as value from "./campaign_value.js";
import * as charts from "./charts.js";
import { element, figures, link, section } from "./elements.js";
import { breakEven, concentrated, count, counted, date, decimal, money, percent, range, words } from "./format.js";
import * as holdout from "./holdout.js";
import { nextList } from "./next_list.js";
import { table } from "./table.js";

const PAGE = 20; // customers of an audience at once

export async function show(address) {
  const campaignId = address.get("campaign_id");
  return campaignId ? one(campaignId) : all();
}

async function all() {
  const [{ campaigns }, heldOut] = await Promise.all([
    ask(path(["campaigns"])),
    ask(path(["holdout"])).catch(unlessMissing),
  ]);
  return [
    element("p", {}, "Which customers are contacted about which products, within rules, opt-outs and a frequency cap."),
    table({
      caption: "Campaigns of this release",
      columns: [
        {
          heading: "Campaign",
          cell: (row) => link("campaigns", { campaign_id: row.campaign_id }, row.campaign_name),
          by: (row) => row.campaign_name,
        },
        { heading: "Period", cell: (row) => `${date(row.starts_on)} to ${date(row.ends_on)}`, by: (row) => row.starts_on },
        // Only where a campaign has one.
        ...["channel", "priority"]
          .filter((name) => campaigns.some((row) => row[name] != null))
          .map((name) => ({
            heading: words(name),
            cell: (row) => (row[name] == null ? "none" : String(row[name])),
            by: (row) => row[name],
          })),
        { heading: "Products", numeric: true, cell: (row) => count(row.product_count), by: (row) => row.product_count },
        { heading: "Customers", numeric: true, cell: (row) => count(row.reached_customer_count), by: (row) => row.reached_customer_count },
        { heading: "Contacts", numeric: true, cell: (row) => count(row.contact_count), by: (row) => row.contact_count },
        { heading: "Missing", numeric: true, cell: (row) => count(row.missing_count), by: (row) => row.missing_count },
        { heading: "Cost", numeric: true, cell: (row) => money(row.planned_cost), by: (row) => row.planned_cost },
      ],
      rows: campaigns,
      empty: [
        "No campaign is active. Add a row to ",
        element("code", {}, "seeds/campaigns.csv"),
        " and build again.",
      ],
    }),
    ...(heldOut ? holdout.sections(heldOut) : []),
  ];
}

// A release of an earlier version has no values of contacts and no holdout.
function unlessMissing(problem) {
  if (problem.status !== 404) throw problem;
  return null;
}

async function one(campaignId) {
  const [campaign, plan, worths] = await Promise.all([
    ask(path(["campaigns", campaignId])),
    ask(path(["campaigns", campaignId, "plan"])),
    ask(path(["campaigns", campaignId, "value"])).catch(unlessMissing),
  ]);
  return [
    element("p", {}, link("campaigns", {}, "All campaigns")),
    element("h2", {}, campaign.campaign_name),
    element("p", {}, `${date(campaign.starts_on)} to ${date(campaign.ends_on)}. ${campaign.audience_rule}`),
    figures([
      ["products", count(campaign.product_count)],
      ["customers whom the rules allow", count(campaign.suitable_customer_count)],
      ["customers per product, at most", count(campaign.audience_size)],
      ["contacts per customer, at most", campaign.frequency_cap == null ? "no cap" : count(campaign.frequency_cap)],
      ...(campaign.channel == null ? [] : [["channel", campaign.channel]]),
      ...(campaign.priority == null ? [] : [["priority, 1 first", count(campaign.priority)]]),
    ]),
    nextList(campaign),
    section("What it is worth", ...worth(plan)),
    ...(worths ? value.sections(worths, campaign) : []),
    await people(campaign),
    section("What is missing", shortfalls(campaign)),
    section("Do different products get different customers?", concentration(campaign)),
  ];
}

const EFFECT = [
  { heading: "Added", numeric: true, cell: (row) => percent(row.effect), by: (row) => row.effect },
  { heading: "Profit", numeric: true, cell: (row) => money(row.profit), by: (row) => row.profit },
  { heading: "Interval of the profit", numeric: true, cell: (row) => range(money, row.profit_low, row.profit_high) },
  { heading: "Return", numeric: true, cell: (row) => percent(row.return_on_investment), by: (row) => row.return_on_investment },
  { heading: "Why", prose: true, cell: (row) => row.explanation },
];

function worth(plan) {
  if (!plan.sizes.length) return [element("p", {}, plan.note ?? "Nothing was measured.")];
  const [first] = plan.sizes;
  const measured = plan.sizes.filter((row) => row.basis === "experiment");
  return [
    element(
      "p",
      {},
      `Of the customers who were eligible for this campaign, ${percent(first.base_rate)} ` +
        `(${range(percent, first.base_rate_low, first.base_rate_high)}) purchase within ` +
        `${counted(first.response_days, "day")} anyway. ${breakEven(first)}`,
    ),
    element("p", {}, plan.note),
    measured.length
      ? element(
          "p",
          {},
          plan.best_audience_size == null
            ? ""
            : `${counted(plan.best_audience_size, "customer")} are the best number (the diamond). `,
          measured[0].explanation,
        )
      : null,
    measured.length
      ? chart(charts.profit(measured), "Profit by number of customers contacted, with its 95 % interval")
      : null,
    table({
      caption: "The plan by audience size",
      columns: [
        { heading: "Customers", numeric: true, cell: (row) => count(row.audience_size), by: (row) => row.audience_size },
        { heading: "Purchase anyway", numeric: true, cell: (row) => percent(row.response_rate), by: (row) => row.response_rate },
        { heading: "95 % interval", numeric: true, cell: (row) => range(percent, row.response_rate_low, row.response_rate_high) },
        { heading: "Cost", numeric: true, cell: (row) => money(row.cost), by: (row) => row.cost },
        { heading: "Needed on top", numeric: true, cell: (row) => percent(row.break_even_effect), by: (row) => row.break_even_effect },
        // Columns without a figure in any row say nothing.
        ...(measured.length ? EFFECT : []),
      ],
      rows: plan.sizes,
    }),
  ];
}

function shortfalls(campaign) {
  return table({
    caption: "Unfilled places",
    columns: [
      { heading: "Why", cell: (row) => row.reason },
      { heading: "Products", numeric: true, cell: (row) => count(row.product_count) },
      { heading: "Places", numeric: true, cell: (row) => count(row.missing_count) },
    ],
    rows: campaign.shortfalls,
    empty: "No place is unfilled.",
  });
}

function concentration(campaign) {
  return table({
    caption: "Concentration, with this campaign and by the plain ranking",
    columns: [
      { heading: "Measure", cell: (row) => words(row.measure) },
      { heading: "Campaign", numeric: true, cell: (row) => concentrated(row.measure, row.value) },
      { heading: "Plain ranking", numeric: true, cell: (row) => concentrated(row.measure, row.without_campaign) },
      { heading: "What it is", prose: true, cell: (row) => row.explanation },
    ],
    rows: campaign.concentration,
  });
}

// Only where a release knows them: an effect and a profit come from an experiment.
const EXPECTED = [
  { name: "purchase_probability", heading: "Purchase anyway", format: percent },
  { name: "incremental_probability", heading: "Contacts add", format: percent },
  { name: "expected_profit", heading: "Profit of the contact", format: decimal },
];

// What the expected figures of a customer are.
function expected(campaign, known) {
  if (!known.size) return null;
  const days = campaign.response_days == null ? "in time" : `within ${counted(campaign.response_days, "day")}`;
  return element(
    "p",
    {},
    `Purchase anyway: of past customers with such a place and history, so many bought ${days}.`,
    known.has("incremental_probability")
      ? " Contacts add: what an experiment of the campaign has measured of such customers."
      : " What a contact adds was not measured.",
    known.has("expected_profit")
      ? " Profit of the contact: its share of the value of what they add, less its cost; empty for a customer who is held out or was contacted before."
      : null,
  );
}

async function people(campaign) {
  const { campaign_id: campaignId } = campaign;
  const place = element("div");
  const trouble = element("p", { role: "alert" });
  const pages = [null]; // the cursor of each page

  let isTurning = false;

  async function turn(step) {
    if (isTurning) return;
    isTurning = true;
    trouble.textContent = "";
    try {
      const after = step < 0 ? pages.at(-3) : pages.at(-1);
      const page = await ask(path(["campaigns", campaignId, "audience"], { n: PAGE, after }));
      if (step < 0) pages.splice(-2);
      pages.push(page.next);
      place.replaceChildren(...shown(page).filter((part) => part != null));
    } catch (problem) {
      trouble.textContent = problem.detail;
    } finally {
      isTurning = false;
    }
  }

  const known = new Set(); // the expected figures that a page of this list had

  function shown(page) {
    for (const { name } of EXPECTED) if (page.audience.some((row) => row[name] != null)) known.add(name);
    return [
      expected(campaign, known),
      table({
        caption: "Whom to contact about what",
        columns: [
          { heading: "Product", cell: (row) => link("audience", { product_id: row.product_id }, String(row.product_id)) },
          { heading: "Rank", numeric: true, cell: (row) => count(row.audience_rank) },
          { heading: "Customer", cell: (row) => link("customer", { customer_id: row.customer_id }, String(row.customer_id)) },
          { heading: "Arm", cell: (row) => row.arm },
          ...EXPECTED.filter(({ name }) => known.has(name)).map(({ name, heading, format }) => ({
            heading,
            numeric: true,
            cell: (row) => format(row[name]),
          })),
          { heading: "Why", prose: true, cell: (row) => row.explanation },
        ],
        rows: page.audience,
        pageSize: PAGE,
        empty: "No customers: all places are filled already, or no customer is suitable.",
      }),
      element(
        "div",
        { class: "pager" },
        element("button", { type: "button", disabled: pages.length < 3, onclick: () => turn(-1) }, "Previous"),
        element("button", { type: "button", disabled: page.next === null, onclick: () => turn(1) }, "Next"),
      ),
    ];
  }

  await turn(1);
  return section(
    "Whom to contact",
    place,
    element(
      "button",
      {
        type: "button",
        onclick: () =>
          download(path(["campaigns", campaignId, "audience"], { format: "csv" }), `${campaignId}.csv`).then(
            (warning) => (trouble.textContent = warning),
            (problem) => (trouble.textContent = problem.detail),
          ),
      },
      "Download all as CSV",
    ),
    trouble,
    element(
      "p",
      {},
      "This file is for review: it also has the customers who are held out, and no contact is recorded.",
    ),
  );
}
