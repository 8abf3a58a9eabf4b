// The next contact list of a campaign, and the days of earlier ones.

import { element, figures, section } from "./elements.js";
import { count, date, money } from "./format.js";
import { table } from "./table.js";

const weekday = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" });
const isoDay = (moment) => moment.toISOString().slice(0, 10);

/** The section of an answer of /campaigns/<id>. */
export function nextList(campaign) {
  const day = nextDay(campaign);
  return section(
    "The next list",
    figures([
      ["next possible day", day ? date(day) : "none is left"],
      ["customers", count(campaign.reached_customer_count)],
      ["contacts", count(campaign.contact_count)],
      ["places held out, without a contact", count(campaign.holdout_count)],
      ["cost", money(campaign.planned_cost)],
    ]),
    command(campaign, day),
    table({
      caption: "Days of earlier lists",
      columns: [
        { heading: "Day", cell: (row) => date(row.contacted_on), by: (row) => row.contacted_on },
        { heading: "Customers", numeric: true, cell: (row) => count(row.customer_count), by: (row) => row.customer_count },
        { heading: "Contacts", numeric: true, cell: (row) => count(row.contact_count), by: (row) => row.contact_count },
        { heading: "Held out", numeric: true, cell: (row) => count(row.holdout_count), by: (row) => row.holdout_count },
        { heading: "Cost", numeric: true, cell: (row) => money(row.cost), by: (row) => row.cost },
      ],
      rows: campaign.contact_days,
      empty: "No earlier list is in this release.",
    }),
  );
}

// The first day from today on that lies in the period and is not quiet; null if there is none.
function nextDay({ starts_on: first, ends_on: last, quiet_weekdays: quiet }) {
  const today = isoDay(new Date());
  const day = new Date(`${today > first ? today : first.slice(0, 10)}T00:00:00Z`);
  while (isoDay(day) <= last) {
    if (!quiet.includes(weekday.format(day).toLowerCase())) return isoDay(day);
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return null;
}

function command({ campaign_id: campaignId, contact_count: contacts, starts_on, ends_on }, day) {
  const limits =
    " The list leaves out customers who were contacted elsewhere, or have opted out, since this release. " +
    "Lists written since then are in the next release.";
  if (!contacts) return element("p", {}, "No contact is left to make.", limits);
  return element(
    "p",
    {},
    "To write the list, and record its contacts, run ",
    element("code", {}, `audience export ${campaignId} --on ${day ?? "DAY"}`),
    day ? "." : `. DAY is a day of the period, ${date(starts_on)} to ${date(ends_on)}.`,
    limits,
  );
}
