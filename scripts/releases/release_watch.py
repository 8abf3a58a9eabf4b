"""Watch a running API after it switches to a release: does it do worse than before?"""

import contextlib
import http.client
import json
import os
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scripts.releases.opted_out_file import FILE
from scripts.reported_error import ReportedError

# How long a refresh watches by default.
WATCH_SECONDS = 60
# The API must be unhealthy this many times in a row.
UNWELL_IN_A_ROW = 3
# Server errors must reach this number, and exceed this share of all answers.
LEAST_ERRORS = 10
ERROR_SHARE = 0.01
REQUESTS = re.compile(r'audience_requests_total\{[^}]*status="([^"]+)"[^}]*\} (\S+)')
# Errors of a request if the API is down or stops during an answer.
NO_ANSWER = (OSError, ValueError, http.client.HTTPException)


@dataclass(frozen=True)
class Answers:
    """Counts of the answers of an API since it started.

    Attributes:
        errors: answers with a status of 500 or more, and interrupted ones.
    """

    total: float = 0
    errors: float = 0


@dataclass(frozen=True)
class Watched:
    """The result of a watch.

    Attributes:
        trouble: why the release must be rolled back; None if it is fine.
        note: what could not be observed; None if everything was.
    """

    trouble: str | None = None
    note: str | None = None


class WatchError(ReportedError):
    """The API cannot be watched; the message says why."""


def watched_url() -> str:
    """The API to watch: AUDIENCE_API_URL, else the local one of `audience serve`.

    Raises:
        WatchError: AUDIENCE_API_URL is no address.
    """
    port = os.environ.get("AUDIENCE_PORT") or "8000"
    url = os.environ.get("AUDIENCE_API_URL") or f"http://127.0.0.1:{port}"
    if not re.fullmatch(r"https?://\S+", url):
        raise WatchError(
            f"AUDIENCE_API_URL = {url}: expected an address such as http://127.0.0.1:8000"
        )
    return url.rstrip("/")


def served_by(url: str) -> str | None:
    """The release that an API serves; None if it does not answer or serves none."""
    release: str | None = (_health(url) or {}).get("release_id")
    return release


def answers_of(url: str) -> Answers | None:
    """The answers of all replicas of an API; None if no replica reports them.

    If the API has keys, AUDIENCE_API_KEY must be one of them.
    """
    key = os.environ.get("AUDIENCE_API_KEY")
    texts = []
    for replica in _replicas(url):
        with contextlib.suppress(*NO_ANSWER):
            answer = _get(f"{replica}/metrics", {"x-api-key": key} if key else {})
            texts.append(answer.decode())
    if not texts:
        return None
    counted = [
        (status, float(count)) for text in texts for status, count in REQUESTS.findall(text)
    ]
    return Answers(
        sum(count for _, count in counted),
        sum(
            count
            for status, count in counted
            if status.startswith("5") or status == "broken off"
        ),
    )


def _replicas(url: str) -> list[str]:
    """The URL of each address of the host: every replica counts separately."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "http":
        return [url]  # A certificate is valid for the name only.
    try:
        found = socket.getaddrinfo(
            parts.hostname, parts.port or 80, type=socket.SOCK_STREAM
        )
    except OSError:
        return [url]
    hosts = sorted({str(address[0]) for *_, address in found})
    return [
        f"http://{f'[{host}]' if ':' in host else host}:{parts.port or 80}{parts.path}"
        for host in hosts
    ]


def watch(
    url: str,
    release_id: str,
    seconds: float,
    before: Answers | None,
    sleep: Callable[[float], None] = time.sleep,
) -> Watched:
    """Check an API once a second, and stop early if it does worse than before.

    An API that keeps serving the earlier release does not count as worse.

    Args:
        release_id: the release that it should serve.
        before: its answers before the switch; None if they are unknown, so that new errors
            cannot be told from earlier ones.
    """
    unwell = 0
    trouble = None
    for _ in range(max(1, round(seconds))):
        trouble = _trouble(url, release_id)
        unwell = unwell + 1 if trouble else 0
        if unwell >= UNWELL_IN_A_ROW:
            return Watched(trouble)
        now = answers_of(url) if before is not None else None
        if before is not None and now is not None:
            errors, total = now.errors - before.errors, now.total - before.total
            # Fewer answers than before: a replica was restarted or is missing.
            if total >= errors >= LEAST_ERRORS and errors > ERROR_SHARE * total:
                return Watched(
                    f"{errors:.0f} of {total:.0f} answers since the switch were errors"
                )
        sleep(1)
    if trouble:
        return Watched(note=f"When the watch ended, {trouble}")
    served = served_by(url)
    if served != release_id:
        return Watched(note=f"The API at {url} still serves {served}")
    if before is None:
        return Watched(
            note="Errors of the API were not counted:"
            f" {url}/metrics does not answer (AUDIENCE_API_KEY must hold a key if the API"
            " has keys)"
        )
    return Watched()


def _trouble(url: str, release_id: str) -> str | None:
    health = _health(url)
    if health is None:
        return f"the API at {url} no longer answers"
    # An older release would not make the opt-outs readable.
    given = health.get("reasons", [])
    found = [reason for reason in given if FILE not in reason]
    if health.get("status") == "degraded" and given and not found:
        return None
    reasons = " ".join(found)
    is_about_it = health.get("release_id") == release_id or release_id in reasons
    if health.get("status") == "unavailable":
        return f"the API at {url} serves no release"
    if health.get("status") != "healthy" and is_about_it:
        return f"the API at {url} is {health.get('status')}: {reasons.removesuffix('.')}"
    return None


def _health(url: str) -> dict[str, Any] | None:
    try:
        found = json.loads(_get(f"{url}/health"))
    except urllib.error.HTTPError as error:
        try:
            found = json.load(error)
        except NO_ANSWER:
            return None
    except NO_ANSWER:
        return None
    return found if isinstance(found, dict) else None


def _get(url: str, headers: dict[str, str] | None = None) -> bytes:
    request = urllib.request.Request(url, headers=headers or {})  # noqa: S310
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content
