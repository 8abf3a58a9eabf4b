"""Whom to contact about a product, or about many."""

import pydantic
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api import schemas
from api.answers import answer, as_json
from api.audiences import DEFAULT_N
from api.documentation import (
    PRODUCT_ID,
    READING,
    Operation,
    Parameter,
    documented,
    number_parameter,
)
from api.parameters import choice, identifier, whole_number
from api.problems import invalid_parameter, not_found

LARGEST_N = 100
EXAMPLE = {
    "product_id": 42,
    "recommendations": [
        {"customer_id": 83776, "score": 0.826198409, "rank": 1},
        {"customer_id": 2, "score": 0.723263812, "rank": 2},
    ],
    "count": 2,
    "cold_start": False,
    "note": None,
    "release": "000001-20261123T095550Z",
}

audiences = Blueprint("audiences")


@audiences.route("/recommend/<product_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="Whom to contact about a product",
        answer=schemas.Audience,
        example=EXAMPLE,
        parameters=(
            PRODUCT_ID,
            number_parameter("n", DEFAULT_N, 1, LARGEST_N, "How many customers."),
            Parameter(
                "strict",
                {"type": "string", "enum": ["false", "true"], "default": "false"},
                "With `true` an unknown product is 404 instead of a cold start.",
            ),
        ),
        problems=(304, 404, 422, 503),
    )
)
async def recommend(request: Request, product_id: str) -> HTTPResponse:
    """The customers to contact about a product; a cold start for one that is unknown."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        product = identifier("product_id", product_id, release)
        if not request.query_string:
            body = served.cached_body(product)
            if body is not None:
                return answer(request, release, body)
        n = whole_number(request, "n", DEFAULT_N, 1, LARGEST_N)
        is_strict = choice(request, "strict", ("false", "true")) == "true"
        if is_strict and not await served.knows(product):
            raise not_found("product", product)
        return answer(request, release, await served.body(product, n))


@audiences.post("/recommend/batch")
@documented(
    Operation(
        summary="Whom to contact about many products",
        answer=schemas.Batch,
        example={"results": [EXAMPLE], "count": 1, "release": EXAMPLE["release"]},
        body=schemas.BatchRequest,
        body_example={"product_ids": [42], "n": 2},
        problems=(400, 413, 422, 503),
    )
)
async def recommend_batch(request: Request) -> HTTPResponse:
    """Audiences of up to 1,000 products, in the order of the request."""
    asked = _batch_request(request)
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        products = [
            identifier(f"product_ids[{place}]", product_id, release)
            for place, product_id in enumerate(asked.product_ids)
        ]
        request.app.ctx.observation.batch_products.observe(len(products))
        # Each once; one after the other, so that a batch does not crowd out look-ups.
        bodies = {
            product: await served.body(product, asked.n)
            for product in dict.fromkeys(products)
        }
        results = b",".join(bodies[product] for product in products)
        return answer(
            request,
            release,
            b'{"results":[%s],"count":%d,"release":%s}'
            % (results, len(products), as_json(release.release_id)),
        )


def _batch_request(request: Request) -> schemas.BatchRequest:
    try:
        # As it stands: "1" is no number here, nor is true.
        return schemas.BatchRequest.model_validate_json(request.body, strict=True)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        places = [part for part in first["loc"] if part not in ("int", "str")]
        name = "".join(
            f"[{place}]" if isinstance(place, int) else place[:100] for place in places
        )
        name = name or "body"
        shown = (
            request.body.decode("utf-8", "replace") if name == "body" else first["input"]
        )
        message = first["msg"][0].lower() + first["msg"][1:]
        raise invalid_parameter(
            name,
            shown,
            f"{message}; the body is {{'product_ids': up to 1,000 ids, 'n': 1 to 100}}",
        ) from error
