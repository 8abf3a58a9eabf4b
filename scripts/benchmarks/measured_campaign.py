"""From a rule to a measured profit: a campaign on a generated log, with a planted effect.

Contacts of the generated log have none, so purchases that follow contacts are added here:
as the ledger says whom an experiment or a campaign has contacted.
"""

import os
import shlex
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb

from scripts.benchmarks.report import table
from scripts.build.preconditions import BuildError
from scripts.build_folder import BuildFolder, sql_path
from scripts.releases.release_folder import ReleaseFolder
from scripts.synthetic.interactions import generate

# Of the size of the case study.
SCALE = 0.1
# By class of history: the share of contacted customers who buy because of it.
ADDED = {
    "1 interaction": 0.03,
    "2 to 4 interactions": 0.06,
    "5 or more interactions": 0.12,
}
DAYS = 14
COST, VALUE = 0.25, 10
STARTED_ON, EXPORTED_ON = date(2023, 2, 1), date(2023, 3, 1)
TABLES = {
    "campaigns": "campaign_id,campaign_name,is_active,starts_on,ends_on,audience_size,"
    "frequency_cap,product_limit,exclude,holdout_share,cost_per_contact,"
    "value_per_conversion,response_days,objective\n"
    f"regulars,Regular customers,true,{EXPORTED_ON},2023-03-31,60,2,100,any,0,"
    f"{COST},{VALUE},{DAYS},profit\n",
    "campaign_rules": "campaign_id,subject,action,attribute,operator,value\n"
    "regulars,customer,include,total_interactions,at_least,1\n",
    "experiments": "experiment_id,experiment_name,is_active,campaign_id,layer,layer_from,"
    "layer_to,starts_on,ends_on,attribution_days,units,metrics,minimum_effect,"
    "significance,power,cost_per_contact,value_per_conversion\n"
    f"trial,Does a contact pay,true,regulars,messages,0,1,{STARTED_ON},2023-02-05,{DAYS},"
    "2800,conversion,1,0.05,0.8,,\n",
    "experiment_arms": "experiment_id,arm,share\n"
    "trial,treatment,0.5\ntrial,treatment_holdout,0.3\n"
    "trial,control,0.1\ntrial,control_holdout,0.1\n",
}
# Purchases of contacted customers, spread over the days after the contact. Whom the effect
# reaches is drawn from the customer's id, and its size from the interactions before.
RESPONSES = """
copy (
    with contacts as (
        select
            customer_id::bigint as customer_id,
            min(product_id::bigint) as product_id,
            min(contacted_on) as contacted_on
        from read_parquet($ledgers)
        where arm = 'contact'
        group by customer_id, export_id
    ),
    histories as (
        select contacts.*, count(*) as interactions
        from contacts
        inner join read_parquet($log) as log
            on contacts.customer_id = log.customer_id
            and log.event_date < contacts.contacted_on
        group by all
    ),
    responses as (
        select
            customer_id,
            product_id,
            'purchased' as event,
            contacted_on::timestamp
            + interval 1 hour * (1 + hash(customer_id, 'day') % (24 * ($days - 1)))
                as event_date
        from histories
        where
            hash(customer_id, contacted_on, 'answers') % 1000000 / 1e6
            < case
                when interactions <= 1 then $added[1]
                when interactions <= 4 then $added[2]
                else $added[3]
            end
    )
    select * from read_parquet($log)
    union all by name
    select * from responses
) to '{output}' (format parquet)
"""
QUERIES = {
    "plan": (
        "audience_size | response_rate | effect | low | high | cost | profit | low | high",
        "select whole(audience_size), pct(response_rate), pct(effect),"
        " pct(effect_low), pct(effect_high), money(cost), money(profit),"
        " money(profit_low), money(profit_high) from audience_plan order by audience_size",
    ),
    "classes": (
        "score_class | history_class | customers | contacted_units | held_out_units |"
        " incremental_probability | low | high | expected_profit",
        "select score_class, history_class, whole(customer_count),"
        " whole(contacted_units), whole(held_out_units),"
        " pct(incremental_probability), pct(incremental_probability_low),"
        " pct(incremental_probability_high), money(expected_profit)"
        " from campaign_classes order by score_class, history_class",
    ),
    "frontier": (
        "cap | products | now | is_efficient | contacts | customers | added | cost |"
        " profit",
        "select coalesce(frequency_cap::text, 'none'), product_count,"
        " if(is_current, 'yes', ''), if(is_efficient, 'yes', ''),"
        " whole(contact_count), whole(reached_customer_count),"
        " coalesce(expected_purchases_added::decimal(9, 1)::text, ''), money(cost),"
        " money(expected_profit) from campaign_frontier"
        " where product_count in (100, 50) order by point_number",
    ),
    "attribution": (
        "contacted | last_touch_purchases | position_purchases | contacted_rate |"
        " held_out_rate | effect | low | high | buyers_added | low | high | cost |"
        " profit | low | high",
        "select whole(contacted_customers), last_touch_purchases::int,"
        " position_purchases::int, pct(contacted_rate), pct(held_out_rate), pct(effect),"
        " pct(effect_low), pct(effect_high), buyers_added::int, buyers_added_low::int,"
        " buyers_added_high::int, money(cost),"
        f" money(buyers_added * {VALUE} - cost), money(buyers_added_low * {VALUE} - cost),"
        f" money(buyers_added_high * {VALUE} - cost) from campaign_attribution",
    ),
}


