"""Campaigns: what they are, whom they contact, and what they return."""

from collections.abc import AsyncIterator
from typing import Any

import pyarrow
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.blocks import ProductId
from api.documentation import READING, Operation, documented
from api.export_formats import FORMATS
from api.parameters import CAMPAIGN_ID, PRODUCT_ID, Choice, Cursor, Filter, WholeNumber
from api.problems import not_found
from api.release import Release
from api.responses import answer, as_json
from api.routes.exports import PART_SIZE, export
from api.schemas import campaigns as schemas

N = WholeNumber("n", 100, 1, 1000, "How many rows a page has; a file has all.")
AFTER = Cursor("after", "Where the page begins: `next` of the page before.")
FORMAT = Choice("format", ("json", *FORMATS), "A page as JSON, or all of it as a file.")
ONE_PRODUCT = Filter(PRODUCT_ID)

# What the figures of a plan are.
BASIS = (
    "Conversions are purchases of any product by the most engaged of all customers in the"
    " days after the split of the log: counted, not caused by a contact."
)
UNMEASURED = (
    "The log does not show what any audience size returns, or the campaign may ask fewer"
    " customers than the smallest size has."
)

campaigns = Blueprint("campaigns")


@campaigns.route("/campaigns", methods=READING)
@documented(
    Operation(
        summary="The campaigns of the release",
        answer=schemas.Campaigns,
        example="campaigns.json",
        problems=(304, 404, 503),
    )
)
async def list_campaigns(request: Request) -> HTTPResponse:
    """Every active campaign: whom it may ask, and what the build made of it."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        release.check_table("campaign_summaries", "campaigns")
        found = await release.ask_records("campaigns")
        body = {
            "campaigns": found,
            "count": len(found),
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))


@campaigns.route("/campaigns/<campaign_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="A campaign, what it lacks, and how concentrated it is",
        answer=schemas.Campaign,
        example="campaign.json",
        parameters=(CAMPAIGN_ID,),
        problems=(304, 404, 503),
    )
)
async def campaign(request: Request, campaign_id: str) -> HTTPResponse:
    """The campaign with its shortfalls by reason, beside the plain ranking."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        body = {
            **await find(release, campaign_id),
            "shortfalls": await release.ask_records(
                "campaign_shortfalls", campaign_id=campaign_id
            ),
            "concentration": await release.ask_records(
                "campaign_concentration", campaign_id=campaign_id
            ),
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))


@campaigns.route("/campaigns/<campaign_id:str>/plan", methods=READING, unquote=True)
@documented(
    Operation(
        summary="What a campaign costs and returns, by audience size",
        answer=schemas.CampaignPlan,
        example="campaign_plan.json",
        parameters=(CAMPAIGN_ID,),
        problems=(304, 404, 503),
    )
)
async def plan(request: Request, campaign_id: str) -> HTTPResponse:
    """Conversions, cost, revenue and profit at the measured response; the best size."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        found = await find(release, campaign_id)
        sizes = await release.ask_records("campaign_plan", campaign_id=campaign_id)
        body = {
            "campaign_id": campaign_id,
            "cost_per_contact": found["cost_per_contact"],
            "value_per_conversion": found["value_per_conversion"],
            **best_size(sizes),
            "sizes": sizes,
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))


@campaigns.route("/campaigns/<campaign_id:str>/audience", methods=READING, unquote=True)
@documented(
    Operation(
        summary="Whom a campaign contacts about which product: a page, or all as a file",
        answer=schemas.CampaignAudience,
        files=tuple(writer.content_type for writer in FORMATS.values()),
        example="campaign_audience.json",
        parameters=(CAMPAIGN_ID, N, AFTER, ONE_PRODUCT, FORMAT),
        problems=(304, 404, 422, 503, 505),
    )
)
async def audience(request: Request, campaign_id: str) -> Any:
    """By product and rank; `next` leads to the page after, null after the last."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        n = N.read(request)
        product = ONE_PRODUCT.read(request, release)
        kind = FORMAT.read(request)
        await find(release, campaign_id)
        after = AFTER.read(request, release, campaign_id)
        if kind != "json":
            tables = parts(release, campaign_id, product, after)
            name = f"{campaign_id}.{kind}"
            return await export(request, release, tables, name, {}, campaign_id=campaign_id)
        # One more than asked for says whether there is a page after.
        rows = await release.ask_records(
            "campaign_audience_part", **bounds(campaign_id, product, after), n=n + 1
        )
        page = rows[:n]
        following = None
        if len(rows) > n:
            product_id, rank = page[-1]["product_id"], page[-1]["audience_rank"]
            following = Cursor.write(release, campaign_id, product_id, rank)
        body = {
            "campaign_id": campaign_id,
            "audience": page,
            "count": len(page),
            "next": following,
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))


def best_size(sizes: list[dict[str, Any]]) -> dict[str, Any]:
    """Which size earns the most, null where none does; and what is to be known of it."""
    best = next((row["audience_size"] for row in sizes if row["is_best"]), None)
    if not sizes:
        note = UNMEASURED
    elif best is None:
        note = f"No audience size earns what it costs. {BASIS}"
    else:
        note = BASIS
    return {"best_audience_size": best, "note": note}


def bounds(
    campaign_id: str, product: ProductId | None, after: tuple[ProductId, int] | None
) -> dict[str, object]:
    """The parameters of a part of an audience."""
    after_product, after_rank = after or (None, None)
    return {
        "campaign_id": campaign_id,
        "product_id": product,
        "after_product_id": after_product,
        "after_rank": after_rank,
    }


async def parts(
    release: Release,
    campaign_id: str,
    product: ProductId | None,
    after: tuple[ProductId, int] | None,
) -> AsyncIterator[pyarrow.Table]:
    """The audience as tables: one or more."""
    while True:
        part = await release.ask_arrow(
            "campaign_audience_part", **bounds(campaign_id, product, after), n=PART_SIZE
        )
        yield part
        if part.num_rows < PART_SIZE:
            return
        last = part.slice(part.num_rows - 1).to_pylist()[0]
        after = last["product_id"], last["audience_rank"]


async def find(release: Release, campaign_id: str) -> dict[str, Any]:
    """The campaign of that id.

    Raises:
        Problem: the release has none.
    """
    release.check_table("campaign_summaries", "campaigns")
    found = await release.ask_records("campaign", campaign_id=campaign_id)
    if not found:
        raise not_found("campaign", campaign_id, "`/campaigns` lists them.")
    return found[0]
