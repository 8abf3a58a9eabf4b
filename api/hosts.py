"""The names by which the API answers.

A page of another origin can reach a server in the reader's network by letting its own name
lead to that server's address (DNS rebinding). The header `Host` then has the page's name.
"""

import re
from typing import Any

from sanic import Request

from api.problems import Problem
from api.settings import Settings, is_loopback, variable

# A name or an address, and a port.
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+?)\.?(?::[0-9]{0,5})?")
ANY = "*"


class AllowedHosts:
    """Checks the header `Host` of requests."""

    def __init__(self, settings: Settings) -> None:
        names = {name.lower() for name in settings.hosts}
        self._allows_any = ANY in names
        self._names = names | {settings.host.lower()}
        # `*.example.com` is for the names below example.com.
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))
        # Values that were allowed, as they came. The caller does not choose what is added.
        self._known: set[str] = set()

    def check(self, request: Request[Any, Any]) -> None:
        """Check the host of a request.

        Raises:
            Problem: the API does not answer by this name.
        """
        host = request.headers.get("host")
        if host in self._known or self._allows_any:
            return
        if host is None:  # HTTP/1.0, which no browser sends.
            return
        name = plain_name(host)
        address = request.conn_info.sockname if request.conn_info else None
        if name and (
            name in self._names
            or is_loopback(name)
            or name.endswith(self._endings)
            # The address that the client connected to: a load balancer checks it, and no
            # other page is at it.
            or (isinstance(address, tuple) and name == address[0].removeprefix("::ffff:"))
        ):
            if len(self._known) < 100:
                self._known.add(host)
            return
        raise Problem(
            421,
            "misdirected",
            "Misdirected request",
            f"Host = {host[:100]!r}: expected a name of this server. If this is one, add it"
            f" to {variable('allowed_hosts')}.",
        )


def plain_name(host: str) -> str:
    """The name or address in a header `Host`, without its port; empty if malformed."""
    found = HOST.fullmatch(host.lower())
    return found[1].strip("[]").removeprefix("::ffff:") if found else ""
