"""Checks the API key and the rate of each request."""

import hmac

from api.keys import hashed
from api.problems import Problem
from api.rate_limit import RateLimit


class Authenticator:
    """Accepts requests by API key and rate."""

    def __init__(self, keys: dict[str, str], rate_limit: RateLimit) -> None:
        """Set it up.

        Args:
            keys: names by hash of the key.
            rate_limit: counts the requests of each name.
        """
        self._keys = keys
        self._rate_limit = rate_limit

    def authenticate(self, key: str | None) -> str:
        """The name of the key's owner.

        Raises:
            Problem: the key is missing or wrong, or it has made too many requests.
        """
        owner = None
        presented = hashed(key or "")
        for known, name in self._keys.items():
            # Compare with all keys, so that the time does not tell which one is similar.
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
        self._rate_limit.take(owner)
        return owner
