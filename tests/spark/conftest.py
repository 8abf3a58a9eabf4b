"""One sample, dirty and with everything that a build can read, built on both engines."""

import csv
import gzip
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts.build_folder import PROJECT, BuildFolder
from scripts.synthetic.experiments import generate_experiments
from scripts.synthetic.interactions import generate
from tests.conftest import copy_project, run_audience

# Small: what there is to do is little, and there are two cores.
SMALL = {
    "AUDIENCE_SPARK_PARTITIONS": "2",
    # A model leaves a core idle for a quarter of its time.
    "AUDIENCE_DBT_THREADS": "4",
    "SPARK_CONF_DIR": str(Path(__file__).parent / "configuration"),
    # Garbage is collected in one thread and seldom, and the catalogue of tables is not
    # secured against a power failure.
    "SPARK_SUBMIT_OPTS": (
        "-XX:+UseSerialGC -Xms1500m -Xmn600m -Dderby.system.durability=test"
    ),
}

# Of the Java machine within the test process, which the first session starts for all. Plans
# of models are deep, and half of the time of a short program goes into better machine code.
JAVA_OPTIONS = "-Xss4m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"


@dataclass(frozen=True)
class Engines:
    """The same log, built on DuckDB and on Spark.

    Attributes:
        project: the project that built both.
        log: the files that were read, a pattern.
        outcome: what the build on Spark said.
    """

    duckdb: BuildFolder
    spark: BuildFolder
    project: Path
    log: str
    outcome: subprocess.CompletedProcess[str]


def succeed(*arguments: str, folder: BuildFolder, project: Path = PROJECT) -> str:
    """Run a command of `audience`; it must not fail."""
    outcome = run_audience(folder, *arguments, project=project, **SMALL)
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return outcome.stdout


def seed_rows(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def sample_project(root: Path) -> Path:
    """The project with an experiment, a channel, feedback, and all kinds of rules."""
    experiments = seed_rows("experiments")
    experiments[0] |= {"is_active": "true", "units": "200"}
    names = ("campaign_id", "subject", "action", "attribute", "operator", "value")
    rules = [
        ("spring_rotation", "customer", "include", "total_interactions", "at_least", "2"),
        ("spring_rotation", "customer", "exclude", "region", "equals", "it's far"),
        ("most_engaged", "product", "include", "price", "between", "1|8.50"),
        ("most_engaged", "product", "exclude", "category", "in", "toys|garden"),
        ("abandoned_carts", "customer", "exclude", "region", "is_null", ""),
    ]
    since = ("first_interaction_at", "at_least", "2022-10-02")
    rules.append(("abandoned_carts", "customer", "include", *since))
    campaigns = seed_rows("campaigns")
    campaigns[1] |= {"channel": "mail", "priority": "1"}
    channel = {"channel": "mail", "frequency_cap": "3", "cap_days": "30"}
    return copy_project(
        root,
        experiments=experiments,
        campaigns=campaigns,
        channels=[channel | {"minimum_gap_days": "2", "quiet_weekdays": "saturday|sunday"}],
        feedback_events=[{"event": "returned", "effect": "exclude_product"}],
        campaign_rules=[dict(zip(names, rule, strict=True)) for rule in rules],
    )


def write_side_inputs(root: Path) -> dict[str, object]:
    """Inputs other than the log, with rows that cannot be used; returns their settings."""
    regions = ("north", "south", "it's far", "")
    customers = root / "customers.csv.gz"
    lines = [f"{number};{regions[number % 4]};{number % 7}.50" for number in range(1, 3000)]
    customers.write_bytes(
        gzip.compress("\n".join(["client;Region;Age", *lines, "x;north;1", ""]).encode())
    )
    products = root / "products.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select range as product_id, (range % 10)::decimal(9, 2) as price,"
            " ['toys', 'garden', 'books'][range % 3 + 1] as category from"
            # The last ones are not in the log.
            " (from range(1, 1500) union all from range(900000, 900020)))"
            f" to '{products}' (format parquet)"
        )
    contacts = root / "contacts.csv"
    contacts.write_text(
        "customer_id,product_id,campaign_id,contacted_at,cost\n"
        + "".join(
            f"{number},{number % 40 + 1},spring_rotation,2023-04-0{number % 9 + 1} 9:00,\n"
            for number in range(1, 400)
        )
        + "2,ten,,2023-04-05,0.1\n2,10,,yesterday,0.1\n2,10,,2023-04-05,cheap\n"
        + "2,10,,2023-04-05,0.1,too many\n3,10,\n"
    )
    suppressions = root / "suppressions.csv"
    suppressions.write_text("customer_id\n7\n 17 \n")
    units = root / "experiment_units.parquet"
    generate_experiments(units)
    return {
        "customer_attributes": {
            "path": str(customers),
            "delimiter": ";",
            "columns": {"customer_id": "client"},
        },
        "product_attributes": str(products),
        "contacts": str(contacts),
        "suppressions": str(suppressions),
        "experiment_units": str(units),
        "with_examples": True,
        "top_n": 7,
        "event_aliases": {"search": "search_keyword"},
        "event_weights": {"it's new": 1.5},
        "global_holdout_share": 0.1,
        "global_holdout_from": "2023-02-01",
    }


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """Both builds, tested and published, with rankings by ALS, exports and opt-outs."""
    root = tmp_path_factory.mktemp("engines")
    project = sample_project(root)
    # Several files, with a blank in the name of their folder.
    log = root / "raw log"
    log.mkdir()
    generate(log / "a.csv", scale=0.01, seed=3, dirty=0.04)
    (log / "b.csv").write_text(
        "customer_id,product_id,event,event_date,product_name\n"
        '5,3,"it\'s new",2023-03-30 10:00:00.25,"Rug, ""red"""\n'
        '6,3,Search,2023-03-30T12:00:00+02:00,"two\nlines"\n'
        "6,3,search,2023-03-30 10:00,\n"
        "5,4,returned,2023-03-30 11:00,\n8,x\n"
    )
    settings = write_side_inputs(root)
    order = ("--log", str(log / "*.csv"), "--vars", yaml.safe_dump(settings))
    on_duckdb = BuildFolder(root / "on duckdb")
    on_spark = BuildFolder(root / "on spark")

    def run(folder: BuildFolder, *arguments: str) -> str:
        return succeed(*arguments, folder=folder, project=project)

    run(on_duckdb, "evidence", *order)
    run(on_duckdb, "export", "abandoned_carts", "--on", "2023-04-03")
    run(on_duckdb, "suppress", "42")
    run(on_duckdb, "build", *order)
    on_spark.root.mkdir()
    for kept in ("evidence", "exports", "suppressions"):
        shutil.copytree(on_duckdb.root / kept, on_spark.root / kept)
    shutil.copy(on_duckdb.history, on_spark.history)
    outcome = run_audience(
        on_spark,
        "build",
        "--target",
        "spark",
        *order,
        project=project,
        **SMALL,
    )
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return Engines(on_duckdb, on_spark, project, str(log / "*.csv"), outcome)
