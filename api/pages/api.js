// Requests to the API: its key, and the release of its answers.

const KEY = "product-audience-key";

export class Problem extends Error {
  constructor(status, { title, detail, parameter }) {
    super(detail);
    Object.assign(this, { status, title, detail, parameter });
  }
}

/** The JSON answer of an endpoint; throws a Problem if there is none. */
export async function ask(path) {
  const answer = await request(path);
  const body = JSON.parse(await whole(answer.text()), exact);
  noteRelease(body.release ?? body.release_id);
  return body;
}

/** Downloads the file that an endpoint sends; returns a warning, or an empty text. */
export async function download(path, fileName) {
  const answer = await request(path);
  const address = URL.createObjectURL(await whole(answer.blob()));
  const anchor = document.createElement("a");
  Object.assign(anchor, { href: address, download: fileName });
  anchor.click();
  URL.revokeObjectURL(address);
  return answer.headers.get("X-Ids-Like-Formulas") === "true"
    ? "Some ids of this release begin with =, +, -, @, a tab or a carriage return: a spreadsheet would compute" +
        " them. Import the ids as text."
    : "";
}

/** A path of the API; values are encoded, and parameters that are null left out. */
export function path(parts, parameters = {}) {
  // A browser resolves these as steps between folders.
  if (parts.some((part) => part === "." || part === "..")) {
    throw new Problem(404, { title: "Not found", detail: "The release has nothing with this name." });
  }
  const given = Object.entries(parameters).filter(([, value]) => value != null);
  const query = given.length ? `?${new URLSearchParams(given)}` : "";
  return `/${parts.map(encodeURIComponent).join("/")}${query}`;
}

// Ids may have 64 bits, and a JavaScript number holds 53: larger ids stay text.
function exact(_, value, context) {
  const isCut = Number.isInteger(value) && !Number.isSafeInteger(value);
  return isCut && /^-?\d+$/.test(context?.source) ? context.source : value;
}

async function whole(body) {
  try {
    return await body;
  } catch {
    throw new Problem(0, { title: "The answer broke off", detail: "Try again in a moment." });
  }
}

async function request(asked) {
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    let answer;
    try {
      // Not cached: the browser must not keep customer ids, and ages change.
      answer = await fetch(asked, { cache: "no-store", headers: key ? { "X-API-Key": key } : {} });
    } catch {
      throw new Problem(0, {
        title: "The API does not answer",
        detail: "Is it running? `audience serve` starts it.",
      });
    }
    if (answer.ok) return answer;
    if (answer.status !== 401) throw new Problem(answer.status, await problemOf(answer));
    // Another request may have asked for a new key in the meantime.
    if (sessionStorage.getItem(KEY) === key) await newKey(key !== null);
  }
}

async function problemOf(answer) {
  try {
    return await answer.json();
  } catch {
    return { title: "No answer", detail: `The API answered with status ${answer.status}.` };
  }
}

let pendingKey = null;

// Requests that need a key at the same time share one dialog.
function newKey(isWrong) {
  pendingKey ??= new Promise((resolve) => {
    const dialog = document.getElementById("key-dialog");
    const field = document.getElementById("key");
    if (isWrong) {
      document.getElementById("key-text").textContent = "That key is not valid. Try another one.";
    }
    field.value = "";
    dialog.oncancel = (event) => event.preventDefault();
    dialog.onclose = () => {
      sessionStorage.setItem(KEY, field.value.trim());
      field.value = "";
      pendingKey = null;
      resolve();
    };
    dialog.showModal();
  });
  return pendingKey;
}

export function hasKey() {
  return sessionStorage.getItem(KEY) !== null;
}

export function forgetKey() {
  sessionStorage.removeItem(KEY);
}

let shown = null;
const watchers = [];

/** Call back with the served release and the release that the page shows. */
export function whenReleaseIsSeen(watcher) {
  watchers.push(watcher);
}

function noteRelease(release) {
  if (!release) return;
  shown ??= release;
  for (const watcher of watchers) watcher(release, shown);
}

/** The health of the service; also notices a new release. */
export async function health() {
  const answer = await fetch("/health", { cache: "no-store" });
  const body = await answer.json();
  noteRelease(body.release_id);
  return body;
}
