"""The evidence as one HTML file that opens without a network: the conclusion, then charts.

Every figure is read from a release. The charts are Vega-Lite, whose script comes out of an
installed package and is written into the file.
"""

import html
import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair
import duckdb
import vl_convert

from scripts.releases import Release

TEMPLATE = Path(__file__).with_suffix(".html")
RECOMMENDERS = ["als", "engagement", "recent_activity", "popular", "random"]
RANKINGS = ["engagement", "recent_activity", "total_interactions", "random"]
HEIGHT = 300
FAINT = "#8fa3b5"  # Seen on light and on dark.

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        name: of its chart, in the page.
        query: what the chart shows, asked of a release.
        chart: draws the rows.
    """

    name: str
    heading: str
    text: str
    query: str
    chart: Callable[[Rows], Any]


def draw_lists(rows: Rows) -> Any:
    """Precision of each recommender, with its interval."""
    base = altair.Chart(altair.Data(values=rows)).encode(
        y=altair.Y("recommender:N", sort=RECOMMENDERS, title=None),
        color=altair.Color("recommender:N", legend=None),
    )
    return (
        base.mark_rule(strokeWidth=3).encode(
            x=altair.X(
                "value_low:Q",
                title="touch it, of ten customers named",
                axis=altair.Axis(format="~%", tickCount=6),
            ),
            x2="value_high:Q",
        )
        + base.mark_point(filled=True, size=90, opacity=1).encode(
            x="value:Q",
            tooltip=[
                "recommender:N",
                altair.Tooltip("value:Q", format=".4%"),
                altair.Tooltip("value_low:Q", format=".4%"),
                altair.Tooltip("value_high:Q", format=".4%"),
            ],
        )
    ).properties(width="container", height=180)


def draw_gains(rows: Rows) -> Any:
    """Share of the responders reached, by share of the customers contacted."""
    return (
        altair.Chart(altair.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=altair.X(
                "contacted:Q", title="customers contacted", axis=altair.Axis(format="%")
            ),
            y=altair.Y(
                "cumulative_gain:Q",
                title="of those who come back, reached",
                axis=altair.Axis(format="%"),
            ),
            color=altair.Color("ranking:N", sort=RANKINGS, title=None),
            tooltip=[
                "ranking:N",
                altair.Tooltip("audience_size:Q", format=","),
                altair.Tooltip("cumulative_gain:Q", format=".2%"),
            ],
        )
        .properties(width="container", height=HEIGHT)
    )


def draw_deciles(rows: Rows) -> Any:
    """Lift of each tenth of the customers, at every cutoff."""
    base = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X(
            "decile:O",
            title="tenth of the customers, the most engaged first",
            axis=altair.Axis(labelAngle=0),
        ),
        y=altair.Y("lift:Q", title="times as many as on average come back"),
    )
    return (
        base.mark_bar(opacity=0.85).transform_filter("datum.is_split")
        + base.mark_point(filled=True, opacity=0.9).encode(
            color=altair.Color("cutoff:N", title="cutoff"),
            tooltip=["cutoff:N", "decile:O", altair.Tooltip("lift:Q", format=".2f")],
        )
    ).properties(width="container", height=HEIGHT)


def draw_trials(rows: Rows) -> Any:
    """How much better other scores do, with intervals."""
    y = altair.Y(
        "ranking:N",
        sort=[row["ranking"] for row in rows],
        title=None,
        axis=altair.Axis(labelLimit=260),
    )
    base = altair.Chart(altair.Data(values=rows)).encode(y=y)
    zero = altair.Chart(altair.Data(values=[{"zero": 0}])).mark_rule(
        color=FAINT, strokeDash=[4, 3]
    )
    return (
        zero.encode(x="zero:Q")
        + base.mark_rule(strokeWidth=3, color=FAINT).encode(
            x="difference_low:Q", x2="difference_high:Q"
        )
        + base.mark_point(filled=True, size=90, opacity=1).encode(
            x=altair.X(
                "difference:Q",
                title="more of the top tenth come back than with the score in use",
                axis=altair.Axis(format="+.1%", tickCount=8),
            ),
            tooltip=["ranking:N", altair.Tooltip("difference:Q", format="+.3%")],
        )
    ).properties(width="container", height=HEIGHT)


def draw_retention(rows: Rows) -> Any:
    """Share of the customers still seen so many days after their first visit."""
    return (
        altair.Chart(altair.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=altair.X("retention_days:Q", title="days after the first visit"),
            y=altair.Y(
                "retained_share:Q",
                title="customers still seen",
                axis=altair.Axis(format="%"),
                scale=altair.Scale(zero=True),
            ),
            tooltip=["retention_days:Q", altair.Tooltip("retained_share:Q", format=".2%")],
        )
        .properties(width="container", height=220)
    )


def draw_cohorts(rows: Rows) -> Any:
    """Share of each month's new customers who are active months later."""
    return (
        altair.Chart(altair.Data(values=rows))
        .mark_rect()
        .encode(
            x=altair.X(
                "months_since:O",
                title="months since the first visit",
                axis=altair.Axis(labelAngle=0),
            ),
            y=altair.Y("cohort_month:O", title="month of the first visit"),
            color=altair.Color(
                "active_share:Q",
                title="active",
                legend=altair.Legend(format="%"),
                scale=altair.Scale(scheme="teals"),
            ),
            tooltip=[
                "cohort_month:O",
                "months_since:O",
                altair.Tooltip("active_share:Q", format=".2%"),
            ],
        )
        .properties(width="container", height=HEIGHT)
    )


