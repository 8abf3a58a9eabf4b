// What the contacts of a campaign are worth: expected, other choices, and added so far.

import { chart } from "./chart.js";
import * as charts from "./charts.js";
import { element, section } from "./elements.js";
import { count, counted, date, decimal, money, percent, range, smallPercent, words } from "./format.js";
import { table } from "./table.js";

/** The sections of an answer of /campaigns/<id>/value, about an answer of /campaigns/<id>. */
export function sections(value, campaign) {
  return [
    section("What a contact is expected to earn", ...classes(value)),
    section("Other caps, fewer products", ...frontier(value.frontier, campaign)),
    section("What the contacts added", ...attribution(value.attribution)),
    ...(value.rankings.length > 1 ? [section("Rankings that were tried", rankings(value.rankings))] : []),
  ];
}

// Only where an experiment has measured it.
const EFFECT = [
  { heading: "A contact adds", numeric: true, cell: (row) => percent(row.incremental_probability), by: (row) => row.incremental_probability },
  { heading: "95 % interval", numeric: true, cell: (row) => range(percent, row.incremental_probability_low, row.incremental_probability_high) },
  { heading: "Profit of a contact", numeric: true, cell: (row) => decimal(row.expected_profit), by: (row) => row.expected_profit },
  { heading: "95 % interval", numeric: true, cell: (row) => range(decimal, row.expected_profit_low, row.expected_profit_high) },
];

function classes({ classes: rows, note }) {
  return [
    element("p", {}, note),
    table({
      caption: "Customers by class",
      columns: [
        { heading: "Place in the order", cell: (row) => row.score_class === "other" ? "rest" : row.score_class.replace("first", "top") },
        { heading: "History", cell: (row) => row.history_class },
        { heading: "Customers", numeric: true, cell: (row) => count(row.customer_count), by: (row) => row.customer_count },
        { heading: "Purchase anyway", numeric: true, cell: (row) => percent(row.purchase_probability), by: (row) => row.purchase_probability },
        { heading: "Bought in the last window", numeric: true, cell: (row) => percent(row.checked_rate) },
        { heading: "95 % interval", numeric: true, cell: (row) => range(percent, row.checked_rate_low, row.checked_rate_high) },
        ...(rows.some((row) => row.experiment_id) ? EFFECT : []),
      ],
      rows,
      empty: "No customer suits the campaign.",
    }),
  ];
}

function frontier(rows, { required_event: event }) {
  if (event && !rows.length) {
    return [
      element(
        "p",
        {},
        `The campaign requires the event ${event}, so its places depend on who has it with which product: ` +
          "other caps and numbers of products are not compared.",
      ),
    ];
  }
  const isMeasured = rows.some((row) => row.expected_profit != null);
  const others = rows.filter((row) => row.is_efficient || row.is_current);
  return [
    element(
      "p",
      {},
      "Each point is a cap (contacts per customer) and a number of products. Points that another one beats in " +
        "every respect are pale, the diamond is the present choice. " +
        (isMeasured
          ? "The profit is what an experiment has measured, for these customers."
          : "No experiment has measured a profit: a point beats another by more customers, more products or a lower cost. The charts show customers who buy anyway; they say nothing for a choice."),
    ),
    ...(rows.length
      ? [
          chart(
            charts.frontier(rows, isMeasured ? "expected_profit" : "expected_purchases_anyway"),
            "Distinct customers reached, and what is expected of them, by cap and number of products",
          ),
          chart(
            charts.coverage(rows, isMeasured ? "expected_revenue_added" : "expected_purchases_anyway"),
            "Share of the products that get customers, and what is expected of it, by cap and number of products",
          ),
        ]
      : []),
    table({
      caption: "Choices that no other one beats, and the present one",
      columns: [
        { heading: "", cell: (row) => (row.is_current ? "now" : "") },
        { heading: "Cap", numeric: true, cell: (row) => (row.frequency_cap == null ? "none" : count(row.frequency_cap)), by: (row) => row.frequency_cap },
        { heading: "Products", numeric: true, cell: (row) => count(row.product_count), by: (row) => row.product_count },
        { heading: "Contacts", numeric: true, cell: (row) => count(row.contact_count), by: (row) => row.contact_count },
        { heading: "Customers", numeric: true, cell: (row) => count(row.reached_customer_count), by: (row) => row.reached_customer_count },
        { heading: "Cost", numeric: true, cell: (row) => money(row.cost), by: (row) => row.cost },
        { heading: "Buyers anyway", numeric: true, cell: (row) => decimal(row.expected_purchases_anyway), by: (row) => row.expected_purchases_anyway },
        ...(isMeasured
          ? [
              { heading: "Buyers added", numeric: true, cell: (row) => decimal(row.expected_purchases_added), by: (row) => row.expected_purchases_added },
              { heading: "Profit", numeric: true, cell: (row) => money(row.expected_profit), by: (row) => row.expected_profit },
            ]
          : []),
      ],
      rows: others,
      empty: "No customer suits the campaign.",
    }),
  ];
}

function rankings(rows) {
  return table({
    caption: "Buyers after a contact, by the ranking that placed the customer",
    columns: [
      { heading: "Ranking", cell: (row) => words(row.ranking) },
      { heading: "Contacted", numeric: true, cell: (row) => count(row.contacted_customers), by: (row) => row.contacted_customers },
      { heading: "Buyers", numeric: true, cell: (row) => count(row.responses), by: (row) => row.responses },
      { heading: "If it filled all places", numeric: true, cell: (row) => percent(row.weighted_rate), by: (row) => row.weighted_rate },
      { heading: "95 % interval", numeric: true, cell: (row) => range(percent, row.weighted_rate_low, row.weighted_rate_high) },
    ],
    rows,
  });
}

function attribution(found) {
  if (!found) return [element("p", {}, "The campaign has contacted no customer yet.")];
  if (!found.contacted_customers) return [element("p", {}, "The campaign has held customers out and contacted none yet.")];
  const rows = [
    ["by last touch", found.last_touch_purchases, found.last_touch_revenue],
    ["by position", found.position_purchases, found.position_revenue],
  ];
  return [
    element(
      "p",
      {},
      `${counted(found.contacted_customers, "customer")} had ${counted(found.contact_count, "contact")} from ` +
        `${date(found.first_contact_on)} to ${date(found.last_contact_on)}. ${found.explanation}`,
    ),
    found.effect == null
      ? null
      : element(
          "p",
          {},
          `Of ${counted(found.measured_customers, "contacted customer")} ${smallPercent(found.contacted_rate)} bought, of ` +
            `${counted(found.held_out_customers, "held-out customer")} ${smallPercent(found.held_out_rate)}. The contacts added ` +
            `${decimal(found.buyers_added)} buyers (95 % interval: ${range(decimal, found.buyers_added_low, found.buyers_added_high)}).` +
            (found.buyers_added_low <= 0 && found.buyers_added_high >= 0 ? " The interval includes 0, so no effect is shown." : ""),
        ),
    table({
      caption: "Purchases after a contact",
      columns: [
        { heading: "Counted", cell: ([rule]) => rule },
        { heading: "Purchases", numeric: true, cell: ([, purchases]) => decimal(purchases) },
        { heading: "Revenue", numeric: true, cell: ([, , revenue]) => money(revenue) },
      ],
      rows,
    }),
  ];
}
