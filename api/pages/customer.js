// What is known of a customer, and in whose audiences they are.

import { ask, path } from "./api.js";
import { contributions, feature, legend } from "./contributions.js";
import { addressForm, element, figures, labelled, link, section } from "./elements.js";
import { count, counted, decimal, score, time } from "./format.js";
import { table } from "./table.js";

const PRODUCTS = 1000; // as many as the API gives

export async function show(address) {
  const asked = address.get("customer_id")?.trim();
  const form = addressForm(
    "Show",
    labelled("Customer", element("input", { name: "customer_id", value: asked ?? "", required: true, autocomplete: "off" })),
  );
  if (!asked) {
    return [
      element("p", {}, "Enter a customer id to see how engaged they are, why, and in whose audiences they are."),
      form,
    ];
  }
  const customer = await ask(path(["customers", asked]));
  const memberships = await ask(path(["customers", asked, "products"], { n: PRODUCTS }));
  const names = Object.keys(customer.features);
  return [
    form,
    figures([
      ["customer", String(customer.customer_id)],
      ["score", score(customer.engagement_score)],
      [`rank of ${count(customer.customers)}`, count(customer.engagement_rank)],
      ["first seen", time(customer.first_interaction_at)],
      ["last seen", time(customer.last_interaction_at)],
    ]),
    section(
      "Why this score",
      legend(names),
      contributions(customer.features),
      table({
        caption: "Features",
        columns: [
          { heading: "Feature", cell: ([name]) => feature(name) },
          { heading: "Value", numeric: true, cell: ([, known]) => decimal(known.value) },
          { heading: "From 0 to 1", numeric: true, cell: ([, known]) => score(known.normalized) },
          { heading: "Adds to the score", numeric: true, cell: ([, known]) => score(known.contribution) },
        ],
        rows: Object.entries(customer.features),
      }),
    ),
    section(
      `In ${counted(memberships.total, "audience")}`,
      memberships.total > memberships.count
        ? element("p", { class: "faint" }, `The ${count(memberships.count)} in which they stand best.`)
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
        empty: "They are in no audience: others are more engaged.",
      }),
    ),
  ];
}
