// Whom to contact about a product, why each, and what it costs and returns.

import { ask, download, path } from "./api.js";
import { contributions, legend } from "./contributions.js";
import { addressForm, element, figures, labelled, link, section, selection } from "./elements.js";
import { count, date, money, percent, range, score, words } from "./format.js";
import { productOf, productSearch } from "./product_search.js";
import { table } from "./table.js";

const DEFAULT_N = "10";

export async function show(address) {
  const asked = address.get("product_id")?.trim();
  const n = address.get("n") ?? DEFAULT_N;
  const form = addressForm(
    "Show",
    productSearch("product_id", "Product", asked ?? ""),
    labelled("Customers", element("input", { name: "n", type: "number", min: 1, max: 100, value: n })),
  );
  if (!asked) return [...introduction(), form, await examples()];
  const found = await productOf(asked);
  // Words that are no id mean the product whose name is like them.
  const isThere = found && String(found.product_id) === asked;
  if (found && !isThere && !(await isId(asked))) {
    location.replace(`?${new URLSearchParams({ product_id: found.product_id, n })}`);
    return [];
  }
  const audience = await ask(path(["recommend", asked], { n }));
  return [
    form,
    isThere ? facts(found) : element("h2", {}, `Product ${audience.product_id}`),
    audience.note ? element("div", { class: "notice warning" }, audience.note) : null,
    section(`${count(audience.count)} customers to contact`, people(audience), file(asked, n)),
    await worth(n),
    await comparison(asked, n, address.get("other_product_id")?.trim()),
  ];
}

function introduction() {
  return [
    element(
      "p",
      {},
      "Find a product to see whom to contact about it: customers who have not touched it yet, the most engaged first.",
    ),
  ];
}

async function examples() {
  const { products } = await ask(path(["products", "search"], { n: 8 }));
  return section(
    "Some to try",
    element(
      "ul",
      {},
      products.map((product) =>
        element(
          "li",
          {},
          link("audience", { product_id: product.product_id }, product.product_name ?? `product ${product.product_id}`),
          ` ${count(product.customer_count)} customers have touched it`,
        ),
      ),
    ),
  );
}

// Whether a text can be an id: in a release of whole numbers, words cannot.
async function isId(text) {
  try {
    await ask(path(["recommend", text], { n: 1 }));
    return true;
  } catch (problem) {
    if (problem.parameter === "product_id") return false;
    throw problem;
  }
}

function facts(product) {
  const events = ["purchased", "cart", "wishlist", "rating", "search_keyword", "other_event"]
    .map((event) => [event, product[`${event}_count`]])
    .filter(([, number]) => number > 0)
    .map(([event, number]) => `${count(number)} ${words(event)}`);
  return element(
    "section",
    {},
    element("h2", {}, product.product_name ?? `Product ${product.product_id}`),
    element(
      "p",
      { class: "faint" },
      `Product ${product.product_id}. ${count(product.customer_count)} customers have touched it`,
      ` (${events.join(", ")}), the last one on ${date(product.last_interaction_at)}.`,
    ),
  );
}

function people(audience) {
  const reasons = new Map();
  const heads = element("div");

  // Of the page that is shown, not of all.
  async function explain(rows) {
    for (const { customer_id: id } of rows) {
      if (reasons.get(id).childNodes.length) continue;
      try {
        const { features } = await ask(path(["customers", id]));
        if (!heads.childNodes.length) heads.append(legend(Object.keys(features)));
        reasons.get(id).replaceChildren(contributions(features));
      } catch (problem) {
        reasons.get(id).textContent = problem.title;
      }
    }
  }

  for (const { customer_id: id } of audience.recommendations) {
    reasons.set(id, element("div", { class: "reason" }));
  }
  return [
    heads,
    table({
      caption: "The audience",
      columns: [
        { heading: "Rank", numeric: true, cell: (row) => count(row.rank), by: (row) => row.rank },
        {
          heading: "Customer",
          cell: (row) => link("customer", { customer_id: row.customer_id }, String(row.customer_id)),
          by: (row) => row.customer_id,
        },
        { heading: "Score", numeric: true, cell: (row) => score(row.score), by: (row) => row.score },
        { heading: "Why: what each part adds to the score", cell: (row) => reasons.get(row.customer_id) },
      ],
      rows: audience.recommendations,
      empty: "Everybody has touched this product: there is nobody left to contact.",
      onpage: explain,
    }),
  ];
}

