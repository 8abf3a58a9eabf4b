"""Products of the release."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api import examples, schemas
from api.answers import answer, as_json
from api.documentation import READING, Operation, documented
from api.parameters import WholeNumber

N = WholeNumber("n", 10, 1, 1000, "How many products.")

products = Blueprint("products")


@products.route("/products/sample", methods=READING)
@documented(
    Operation(
        summary="Some products to try",
        answer=schemas.ProductSample,
        example=examples.PRODUCT_SAMPLE,
        parameters=(N,),
        problems=(304, 422, 503),
    )
)
async def sample_products(request: Request) -> HTTPResponse:
    """Products spread over the catalogue, the same ones as long as the release lasts."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        n = N.read(request)
        rows = await release.ask("product_sample", n=n)
        body = {
            "sample_products": [row[0] for row in rows],
            "total_available": release.product_count,
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))
