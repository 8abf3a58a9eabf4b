"""The web pages: static files that call the same API."""

import asyncio
import re
import sys
from functools import cache
from pathlib import Path

from sanic import Blueprint, Request
from sanic.exceptions import NotFound, SanicException
from sanic.response import HTTPResponse

from api.assets import Asset
from api.documentation import READING, Operation, documented
from api.responses import PAGE_POLICY

FILES = Path(__file__).parent.parent / "pages"
# The navigation of the frame lists the pages.
FRAME = (FILES / "index.html").read_text(encoding="utf-8")
NAMES = set(re.findall(r'href="/pages/(\w+)"', FRAME))
CHARTS = "vega.js"
# In a process of its own, which frees its memory when it ends.
BUNDLE = (
    "import vl_convert;print(vl_convert.javascript_bundle('export default vegaEmbed;'))"
)

pages = Blueprint("pages", url_prefix="/pages")


@cache
def assets() -> dict[str, Asset]:
    """The files of the pages, by name."""
    return {
        file.name: Asset.of(file.name, file.read_bytes())
        for file in FILES.iterdir()
        if file.suffix in (".css", ".html", ".js")
    }


async def charts(request: Request) -> Asset:
    """Vega-Lite, bundled once per worker from the installed package."""
    context = request.app.ctx
    if getattr(context, "charts", None) is None or (
        context.charts.done() and context.charts.exception()
    ):
        context.charts = asyncio.create_task(bundle_charts())
    found: Asset = await asyncio.shield(context.charts)
    return found


async def bundle_charts() -> Asset:
    """Bundle Vega-Lite as one module, which takes about a second.

    Raises:
        SanicException: the bundler failed.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        BUNDLE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    script, trouble = await process.communicate()
    if process.returncode:
        raise SanicException(f"Vega-Lite could not be bundled: {trouble.decode()[-500:]}")
    return await asyncio.to_thread(Asset.of, CHARTS, script)


@pages.route("/<page:str>", methods=READING)
@documented(
    Operation(
        summary="A page",
        response=("text/html",),
        is_open=True,
        is_listed=False,
    )
)
async def page(request: Request, page: str) -> HTTPResponse:
    """The frame of every page; its script fills it."""
    return assets()["index.html"].response(
        request,
        200 if page in NAMES else 404,
        content_security_policy=PAGE_POLICY,
    )


@pages.route("/assets/<asset:str>", methods=READING)
@documented(
    Operation(
        summary="Styles and scripts of the pages",
        response=("text/css", "text/javascript"),
        is_open=True,
        is_listed=False,
    )
)
async def asset(request: Request, asset: str) -> HTTPResponse:
    """A file that a page loads."""
    if asset == CHARTS:
        return (await charts(request)).response(request)
    if asset not in assets():
        raise NotFound
    return assets()[asset].response(request)
