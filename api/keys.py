"""API keys: who may call, and how often. `python -m api.keys NAME` makes a key.

A key is 256 random bits, so that its plain SHA-256 cannot be turned back; only the hash is
kept in the settings.
"""

import argparse
import hashlib
import hmac
import secrets
import sys
import time

from api.problems import Problem
from api.settings import KEY_ENTRY


def hashed(key: str) -> str:
    """The hash of a key, as it stands in AUDIENCE_API_KEYS."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


class Gate:
    """Lets requests in, by key and rate."""

    def __init__(self, keys: dict[str, str], rate_limit: float) -> None:
        """Prepare a gate.

        Args:
            keys: names by hash; empty lets everybody in.
            rate_limit: requests per second and key of this worker; 0 is no limit.
        """
        self._keys = keys
        self._rate = rate_limit
        self._buckets: dict[str, tuple[float, float]] = {}

    def admit(self, key: str | None) -> str | None:
        """The name of the key's owner; None where no keys are asked for.

        Raises:
            Problem: no key, a wrong one, or too many requests.
        """
        if not self._keys:
            return None
        owner = None
        presented = hashed(key or "")
        for known, name in self._keys.items():
            # All of them, so that the time says nothing about which one was near.
            if hmac.compare_digest(known, presented):
                owner = name
        if owner is None:
            raise Problem(
                401,
                "unauthorized",
                "API key needed",
                "The request has no valid API key: send one in the header X-API-Key.",
                headers={"www-authenticate": 'ApiKey realm="product-audience"'},
            )
        if self._rate:
            self._take(owner)
        return owner

    def _take(self, owner: str) -> None:
        """Take one from the owner's bucket, which holds what a second allows."""
        now = time.monotonic()
        level, since = self._buckets.get(owner, (max(1.0, self._rate), now))
        level = min(max(1.0, self._rate), level + (now - since) * self._rate)
        if level < 1:
            self._buckets[owner] = (level, now)
            wait = int((1 - level) / self._rate) + 1
            raise Problem(
                429,
                "too-many-requests",
                "Too many requests",
                f"The key {owner!r} has used up its requests: try again in {wait} s.",
                headers={"retry-after": str(wait)},
            )
        self._buckets[owner] = (level - 1, now)


def main(arguments: list[str] | None = None) -> int:
    """Make a key; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m api.keys", description=__doc__)
    parser.add_argument("name", help="whose key it is: letters, digits, _ . -")
    options = parser.parse_args(arguments)
    key = secrets.token_urlsafe(32)
    entry = f"{options.name}:{hashed(key)}"
    if not KEY_ENTRY.fullmatch(entry):
        parser.error(f"name {options.name!r}: expected up to 40 letters, digits, _ . -")
    print(f"Key, shown this once:    {key}")
    print(f"For AUDIENCE_API_KEYS:   {entry}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
