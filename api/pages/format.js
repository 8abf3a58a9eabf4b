// Numbers and times for readers. Null means that there was nothing to measure.

import { element } from "./elements.js";

const UNKNOWN = "–";

function formatter(options) {
  const format = new Intl.NumberFormat("en", options);
  return (value) => (value == null ? UNKNOWN : format.format(value));
}

export const count = formatter({ maximumFractionDigits: 0 });
export const decimal = formatter({ maximumSignificantDigits: 4 });
export const score = formatter({ minimumFractionDigits: 4, maximumFractionDigits: 4 });
export const money = formatter({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const percent = formatter({ style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const smallPercent = formatter({ style: "percent", maximumSignificantDigits: 3 });

// A probability; a tiny one without its digits.
export function probability(value) {
  return value != null && value < 0.0001 ? "below 0.0001" : decimal(value);
}

const share = formatter({ maximumSignificantDigits: 6 });

// A measure of concentration: a number of customers or lists, otherwise a share.
export function concentrated(measure, value) {
  return measure.startsWith("distinct") ? count(value) : share(value);
}

export function range(format, low, high) {
  return low == null || high == null ? UNKNOWN : `${format(low)} to ${format(high)}`;
}

// A number with its noun: "1 customer", "20 customers".
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

// What contacts must add to pay, of a row of a plan.
export function breakEven(row) {
  if (row.break_even_effect == null) return "A purchase is worth nothing here, so no contact pays.";
  return (
    `The contacts pay if they add ${decimal(100 * row.break_even_effect)} purchases per 100 customers contacted` +
    (row.contacts_per_customer === 1 ? "." : ` (${decimal(row.contacts_per_customer)} times each).`)
  );
}

// An age in days, shown in the largest unit that fits.
export function age(days) {
  if (days == null) return UNKNOWN;
  const minutes = Math.floor(days * 24 * 60);
  if (minutes < 60) return counted(minutes, "minute");
  if (days < 1) return counted(Math.floor(minutes / 60), "hour");
  return counted(Math.floor(days), "day");
}

// The name of a column or measure in words: `cart_count` is "cart count".
export function words(name) {
  return name.replaceAll("_", " ");
}

const local = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const utc = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeZone: "UTC" });

// In the reader's time zone, with UTC on hover; times of the API without a zone are UTC.
export function time(text) {
  if (text == null) return UNKNOWN;
  const moment = new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
  return element(
    "time",
    { datetime: moment.toISOString(), title: `${utc.format(moment)} UTC` },
    local.format(moment),
  );
}

export function date(text) {
  if (text == null) return UNKNOWN;
  return day.format(new Date(`${text.slice(0, 10)}T00:00:00Z`)).replaceAll(" ", "\u00a0");
}
