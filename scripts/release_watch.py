"""Watch a running API after a switch: does it do worse than before?"""

import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# How long a switch may take, and how often in a row the API may be unwell.
PATIENCE_SECONDS = 15
UNWELL_IN_A_ROW = 3
# So many answers must be errors of the server, and such a share of all.
LEAST_ERRORS = 10
ERROR_SHARE = 0.01
REQUESTS = re.compile(r'audience_requests_total\{[^}]*status="(\d)\d\d"[^}]*\} (\S+)')


@dataclass(frozen=True)
class Answers:
    """What an API has answered since it started.

    Attributes:
        errors: with a status of 500 or more.
    """

    total: float = 0
    errors: float = 0


def watched_url() -> str:
    """The API to watch: AUDIENCE_API_URL, else the one that `make serve` starts here."""
    port = os.environ.get("AUDIENCE_PORT") or "8000"
    return os.environ.get("AUDIENCE_API_URL") or f"http://127.0.0.1:{port}"


def is_running(url: str) -> bool:
    """Whether an API answers there, well or not."""
    return _health(url) is not None


def answers_of(url: str) -> Answers:
    """Its answers; none where it does not tell."""
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:  # noqa: S310
            text = answer.read().decode()
    except (OSError, ValueError):
        return Answers()
    counted = [(digit, float(count)) for digit, count in REQUESTS.findall(text)]
    return Answers(
        sum(count for _, count in counted),
        sum(count for digit, count in counted if digit == "5"),
    )


def watch(
    url: str,
    release_id: str,
    seconds: float,
    before: Answers,
    sleep: Callable[[float], None] = time.sleep,
) -> str | None:
    """Look at an API once a second; ends early where it does badly.

    Args:
        release_id: what it is to serve.
        before: its answers before the switch.

    Returns:
        What is wrong; None where nothing is.
    """
    unwell = 0
    reason = None
    for second in range(round(seconds)):
        reason = _trouble(url, release_id, is_patient=second < PATIENCE_SECONDS)
        unwell = unwell + 1 if reason else 0
        if unwell >= UNWELL_IN_A_ROW:
            return reason
        now = answers_of(url)
        errors, total = now.errors - before.errors, now.total - before.total
        if errors >= LEAST_ERRORS and errors > ERROR_SHARE * total:
            return f"{errors:.0f} of {total:.0f} answers since the switch were errors"
        sleep(1)
    return None


def _trouble(url: str, release_id: str, *, is_patient: bool) -> str | None:
    health = _health(url)
    if health is None:
        return f"the API at {url} does not answer any more"
    if health.get("release_id") != release_id and not is_patient:
        return f"the API at {url} still serves {health.get('release_id')}"
    if health.get("status") != "healthy" and health.get("release_id") == release_id:
        reasons = " ".join(health.get("reasons", []))
        return f"the API at {url} is {health.get('status')}: {reasons}"
    if health.get("status") == "unavailable":
        return f"the API at {url} serves no release"
    return None


def _health(url: str) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        try:
            found = json.load(error)
        except ValueError:
            return None
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
