"""Names of rankings and features for readers, from the release."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RankingLabels:
    """The labels of a release; without labels, a name is shown with blanks for underscores.

    Attributes:
        labels: label by ranking, in display order.
        charted: the rankings that the chart of gains shows; empty means all of them.
        of_products: the rankings with an order for each product: what a customer shares
            with the product decides the place.
    """

    labels: dict[str, str]
    charted: frozenset[str]
    of_products: frozenset[str]

    @classmethod
    def of(cls, rows: list[tuple[Any, ...]]) -> "RankingLabels":
        """The labels of the rows of the question `ranking_labels`."""
        return cls(
            {row[0]: row[1] for row in rows},
            frozenset(row[0] for row in rows if row[2]),
            frozenset(row[0] for row in rows if row[3]),
        )

    def label(self, ranking: str) -> str:
        """The label of a ranking or feature."""
        return self.labels.get(ranking, ranking.replace("_", " "))

    def is_charted(self, ranking: str) -> bool:
        """Whether the chart of gains shows a ranking."""
        return not self.charted or ranking in self.charted

    def labelled(self, rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
        """Rows with the `label` of their ranking; rankings with a label first, in order.

        Args:
            rows: the rows, which keep their order within a ranking.
            column: the column with the ranking.
        """
        places = {ranking: place for place, ranking in enumerate(self.labels)}
        ordered = sorted(rows, key=lambda row: places.get(row[column], len(places)))
        return [row | {"label": self.label(row[column])} for row in ordered]
