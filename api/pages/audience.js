// The audience of a product: customers, reasons, cost and return.

import { ask, download, path } from "./api.js";
import { contributions, legend } from "./contributions.js";
import { addressForm, element, figures, labelled, link, section, selection } from "./elements.js";
import { breakEven, count, counted, money, percent, probability, range, score, time, words } from "./format.js";
import { partsInWords, servedRankings, servedSentence } from "./rankings.js";
import { productName, productSearch, productsLike } from "./product_search.js";
import { table } from "./table.js";

const DEFAULT_N = "10";
const TOTALS = ["interaction_count", "customer_count"]; // the other counts are of events

export async function show(address) {
  const asked = address.get("product_id")?.trim();
  const n = address.get("n") ?? DEFAULT_N;
  const form = addressForm(
    "Show",
    productSearch("product_id", "Product", asked ?? ""),
    labelled("Customers", element("input", { name: "n", type: "number", min: 1, max: 100, required: true, value: n })),
  );
  if (!asked) return [introduction(), form, section("Some to try", products(await productsLike("", 8)))];
  const audience = await orLike(address, "product_id", ask(path(["recommend", asked], { n })));
  if (!audience) return [form, nothingLike(asked)];
  const like = await productsLike(String(audience.product_id), 6);
  const found = like.find((product) => product.product_id === audience.product_id);
  const price = await prices(audience.count);
  const served = await servedRankings();
  return [
    form,
    element("h2", {}, found ? productName(found) : `Product ${audience.product_id}`),
    found ? facts(found) : null,
    audience.note ? element("div", { class: "notice warning" }, audience.note) : null,
    servedSentence(served, audience.ranking),
    found || !like.length ? null : section("Did you mean", products(like)),
    audience.count ? glance(audience, price.sentence) : null,
    section("Who, and why", people(audience)),
    audience.count ? section("What it costs and returns", ...price.parts) : null,
    await comparison(address, asked, n),
  ];
}

// The answer; if a parameter is not an id, goes to the product with the most similar name.
async function orLike(address, parameter, answer) {
  try {
    return await answer;
  } catch (problem) {
    if (problem.parameter !== parameter) throw problem;
  }
  const [like] = await productsLike(address.get(parameter).trim(), 1);
  if (!like) return null;
  const meant = new URLSearchParams(address);
  meant.set(parameter, like.product_id);
  location.replace(`?${meant}`);
  return new Promise(() => {}); // The browser leaves this page.
}

function introduction() {
  return element(
    "p",
    {},
    "Find a product to see whom to contact about it: the first customers by the ranking that serves. ",
    "Customers who have interacted with it already are left out, unless the build has another setting.",
  );
}

function nothingLike(text) {
  return element("div", { class: "face", role: "alert" }, element("p", {}, `No product has the id or name “${text}”.`));
}

function products(found) {
  return element(
    "ul",
    {},
    found.map((product) =>
      element(
        "li",
        {},
        link("audience", { product_id: product.product_id }, productName(product)),
        element("span", { class: "faint" }, ` ${counted(product.customer_count, "customer")}`),
      ),
    ),
  );
}

function facts(product) {
  const events = Object.entries(product)
    .filter(([name, number]) => name.endsWith("_count") && !TOTALS.includes(name) && number > 0)
    .map(([name, number]) => `${words(name.replace(/_count$/, ""))} ${count(number)}`);
  return element(
    "p",
    { class: "faint" },
    `Product ${product.product_id}. Interactions of ${counted(product.customer_count, "customer")}`,
    ` (${events.join(", ")}), last on `, time(product.last_interaction_at), ".",
  );
}

// The recommendation in two sentences, and the download.
function glance(audience, sentence) {
  const size = element("input", { type: "number", min: 1, required: true, value: audience.count });
  const trouble = element("p", { role: "alert" });
  return element(
    "div",
    { class: "conclusion" },
    element("p", {}, element("strong", {}, `Contact ${counted(audience.count, "customer")}. `), sentence),
    element(
      "form",
      {
        class: "ask",
        onsubmit: async (event) => {
          event.preventDefault();
          trouble.textContent = "";
          const file = path(["audience", String(audience.product_id)], { n: size.value, format: "csv" });
          try {
            trouble.textContent = await download(file, "audience.csv");
          } catch (problem) {
            trouble.textContent = problem.detail;
          }
        },
      },
      labelled("Customers in the file", size),
      element("button", {}, "Download CSV"),
      trouble,
    ),
  );
}

