// A customer: their score, and the audiences that hold them.

import { ask, path } from "./api.js";
import { contributions, legend } from "./contributions.js";
import { addressForm, element, figures, labelled, link, section } from "./elements.js";
import { count, counted, decimal, percent, score, time, words } from "./format.js";
import { table } from "./table.js";

const PRODUCTS = 1000; // the largest number that the API returns

export async function show(address) {
  const asked = address.get("customer_id")?.trim();
  const form = addressForm(
    "Show",
    labelled("Customer", element("input", { name: "customer_id", value: asked ?? "", required: true, autocomplete: "off" })),
  );
  if (!asked) {
    return [
      element("p", {}, "Enter a customer id to see how engaged the customer is, why, and which audiences hold them."),
      form,
    ];
  }
  const customer = await ask(path(["customers", asked]));
  const memberships = await ask(path(["customers", asked, "products"], { n: PRODUCTS }));
  const features = Object.values(customer.features);
  return [
    form,
    figures([
      ["customer", String(customer.customer_id)],
      ["engagement score", score(customer.engagement_score)],
      [`engagement rank of ${count(customer.customers)}`, count(customer.engagement_rank)],
      ...(customer.ranking === "engagement" ? [] : [[`rank by ${words(customer.ranking)}`, count(customer.rank)]]),
      ["first seen", time(customer.first_interaction_at)],
      ["last seen", time(customer.last_interaction_at)],
    ]),
    section(
      "Why this score",
      legend(features),
      contributions(features.map(({ label, contribution }) => ({ label, value: contribution }))),
      table({
        caption: "Features",
        columns: [
          { heading: "Feature", cell: (feature) => feature.label },
          { heading: "Value", numeric: true, cell: (feature) => decimal(feature.value) },
          { heading: "From 0 to 1", numeric: true, cell: (feature) => score(feature.normalized) },
          { heading: "Adds to the score", numeric: true, cell: (feature) => score(feature.contribution) },
          { heading: "Weight", numeric: true, cell: (feature) => percent(feature.weight) },
          { heading: "Of the variance of all scores", numeric: true, cell: (feature) => percent(feature.variance_share) },
          { heading: "Of the lead of the top tenth", numeric: true, cell: (feature) => percent(feature.top_tenth_share) },
        ],
        rows: features,
      }),
    ),
    section(
      `In ${counted(memberships.total, "audience")}`,
      memberships.total > memberships.count
        ? element("p", { class: "faint" }, `The ${count(memberships.count)} with their best ranks.`)
        : null,
      table({
        caption: "Products whose audience holds the customer",
        columns: [
          {
            heading: "Product",
            cell: (row) => link("audience", { product_id: row.product_id }, String(row.product_id)),
            by: (row) => row.product_id,
          },
          { heading: "Rank there", numeric: true, cell: (row) => count(row.rank), by: (row) => row.rank },
        ],
        rows: memberships.products,
        empty: "They are in no audience: others come first.",
      }),
    ),
  ];
}
