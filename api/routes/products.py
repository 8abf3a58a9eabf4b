"""Products of the release."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.identifiers import LONGEST_ID
from api.parameters import Text, WholeNumber
from api.responses import as_json, release_response
from api.schemas import products as schemas

N = WholeNumber("n", 10, 1, 1000, "How many products.")

TEXT = Text("q", "vase", LONGEST_ID, "An id, or part of a name.")

products = Blueprint("products")


@products.route("/products/sample", methods=READING)
@documented(
    Operation(
        summary="A sample of products",
        response=schemas.ProductSample,
        example="product_sample.json",
        parameters=(N,),
        problems=(304, 422, 503),
    )
)
async def sample_products(request: Request) -> HTTPResponse:
    """Products from all over the catalogue, the same ones for one release."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        n = N.read(request)
        rows = await release.ask("product_sample", n=n)
        body = {
            "sample_products": [row[0] for row in rows],
            "total_available": release.product_count,
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@products.route("/products/search", methods=READING)
@documented(
    Operation(
        summary="Find products by id or name",
        response=schemas.FoundProducts,
        example="found_products.json",
        parameters=(TEXT, N),
        problems=(304, 422, 503),
    )
)
async def search_products(request: Request) -> HTTPResponse:
    """Products that match a text, an exact id first; without a text, the most popular."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        n = N.read(request)
        found = await release.ask_records("product_search", text=TEXT.read(request), n=n)
        body = {"products": found, "count": len(found), "release": release.release_id}
        return release_response(request, release, as_json(body))
