"""What customers do without an experiment, and what contacts cost: read from a release.

The base rates are those of a campaign's customers (mart campaign_baselines), or of all
customers (mart experiment_baselines).
"""

from dataclasses import dataclass

import duckdb

from scripts.build_folder import BuildFolder, sql_path
from scripts.campaigns.contact_ledger import explain_earlier, record, records
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError
from scripts.statistics.power import Base

# Where the log has no amounts, purchases stand for revenue: a relative effect does not
# depend on the value of a purchase.
WITHOUT_AMOUNTS = {"revenue": "purchases"}


class DesignError(ReportedError):
    """A design that cannot answer its question; the message names one that can."""


@dataclass(frozen=True)
class Baseline:
    """A metric without the experiment.

    Attributes:
        days: the attribution window.
        customers: the number of customers in the log; of a campaign, those who were
            eligible.
        base: the metric per unit.
        money_base: the metric that earns, per unit: conversions, purchases or revenue.
        measured: the metric that was measured: purchases may stand for revenue.
    """

    days: int
    customers: int
    base: Base
    money_base: Base
    measured: str = "conversion"

    @property
    def is_money(self) -> bool:
        """Whether the metric needs no value to be money."""
        return self.measured == "revenue"


@dataclass(frozen=True)
class Prices:
    """What a contact costs and a conversion is worth."""

    cost: float
    value: float


def read_baselines(
    folder: BuildFolder, metric: str, campaign: str | None = None
) -> list[Baseline]:
    """The baselines of a metric in the current release, the shortest window first.

    Args:
        campaign: whose customers; None for all customers of the log.

    Raises:
        ReleaseError: there is no release, or a newer version made it.
        ContactListError: an earlier version made it, without baselines; or it has no such
            campaign.
        DesignError: the log is too short for any window, or no customer was eligible for
            the campaign.
    """
    release = ReleaseFolder(folder.releases).readable()
    if release is None:
        raise ReleaseError("There is no release to plan from: run `audience build` first")
    mart = "campaign_baselines" if campaign else "experiment_baselines"
    with duckdb.connect() as connection, explain_earlier(release):
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        records(connection, release, mart)
        if campaign:
            record(connection, release, "campaign_summaries", "campaign", campaign)
        rows = connection.execute(
            "select attribution_days, metric, customer_count, mean, variance"
            f" from release.{mart}"
            + (" where campaign_id = $campaign" if campaign else "")
            + " order by attribution_days",
            {"campaign": campaign} if campaign else {},
        ).fetchall()
    if not rows:
        raise DesignError(
            "The log ends too soon after its split"
            + (f", or no customer was eligible for {campaign} then" if campaign else "")
            + ": it has no base rates. Use a log that goes on for at least a week after it"
        )
    bases = {
        (days, name): Base(mean, variance or 0, name == "conversion")
        for days, name, _, mean, variance in rows
    }
    has_amounts = any(name == "revenue" for _, name, _, _, _ in rows)
    measured = metric if has_amounts else WITHOUT_AMOUNTS.get(metric, metric)
    earns = measured if metric == "revenue" else "conversion"
    return [
        Baseline(days, customers, bases[days, measured], bases[days, earns], measured)
        for days, name, customers, _, _ in rows
        if name == measured
    ]


def read_prices(
    folder: BuildFolder,
    campaign: str | None,
    cost: float | None,
    value: float | None,
    *,
    is_money: bool = False,
) -> Prices | None:
    """What a contact costs and a conversion is worth: as given, else as the campaign says.

    Args:
        is_money: whether the metric is the revenue of the log, which needs no value.

    Raises:
        ReleaseError, ContactListError: there is no release, or no such campaign.
        DesignError: only one of the two is known, or a value that is not needed.
    """
    if is_money and value is not None:
        raise DesignError(
            f"--value {value:g}: the log says what its purchases bring. Leave --value out,"
            " or plan with --metric conversion"
        )
    if campaign and (cost is None or value is None):
        release = ReleaseFolder(folder.releases).readable()
        if release is None:
            raise ReleaseError(
                "There is no release to plan from: run `audience build` first"
            )
        with duckdb.connect() as connection, explain_earlier(release):
            connection.execute(
                f"attach '{sql_path(release.database)}' as release (read_only)"
            )
            found = record(connection, release, "campaign_summaries", "campaign", campaign)
        cost = found["cost_per_contact"] if cost is None else cost
        value = found["value_per_conversion"] if value is None else value
    if is_money and cost is not None:
        value = 1.0
    if cost is None and (value is None or is_money):
        return None
    if cost is None or value is None:
        raise DesignError(
            f"--{'value' if cost is None else 'cost'} is known and"
            f" --{'cost' if cost is None else 'value'} is not: name both"
        )
    return Prices(cost, value)
