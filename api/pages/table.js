// A table that can be sorted, in pages.

import { element } from "./elements.js";

/**
 * columns: [{heading, cell(row), by(row)?, numeric?, prose?}]; `by` makes a column sortable,
 * `prose` gives it room for sentences.
 * onpage(rows): called with the rows of each page that is shown.
 */
export function table({ caption, columns, rows, pageSize = 10, empty, onpage }) {
  if (!rows.length) return element("p", { class: "faint" }, empty ?? "No rows.");
  let sorted = rows;
  let order = null; // [column, direction]
  let first = 0;

  const kind = (column) => (column.numeric ? "number" : column.prose ? "prose" : null);
  const heads = columns.map((column) =>
    element(
      "th",
      { scope: "col", class: kind(column) },
      column.by ? element("button", { type: "button", onclick: () => sort(column) }, column.heading) : column.heading,
    ),
  );
  const body = element("tbody");
  const place = element("span", { "aria-live": "polite" });
  const back = element("button", { type: "button", onclick: () => turn(-pageSize) }, "Previous");
  const on = element("button", { type: "button", onclick: () => turn(pageSize) }, "Next");

  function sort(column) {
    const direction = order?.[0] === column ? -order[1] : column.numeric ? -1 : 1;
    order = [column, direction];
    // Nulls come last in both directions.
    sorted = rows.toSorted((one, other) => {
      const [a, b] = [column.by(one), column.by(other)];
      if (a == null || b == null) return (a == null) - (b == null);
      return (a < b ? -1 : a > b ? 1 : 0) * direction;
    });
    first = 0;
    heads.forEach((head, at) => {
      if (columns[at] === column) head.setAttribute("aria-sort", direction < 0 ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    show();
  }

  function turn(by) {
    first += by;
    show();
  }

  function show() {
    const shown = sorted.slice(first, first + pageSize);
    body.replaceChildren(
      ...shown.map((row) =>
        element(
          "tr",
          {},
          columns.map((column) => element("td", { class: kind(column) }, column.cell(row))),
        ),
      ),
    );
    place.textContent = `${first + 1} to ${first + shown.length} of ${rows.length.toLocaleString("en")}`;
    back.disabled = first === 0;
    on.disabled = first + pageSize >= rows.length;
    onpage?.(shown);
  }

  show();
  return element(
    "div",
    {},
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
      element(
        "table",
        {},
        element("caption", {}, caption),
        element("thead", {}, element("tr", {}, heads)),
        body,
      ),
    ),
    rows.length > pageSize ? element("div", { class: "pager" }, back, on, place) : null,
  );
}
