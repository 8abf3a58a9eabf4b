"""Audiences by their definition, from the tables of a release."""

import duckdb


def expected_audience(
    release: duckdb.DuckDBPyConnection, product: object, n: int
) -> list[dict[str, object]]:
    """The list of a product, then the ranking of customers without excluded ones.

    Customers after the list have a score if the list follows the same ranking.
    """
    listed = release.execute(
        "select customer_id, score, round(probability, 6), ranking from ("
        " from product_audiences union all by name from new_product_audiences)"
        " where product_id = ? order by audience_rank limit ?",
        [product, n],
    ).fetchall()
    others = release.execute(
        "select customer_id, customer_score, customer_ranking from customers"
        " where customer_id not in"
        " (select customer_id from product_exclusions where product_id = ?)"
        " and customer_id not in (select unnest(?))"
        " order by customer_rank limit ?",
        [product, [row[0] for row in listed], n - len(listed)],
    ).fetchall()
    ranking = listed[0][3] if listed else None
    customers = [row[:3] for row in listed] + [
        (customer, score if ranking in (None, by) else None, None)
        for customer, score, by in others
    ]
    return [
        {"customer_id": customer, "score": score, "probability": probability, "rank": rank}
        for rank, (customer, score, probability) in enumerate(customers, start=1)
    ]


def as_file_rows(rows: list[dict[str, object]], ranking: str) -> list[dict[str, object]]:
    """The rows of a file: the columns in their order, with the ranking of the answer."""
    names = ("rank", "customer_id", "score", "ranking", "probability")
    return [{name: (row | {"ranking": ranking})[name] for name in names} for row in rows]
