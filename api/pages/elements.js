// Elements of a page. Text is never parsed as HTML.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null));
  return made;
}

export function section(heading, ...children) {
  return element("section", {}, element("h2", {}, heading), children);
}

// `kind` is "wide" for times and names.
export function figures(pairs, kind = "") {
  return element(
    "dl",
    { class: `figures ${kind}` },
    pairs.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value)),
    ),
  );
}

export function badge(text, mood) {
  return element("span", { class: `badge ${mood}` }, text);
}

const VIABILITY = { viable: "good", borderline: "middling", "not viable": "bad" };

export function viability(verdict) {
  return badge(verdict, VIABILITY[verdict]);
}

// A form whose fields become the address, so that readers can share what they see.
export function addressForm(button, ...fields) {
  return element("form", { class: "ask", method: "get" }, fields, element("button", {}, button));
}

export function labelled(text, field) {
  return element("label", {}, text, field);
}

export function selection(name, choices, chosen, onchange) {
  return element(
    "select",
    { name, onchange: (event) => onchange?.(event.target.value) },
    choices.map(([value, text]) =>
      element("option", { value, selected: value === chosen }, text),
    ),
  );
}

export function link(page, parameters, text) {
  const query = new URLSearchParams(parameters);
  return element("a", { href: `/pages/${page}?${query}` }, text);
}

const SVG = "http://www.w3.org/2000/svg";

// A bar of shares; each part is [share, text, number of its colour].
export function bar(parts, label) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 1 1");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", label);
  let from = 0;
  for (const [share, text, colour] of parts) {
    const part = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: from, width: share, height: 1 })) {
      part.setAttribute(name, value);
    }
    part.setAttribute("class", `part-${colour}`);
    const title = document.createElementNS(SVG, "title");
    title.append(text);
    part.append(title);
    drawing.append(part);
    from += share;
  }
  return element("div", { class: "bar" }, drawing);
}
