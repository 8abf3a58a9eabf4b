"""Who is let in."""

import hmac

from api.keys import hashed
from api.problems import Problem
from api.rate_limit import Rates


class Gate:
    """Lets requests in, by key and rate."""

    def __init__(self, keys: dict[str, str], rates: Rates) -> None:
        """Prepare a gate.

        Args:
            keys: names by hash.
            rates: how often each name has asked.
        """
        self._keys = keys
        self._rates = rates

    def admit(self, key: str | None) -> str:
        """The name of the key's owner.

        Raises:
            Problem: no key, a wrong one, or too many requests.
        """
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
        self._rates.take(owner)
        return owner
