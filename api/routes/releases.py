"""The served release, and its changes."""

from collections import Counter
from datetime import datetime

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.responses import as_json, release_response
from api.schemas import releases as schemas

releases = Blueprint("releases")


@releases.route("/release", methods=READING)
@documented(
    Operation(
        summary="The served release",
        response=schemas.ReleaseFacts,
        example="release.json",
        problems=(304, 503),
    )
)
async def release_facts(request: Request) -> HTTPResponse:
    """The served release: when it was made, from which log, with how many rows."""
    serving = request.app.ctx.serving
    release = serving.current().release
    manifest = release.manifest
    body = {
        "release_id": release.release_id,
        "created_at": release.created_at.isoformat(),
        "served_since": serving.served_since.isoformat(timespec="seconds"),
        "age_days": release.age_days,
        "input": {
            name: time and datetime.fromisoformat(time).isoformat()
            for name, time in manifest["input"].items()
        },
        "row_counts": manifest["row_counts"],
        "git_revision": manifest["git_revision"],
        "products": release.product_count,
        "customers": release.customer_count,
    }
    # Weak, because the age changes.
    return release_response(request, release, as_json(body), is_weak=True)


@releases.route("/release/changes", methods=READING)
@documented(
    Operation(
        summary="Changes since the previous release",
        response=schemas.ReleaseChanges,
        example="release_changes.json",
        problems=(304, 503),
    )
)
async def release_changes(request: Request) -> HTTPResponse:
    """Row counts of tables, and customers who entered, stayed in or left the top ranks."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        # Empty for the first release, and for releases made before this was recorded.
        earlier = release.manifest.get("earlier") or {}
        ranking = await release.ask_records("ranking_changes") if earlier else []
        counts = Counter(row["change"] for row in ranking)
        earlier_counts = earlier.get("row_counts", {})
        body = {
            "release": release.release_id,
            "created_at": release.created_at.isoformat(),
            "earlier_release": earlier.get("release_id"),
            "earlier_created_at": earlier.get("created_at"),
            "row_counts": [
                {
                    "table": table,
                    "row_count": count,
                    "earlier_row_count": earlier_counts.get(table),
                }
                for table, count in sorted(release.manifest["row_counts"].items())
            ],
            **{
                f"{change}_count": counts[change]
                for change in ("entered", "stayed", "left", "gone")
            },
            # Customers who are gone may have opted out, so they are only counted.
            "ranking": [
                {**row, "engagement_rank": row["rank"]}
                for row in ranking
                if row["change"] != "gone"
            ],
        }
        return release_response(request, release, as_json(body))
