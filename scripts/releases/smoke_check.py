"""Check the answers of the API on a release before it is served."""

import contextlib
import json
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import duckdb

from scripts.build_folder import SMOKE_CHECK, BuildFolder
from scripts.releases.release_folder import Release
from scripts.releases.release_watch import NO_ANSWER
from scripts.releases.running_api import MeasurementError, running_api
from scripts.reported_error import ReportedError

SAMPLED_PRODUCTS = 20
ASKED = 10
# The API reads the whole release before it answers: minutes for a large, remote file.
LONGEST_START_SECONDS = 600


class SmokeCheckError(ReportedError):
    """A release must not be served; the message names the wrong answer."""


def smoke_check(folder: BuildFolder, candidate: Path, current: Release | None) -> None:
    """Check that the answers of the API agree with the tables of a written release.

    Args:
        candidate: the folder of the release, which is not served yet.
        current: the served release; tables with rows there must not be empty.

    Raises:
        SmokeCheckError: an answer differs, or a table is empty.
    """
    _check_counts(candidate, current)
    with tempfile.TemporaryDirectory(prefix=SMOKE_CHECK, dir=folder.root) as scratch:
        alone = BuildFolder(Path(scratch))
        alone.releases.mkdir()
        (alone.releases / "current").symlink_to(candidate.resolve())
        try:
            with running_api(
                alone, ["api"], LONGEST_START_SECONDS, _has_health, workers=1, access_log=0
            ) as api:
                _check_health(api.url)
                _check_lists(api.url, candidate)
        except MeasurementError as error:
            raise SmokeCheckError(
                f"The API does not start on the new release: {error}"
            ) from error


def _check_counts(candidate: Path, current: Release | None) -> None:
    if current is None:
        return
    counts = json.loads((candidate / "manifest.json").read_text())["row_counts"]
    gone = [
        mart
        for mart, count in current.manifest["row_counts"].items()
        if mart in ("customers", "products", "product_audiences")
        and count
        and not counts.get(mart)
    ]
    if gone:
        raise SmokeCheckError(
            f"{', '.join(gone)} would be empty, but {current.release_id} has rows there:"
            " check the log and its mapping"
        )


def _has_health(url: str) -> bool:
    """Whether /health answers: it does after the API has tried to read the release."""
    return bool(_ask(f"{url}/health")[0])


def _check_health(url: str) -> None:
    status, body = _ask(f"{url}/health")
    if body.get("status") != "healthy":
        reasons = " ".join(body.get("reasons", [])) or f"HTTP status {status}"
        raise SmokeCheckError(f"The API is {body.get('status', 'not well')}: {reasons}")


def _check_lists(url: str, candidate: Path) -> None:
    """Compare lists of the API with those of the mart."""
    with duckdb.connect(candidate / "audience.duckdb", read_only=True) as release:
        lists = release.execute(
            "select product_id::text, list(customer_id order by audience_rank)"
            " from product_audiences where product_id in (select product_id from products"
            " order by hash(product_id) limit $products) group by product_id",
            {"products": SAMPLED_PRODUCTS},
        ).fetchall()
    for product, expected in lists:
        name = urllib.parse.quote(product, safe="")
        status, body = _ask(f"{url}/recommend/{name}?n={ASKED}")
        found = [row["customer_id"] for row in body.get("recommendations", [])]
        # The API returns n customers; the mart may have fewer per product (top_n).
        if found[: len(expected)] != expected[:ASKED]:
            raise SmokeCheckError(
                f"Product {product}: the API answers {found[:3]} (HTTP status {status}),"
                f" the release has {expected[:3]}"
            )


def _ask(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with contextlib.suppress(*NO_ANSWER):
            return error.code, json.load(error)
        return error.code, {}
    except NO_ANSWER:
        return 0, {}