function people(audience) {
  const reasons = new Map(
    audience.recommendations.map((row) => [row.customer_id, element("div", { class: "reason" })]),
  );
  const heads = element("div");

  async function explain({ customer_id: id }) {
    const reason = reasons.get(id);
    if (reason.childNodes.length) return;
    try {
      const { parts, signals, ranking } = await explanation(audience.product_id, id);
      if (ranking === "engagement") {
        if (!heads.childNodes.length) heads.append(legend(parts));
        reason.append(contributions(parts));
      } else if (parts.length > 1) {
        reason.append(element("p", {}, `${partsInWords(parts)}.`));
      }
      reason.append(element("p", { class: "faint" }, signals.join("; ")));
    } catch (problem) {
      reason.textContent = problem.title;
    }
  }

  const chance = {
    heading: "Probability",
    numeric: true,
    cell: (row) => probability(row.probability),
    by: (row) => row.probability ?? -1,
  };
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
        { heading: "Score", numeric: true, cell: (row) => score(row.score), by: (row) => row.score ?? -Infinity },
        ...(audience.recommendations.some((row) => row.probability != null) ? [chance] : []),
        { heading: "Why", prose: true, cell: (row) => reasons.get(row.customer_id) },
      ],
      rows: audience.recommendations,
      empty: "No customer is left to contact: each is excluded, held out or has opted out.",
      // Only for the rows on screen.
      onpage: (rows) => rows.forEach(explain),
    }),
  ];
}

// Why a customer has this place; a release made before there were explanations has features.
async function explanation(product, customer) {
  try {
    return await ask(path(["recommend", String(product), "explain", String(customer)]));
  } catch (problem) {
    if (problem.status !== 404) throw problem;
    const { features } = await ask(path(["customers", String(customer)]));
    const parts = Object.values(features).map(({ label, contribution }) => ({ label, value: contribution }));
    return { parts, signals: [], ranking: "engagement" };
  }
}

// What a number of contacts costs and must add: as a sentence, and as parts of a section.
async function prices(size) {
  const campaigns = await priceLists();
  const sentence = element("span", { "aria-live": "polite" });
  if (!campaigns.length) {
    const parts = [
      element(
        "p",
        {},
        "No campaign has a price for a contact. Add a row to ",
        element("code", {}, "seeds/campaigns.csv"),
        ".",
      ),
    ];
    return { sentence, parts };
  }
  const place = element("div");
  let wanted; // the last choice, even if its answer does not arrive last
  async function price(campaignId) {
    wanted = campaignId;
    try {
      const plan = await ask(path(["campaigns", campaignId, "plan"]));
      if (wanted !== campaignId) return;
      const row = plan.sizes.findLast((known) => known.audience_size <= size) ?? plan.sizes[0];
      sentence.textContent = row ? inWords(row) : "";
      place.replaceChildren(...(row ? priced(plan, row) : [element("p", {}, plan.note ?? "Nothing was measured.")]));
    } catch (problem) {
      place.replaceChildren(element("p", { role: "alert" }, problem.detail));
    }
  }
  const [first] = campaigns;
  await price(first.campaign_id);
  const choices = campaigns.map((campaign) => [campaign.campaign_id, campaign.campaign_name]);
  const choice = labelled("Prices of the campaign", selection("campaign_id", choices, first.campaign_id, price));
  return { sentence, parts: [choice, place] };
}

async function priceLists() {
  try {
    return (await ask(path(["campaigns"]))).campaigns;
  } catch (problem) {
    if (problem.status === 404) return []; // The release is older than campaigns.
    throw problem;
  }
}

function inWords(row) {
  const cost = `To contact ${counted(row.audience_size, "customer")} costs ${money(row.cost)}. `;
  return cost + (row.profit == null ? breakEven(row) : profitInWords(row));
}

function profitInWords(row) {
  return (
    `An experiment measured what a contact adds: a profit of ${money(row.profit)} ` +
    `(${range(money, row.profit_low, row.profit_high)}).`
  );
}

function priced(plan, row) {
  return [
    element(
      "p",
      {},
      `Of the first ${count(row.audience_size)} customers eligible for the campaign, ` +
        `${percent(row.response_rate)} purchase within ${counted(row.response_days, "day")} anyway `,
      `(95 % interval ${range(percent, row.response_rate_low, row.response_rate_high)}). ${breakEven(row)}`,
    ),
    figures([
      ["a contact costs", money(plan.cost_per_contact)],
      ["a purchase is worth", money(plan.value_per_conversion)],
      [`${counted(row.audience_size, "customer")} cost`, money(row.cost)],
      ["contacts each", count(row.contacts_per_customer)],
      ["profit", row.profit == null ? "not measured" : money(row.profit)],
    ]),
    element("p", {}, `${row.explanation} `, link("campaigns", { campaign_id: plan.campaign_id }, "The whole plan")),
  ];
}

async function comparison(address, product, n) {
  const other = address.get("other_product_id")?.trim();
  const heading = "Is it the same for another product?";
  const form = element(
    "form",
    { class: "ask", method: "get" },
    element("input", { type: "hidden", name: "product_id", value: product }),
    element("input", { type: "hidden", name: "n", value: n }),
    productSearch("other_product_id", "Another product", other ?? ""),
    element("button", {}, "Compare"),
  );
  if (!other) return section(heading, form);
  const asked = ask(path(["recommend", product, "overlap", other], { n }));
  const overlap = await orLike(address, "other_product_id", asked);
  if (!overlap) return section(heading, form, nothingLike(other));
  return section(
    heading,
    form,
    element(
      "p",
      { id: "overlap" },
      `${counted(overlap.count, "customer")} of ${count(overlap.n)} (${percent(overlap.share)}) are in both audiences.`,
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
      empty: "They share no customers.",
    }),
  );
}
