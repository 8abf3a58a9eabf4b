// The charts: functions from rows of the API to Vega-Lite specifications. Rankings keep the
// order of their rows.

const FAINT = "#8fa3b5"; // Visible on light and on dark.
// The colours of the parts of a bar in style.css.
const LIGHT = ["#0b6e6e", "#b3592a", "#3b6fb6", "#7a5195", "#7d7f1f"];
const DARK = ["#5cc8c2", "#f0a376", "#86b4f0", "#c9a2e2", "#d3d56c"];
const HEIGHT = 280;

/** The configuration of all charts: legible text, and the page's background. */
export function look(isDark) {
  const text = { labelFont: "sans-serif", titleFont: "sans-serif", labelFontSize: 12, titleFontSize: 12 };
  return {
    aria: false, // The figure has a label, and a table next to it has the numbers.
    axis: { ...text, titleFontWeight: "normal", gridColor: isDark ? "#2c3640" : "#e3e8ee" },
    legend: { ...text, titleFontWeight: "normal" },
    mark: { color: (isDark ? DARK : LIGHT)[0] },
    range: { category: isDark ? DARK : LIGHT },
    background: "transparent",
    view: { stroke: null },
  };
}

const data = (rows) => ({ values: rows });
const quantitative = (field, title, more = {}) => ({ field, type: "quantitative", title, ...more });
const ordinal = (field, title, more = {}) => ({ field, type: "ordinal", title, axis: { labelAngle: 0 }, ...more });
const told = (field, format, title) => ({ field, format, title: title ?? field.replaceAll("_", " ") });
const shares = { axis: { format: "~%" } };

/** Share of the customers still seen a number of days after their first visit. */
export function retention(rows) {
  return {
    data: data(rows),
    width: "container",
    height: 220,
    mark: { type: "line", point: true },
    encoding: {
      x: quantitative("retention_days", "days after the first visit"),
      y: quantitative("retained_share", "customers still seen", { ...shares, scale: { zero: true } }),
      tooltip: [told("retention_days"), told("retained_share", ".2%")],
    },
  };
}

/** Share of each month's new customers who are active months later. */
export function cohorts(rows) {
  return {
    data: data(
      rows
        .filter((row) => row.months_since > 0)
        .map((row) => ({ ...row, month: row.cohort_month.slice(0, 7) })),
    ),
    width: "container",
    height: HEIGHT,
    mark: "rect",
    encoding: {
      x: ordinal("months_since", "months since the first visit"),
      y: ordinal("month", "month of the first visit"),
      color: quantitative("active_share", "active", {
        legend: { format: "~%" },
        scale: { scheme: "teals" },
      }),
      tooltip: [
        told("month"),
        told("months_since"),
        told("active_share", ".2%"),
        told("active_customer_count", ","),
      ],
    },
  };
}

/** What the weight of each feature does to the score. */
export function composition(rows) {
  return {
    data: data(rows),
    width: "container",
    height: 260,
    mark: "bar",
    encoding: {
      y: { field: "label", type: "nominal", sort: null, title: null },
      yOffset: { field: "share_of", type: "nominal", sort: null },
      x: quantitative("share", "share", shares),
      color: { field: "share_of", type: "nominal", sort: null, title: null, legend: { orient: "top" } },
      tooltip: [told("label"), told("share_of"), told("share", ".1%")],
    },
  };
}

/** A metric of each recommender, with its interval. */
export function recommenders(rows, title) {
  return {
    data: data(rows),
    width: "container",
    height: 180,
    encoding: {
      y: { field: "label", type: "nominal", sort: null, title: null },
      color: { field: "label", type: "nominal", sort: null, legend: null },
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 3 },
        encoding: {
          x: quantitative("value_low", title, { axis: { format: "~%", tickCount: 6 } }),
          x2: { field: "value_high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: {
          x: quantitative("value"),
          tooltip: [
            told("label", undefined, "recommender"),
            told("value", ".4%"),
            told("value_low", ".4%"),
            told("value_high", ".4%"),
          ],
        },
      },
    ],
  };
}

