"""Whole audiences, streamed."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pyarrow
from pyarrow import compute, csv, parquet
from sanic import Blueprint, Request

from api.answers import CACHE_CONTROL, Answer, as_json, entity_tag, is_known
from api.audiences import Audiences, ProductId
from api.documentation import PRODUCT_ID, Operation, Parameter, documented, number_parameter
from api.parameters import choice, identifier, whole_number
from api.problems import Problem

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
PART_SIZE = 10_000
SMALLEST_PART = 1_000
LARGEST_N = 2**53

exports = Blueprint("exports")


@exports.get("/audience/<product_id:str>", unquote=True)
@documented(
    Operation(
        summary="The first n customers for a product as a file, up to the whole population",
        answer=tuple(FORMATS.values()),
        parameters=(
            PRODUCT_ID,
            number_parameter("n", 1000, 1, LARGEST_N, "How many customers."),
            Parameter(
                "format",
                {"type": "string", "enum": list(FORMATS), "default": "csv"},
                "The format of the file.",
            ),
        ),
        problems=(304, 422, 503),
    )
)
async def export_audience(request: Request, product_id: str) -> Any:
    """Stream an audience of any size; memory does not grow with it."""
    context = request.app.ctx
    served = context.serving.current()
    with served.release.use() as release:
        product = identifier("product_id", product_id, release)
        n = whole_number(request, "n", 1000, 1, LARGEST_N)
        kind = choice(request, "format", tuple(FORMATS))
        etag = entity_tag(request, release)
        if is_known(request, etag):
            return Answer(status=304, headers={"etag": etag})
        headers = {
            "etag": etag,
            "cache-control": CACHE_CONTROL,
            "content-disposition": f'attachment; filename="audience.{kind}"',
            "x-release": release.release_id,
        }
        if context.exports.locked():
            raise Problem(
                503,
                "too-many-exports",
                "Too many exports",
                "As many exports as may are running: try again in a moment.",
                headers={"retry-after": "5"},
            )
        async with context.exports:
            rows, is_complete, stream = 0, False, None
            try:
                known = await served.knows(product)
                headers["x-cold-start"] = "false" if known else "true"
                stream = await request.respond(content_type=FORMATS[kind], headers=headers)
                writer = _WRITERS[kind]()
                async for part in parts(served, product, n):
                    # In a thread: look-ups go on meanwhile.
                    data = await asyncio.to_thread(writer.write, part)
                    await _send(stream, data, context.settings.request_seconds)
                    rows += part.num_rows
                await _send(stream, writer.end(), context.settings.request_seconds)
                await stream.eof()
                is_complete = True
            finally:
                if stream is not None and not is_complete:
                    # Without its last chunk, so that nobody takes it for the whole.
                    transport: Any = request.transport
                    transport.abort()
                context.observation.exported_rows.inc(rows)
                context.observation.log(
                    "export",
                    request,
                    product_id=product,
                    format=kind,
                    rows=rows,
                    complete=is_complete,
                )


async def parts(
    served: Audiences, product: ProductId, n: int
) -> AsyncIterator[pyarrow.Table]:
    """The audience as tables of rank, customer_id and score, one after the other."""
    first_rank, rank = 1, 1
    while first_rank <= served.release.customer_count and rank <= n:
        # Not many more ranks than are needed, nor too few where many are excluded.
        last_rank = first_rank + min(PART_SIZE, max(n - rank + 1, SMALLEST_PART)) - 1
        found = await served.release.ask_arrow(
            "audience_part", product_id=product, first_rank=first_rank, last_rank=last_rank
        )
        found = found.slice(0, n - rank + 1)
        ranks = pyarrow.array(range(rank, rank + found.num_rows), pyarrow.int64())
        yield found.add_column(0, "rank", ranks)
        rank += found.num_rows
        first_rank = last_rank + 1


async def _send(stream: Any, data: bytes, seconds: float) -> None:
    """Send a part; a client that does not take it in time is left."""
    if data:
        await asyncio.wait_for(stream.send(data), seconds)


class _Csv:
    """Comma-separated, with a header; text is quoted where it must be."""

    def __init__(self) -> None:
        self._header = b"rank,customer_id,score\n"

    def write(self, part: pyarrow.Table) -> bytes:
        buffer = io.BytesIO()
        buffer.write(self._header)
        self._header = b""
        csv.write_csv(
            part, buffer, csv.WriteOptions(include_header=False, quoting_style="needed")
        )
        return buffer.getvalue()

    def end(self) -> bytes:
        return b""


class _JsonLines:
    """A JSON object per line, as in the other answers."""

    def write(self, part: pyarrow.Table) -> bytes:
        customers = part.column("customer_id")
        if pyarrow.types.is_integer(customers.type):
            customers = customers.cast(pyarrow.string())
        else:
            customers = pyarrow.array(
                [as_json(name).decode() for name in customers.to_pylist()],
                pyarrow.string(),
            )
        lines = compute.binary_join_element_wise(
            '{"customer_id":',
            customers,
            ',"score":',
            part.column("score").cast(pyarrow.string()),
            ',"rank":',
            part.column("rank").cast(pyarrow.string()),
            "}\n",
            "",
        )
        return "".join(lines.to_pylist()).encode()

    def end(self) -> bytes:
        return b""


class _Parquet:
    """A Parquet file with a row group per part."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._writer: parquet.ParquetWriter | None = None

    def write(self, part: pyarrow.Table) -> bytes:
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._sink, part.schema)
        self._writer.write_table(part)
        return self._sink.take()

    def end(self) -> bytes:
        if self._writer is not None:
            self._writer.close()
        return self._sink.take()


class _Sink(io.RawIOBase):
    """A file that hands over what has been written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._position

    def take(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


_WRITERS: dict[str, type[_Csv] | type[_JsonLines] | type[_Parquet]] = {
    "csv": _Csv,
    "jsonl": _JsonLines,
    "parquet": _Parquet,
}