def measure_campaign(root: Path, scale: float = SCALE) -> str:
    """Build three releases in a workspace in a folder; returns the report as Markdown.

    Raises:
        BuildError: a command failed.
    """
    shutil.rmtree(root, ignore_errors=True)
    (root / "tables").mkdir(parents=True)
    (root / "audience.yml").write_text("log: log.parquet\n", encoding="utf-8")
    for name, text in TABLES.items():
        (root / "tables" / f"{name}.csv").write_text(text, encoding="utf-8")
    log, folder = root / "log.parquet", BuildFolder(root / "build")
    generate(log, scale)
    sections = [
        "A contact makes "
        + ", ".join(f"{share:.0%} of customers with {one}" for one, share in ADDED.items())
        + f" buy within {DAYS} days (planted)."
    ]

    def run(*words: str) -> None:
        printed = _run(folder, *words)
        sections.append(f"```\n$ audience {shlex.join(words)}\n{printed}".strip() + "\n```")

    def show(name: str) -> None:
        sections.append(f"{name}:\n\n{_shown(folder, name)}")

    run("build", "--vars", f"{{as_of: {STARTED_ON}}}")
    run("start", "trial", "--on", str(STARTED_ON))
    add_responses(folder, log)
    # The arms are fixed. The campaign contacts fewer customers than the experiment has
    # measured, and holds out some of its own.
    campaigns = root / "tables/campaigns.csv"
    rows = TABLES["campaigns"].replace(",60,2,100,any,0,", ",40,2,100,any,0.3,")
    campaigns.write_text(rows, encoding="utf-8")
    run("build", "--vars", f"{{as_of: {EXPORTED_ON}}}")
    run("experiment", "trial")
    for name in ("plan", "classes", "frontier"):
        show(name)
    run("export", "regulars", "--on", str(EXPORTED_ON))
    add_responses(folder, log)
    run("build")
    show("attribution")
    return "\n\n".join(sections)


def add_responses(folder: BuildFolder, log: Path) -> None:
    """Add to a log what the contacts of the newest export cause."""
    newest = max(
        folder.exports.glob("*/ledger.parquet"), key=lambda one: one.stat().st_mtime
    )
    output = log.with_name("later.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            RESPONSES.replace("{output}", sql_path(output)),
            {
                "ledgers": str(newest),
                "log": str(log),
                "days": DAYS,
                "added": list(ADDED.values()),
            },
        )
    output.replace(log)


def _run(folder: BuildFolder, *words: str) -> str:
    outcome = subprocess.run(
        [sys.executable, "-m", "scripts.cli", *words],
        env=os.environ
        | {
            "AUDIENCE_WORKSPACE": str(folder.root.parent),
            "AUDIENCE_BUILD_DIR": str(folder.root),
            "COLUMNS": "100",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise BuildError(f"audience {' '.join(words)}: {outcome.stderr or outcome.stdout}")
    # What a build prints is in the docs of builds.
    return "" if words[0] == "build" else outcome.stdout.strip()


def _shown(folder: BuildFolder, name: str) -> str:
    heading, query = QUERIES[name]
    current = ReleaseFolder(folder.releases).readable()
    if current is None:
        raise BuildError("There is no release to read: the build before has failed")
    with duckdb.connect(current.database, read_only=True) as release:
        release.execute(
            "create temp macro pct(x) as coalesce(format('{:.2f}%', 100 * x), '');"
            "create temp macro money(x) as coalesce(format('{:,.2f}', x), '');"
            "create temp macro whole(x) as coalesce(format('{:,}', x), '')"
        )
        rows = release.execute(query).fetchall()
    return table(heading, [" | ".join(map(str, row)) for row in rows])
