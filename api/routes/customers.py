"""Customers: their score, and the audiences that hold them."""

from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.holdout import held_out_until
from api.identifiers import CUSTOMER_ID
from api.parameters import WholeNumber
from api.problems import not_found
from api.responses import as_json, release_response
from api.schemas import customers as schemas

# What a feature has in score_composition besides its name; null in an earlier release.
COMPOSITION_FIELDS = ("weight", "variance_share", "top_tenth_share")
N = WholeNumber("n", 100, 1, 1000, "How many products.")

customers = Blueprint("customers")


@customers.route("/customers/<customer_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="How engaged a customer is, and why",
        response=schemas.Customer,
        example="customer.json",
        parameters=(CUSTOMER_ID,),
        problems=(304, 404, 422, 503),
    )
)
async def customer(request: Request, customer_id: str) -> HTTPResponse:
    """Features, their contributions to the score, score and rank of a customer."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        identity = CUSTOMER_ID.read(request, customer_id, release)
        release.check_opted_out(identity)
        found = await release.ask_records("customer", customer_id=identity)
        if not found:
            raise not_found("customer", customer_id)
        row = found[0]
        suffix = "_contribution"
        features = [name.removesuffix(suffix) for name in row if name.endswith(suffix)]
        composition: dict[str, dict[str, Any]] = {}
        if release.has_table("score_composition"):
            rows = await release.ask_records("score_composition")
            composition = {fields.pop("feature"): fields for fields in rows}
        body = {
            "customer_id": row["customer_id"],
            "engagement_score": row["engagement_score"],
            "engagement_rank": row["engagement_rank"],
            # An earlier release has no other ranking of customers.
            "ranking": row.get("customer_ranking", "engagement"),
            "rank": row.get("customer_rank", row["engagement_rank"]),
            "customers": release.customer_count,
            "first_interaction_at": row["first_interaction_at"],
            "last_interaction_at": row["last_interaction_at"],
            "held_out_until": await held_out_until(release, identity),
            "features": {
                name: {
                    "label": release.ranking_labels.label(name),
                    "value": row[name],
                    "normalized": row[f"{name}_normalized"],
                    "contribution": row[f"{name}{suffix}"],
                    **composition.get(name, dict.fromkeys(COMPOSITION_FIELDS)),
                }
                for name in features
            },
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@customers.route("/customers/<customer_id:str>/products", methods=READING, unquote=True)
@documented(
    Operation(
        summary="The audiences that hold a customer",
        response=schemas.CustomerProducts,
        example="customer_products.json",
        parameters=(
            CUSTOMER_ID,
            N,
        ),
        problems=(304, 404, 422, 503),
    )
)
async def customer_products(request: Request, customer_id: str) -> HTTPResponse:
    """Products whose audience holds the customer, by the customer's rank."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        identity = CUSTOMER_ID.read(request, customer_id, release)
        release.check_opted_out(identity)
        n = N.read(request)
        release.check_table("list_members", "customers' audiences to look up")
        rows = await release.ask("customer_products", customer_id=identity, n=n)
        if not rows and not await release.ask("customer", customer_id=identity):
            raise not_found("customer", customer_id)
        body = {
            "customer_id": identity,
            "products": [{"product_id": row[0], "rank": row[1]} for row in rows],
            "count": len(rows),
            "total": rows[0][2] if rows else 0,
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))
