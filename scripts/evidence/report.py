"""The evidence as one HTML file that opens without a network: the conclusion, then charts.

Every figure is read from a release. The charts are those of the pages, defined once in
api/pages/charts.js, and drawn by Vega-Lite, whose script comes out of an installed package;
both are written into the file.
"""

import html
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import vl_convert

from scripts.build_folder import PROJECT
from scripts.releases.release_folder import Release
from scripts.script_element import code_in_script, data_in_script

TEMPLATE = Path(__file__).with_suffix(".html")
CHARTS = PROJECT / "api" / "pages" / "charts.js"


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        chart: the function of charts.js that defines its chart.
        query: what the chart shows, asked of a release.
        title: of what the chart measures, where its function takes one.
    """

    chart: str
    heading: str
    text: str
    query: str
    title: str | None = None


SECTIONS = (
    Section(
        "recommenders",
        "Does a taste per customer help?",
        "For every product that was known before the split, each recommender names ten"
        " customers who have not touched it. The share who do so afterwards, with its 95 %"
        " interval.",
        "select ranking_label as label, value, value_low, value_high from offline_metrics"
        " inner join rankings on recommender = ranking"
        " where population = 'all' and slice_by = 'nothing' and k = 10"
        " and metric = 'precision' order by display_order",
        "touch it, of ten customers named",
    ),
    Section(
        "gains",
        "Whom does a ranking reach?",
        "Of the customers who come back after the split, the share among the first so many"
        " of a ranking. A random ranking runs along the diagonal.",
        "select ranking_label as label, audience_size, cumulative_gain,"
        " audience_size / customer_count as contacted_share from targeting_lift"
        " inner join rankings using (ranking)"
        " where outcome = 'interaction' and cumulative_gain is not null and is_charted"
        " and origin = (select max(origin) from targeting_lift)"
        " order by display_order, audience_size",
    ),
    Section(
        "deciles",
        "Do the most engaged come back?",
        "The customers in ten equal parts by their score; how many times as many come back"
        " as on average. Bars are the split, points every cutoff.",
        "select decile, lift, origin, origin = max(origin) over () as is_split"
        " from targeting_deciles"
        " where ranking = 'engagement' and outcome = 'interaction' and lift is not null",
    ),
    Section(
        "composition",
        "What does a weight of the score do?",
        "Next to the weight of each feature its share of the variance of all scores, and"
        " its share of the lead of the top tenth over the others.",
        "with shares as (unpivot score_composition on weight, variance_share,"
        " top_tenth_share into name share_name value share)"
        " select ranking_label as label, share, case share_name when 'weight' then 'weight'"
        " when 'variance_share' then 'variance of the scores'"
        " else 'lead of the top tenth' end as share_of"
        " from shares inner join rankings on feature = ranking"
        " order by display_order, share_name desc",
    ),
    Section(
        "trials",
        "Would another score do better?",
        "The top tenth by other weights, or by another definition of a part of the score,"
        " against that of the score in use, with 95 % intervals.",
        "select replace(ranking, '_', ' ') as label, difference, difference_low,"
        " difference_high from score_trials"
        " where outcome = 'interaction'"
        " and origin = (select max(origin) from score_trials) order by difference desc",
    ),
    Section(
        "retention",
        "Do customers come back at all?",
        "Of the customers first seen long enough ago, those still seen so many days later.",
        "select retention_days, retained_share from customer_retention"
        " where retained_share is not null order by retention_days",
    ),
    Section(
        "cohorts",
        "Month by month",
        "Of each month's new customers, those active so many months later.",
        "select cohort_month::text as cohort_month, months_since, active_share,"
        " active_customer_count from cohort_retention where months_since > 0"
        " order by cohort_month, months_since",
    ),
)


def write_report(release: Release, path: Path) -> Path:
    """Write the report of a release; a section whose chart would be empty says so.

    Returns:
        The path.
    """
    drawn: list[dict[str, Any]] = []
    sections = []
    with duckdb.connect(release.database, read_only=True) as connection:
        for section in SECTIONS:
            found = connection.execute(section.query)
            names = [column[0] for column in found.description or []]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
            if rows:
                drawn.append({"chart": section.chart, "rows": rows, "title": section.title})
            sections.append(_section(section, has_chart=bool(rows)))
        statements = connection.execute(
            "select statement from evidence_conclusions order by statement_number"
        ).fetchall()
        window = connection.execute(
            "select interaction_count, customer_count, first_interaction_at::date,"
            " last_interaction_at::date, split_at::date,"
            " (select max(measured_until)::date from evidence_conclusions)"
            " from dataset_profile"
        ).fetchone()
    assert window is not None, "a release has a profile"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    unfinished.write_text(
        string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            source=html.escape(
                f"{window[0]:,} interactions of {window[1]:,} customers, {window[2]} to"
                f" {window[3]}; divided at {window[4]}, measured until {window[5]}."
                f" Release {release.release_id}."
            ),
            conclusion="\n".join(
                f"      <p>{html.escape(row[0])}</p>" for row in statements
            ),
            sections="\n".join(sections),
            library=code_in_script(
                vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
            ),
            charts=code_in_script(CHARTS.read_text(encoding="utf-8")),
            drawn=data_in_script(drawn),
        ),
        encoding="utf-8",
    )
    unfinished.replace(path)
    return path


def _section(section: Section, *, has_chart: bool) -> str:
    chart = (
        f'<figure><div class="chart" id="{section.chart}" role="img"'
        f' aria-label="{html.escape(section.heading)}"></div></figure>'
        if has_chart
        else "<p><em>This log has nothing to show here.</em></p>"
    )
    return (
        f"    <section>\n      <h2>{html.escape(section.heading)}</h2>\n"
        f"      <p>{html.escape(section.text)}</p>\n      {chart}\n    </section>"
    )
