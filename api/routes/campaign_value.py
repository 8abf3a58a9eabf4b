"""What the contacts of a campaign are worth: expected, chosen between, and added so far."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.identifiers import CAMPAIGN_ID
from api.responses import as_json, release_response
from api.routes.campaigns import find
from api.schemas import campaign_value as schemas

# What the figures mean.
UNMEASURED = (
    "No experiment of this campaign has measured what a contact adds. The purchases of a"
    " class are those of past customers, whatever contacts they had."
)
MEASURED = (
    "An experiment has measured what a contact adds to each class. More than three classes"
    " are drawn towards their mean, the more the fewer customers were measured."
)

campaign_value = Blueprint("campaign_value")


@campaign_value.route("/campaigns/<campaign_id:str>/value", methods=READING, unquote=True)
@documented(
    Operation(
        summary="What contacts are expected to earn, other choices, and what they added",
        response=schemas.CampaignValue,
        example="campaign_value.json",
        parameters=(CAMPAIGN_ID,),
        problems=(304, 404, 503),
    )
)
async def value(request: Request, campaign_id: str) -> HTTPResponse:
    """By class of customers, by cap and number of products, of contacts, by ranking."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        await find(release, campaign_id)
        release.check_table("campaign_classes", "values of contacts")
        classes = await release.ask_records("campaign_classes", campaign_id=campaign_id)
        attribution = await release.ask_records(
            "campaign_attribution", campaign_id=campaign_id
        )
        measured = any(row["experiment_id"] for row in classes)
        body = {
            "campaign_id": campaign_id,
            "note": MEASURED if measured else UNMEASURED,
            "classes": classes,
            "frontier": await release.ask_records(
                "campaign_frontier", campaign_id=campaign_id
            ),
            "attribution": attribution[0] if attribution else None,
            "rankings": await release.ask_records(
                "ranking_responses", campaign_id=campaign_id
            ),
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))