SECTIONS = (
    Section(
        "lists",
        "Does a taste per customer help?",
        "For every product that was known before the split, each recommender names ten"
        " customers who have not touched it. The share who do so afterwards, with its 95 %"
        " interval.",
        "select recommender, value, value_low, value_high from offline_metrics"
        " where population = 'all' and slice_by = 'nothing' and k = 10"
        " and metric = 'precision'",
        draw_lists,
    ),
    Section(
        "gains",
        "Whom does a ranking reach?",
        "Of the customers who come back after the split, the share among the first so many"
        " of a ranking. A random ranking runs along the diagonal.",
        "select ranking, audience_size, cumulative_gain,"
        " audience_size / customer_count as contacted from targeting_lift"
        " where outcome = 'interaction' and cumulative_gain is not null"
        " and ranking in ('engagement', 'recent_activity', 'total_interactions', 'random')"
        " and origin = (select max(origin) from targeting_lift) order by audience_size",
        draw_gains,
    ),
    Section(
        "deciles",
        "Do the most engaged come back?",
        "The customers in ten equal parts by their score; how many times as many come back"
        " as on average. Bars are the split, points every cutoff.",
        "select decile, lift, 'cutoff ' || origin as cutoff,"
        " origin = max(origin) over () as is_split from targeting_deciles"
        " where ranking = 'engagement' and outcome = 'interaction' and lift is not null",
        draw_deciles,
    ),
    Section(
        "trials",
        "Would another score do better?",
        "The top tenth by other weights, or by another definition of a part of the score,"
        " against that of the score in use, with 95 % intervals.",
        "select ranking, difference, difference_low, difference_high from score_trials"
        " where outcome = 'interaction'"
        " and origin = (select max(origin) from score_trials) order by difference desc",
        draw_trials,
    ),
    Section(
        "retention",
        "Do customers come back at all?",
        "Of the customers first seen long enough ago, those still seen so many days later.",
        "select retention_days, retained_share from customer_retention"
        " where retained_share is not null order by retention_days",
        draw_retention,
    ),
    Section(
        "cohorts",
        "Month by month",
        "Of each month's new customers, those active so many months later.",
        "select strftime(cohort_month, '%Y-%m') as cohort_month, months_since,"
        " active_share from cohort_retention where months_since > 0"
        " order by cohort_month, months_since",
        draw_cohorts,
    ),
)


def write_report(release: Release, path: Path) -> Path:
    """Write the report of a release; a section whose chart would be empty says so.

    Returns:
        The path.
    """
    charts: dict[str, Any] = {}
    sections = []
    with duckdb.connect(release.database, read_only=True) as connection:
        for section in SECTIONS:
            found = connection.execute(section.query)
            names = [column[0] for column in found.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            if rows:
                charts[section.name] = section.chart(rows).to_dict()
            sections.append(_section(section, has_chart=bool(rows)))
        statements = connection.execute(
            "select statement from evidence_conclusions order by statement_number"
        ).fetchall()
        window = connection.execute(
            "select interaction_count, customer_count, first_interaction_at::date,"
            " last_interaction_at::date, split_at::date from dataset_profile"
        ).fetchone()
    assert window is not None, "a release has a profile"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    unfinished.write_text(
        string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            source=html.escape(
                f"{window[0]:,} interactions of {window[1]:,} customers, {window[2]} to"
                f" {window[3]}; divided at {window[4]}. Release {release.release_id}."
            ),
            conclusion="\n".join(
                f"      <p>{html.escape(row[0])}</p>" for row in statements
            ),
            sections="\n".join(sections),
            library=_in_script(
                vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
            ),
            charts=_in_script(json.dumps(charts)),
        ),
        encoding="utf-8",
    )
    unfinished.replace(path)
    return path


def _section(section: Section, *, has_chart: bool) -> str:
    chart = (
        f'<figure><div class="chart" id="{section.name}" role="img"'
        f' aria-label="{html.escape(section.heading)}"></div></figure>'
        if has_chart
        else "<p><em>This log has nothing to show here.</em></p>"
    )
    return (
        f"    <section>\n      <h2>{html.escape(section.heading)}</h2>\n"
        f"      <p>{html.escape(section.text)}</p>\n      {chart}\n    </section>"
    )


def _in_script(text: str) -> str:
    """Text for the inside of a script element, which `</script` and `<!--` would end."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
