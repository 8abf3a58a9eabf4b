// Finds a product by id or name: a field with suggestions (an ARIA combobox).

import { ask, path } from "./api.js";
import { element } from "./elements.js";
import { counted } from "./format.js";

const PATIENCE = 150; // milliseconds without a key before it asks

/** Products that match a text, the closest match first. */
export async function productsLike(text, n) {
  const { products } = await ask(path(["products", "search"], { q: text, n }));
  return products;
}

/** The name of a product. */
export function productName(product) {
  return product.product_name ?? `Product ${product.product_id}`;
}

/** A labelled field with this name; its value is a product id. */
export function productSearch(name, label, chosen) {
  const list = element("ul", { id: `${name}-list`, role: "listbox", "aria-label": label });
  const field = element("input", {
    id: name,
    name,
    value: chosen,
    placeholder: "an id or part of a name",
    required: true,
    autocomplete: "off",
    role: "combobox",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
  });
  let options = [];
  let at = -1;
  let timer;

  function close() {
    options = [];
    at = -1;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(product) {
    field.value = product.product_id;
    close();
    field.form.requestSubmit();
  }

  function mark(next) {
    at = (next + options.length) % options.length;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", place === at));
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  async function suggest() {
    const asked = field.value.trim();
    if (!asked) return close();
    let found;
    try {
      found = await productsLike(asked, 8);
    } catch {
      return close(); // Submitting the form shows the error.
    }
    if (field.value.trim() !== asked || document.activeElement !== field) return;
    close();
    options = found;
    list.append(
      ...options.map((product, place) =>
        element(
          "li",
          {
            id: `${name}-${place}`,
            role: "option",
            "aria-selected": "false",
            // Runs before the field loses focus and the list closes.
            onmousedown: (event) => {
              event.preventDefault();
              choose(product);
            },
          },
          productName(product),
          element("span", { class: "faint" }, ` ${product.product_id}, ${counted(product.customer_count, "customer")}`),
        ),
      ),
    );
    field.setAttribute("aria-expanded", String(options.length > 0));
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, PATIENCE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (!options.length) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
    else if (event.key === "Enter" && at >= 0) choose(options[at]);
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  return element(
    "div",
    { class: "field" },
    element("label", { for: name }, label),
    element("div", { class: "search" }, field, list),
  );
}
