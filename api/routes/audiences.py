"""Whom to contact about a product, or about many."""

import asyncio
import contextlib
import json
from dataclasses import replace

import pydantic
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.attribute_parameters import Attributes
from api.audience_json import DEFAULT_N, LARGEST_N
from api.audiences import Audiences
from api.blocks import ProductId
from api.documentation import READING, Operation, documented
from api.identifiers import OTHER_PRODUCT_ID, PRODUCT_ID, identifier
from api.parameters import Choice, WholeNumber
from api.problems import invalid_parameter, not_found, too_slow
from api.responses import as_json, release_response
from api.schemas import audiences as schemas

# The members of a batch request, in words.
BATCH_MEMBERS = {
    "product_ids": "a list of up to 1000 ids",
    "n": "a whole number from 1 to 100",
}

audiences = Blueprint("audiences")


N = WholeNumber("n", DEFAULT_N, 1, LARGEST_N, "How many customers.")
STRICT = Choice(
    "strict",
    ("false", "true"),
    "With `true` an unknown product is a 404 instead of a cold start.",
)
ATTRIBUTES = Attributes(
    "Attributes of an unknown product, such as `category=lamps`: the customers follow from"
    " them. Their names are those of the release's product attributes.",
    (N.name, STRICT.name),
)
RECOMMEND = Operation(
    summary="Whom to contact about a product",
    response=schemas.Audience,
    example="audience.json",
    parameters=(
        PRODUCT_ID,
        N,
        STRICT,
        ATTRIBUTES,
    ),
    problems=(304, 404, 422, 503),
)


@audiences.route("/recommend/<product_id:str>", methods=READING, unquote=True)
@documented(RECOMMEND)
async def recommend(request: Request, product_id: str) -> HTTPResponse:
    """The customers to contact about a product; a cold start if it is unknown."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        product = PRODUCT_ID.read(request, product_id, release)
        if not request.query_string:
            body = served.cached_body(product)
            if body is not None:
                return release_response(request, release, body)
        n = N.read(request)
        asked = ATTRIBUTES.read(request, served.by_attributes.names)
        is_strict = STRICT.read(request) == "true"
        if (is_strict or asked) and not await served.knows(product):
            if is_strict:
                raise not_found("product", product)
            body = await served.by_attributes.body(product, asked, n)
            return release_response(request, release, body)
        bodies = await served.bodies([product], n)
        return release_response(request, release, bodies[product])


@audiences.route("/recommend/batch", methods=READING)
@documented(replace(RECOMMEND, is_listed=False))
async def recommend_product_named_batch(request: Request) -> HTTPResponse:
    """A product with the id `batch`: Sanic prefers the literal path of the batches."""
    answered: HTTPResponse = await recommend(request, "batch")
    return answered


@audiences.route(
    "/recommend/<product_id:str>/overlap/<other_product_id:str>",
    methods=READING,
    unquote=True,
)
@documented(
    Operation(
        summary="How much the audiences of two products overlap",
        response=schemas.Overlap,
        example="overlap.json",
        parameters=(PRODUCT_ID, OTHER_PRODUCT_ID, N),
        problems=(304, 422, 503),
    )
)
async def overlap(request: Request, product_id: str, other_product_id: str) -> HTTPResponse:
    """The customers among the first n of both audiences."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        product = PRODUCT_ID.read(request, product_id, release)
        other = OTHER_PRODUCT_ID.read(request, other_product_id, release)
        n = N.read(request)
        bodies = await served.bodies([product, other], n)
        customers, others = (
            [row["customer_id"] for row in json.loads(bodies[one])["recommendations"]]
            for one in (product, other)
        )
        shared = set(customers) & set(others)
        larger = max(len(customers), len(others))
        body = {
            "product_id": product,
            "other_product_id": other,
            "n": n,
            "count": len(shared),
            "share": len(shared) / larger if larger else None,
            "customer_ids": [customer for customer in customers if customer in shared],
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@audiences.post("/recommend/batch")
@documented(
    Operation(
        summary="Whom to contact about many products",
        response=schemas.Batch,
        example="batch.json",
        body=schemas.BatchRequest,
        body_example={"product_ids": [42], "n": 2},
        headers=("ETag",),
        problems=(413, 422, 503),
    )
)
async def recommend_batch(request: Request) -> HTTPResponse:
    """Audiences of up to 1,000 products, in the order of the request."""
    asked = _batch_request(request)
    request.app.ctx.unsent_bytes.check()
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        products = [
            identifier(f"product_ids[{place}]", product_id, release)
            for place, product_id in enumerate(asked.product_ids)
        ]
        request.app.ctx.telemetry.batch_products.observe(len(products))
        bodies = await _bodies(request, served, list(dict.fromkeys(products)), asked.n)
        results = b",".join(bodies[product] for product in products)
        return release_response(
            request,
            release,
            b'{"results":[%s],"count":%d,"release":%s}'
            % (results, len(products), as_json(release.release_id)),
        )


async def _bodies(
    request: Request, served: Audiences, products: list[ProductId], n: int
) -> dict[ProductId, bytes]:
    """The audiences of a batch, within the time limit of a query.

    Raises:
        Problem: it took too long.
    """
    context = request.app.ctx
    limit = context.settings.query_seconds
    # Audiences longer than the stored lists are much work.
    is_heavy = n > served.release.list_size
    async with context.batches if is_heavy else contextlib.nullcontext():
        try:
            async with asyncio.timeout(limit):
                return await served.bodies(products, n)
        except TimeoutError as error:
            raise too_slow(limit) from error


def _batch_request(request: Request) -> schemas.BatchRequest:
    try:
        # Strict: neither "1" nor true is a number.
        return schemas.BatchRequest.model_validate_json(request.body, strict=True)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        member, place = ([*first["loc"], None, None])[:2]
        if member is None or first["type"] == "extra_forbidden":
            name = str(member or "body")[:100]
            expected = 'a JSON object such as {"product_ids": [42], "n": 10}'
        elif isinstance(place, int):
            name, expected = f"product_ids[{place}]", "a whole number or text"
        else:
            name, expected = str(member), BATCH_MEMBERS[str(member)]
        shown = (
            request.body.decode("utf-8", "replace") if member is None else first["input"]
        )
        raise invalid_parameter(name, shown, expected) from error
