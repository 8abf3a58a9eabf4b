"""Products share the words of their names, wherever the names come from."""

from pathlib import Path

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build_folder import BuildFolder

# A word may be in one of fifty names; these two share one, and all have "of".
NAMES = {1: "Box of TEA, green", 2: "Tea of China"} | {
    number: f"Thing{number} of nothing{number}" for number in range(3, 101)
}


@pytest.mark.slow
def test_names_are_split_into_words_and_other_attributes_are_not(
    folder: BuildFolder, tmp_path: Path
) -> None:
    log, products = tmp_path / "log.csv", tmp_path / "products.csv"
    log.write_text(
        "customer_id,product_id,event,event_date\n1,1,purchased,2024-01-01\n"
        "2,2,purchased,2024-01-02\n"
    )
    products.write_text(
        "product_id,Title,brand\n"
        + "".join(f'{number},"{name}",Old House\n' for number, name in NAMES.items())
    )
    settings = {"log": str(log), "product_attributes": str(products)}
    run = run_dbt(["run", "--select", "+int_product_attributes"], settings, folder)
    assert run.problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        found = warehouse.execute(
            "select product_id, list(attribute order by attribute),"
            " sum(attribute_weight)::double"
            " from intermediate.int_product_attributes group by 1 order by 1"
        ).fetchall()
    # What all names have says nothing, what one has connects it with no other.
    assert [row[1] for row in found[:3]] == [
        ["brand: old house", "tea"],
        ["brand: old house", "tea"],
        ["brand: old house"],
    ]
    assert [row[2] for row in found] == pytest.approx([1] * 100)
