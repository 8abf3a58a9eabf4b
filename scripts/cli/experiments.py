"""Commands about experiments: plan, start, experiment."""

from datetime import date

import click

from scripts.cli.campaigns import print_receipt_of
from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples, list_options
from scripts.terminal import console


def _lift(_: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < 1000:
        raise click.BadParameter(
            f"{value:g}, expected a lift such as 0.5, below 1000", param=parameter
        )
    return value


def _share(_: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < 1:
        raise click.BadParameter(f"{value:g}, expected between 0 and 1", param=parameter)
    return value


@click.command(
    epilog=examples(
        "audience plan --campaign spring_rotation --days 28",
        "audience plan --effect 0.3 --units 20000",
    )
)
@click.option(
    "--campaign",
    metavar="ID",
    help="Plan for its customers, costs and values; without it, for all customers.",
)
@click.option(
    "--metric",
    type=click.Choice(["conversion", "engagement", "revenue"]),
    default="conversion",
    help="What the experiment measures.",
)
@click.option(
    "--effect", default=0.5, callback=_lift, help="The relative lift that matters to you."
)
@click.option(
    "--units",
    type=click.IntRange(min=8),
    metavar="N",
    default=10_000,
    help="Customers in all arms together.",
)
@click.option("--days", default=14, help="The attribution window: 7, 14 or 28 days.")
@click.option(
    "--power", default=0.8, callback=_share, help="Chance to detect an effect that exists."
)
@click.option(
    "--significance",
    default=0.05,
    callback=_share,
    help="Chance to report an effect that does not exist.",
)
@click.option(
    "--holdout",
    default=0.2,
    callback=_share,
    help="Share of each pool that is not contacted.",
)
@click.option(
    "--cost",
    type=click.FloatRange(min=0),
    help="What a contact costs; the campaign's if not named.",
)
@click.option(
    "--value",
    type=click.FloatRange(min=0, min_open=True),
    help="What a conversion or purchase is worth; the campaign's if not named.",
)
def plan(
    campaign: str | None,
    metric: str,
    effect: float,
    units: int,
    days: int,
    power: float,
    significance: float,
    holdout: float,
    cost: float | None,
    value: float | None,
) -> None:
    """Say how many customers an experiment needs.

    How many show that contacting has an effect, that this is more than chance, and that it
    pays. Also says which lift --units customers can detect. The base rates come from the
    current release. A design that cannot answer its question is refused, with one that can.
    """
    if power <= significance:
        raise click.BadParameter(
            f"{power:g}, expected more than --significance", param_hint="'--power'"
        )
    with report_errors() as folder:
        from scripts.experiments.baselines import read_baselines, read_prices
        from scripts.experiments.plan import Question, describe

        baselines = read_baselines(folder, metric, campaign)
        is_money = any(one.is_money for one in baselines)
        prices = read_prices(folder, campaign, cost, value, is_money=is_money)
        question = Question(effect, significance, power, holdout, prices)
        print(describe(metric, baselines, days, question, units, campaign))


@click.command(epilog=examples("audience start march_test --on 2023-04-03"))
@click.argument("experiment")
@list_options
def start(
    experiment: str,
    contact_on: date | None,
    formulas: str,
    file_format: str,
    dry_run: bool,
) -> None:
    """Start EXPERIMENT: fix its arms and write its contact list.

    From then on later builds leave the arms as they are.
    """
    with report_errors(lambda _: "Nothing was written.") as folder:
        from scripts.experiments.start import start_experiment

        contact_list = start_experiment(
            folder, experiment, contact_on, file_format, formulas, dry_run=dry_run
        )
    print_receipt_of(contact_list)


@click.command(epilog=examples("audience experiment mail_example"))
@click.argument("experiment")
def experiment(experiment: str) -> None:
    """Print the verdict of EXPERIMENT and its results.

    The result is what contacting adds, against the holdout.
    """
    with report_errors() as folder:
        from scripts.experiments.decision_card import print_card

        print_card(console(), folder, experiment)
