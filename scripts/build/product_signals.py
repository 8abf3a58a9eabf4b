"""Whether a build without the evidence needs what products have in common.

Neighbours of products and candidates with a signal take a third of the time of such a build
on a large log. Where a ranking of customers makes all audiences, they decide nothing.
"""

from typing import Any

import duckdb

from scripts.build_folder import BuildFolder
from scripts.settings.ranking_names import CHAMPION, ranking_names


def needs_product_signals(folder: BuildFolder, settings: dict[str, Any]) -> bool:
    """Whether a ranking of products serves, or may: by the setting, or by the evidence.

    Args:
        folder: its warehouse has the evidence that the build keeps.
        settings: dbt variables of the build.
    """
    of_products = set(ranking_names(("products",)))
    if settings.get("ranking", CHAMPION) in of_products:
        return True
    try:
        with duckdb.connect(folder.warehouse, read_only=True) as connection:
            chosen = connection.execute(
                "select served_ranking from intermediate.int_ranking_choices"
                " union select default_ranking from intermediate.int_ranking_choices"
            ).fetchall()
    except duckdb.Error:
        return True  # Dbt says what is wrong with the warehouse.
    return any(name in of_products for (name,) in chosen)
