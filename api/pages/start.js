// Starts the page in the address, and watches the health of the service.

import { forgetKey, hasKey, health, whenReleaseIsSeen } from "./api.js";
import { element, link } from "./elements.js";

const LOOK_EVERY = 15_000; // milliseconds

const name = location.pathname.split("/").at(-1);
const content = document.getElementById("content");
const notices = document.getElementById("notices");

function notice(kind, mood, ...children) {
  document.getElementById(kind)?.remove();
  notices.append(element("div", { id: kind, class: `notice ${mood}` }, children));
}

whenReleaseIsSeen((served, shown) => {
  if (served === shown) {
    document.getElementById("new-release")?.remove();
    return;
  }
  notice(
    "new-release",
    "",
    `Release ${served} is served now; this page shows ${shown}. `,
    element("button", { onclick: () => location.reload() }, "Reload"),
  );
});

async function look() {
  let found;
  try {
    found = await health();
  } catch {
    notice("health", "warning", "The API does not answer. This page shows older data.");
    return;
  }
  document.getElementById("health")?.remove();
  document.getElementById("release").textContent = found.release_id ? `Release ${found.release_id}` : "";
  if (found.status === "degraded") notice("health", "warning", found.reasons.join(" "));
}

const BROKEN = { title: "This page could not be shown", detail: "Try again, or tell the operator of this service." };

function face(problem) {
  return element(
    "div",
    { class: "face error", role: "alert" },
    element("h2", {}, problem.title),
    element("p", {}, problem.detail),
    element(
      "p",
      {},
      problem.status === 422 || problem.status === 404
        ? link(name, {}, "Start this page again")
        : element("button", { onclick: () => location.reload() }, "Try again"),
    ),
  );
}

async function start() {
  // The navigation lists the pages.
  const entry = document.querySelector(`nav a[href="/pages/${CSS.escape(name)}"]`);
  if (!entry) {
    document.title = "No such page - Product Audience";
    content.replaceChildren(
      element("h1", {}, "There is no such page"),
      element("p", {}, "Choose one above, or go to ", link("overview", {}, "the overview"), "."),
    );
    return;
  }
  const title = entry.textContent;
  document.title = `${title} - Product Audience`;
  entry.setAttribute("aria-current", "page");
  const heading = element("h1", {}, title);
  try {
    const page = await import(`./${name}.js`);
    const parts = await page.show(new URLSearchParams(location.search));
    content.replaceChildren(heading, ...parts.filter((part) => part != null));
  } catch (problem) {
    content.replaceChildren(heading, face(problem.title ? problem : BROKEN));
    if (!problem.title) console.error(problem);
  }
  const forget = document.getElementById("forget-key");
  forget.hidden = !hasKey();
  forget.addEventListener("click", () => {
    forgetKey();
    location.reload();
  });
}

start();
look();
setInterval(() => document.hidden || look(), LOOK_EVERY);
addEventListener("focus", look);
