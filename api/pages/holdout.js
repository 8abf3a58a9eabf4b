// What all campaigns together added, against the customers held out of all of them.

import { chart } from "./chart.js";
import * as charts from "./charts.js";
import { element, figures, section } from "./elements.js";
import { count, counted, date, decimal, money, percent, range, smallPercent } from "./format.js";
import { table } from "./table.js";

/** The section of an answer of /holdout; none where no customer is held out and no effect measured. */
export function sections(holdout) {
  const { is_on: isOn, effects } = holdout;
  if (!isOn && !effects.length) return [];
  const current = holdout.periods.find((period) => period.is_current);
  const soFar = effects.filter((row) => row.span !== "month" && row.conversions_added != null);
  return [
    section(
      "What all campaigns together added",
      element("p", {}, holdout.note),
      isOn && current
        ? figures([
            ["of all customers are held out", percent(current.holdout_share)],
            ["customers held out", count(holdout.held_out_customers)],
            ["held out until", date(holdout.valid_until)],
          ])
        : null,
      soFar.length
        ? chart(charts.holdout(soFar), "Buyers added since the period of the holdout began, with the 95 % interval")
        : null,
      months(effects),
    ),
  ];
}

// The rates of a month that goes on are not those of a month.
const rate = (row, share) => smallPercent(row.is_complete ? share : null);

function note(row) {
  if (!row.is_complete) return "The month is not over in the log: no effect yet.";
  if (row.conversions_added == null) return "There is no customer to compare with.";
  if (!row.contacted_held_out_customers) return "";
  const contacted = counted(row.contacted_held_out_customers, "held-out customer");
  return `${contacted} had a contact all the same: the effect looks smaller than it is.`;
}

function months(effects) {
  const rows = effects.filter((row) => row.span === "month");
  const hasRevenue = rows.some((row) => row.revenue_added != null);
  return table({
    caption: "By month",
    columns: [
      { heading: "Days", cell: (row) => `${date(row.from_on)} to ${date(row.until_on)}`, by: (row) => row.from_on },
      { heading: "Held out", numeric: true, cell: (row) => count(row.held_out_customers), by: (row) => row.held_out_customers },
      { heading: "Of these bought", numeric: true, cell: (row) => rate(row, row.held_out_conversion_rate), by: (row) => row.held_out_conversion_rate },
      { heading: "All others", numeric: true, cell: (row) => count(row.contactable_customers), by: (row) => row.contactable_customers },
      { heading: "Of these bought", numeric: true, cell: (row) => rate(row, row.contactable_conversion_rate), by: (row) => row.contactable_conversion_rate },
      { heading: "Buyers added", numeric: true, cell: (row) => decimal(row.conversions_added), by: (row) => row.conversions_added },
      { heading: "95 % interval", numeric: true, cell: (row) => range(decimal, row.conversions_added_low, row.conversions_added_high) },
      ...(hasRevenue
        ? [
            { heading: "Revenue added", numeric: true, cell: (row) => money(row.revenue_added), by: (row) => row.revenue_added },
            { heading: "95 % interval", numeric: true, cell: (row) => range(money, row.revenue_added_low, row.revenue_added_high) },
          ]
        : []),
      { heading: "", prose: true, cell: note },
    ],
    rows,
    empty: "No month of the holdout is in the log yet.",
  });
}