function file(product, n) {
  const size = element("input", { type: "number", min: 1, value: n, id: "file-size" });
  const trouble = element("p", { role: "alert" });
  return element(
    "form",
    {
      class: "ask",
      onsubmit: async (event) => {
        event.preventDefault();
        trouble.textContent = "";
        try {
          await download(path(["audience", product], { n: size.value, format: "csv" }), "audience.csv");
        } catch (problem) {
          trouble.textContent = problem.detail;
        }
      },
    },
    labelled("Customers in the file", size),
    element("button", {}, "Download CSV"),
    trouble,
  );
}

async function worth(n) {
  const { campaigns } = await ask(path(["campaigns"]));
  const heading = "What it costs and returns";
  if (!campaigns.length) {
    return section(
      heading,
      element("p", {}, "No campaign says what a contact costs: a row of seeds/campaigns.csv does."),
    );
  }
  const place = element("div", { "aria-live": "polite" });
  async function price(campaignId) {
    const plan = await ask(path(["campaigns", campaignId, "plan"]));
    place.replaceChildren(...planFor(plan, Number(n)));
  }
  const choices = campaigns.map((campaign) => [campaign.campaign_id, campaign.campaign_name]);
  await price(campaigns[0].campaign_id);
  return section(
    heading,
    labelled("Prices of the campaign", selection("campaign_id", choices, campaigns[0].campaign_id, price)),
    place,
  );
}

function planFor(plan, n) {
  const size = plan.sizes.findLast((row) => row.audience_size <= n) ?? plan.sizes[0];
  if (!size) return [element("p", {}, plan.note ?? "Nothing was measured.")];
  return [
    element(
      "p",
      {},
      `The ${count(size.audience_size)} most engaged customers were measured: `,
      `${percent(size.response_rate)} of them purchased after the split `,
      `(95 % interval ${range(percent, size.response_rate_low, size.response_rate_high)}).`,
    ),
    figures([
      ["a contact costs", money(plan.cost_per_contact)],
      ["a purchase is worth", money(plan.value_per_conversion)],
      [`${count(size.audience_size)} contacts cost`, money(size.cost)],
      ["they return", money(size.revenue)],
      ["profit", money(size.profit)],
      ["profit, interval", range(money, size.profit_low, size.profit_high)],
    ]),
    element(
      "p",
      {},
      plan.best_audience_size == null
        ? "At these prices no number of customers pays. "
        : `At these prices ${count(plan.best_audience_size)} customers pay best. `,
      link("campaigns", { campaign_id: plan.campaign_id }, "The whole plan"),
    ),
    element(
      "p",
      { class: "faint" },
      "Customers who purchase without having been contacted count too: only an experiment tells what contacting adds.",
    ),
  ];
}

async function comparison(product, n, other) {
  const form = element(
    "form",
    { class: "ask", method: "get" },
    element("input", { type: "hidden", name: "product_id", value: product }),
    element("input", { type: "hidden", name: "n", value: n }),
    productSearch("other_product_id", "Another product", other ?? ""),
    element("button", {}, "Compare"),
  );
  const heading = "Is it the same for another product?";
  if (!other) return section(heading, form);
  const overlap = await ask(path(["recommend", product, "overlap", other], { n }));
  return section(
    heading,
    form,
    element(
      "p",
      { id: "overlap" },
      `${count(overlap.count)} of the ${count(overlap.n)} customers (${percent(overlap.share)}) are in both audiences.`,
    ),
    table({
      caption: "Customers in both",
      columns: [
        {
          heading: "Customer",
          cell: (row) => link("customer", { customer_id: row }, String(row)),
        },
      ],
      rows: overlap.customer_ids,
      empty: "They share nobody.",
    }),
  );
}
