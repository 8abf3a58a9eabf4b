"""Files that are streamed: the answer to an export, whatever is in its tables."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

import pyarrow
from sanic import Request
from sanic.log import error_logger as log

from api.export_formats import FORMATS, Csv, Writer
from api.export_places import Patience, TooSlowClientError, caller_of
from api.parameters import Choice
from api.problems import Problem
from api.release import Release
from api.responses import ReleaseResponse, entity_tag, is_known

LIKE_FORMULAS = "X-Ids-Like-Formulas"
FORMULAS = Choice(
    "formulas",
    ("keep", "quote"),
    "`quote` writes `'` before a text in CSV that a spreadsheet would compute: one that"
    " begins with =, +, -, @, a tab or a carriage return.",
)


class ExportResponse(ReleaseResponse):
    """The head of an export, without a content length: it is known only at the end."""

    __slots__ = ()

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """All headers, encoded."""
        return (
            header for header in super().processed_headers if header[0] != b"content-length"
        )


async def export(
    request: Request,
    release: Release,
    tables: AsyncIterator[pyarrow.Table],
    file_name: str,
    headers: dict[str, str],
    **subject: object,
) -> Any:
    """Stream tables as a file.

    Args:
        request: the request.
        release: the release of the tables.
        tables: one or more tables with the same columns.
        file_name: its suffix names the format.
        headers: further headers of the response.
        subject: the product or campaign, for the log.

    Returns:
        The head for a HEAD request or a 304, else None: the response has been sent.

    Raises:
        Problem: too many exports are running, or the request is HTTP/1.0.
    """
    context = request.app.ctx
    kind = file_name.rpartition(".")[2]
    quotes_formulas = FORMULAS.read(request) == "quote"
    if request.version == "1.0":
        raise Problem(
            505,
            "http-version",
            "HTTP version not supported",
            "An export is sent in chunks, which HTTP/1.0 does not have: use HTTP/1.1.",
        )
    etag = entity_tag(request, release)
    if is_known(request, etag):
        return ReleaseResponse(status=304, headers={"etag": etag})
    if request.method == "HEAD":
        return await _head(release, file_name, {"etag": etag, **headers})
    context.unsent_bytes.check()
    with context.exports.place_of(caller_of(request)):
        head = await _head(release, file_name, {"etag": etag, **headers})
        writer = Csv(quotes_formulas=quotes_formulas) if kind == "csv" else FORMATS[kind]()
        await _stream(request, head, writer, tables, format=kind, **subject)
    return None


async def _head(
    release: Release, file_name: str, headers: dict[str, str]
) -> ExportResponse:
    kind = file_name.rpartition(".")[2]
    if kind == "csv":
        found = await has_ids_like_formulas(release)
        headers = {**headers, LIKE_FORMULAS.lower(): "true" if found else "false"}
    return ExportResponse(
        headers={
            "content-disposition": attachment(file_name),
            "x-release": release.release_id,
            **headers,
        },
        content_type=FORMATS[kind].content_type,
    )


def attachment(file_name: str) -> str:
    """The header that names a file; the name of a campaign may have any characters."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", file_name)
    exact = "" if plain == file_name else f"; filename*=UTF-8''{quote(file_name, safe='')}"
    return f'attachment; filename="{plain}"{exact}'


async def has_ids_like_formulas(release: Release) -> bool:
    """Whether a spreadsheet would compute some ids of a release; never those in numbers."""
    if not release.has_text_ids:
        return False
    return bool((await release.ask_first("ids_like_formulas"))[0][0])


async def _stream(
    request: Request,
    head: ExportResponse,
    writer: Writer,
    tables: AsyncIterator[pyarrow.Table],
    **subject: object,
) -> None:
    """Send a file in parts, and log how it ended."""
    context = request.app.ctx
    patience = Patience(context.settings.request_seconds)
    table = await anext(tables)
    # In a thread, so that look-ups continue.
    data = await asyncio.to_thread(writer.write, table)
    # An error up to here gets an ordinary error response.
    stream: Any = await request.respond(head)
    rows, size, trouble = 0, 0, None
    try:
        while True:
            await patience.wait_for(stream.send(data), size)
            rows, size = rows + table.num_rows, size + len(data)
            table = await anext(tables, None)
            if table is None:
                break
            data = await asyncio.to_thread(writer.write, table)
        data = writer.end()
        if data:
            await patience.wait_for(stream.send(data), size)
            size += len(data)
        await stream.eof()
    except TooSlowClientError as error:
        trouble = str(error)
    except asyncio.CancelledError:
        trouble = "the connection ended"
    except Problem as problem:
        trouble = problem.detail
    except Exception:  # noqa: BLE001 - any error leaves the file incomplete
        trouble = "an unexpected error; the log has its details"
        log.error("Unexpected error in request %s", request.ctx.request_id, exc_info=True)
    context.telemetry.exported_rows.inc(rows)
    context.telemetry.end(request, head, size, is_broken=trouble is not None)
    context.telemetry.log(
        "export",
        request,
        **subject,
        rows=rows,
        complete=trouble is None,
        trouble=trouble,
    )
    if trouble:
        # The last chunk is missing, so that a partial file is detectable.
        transport: Any = request.transport
        transport.abort()
        # The connection is closed; Sanic must not send anything more.
        raise asyncio.CancelledError
