"""Audiences by their definition, from the tables of a release."""

import duckdb

# The customers whom a product does not exclude, in the order that goes on after a list.
OTHERS = """
    select customer_id, score, ranking
    from (
        select customer_id, customer_score as score, customer_ranking as ranking,
            customer_rank as place
        from customers where customer_id in (select customer_id from lookup.ranking)
        union all by name from lookup.orders
    )
    where
        ranking = coalesce(
            (select max(continued_by) from lookup.serving where ranking = $list_ranking),
            (select max(ranking) from lookup.serving where audience = 'customers')
        )
        and customer_id not in
        (select customer_id from product_exclusions where product_id = $product)
        and customer_id not in (select unnest($listed))
    order by place limit $n
"""


def expected_audience(
    release: duckdb.DuckDBPyConnection, product: object, n: int
) -> list[dict[str, object]]:
    """The list of a product, others with a signal, then all others in their order.

    Customers after the list have a score if the list follows the same ranking.
    """
    listed = release.execute(
        "select customer_id, score, round(probability, 6), ranking from ("
        " from product_audiences union all by name from new_product_audiences"
        " union all by name from lookup.later_places)"
        " where product_id = ? order by audience_rank limit ?",
        [product, n],
    ).fetchall()
    ranking = listed[0][3] if listed else None
    others = release.execute(
        OTHERS,
        {
            "product": product,
            "list_ranking": ranking,
            "listed": [row[0] for row in listed],
            "n": n - len(listed),
        },
    ).fetchall()
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
