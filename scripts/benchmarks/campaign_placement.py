"""Time the models of campaigns: without campaigns, and with large ones."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.builds import in_own_process, model_timing
from scripts.benchmarks.report import table
from scripts.build.dbt_run import run_dbt
from scripts.build_folder import BuildFolder
from scripts.synthetic.interactions import generate
from scripts.workspace import MARK, TABLES, VARIABLE

HEADER = (
    "campaign_id,campaign_name,is_active,starts_on,ends_on,audience_size,frequency_cap,"
    "product_limit,exclude,holdout_share,cost_per_contact,value_per_conversion\n"
)
DATES = "2023-04-01,2023-04-30"
# By case: audience_size, frequency_cap and product_limit of its campaign.
CASES = {
    "no campaign": None,
    "1,000 products x 1,000 customers": (1000, 100, 1000),
    "all products x 10 customers": (10, 10, ""),
}
KINDS = ("--resource-type", "seed", "--resource-type", "model")
# Everything that reads or writes campaigns, and the tables that people write.
OF_CAMPAIGNS = (
    "path:seeds",
    *(f"path:models/{room}/campaigns" for room in ("staging", "intermediate", "marts")),
)
LISTED = 5


@dataclass(frozen=True)
class Placement:
    """How long the models of campaigns took.

    Attributes:
        contacts: places that were filled.
        seconds: by model.
    """

    contacts: int
    seconds: dict[str, float]


def measure_campaigns(root: Path, scale: float) -> str:
    """Build a log without campaigns, then the models of campaigns of each case; the report.

    Raises:
        BuildError: a model failed.
    """
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    log, folder = root / "log.parquet", BuildFolder(root / "build")
    written = generate(log, scale)
    in_own_process(_seconds, root, folder, log, None, ())
    placements = {
        case: in_own_process(
            _seconds, root, folder, log, sizes, ("--select", *OF_CAMPAIGNS)
        )
        for case, sizes in CASES.items()
    }
    rows = [
        f"{case} | {one.contacts:,} | {sum(one.seconds.values()):.1f} |"
        f" {', '.join(_slowest(one.seconds))}"
        for case, one in placements.items()
    ]
    return "\n".join(
        (
            f"A log of {written.interactions:,} interactions. The models of campaigns, one"
            " after the other; dbt's own time for each is included.",
            "",
            table("campaign | contacts | all models, s | slowest models, s", rows),
        )
    )


def _slowest(seconds: dict[str, float]) -> list[str]:
    slowest = sorted(seconds, key=lambda name: -seconds[name])[:LISTED]
    return [f"`{name}` {seconds[name]:.1f}" for name in slowest]


def _seconds(
    root: Path,
    folder: BuildFolder,
    log: Path,
    sizes: tuple[int, int, int | str] | None,
    select: tuple[str, ...],
) -> Placement:
    """Build with a campaign of these sizes; call it in a new process."""
    import duckdb

    tables = root / TABLES
    tables.mkdir(exist_ok=True)
    (root / MARK).write_text("", encoding="utf-8")
    campaign = ""
    if sizes:
        size, cap, limit = sizes
        campaign = f"large,Large,true,{DATES},{size},{cap},{limit},none,0,0.1,5\n"
    (tables / "campaigns.csv").write_text(HEADER + campaign, encoding="utf-8")
    rule = "large,customer,include,total_interactions,at_least,1\n" if campaign else ""
    header = "campaign_id,subject,action,attribute,operator,value\n"
    (tables / "campaign_rules.csv").write_text(header + rule, encoding="utf-8")
    os.environ[VARIABLE] = str(root)
    command = ["build", "--threads", "1", *KINDS, *select]
    timing = model_timing(run_dbt(command, {"log": str(log)}, folder))
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        found = warehouse.execute(
            "select count(*) from marts.campaign_audiences"
        ).fetchall()
    return Placement(found[0][0], timing.seconds)
