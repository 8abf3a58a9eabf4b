"""Campaigns: their rules, their audiences, and their plans."""

from collections.abc import AsyncIterator
from typing import Any

import pyarrow
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.blocks import ProductId
from api.documentation import READING, Operation, documented
from api.export_formats import FORMATS
from api.export_responses import FORMULAS, export
from api.identifiers import CAMPAIGN_ID, PRODUCT_ID
from api.parameters import Choice, Cursor, Filter, WholeNumber
from api.problems import not_found
from api.release import Release
from api.responses import as_json, release_response
from api.routes.exports import PART_SIZE
from api.schemas import campaigns as schemas

N = WholeNumber("n", 100, 1, 1000, "Rows per page; a file has all rows.")
AFTER = Cursor("after", "The start of the page: `next` of the page before.")
FORMAT = Choice("format", ("json", *FORMATS), "A page as JSON, or all rows as a file.")
ONE_PRODUCT = Filter(PRODUCT_ID)

# What the figures of a plan mean.
ANYWAY = (
    "The response rate counts purchases that come anyway. What a contact adds was not"
    " measured: the break-even effect says how much it would have to add. An experiment"
    " measures it."
)
MEASURED = (
    "The effect is that of an experiment of this campaign, applied to the response rate of"
    " each size. The best size is chosen on earlier windows and valued on the last one."
)
NOT_CERTAIN = "No audience size earns its cost with its whole 95 % interval."
UNMEASURED = (
    "The log is too short for a window of this length, or no customer suits the campaign."
)
EARLIER = (
    "An earlier version made this plan, and counted purchases that come anyway as returns:"
    " build again."
)

campaigns = Blueprint("campaigns")


@campaigns.route("/campaigns", methods=READING)
@documented(
    Operation(
        summary="The campaigns of the release",
        response=schemas.Campaigns,
        example="campaigns.json",
        problems=(304, 404, 503),
    )
)
async def list_campaigns(request: Request) -> HTTPResponse:
    """Every active campaign: its rules, and its size in this release."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        release.check_table("campaign_summaries", "campaigns")
        found = await release.ask_records("campaigns")
        body = {
            "campaigns": found,
            "count": len(found),
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@campaigns.route("/campaigns/<campaign_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="A campaign, its earlier lists, its shortfalls, and how concentrated it is",
        response=schemas.Campaign,
        example="campaign.json",
        parameters=(CAMPAIGN_ID,),
        problems=(304, 404, 503),
    )
)
async def campaign(request: Request, campaign_id: str) -> HTTPResponse:
    """Days of earlier lists, shortfalls by reason, a comparison with the plain ranking."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        found = await find(release, campaign_id)
        body = {
            **found,
            "quiet_weekdays": await quiet_weekdays(release, found.get("channel")),
            "contact_days": await release.ask_records(
                "campaign_contact_days", campaign_id=campaign_id
            )
            if release.has_table("campaign_contact_days")
            else [],
            "shortfalls": await release.ask_records(
                "campaign_shortfalls", campaign_id=campaign_id
            ),
            "concentration": await release.ask_records(
                "campaign_concentration", campaign_id=campaign_id
            ),
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@campaigns.route("/campaigns/<campaign_id:str>/plan", methods=READING, unquote=True)
@documented(
    Operation(
        summary="What a campaign costs, and what has to come of it, by audience size",
        response=schemas.CampaignPlan,
        example="campaign_plan.json",
        parameters=(CAMPAIGN_ID,),
        problems=(304, 404, 503),
    )
)
async def plan(request: Request, campaign_id: str) -> HTTPResponse:
    """The break-even effect, or the measured effect with profit; the best size."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        found = await find(release, campaign_id)
        sizes = await release.ask_records("campaign_plan", campaign_id=campaign_id)
        described = best_size(sizes)
        body = {
            "campaign_id": campaign_id,
            "cost_per_contact": found["cost_per_contact"],
            "value_per_conversion": found["value_per_conversion"],
            **described,
            "sizes": [] if described["note"] == EARLIER else sizes,
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@campaigns.route("/campaigns/<campaign_id:str>/audience", methods=READING, unquote=True)
@documented(
    Operation(
        summary="Whom a campaign contacts about which product: a page, or a file",
        response=schemas.CampaignAudience,
        files=tuple(writer.content_type for writer in FORMATS.values()),
        example="campaign_audience.json",
        parameters=(CAMPAIGN_ID, N, AFTER, ONE_PRODUCT, FORMAT, FORMULAS),
        problems=(304, 404, 422, 503, 505),
    )
)
async def audience(request: Request, campaign_id: str) -> Any:
    """By product and rank; `next` leads to the next page, null on the last."""
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
        # One more row than asked for tells whether there is another page.
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
        return release_response(request, release, as_json(body))


def best_size(sizes: list[dict[str, Any]]) -> dict[str, Any]:
    """The best size and a note; null if none pays with its whole interval."""
    if not sizes:
        return {"best_audience_size": None, "note": UNMEASURED}
    if "basis" not in sizes[0]:
        return {"best_audience_size": None, "note": EARLIER}
    best = next((row["audience_size"] for row in sizes if row["is_best"]), None)
    if all(row["basis"] == "break-even" for row in sizes):
        note = ANYWAY
    elif best is None:
        note = f"{NOT_CERTAIN} {MEASURED}"
    else:
        note = MEASURED
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
    """The audience as one or more tables."""
    while True:
        part = await release.ask_arrow(
            "campaign_audience_part", **bounds(campaign_id, product, after), n=PART_SIZE
        )
        yield part
        if part.num_rows < PART_SIZE:
            return
        last = part.slice(part.num_rows - 1).to_pylist()[0]
        after = last["product_id"], last["audience_rank"]


async def quiet_weekdays(release: Release, channel: str | None) -> list[str]:
    """The weekdays without lists of a channel; an earlier release knows none."""
    if not release.has_table("channel_rules"):
        return []
    rows = await release.ask_records("campaign_quiet_weekdays", channel=channel)
    return [row["weekday"] for row in rows]


async def find(release: Release, campaign_id: str) -> dict[str, Any]:
    """The campaign with this id.

    Raises:
        Problem: the release does not have it.
    """
    release.check_table("campaign_summaries", "campaigns")
    found = await release.ask_records("campaign", campaign_id=campaign_id)
    if not found:
        raise not_found("campaign", campaign_id, "`/campaigns` lists them.")
    return found[0]
