"""Exports: audiences of any size, streamed as a file."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pyarrow
from sanic import Blueprint, Request

from api.audiences import Audiences
from api.blocks import ProductId
from api.documentation import READING, Operation, documented
from api.export_formats import FORMATS
from api.export_responses import FORMULAS, LIKE_FORMULAS, export
from api.identifiers import PRODUCT_ID
from api.parameters import Choice, WholeNumber

PART_SIZE = 10_000
SMALLEST_PART = 1_000
N = WholeNumber("n", 1000, 1, 2**53, "How many customers.")
FORMAT = Choice("format", tuple(FORMATS), "The format of the file.")

exports = Blueprint("exports")


@exports.route("/audience/<product_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="The first n customers for a product as a file, up to the whole population",
        response=tuple(writer.content_type for writer in FORMATS.values()),
        example="export.csv",
        headers=("ETag", "X-Release", "X-Cold-Start", LIKE_FORMULAS),
        parameters=(PRODUCT_ID, N, FORMAT, FORMULAS),
        problems=(304, 422, 503, 505),
    )
)
async def export_audience(request: Request, product_id: str) -> Any:
    """Stream an audience of any size; memory does not grow with it."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        product = PRODUCT_ID.read(request, product_id, release)
        n = N.read(request)
        kind = FORMAT.read(request)
        headers = {"x-cold-start": "false" if await served.knows(product) else "true"}
        tables = parts(served, product, n)
        return await export(
            request, release, tables, f"audience.{kind}", headers, product_id=product
        )


async def parts(
    served: Audiences, product: ProductId, n: int
) -> AsyncIterator[pyarrow.Table]:
    """The audience as one or more tables: rank, customer, score, ranking, probability."""
    release = served.release
    found = await served.list_of(product)
    ranking = found.ranking if found else release.customer_ranking
    order = served.orders.after(ranking) if found else served.orders.served
    question, parameters = order.question("audience_part")
    customers = found.customers if found else ()
    if found and n > found.count:
        customers = await served.continuations.all_with_signal(product, found)
    listed = _listed(customers[:n], ranking)
    known = json.dumps(listed.column("customer_id").to_pylist())
    first_rank, rank = 1, listed.num_rows + 1
    if rank > n:
        yield listed
    while (first_rank <= release.customer_count or first_rank == 1) and rank <= n:
        # About as many ranks as needed, but enough to skip excluded ones.
        last_rank = first_rank + min(PART_SIZE, max(n - rank + 1, SMALLEST_PART)) - 1
        part = await release.ask_arrow(
            question,
            product_id=product,
            first_rank=first_rank,
            last_rank=last_rank,
            listed=known,
            type=release.json_ids,
            has_scores=not found or found.ranking == order.name,
            **parameters,
        )
        part = part.slice(0, n - rank + 1)
        ranks = pyarrow.array(range(rank, rank + part.num_rows), pyarrow.int64())
        part = part.add_column(0, "rank", ranks)
        # Customers after the list have no probability, as in other answers.
        unknown = pyarrow.nulls(part.num_rows, pyarrow.float64())
        part = _named(part, ranking, unknown)
        rank += part.num_rows
        # The list comes with the first part, so that an error up to here fails the request.
        yield pyarrow.concat_tables([listed, part]) if first_rank == 1 and listed else part
        first_rank = last_rank + 1


def _listed(customers: Sequence[bytes], ranking: str) -> pyarrow.Table:
    """The customers of a list, with the columns of a file."""
    rows = [json.loads(customer) for customer in customers]
    table = pyarrow.table(
        {
            "rank": pyarrow.array([row["rank"] for row in rows], pyarrow.int64()),
            "customer_id": [row["customer_id"] for row in rows],
            "score": pyarrow.array([row["score"] for row in rows], pyarrow.float64()),
        }
    )
    # A list of an earlier release has no probabilities.
    known = [row.get("probability") for row in rows]
    return _named(table, ranking, pyarrow.array(known, pyarrow.float64()))


def _named(
    table: pyarrow.Table, ranking: str, probabilities: pyarrow.Array
) -> pyarrow.Table:
    """A part of a file with its last columns: the ranking, and the probabilities."""
    names = pyarrow.repeat(pyarrow.scalar(ranking, pyarrow.string()), table.num_rows)
    return table.append_column("ranking", names).append_column("probability", probabilities)
