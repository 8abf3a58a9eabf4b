"""Which ranking serves, and why a customer has a place in an audience."""

from datetime import datetime
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.audience_json import customer_ids
from api.audiences import Audiences
from api.documentation import READING, Operation, documented
from api.holdout import held_out_until
from api.identifiers import CUSTOMER_ID, PRODUCT_ID
from api.place_signals import signals, with_deciding_counts
from api.problems import not_found
from api.ranking_reasons import reason
from api.release import Release
from api.responses import as_json, release_response
from api.schemas import rankings as schemas

# The parts of the score of the combination, in words.
HYBRID_PARTS = {
    "activity_part": "activity",
    "attribute_part": "shared attributes",
    "neighbour_part": "neighbouring products",
}

rankings = Blueprint("rankings")


@rankings.route("/rankings", methods=READING)
@documented(
    Operation(
        summary="Which ranking serves, and why",
        response=schemas.ServedRankings,
        example="rankings.json",
        problems=(304, 503),
    )
)
async def served_rankings(request: Request) -> HTTPResponse:
    """The ranking of customers, and those of known and of new products."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        rows = await release.ask_records("served_rankings")
        body = {
            "served": [
                {
                    "audience": row["audience"],
                    "ranking": row["ranking"],
                    "label": release.ranking_labels.label(row["ranking"]),
                    "description": row["description"],
                    "reason": reason(row),
                }
                for row in rows
            ],
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@rankings.route(
    "/recommend/<product_id:str>/explain/<customer_id:str>", methods=READING, unquote=True
)
@documented(
    Operation(
        summary="Why a customer has a place in an audience",
        response=schemas.Explanation,
        example="explanation.json",
        parameters=(PRODUCT_ID, CUSTOMER_ID),
        problems=(304, 404, 422, 503),
    )
)
async def explain(request: Request, product_id: str, customer_id: str) -> HTTPResponse:
    """Ranking, score, its parts, the signals in words, and the probability."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        product = PRODUCT_ID.read(request, product_id, release)
        identity = CUSTOMER_ID.read(request, customer_id, release)
        release.check_opted_out(identity)
        release.check_table("candidates", "explanations")
        customers = await release.ask_records("customer", customer_id=identity)
        if not customers:
            raise not_found("customer", customer_id)
        customer = customers[0]
        rows = await release.ask_records(
            "explanation", product_id=product, customer_id=identity
        )
        if rows:
            place = {"place": "listed", "rank": rows[0].pop("audience_rank"), **rows[0]}
        else:
            place = await beyond(served, product, customer)
        ranking = place["ranking"]
        place = with_deciding_counts(place, release.ranking_labels.of_products)
        body = {
            "product_id": product,
            "customer_id": identity,
            "place": place["place"],
            "rank": place["rank"],
            "ranking": ranking,
            "label": release.ranking_labels.label(ranking),
            "score": place["score"],
            "parts": parts(release, place, customer),
            "signals": signals(place, customer, served.by_attributes.names, as_of(release)),
            "product_count": customer["unique_products"],
            "attribute_count": place["attribute_count"],
            "neighbour_count": place["neighbour_count"],
            "last_interaction_at": customer["last_interaction_at"],
            "probability": place.get("probability"),
            "purchase_probability": place.get("purchase_probability"),
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


async def beyond(
    served: Audiences, product: int | str, customer: dict[str, Any]
) -> dict[str, Any]:
    """The place of a customer who is not in the list of a product."""
    release, customer_id = served.release, customer["customer_id"]
    found = await served.list_of(product)
    by_customers = {
        "ranking": customer["customer_ranking"],
        "score": customer["customer_score"],
    }
    until = await held_out_until(release, customer_id)
    if until:
        excluded = {"place": "excluded", "rank": None, "held_out_until": until}
        return by_customers | excluded
    if found and release.has_table("later_places"):
        rows = await release.ask_records(
            "later_explanation", product_id=product, customer_id=customer_id
        )
        for row in rows:
            rank = found.count + row.pop("audience_rank")
            return {"place": "beyond the list", "rank": rank, **row}
    listed: list[int | str] = []
    order = served.orders.served
    if found:
        order = served.orders.after(found.ranking)
        listed = customer_ids(await served.continuations.all_with_signal(product, found))
    placed = await order.place(product, customer_id, listed)
    if placed["is_excluded"]:
        return by_customers | {"place": "excluded", "rank": None}
    return {
        "place": "beyond the list" if found else "cold start",
        "rank": len(listed) + placed["place"],
        "ranking": found.ranking if found else order.name,
        "score": placed["score"] if not found or found.ranking == order.name else None,
    }


def parts(
    release: Release, place: dict[str, Any], customer: dict[str, Any]
) -> list[dict[str, Any]]:
    """The parts of a score; they add up to it."""
    label, suffix = release.ranking_labels.label, "_contribution"
    if place["score"] is None:
        return []
    if place["ranking"] == "hybrid":
        return [
            {"part": part.removesuffix("_part"), "label": text, "value": place[part]}
            for part, text in HYBRID_PARTS.items()
        ]
    if place["ranking"] == "engagement":
        features = [name.removesuffix(suffix) for name in customer if name.endswith(suffix)]
        return [
            {"part": name, "label": label(name), "value": customer[f"{name}{suffix}"]}
            for name in features
        ]
    ranking = place["ranking"]
    return [{"part": ranking, "label": label(ranking), "value": place["score"]}]


def as_of(release: Release) -> datetime:
    """The reference time of a release."""
    return datetime.fromisoformat(release.manifest["input"]["as_of_at"])
