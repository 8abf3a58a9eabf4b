// Questions to the API: the key that it may need, and the release that answers.

const KEY = "product-audience-key";

export class Problem extends Error {
  constructor(status, { title, detail, parameter }) {
    super(detail);
    Object.assign(this, { status, title, detail, parameter });
  }
}

/** The JSON answer of an endpoint; a Problem where there is none. */
export async function ask(path) {
  const answer = await request(path);
  const body = JSON.parse(await whole(answer.text()), exact);
  noteRelease(body.release ?? body.release_id);
  return body;
}

/** The file that an endpoint sends, for the reader to keep. */
export async function download(path, fileName) {
  const answer = await request(path);
  const address = URL.createObjectURL(await whole(answer.blob()));
  const anchor = document.createElement("a");
  Object.assign(anchor, { href: address, download: fileName });
  anchor.click();
  URL.revokeObjectURL(address);
}

/** A path of the API; values are encoded, names that are null left out. */
export function path(parts, parameters = {}) {
  // A browser would take these for steps between folders.
  if (parts.some((part) => part === "." || part === "..")) {
    throw new Problem(404, { title: "Not found", detail: "The release has nothing of that name." });
  }
  const given = Object.entries(parameters).filter(([, value]) => value != null);
  const query = given.length ? `?${new URLSearchParams(given)}` : "";
  return `/${parts.map(encodeURIComponent).join("/")}${query}`;
}

// Ids may have 64 bits; a number here holds 53, so that larger ones stay text.
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
      // Not kept: customers stay out of the browser's cache, and an age goes on.
      answer = await fetch(asked, { cache: "no-store", headers: key ? { "X-API-Key": key } : {} });
    } catch {
      throw new Problem(0, {
        title: "The API does not answer",
        detail: "Is it running? `make serve` starts it.",
      });
    }
    if (answer.ok) return answer;
    if (answer.status !== 401) throw new Problem(answer.status, await problemOf(answer));
    // Another question may have brought a new key meanwhile.
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

// All questions that wait for a key wait for the same one.
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

/** Call back with the release that is served and the one that the page shows. */
export function whenReleaseIsSeen(watcher) {
  watchers.push(watcher);
}

function noteRelease(release) {
  if (!release) return;
  shown ??= release;
  for (const watcher of watchers) watcher(release, shown);
}

/** How the service is; also tells whether another release is served. */
export async function health() {
  const answer = await fetch("/health", { cache: "no-store" });
  const body = await answer.json();
  noteRelease(body.release_id);
  return body;
}