/** Share of the customers who act in each tenth of the places, by probability. */
export function calibration(rows) {
  const named = rows.map((row) => ({ ...row, kind: `${row.audience}, ${row.outcome}` }));
  const largest = Math.max(...rows.map((row) => Math.max(row.probability, row.hit_share)));
  const scale = { domain: [0, largest], clamp: true };
  return {
    width: "container",
    height: HEIGHT,
    layer: [
      {
        data: data([{ at: 0 }, { at: largest }]),
        mark: { type: "line", color: FAINT, strokeDash: [4, 3] },
        encoding: { x: quantitative("at", "probability", { ...shares, scale }), y: quantitative("at", "who act") },
      },
      {
        data: data(named),
        mark: { type: "rule", color: FAINT },
        encoding: {
          x: quantitative("probability"),
          y: quantitative("hit_share_low", "who act", { ...shares, scale }),
          y2: { field: "hit_share_high" },
        },
      },
      {
        data: data(named),
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
        encoding: {
          x: quantitative("probability"),
          y: quantitative("hit_share"),
          color: { field: "kind", type: "nominal", title: null, legend: { orient: "top", columns: 2 } },
          tooltip: [told("kind"), told("bin"), told("probability", ".3%"), told("hit_share", ".3%")],
        },
      },
    ],
  };
}

/** Share of the responders reached, by share of the customers contacted. */
export function gains(rows) {
  return {
    data: data(rows),
    width: "container",
    height: HEIGHT,
    mark: { type: "line", point: true },
    encoding: {
      x: quantitative("contacted_share", "customers contacted", shares),
      y: quantitative("cumulative_gain", "of those who respond, reached", shares),
      color: { field: "label", type: "nominal", sort: null, title: null, legend: { orient: "top", columns: 2 } },
      tooltip: [told("label", undefined, "ranking"), told("audience_size", ","), told("cumulative_gain", ".2%")],
    },
  };
}

/** Lift of each tenth of the customers, at every cutoff. */
export function deciles(rows) {
  return {
    data: data(rows.map((row) => ({ ...row, cutoff: `cutoff ${row.origin}` }))),
    width: "container",
    height: HEIGHT,
    encoding: {
      x: ordinal("decile", "tenth of the customers, the most engaged first"),
      y: quantitative("lift", "times as many as on average respond"),
    },
    layer: [
      { transform: [{ filter: "datum.is_split" }], mark: { type: "bar", color: FAINT, opacity: 0.6 } },
      {
        mark: { type: "point", filled: true, opacity: 0.9 },
        encoding: {
          color: { field: "cutoff", type: "nominal", title: null, legend: { orient: "top" } },
          tooltip: [told("cutoff"), told("decile"), told("lift", ".2f")],
        },
      },
    ],
  };
}

