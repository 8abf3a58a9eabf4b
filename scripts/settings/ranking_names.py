"""Names of the rankings that can serve, from the macro that lists all rankings."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from scripts.settings.setting_error import refusal

CHAMPION = "champion"
EARLIER_BUYERS = "repurchase"
RANKINGS = Path(__file__).resolve().parents[2] / "macros/rankings/rankings.sql"
# The evidence measures the others too, but no audience is made by them.
SERVING = ("customers", "products")


def ranking_names(kinds: Collection[str] = SERVING) -> list[str]:
    """The names that the setting `ranking` takes, without the champion.

    Args:
        kinds: what they rank, `customers` or `products`.
    """
    rows = re.findall(r"'name': '(\w+)', 'ranks': '(\w+)'", RANKINGS.read_text("utf-8"))
    return [name for name, ranks in rows if ranks in kinds]


def fitted_ranking_names() -> list[str]:
    """The names of the rankings that only `audience evidence` fits."""
    return re.findall(
        r"\{'name': '(\w+)',[^}]*'is_fitted': true", RANKINGS.read_text("utf-8")
    )


def check_ranking(value: str, info: ValidationInfo) -> str:
    """The champion, or a ranking that can serve."""
    names = [name for name in ranking_names() if name != EARLIER_BUYERS]
    expected = f"{CHAMPION} or one of {', '.join(names)}"
    if value == EARLIER_BUYERS and info.data.get("exclude") != "none":
        raise refusal(
            f"{expected}; {value} ranks earlier buyers, who are in audiences only with"
            " exclude: none"
        )
    if value not in (CHAMPION, EARLIER_BUYERS, *names):
        raise refusal(f"{expected}, or {EARLIER_BUYERS} with exclude: none")
    return value


Ranking = Annotated[str, AfterValidator(check_ranking)]
