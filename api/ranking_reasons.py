"""Why a ranking serves, in a sentence."""

from typing import Any

SET = "The setting of the build names it."
EARLIER = "The release was made before rankings could be chosen."
DEFAULT = "It is the default where the evidence does not speak against it: "
KEPT = (
    "No other ranking is clearly better at the first cutoffs without being clearly worse"
    " at the last one."
)
TOO_FEW_HITS = "Too few hits to tell at the cutoffs that choose."
NO_LISTS = (
    "No lists were measured at the cutoffs that choose, so it is the ranking of customers."
)
UNFITTED = (
    "The evidence chooses another one, which is not fitted to this log: run `audience"
    " evidence`."
)
NO_CANDIDATES = "No ranking was measured at the cutoffs that choose: it is the default."


def reason(row: dict[str, Any]) -> str:
    """Why a ranking serves.

    Args:
        row: of the question `served_rankings`.
    """
    if row["is_set"]:
        return SET if row["description"] else EARLIER
    if row["reason"]:
        text: str = row["reason"]
        is_better = text.startswith("clearly better")
        return text[0].upper() + text[1:] if is_better else f"{DEFAULT}{text}"
    if row["chosen"]:
        return UNFITTED
    if not row["candidate_count"]:
        return NO_CANDIDATES if row["audience"] == "customers" else NO_LISTS
    return KEPT if row["measured_count"] else TOO_FEW_HITS