/** Differences with their intervals, and a line at zero. */
function differences(rows, field, title, format) {
  const y = { field, type: "nominal", sort: null, title: null, axis: { labelLimit: 220 } };
  return {
    data: data(rows),
    width: "container",
    height: Math.max(60, rows.length * 26),
    layer: [
      { mark: { type: "rule", color: FAINT, strokeDash: [4, 3] }, encoding: { x: { datum: 0 } } },
      {
        mark: { type: "rule", strokeWidth: 3, color: FAINT },
        encoding: {
          y,
          x: quantitative("difference_low", title, { axis: { format, tickCount: 6 } }),
          x2: { field: "difference_high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: {
          y,
          x: quantitative("difference"),
          tooltip: [
            told(field),
            told("difference", format),
            told("difference_low", format),
            told("difference_high", format),
          ],
        },
      },
    ],
  };
}

/** The differences between other scores and the score in use. */
export function trials(rows) {
  return differences(
    rows,
    "label",
    "more of the top tenth respond",
    "+.2%",
  );
}

/** The differences between the arms of an experiment. */
export function effects(rows) {
  return differences(rows, "comparison", "difference", "+.3~f");
}

// Sizes up to the first that loses more than the best one earns: larger losses would hide the rest.
function worthShowing(sizes) {
  const most = Math.max(...sizes.map((row) => row.profit));
  const end = sizes.findIndex((row) => most > 0 && row.profit < -most);
  return end < 0 ? sizes : sizes.slice(0, end + 1);
}

/** Profit by audience size, with its interval; the best size is marked. */
export function profit(rows) {
  const x = quantitative("audience_size", "customers contacted", { scale: { type: "log" } });
  return {
    data: data(worthShowing(rows)),
    width: "container",
    height: HEIGHT,
    layer: [
      {
        mark: { type: "area", opacity: 0.2 },
        encoding: { x, y: quantitative("profit_low", "profit"), y2: { field: "profit_high" } },
      },
      {
        mark: { type: "line", point: true },
        encoding: {
          x,
          y: quantitative("profit"),
          tooltip: [
            told("audience_size", ","),
            told("profit", ",.2f"),
            told("profit_low", ",.2f"),
            told("profit_high", ",.2f"),
          ],
        },
      },
      {
        transform: [{ filter: "datum.is_best" }],
        mark: { type: "point", shape: "diamond", filled: true, size: 220, opacity: 1, color: "#d1495b" },
        encoding: { x, y: quantitative("profit") },
      },
      { mark: { type: "rule", color: FAINT, strokeDash: [4, 3] }, encoding: { y: { datum: 0 } } },
    ],
  };
}

/** Buyers added since each period of the global holdout began, with their interval. */
export function holdout(rows) {
  const x = { field: "until_on", type: "temporal", timeUnit: "utcyearmonthdate", title: "up to" };
  const period = { field: "period_from", type: "nominal", title: "period from" };
  return {
    data: data(rows),
    width: "container",
    height: 220,
    layer: [
      {
        mark: { type: "errorbar", ticks: true },
        encoding: {
          x,
          y: quantitative("conversions_added_low", "buyers added"),
          y2: { field: "conversions_added_high" },
          color: period,
        },
      },
      {
        mark: { type: "line", point: { size: 80 } },
        encoding: {
          x,
          y: quantitative("conversions_added"),
          color: period,
          tooltip: [
            told("until_on", undefined, "up to"),
            told("conversions_added", ",.1f", "buyers added"),
            told("conversions_added_low", ",.1f", "at least"),
            told("conversions_added_high", ",.1f", "at most"),
          ],
        },
      },
      { mark: { type: "rule", color: FAINT, strokeDash: [4, 3] }, encoding: { y: { datum: 0 } } },
    ],
  };
}

// What is expected of a choice, in words.
const WORTH = {
  expected_profit: "expected profit",
  expected_revenue_added: "expected revenue added",
  expected_purchases_anyway: "customers who buy anyway",
};

// Choices of cap and number of products; those that another one beats are pale, the present one is marked.
function choices(rows, x, worth, color) {
  const y = quantitative(worth, WORTH[worth]);
  const tooltip = [
    told("cap", undefined, "contacts per customer, at most"),
    told("product_count", ","),
    told("product_coverage", ".0%", "of the products"),
    told("contact_count", ","),
    told("reached_customer_count", ",", "distinct customers"),
    told(worth, ",.2f", WORTH[worth]),
  ];
  return {
    data: data(rows.map((row) => ({ ...row, cap: row.frequency_cap ?? "none" }))),
    width: "container",
    height: HEIGHT,
    layer: [
      {
        mark: { type: "point", filled: true, size: 70 },
        encoding: {
          x,
          y,
          color,
          opacity: { condition: { test: "datum.is_efficient", value: 1 }, value: 0.3 },
          tooltip,
        },
      },
      {
        transform: [{ filter: "datum.is_current" }],
        mark: { type: "point", shape: "diamond", filled: true, size: 220, color: "#d1495b", opacity: 1 },
        encoding: { x, y, tooltip },
      },
    ],
  };
}

/** Distinct customers that each choice would reach, and what is expected of it. */
export function frontier(rows, worth) {
  const x = quantitative("reached_customer_count", "distinct customers", { scale: { type: "log" } });
  return choices(rows, x, worth, { field: "product_count", type: "ordinal", title: "products" });
}

/** Share of the products that get customers by each choice, and what is expected of it. */
export function coverage(rows, worth) {
  const x = quantitative("product_coverage", "share of the products", { ...shares, scale: { domain: [0, 1] } });
  return choices(rows, x, worth, { field: "cap", type: "ordinal", title: "cap", sort: null });
}
