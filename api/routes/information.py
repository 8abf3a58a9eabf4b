"""The service itself: endpoints, health, readiness and metrics."""

from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.responses import VERSION, as_json
from api.schemas import information as schemas

ENDPOINTS = {
    "recommend": "/recommend/{product_id}?n=10",
    "recommend_batch": "/recommend/batch",
    "audience": "/audience/{product_id}?n=1000&format=csv",
    "overlap": "/recommend/{product_id}/overlap/{other_product_id}?n=10",
    "explanation": "/recommend/{product_id}/explain/{customer_id}",
    "rankings": "/rankings",
    "products_sample": "/products/sample?n=10",
    "products_search": "/products/search?q=vase&n=10",
    "customer": "/customers/{customer_id}",
    "customer_products": "/customers/{customer_id}/products?n=100",
    "campaigns": "/campaigns",
    "campaign": "/campaigns/{campaign_id}",
    "campaign_audience": "/campaigns/{campaign_id}/audience?n=100&format=json",
    "campaign_plan": "/campaigns/{campaign_id}/plan",
    "campaign_value": "/campaigns/{campaign_id}/value",
    "holdout": "/holdout",
    "holdout_customers": "/holdout/customers?n=100",
    "experiments": "/experiments",
    "experiment": "/experiments/{experiment_id}",
    "diagnostics": "/diagnostics",
    "evidence": "/evidence",
    "quality": "/quality",
    "release": "/release",
    "release_changes": "/release/changes",
    "health": "/health",
    "ready": "/ready",
    "metrics": "/metrics",
    "pages": "/pages/overview",
    "docs": "/docs",
    "openapi": "/openapi.json",
}

information = Blueprint("information")


def now(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    """A response about this moment, which must not be cached."""
    return HTTPResponse(
        as_json(body),
        status=status,
        headers={"cache-control": "no-store"},
        content_type="application/json",
    )


@information.route("/", methods=READING)
@documented(
    Operation(
        summary="Name, version and endpoints",
        response=schemas.Information,
        example="information.json",
        is_open=True,
        problems=(303,),
    )
)
async def root(request: Request) -> HTTPResponse:
    """Name, version and endpoints; redirects a browser to the pages."""
    if "text/html" in request.headers.get("accept", ""):
        headers = {"location": "/pages/overview", "vary": "accept"}
        return HTTPResponse(status=303, headers=headers)
    response = now(
        {
            "message": "Product Audience: whom to contact about a product",
            "version": VERSION,
            "endpoints": ENDPOINTS,
        }
    )
    response.headers["vary"] = "accept"
    return response


@information.route("/health", methods=READING)
@documented(
    Operation(
        summary="Health of the service",
        response=schemas.Health,
        example="health.json",
        is_open=True,
        more={503: schemas.Health},
    )
)
async def health(request: Request) -> HTTPResponse:
    """Healthy, degraded with reasons, or 503 without a release; computed on demand."""
    context = request.app.ctx
    release = context.serving.release
    serving = context.serving
    troubles = (
        serving.trouble,
        release.trouble if release else None,
        serving.opt_out_trouble,
    )
    reasons = list(dict.fromkeys(trouble for trouble in troubles if trouble))
    if release and release.age_days > context.settings.max_release_age_days:
        reasons.append(
            f"The release is {release.age_days:.1f} days old, more than"
            f" {context.settings.max_release_age_days:g}. Build and publish a new one."
        )
    status = "unavailable" if not release else "degraded" if reasons else "healthy"
    return now(
        {
            "status": status,
            "model_loaded": release is not None,
            "products": release.product_count if release else 0,
            "release_id": release.release_id if release else None,
            "release_created_at": release.created_at.isoformat() if release else None,
            "reasons": reasons,
        },
        200 if release else 503,
    )


@information.route("/ready", methods=READING)
@documented(
    Operation(
        summary="Whether the worker accepts requests",
        response=schemas.Readiness,
        example="readiness.json",
        is_open=True,
        more={503: schemas.Readiness},
    )
)
async def ready(request: Request) -> HTTPResponse:
    """200 if a release is served, with all opt-outs, and the worker is not stopping."""
    serving = request.app.ctx.serving
    release = serving.release
    is_ready = release is not None and not request.app.state.is_stopping
    is_ready = is_ready and not serving.lacks_opt_outs
    return now(
        {"ready": is_ready, "release_id": release.release_id if release else None},
        200 if is_ready else 503,
    )


@information.route("/metrics", methods=READING)
@documented(
    Operation(
        summary="Prometheus metrics of all workers",
        response=("text/plain",),
        example="metrics.txt",
    )
)
async def metrics(request: Request) -> HTTPResponse:
    """Requests, times, look-ups, batches, exports, and the release."""
    return HTTPResponse(
        await request.app.ctx.telemetry.exposition(),
        headers={"cache-control": "no-store"},
        content_type="text/plain; version=0.0.4; charset=utf-8",
    )
