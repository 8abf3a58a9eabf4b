"""The settings of the API: environment variables named AUDIENCE_<FIELD>."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

RELEASES = Path("build/releases")
MEMORY = re.compile(r"(\d{1,6}(?:\.\d+)?) ?([KMGT])i?B")
UNITS = {"K": 0.001, "M": 1, "G": 1000, "T": 1_000_000}  # MB
NUMBERS = {int: "a whole number", float: "a number"}
LEAST_MEMORY = 16  # MB; with less DuckDB does not read a release.
# The form that browsers send: lower case, without a path.
ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
# A name or an address; a star for all names, or for all below another.
HOST_NAME = re.compile(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:]+:[0-9a-f:.]+")
KEY_ENTRY = re.compile(r"([A-Za-z0-9_.-]{1,40}):([0-9a-f]{64})")


class SettingsError(ValueError):
    """An invalid or unsafe setting; the message says what to do."""


def _setting(default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """The settings of a server; the defaults serve this checkout's releases on loopback."""

    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on")
    workers: int = _setting(0, "worker processes; 0 is one per core")
    release_dir: Path = _setting(  # noqa: RUF009
        RELEASES,
        "folder of the releases, with the pointer `current`; if `AUDIENCE_BUILD_DIR` is"
        " set, the default is its `releases`",
    )
    max_release_age_days: float = _setting(
        10.0, "an older release makes `/health` say `degraded`"
    )
    switch_seconds: float = _setting(0.5, "how often a worker looks for a new release")
    cache_products: int = _setting(
        2_000_000, "products per worker whose list is kept in memory"
    )
    cache_megabytes: int = _setting(50, "memory of a worker for distinct lists, MB")
    database_memory: str = _setting("100MB", "memory of DuckDB per worker")
    query_seconds: float = _setting(5.0, "a query that takes longer is stopped")
    concurrent_queries: int = _setting(4, "quick queries that run at once per worker")
    concurrent_exports: int = _setting(4, "exports at once per worker; one caller has half")
    concurrent_batches: int = _setting(
        2, "batches with lists outside the cache that run at once per worker; others wait"
    )
    concurrent_slow_queries: int = _setting(
        1,
        "searches that run at once per worker; and reports; and audiences by attributes",
    )
    waiting_queries: int = _setting(
        50, "requests of one such kind that wait per worker; more get 503"
    )
    request_seconds: float = _setting(
        10.0,
        "seconds for a client to send a request, and to take each part of an answer",
    )
    connections: int = _setting(
        4000, "open connections per worker; idle ones are closed to make room for new ones"
    )
    peer_connections: int = _setting(
        1000,
        "open connections per worker from one address other than this machine; 0 is no"
        " limit, for an address of a proxy",
    )
    frozen_seconds: float = _setting(
        5.0, "a worker that does not react for so long is replaced"
    )
    allowed_hosts: str = _setting(
        "",
        "more names by which it answers, with commas between, such as api.example or"
        " `*.example`; `*` is any name",
    )
    api_keys: str = _setting(
        "", "`name:sha256` of each key, with commas between; `audience keys` makes one"
    )
    allow_anonymous: bool = _setting(
        False, "1 serves other machines without keys (a proxy must check the callers)"
    )
    rate_limit: int = _setting(
        0, "requests per second and key, of all workers together; 0 is no limit"
    )
    cors_origins: str = _setting(
        "", "origins of pages that may call, with commas between, such as https://a.example"
    )
    access_log: bool = _setting(True, "0 writes no line per request")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings; a missing or empty variable has its default.

        Raises:
            SettingsError: a value is invalid.
        """
        given: dict[str, Any] = {}
        for setting in fields(cls):
            text = environment.get(variable(setting.name), "").strip()
            if text:
                given[setting.name] = _parsed(setting.name, text, setting.default)
        if "release_dir" not in given and environment.get("AUDIENCE_BUILD_DIR"):
            given["release_dir"] = Path(environment["AUDIENCE_BUILD_DIR"]) / "releases"
        settings = cls(**given)
        settings.check()
        return settings

    def check(self) -> None:
        """Check that the settings are valid and safe.

        Raises:
            SettingsError: one of them is not.
        """
        bounds = {
            "port": (0, 65535),
            "workers": (0, 256),
            "max_release_age_days": (0, 36500),
            "switch_seconds": (0.05, 60),
            "cache_products": (0, 1_000_000_000),
            "cache_megabytes": (0, 1_000_000),
            "query_seconds": (0.01, 3600),
            **dict.fromkeys(("concurrent_queries", "concurrent_slow_queries"), (1, 64)),
            **dict.fromkeys(("concurrent_exports", "concurrent_batches"), (1, 64)),
            "waiting_queries": (0, 100_000),
            "request_seconds": (0.1, 3600),
            "connections": (16, 1_000_000),
            "peer_connections": (0, 1_000_000),
            "frozen_seconds": (1, 3600),
            "rate_limit": (0, 10_000_000),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                expected = f"{NUMBERS[type(value)]} from {low} to {high}"
                raise SettingsError(f"{variable(name)} = {value}: expected {expected}")
        if not self.keys and self.rate_limit:
            raise SettingsError(
                f"{variable('rate_limit')} = {self.rate_limit} needs AUDIENCE_API_KEYS:"
                " requests are counted by key"
            )
        size = MEMORY.fullmatch(self.database_memory)
        if not size or float(size[1]) * UNITS[size[2]] < LEAST_MEMORY:
            raise SettingsError(
                f"{variable('database_memory')} = {self.database_memory}: expected a size"
                f" such as 100MB, at least {LEAST_MEMORY}MB"
            )
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                raise SettingsError(
                    f"{variable('cors_origins')}: {origin!r} is no origin: expected ones"
                    " such as https://a.example, with commas between"
                )
        for host in self.hosts:
            if not HOST_NAME.fullmatch(host.lower()):
                raise SettingsError(
                    f"{variable('allowed_hosts')}: {host!r} is no name: expected ones such"
                    " as api.example, without a port, with commas between"
                )
        if not (is_loopback(self.host) or self.keys or self.allow_anonymous):
            raise SettingsError(
                f"{variable('host')} = {self.host} can be reached from other machines, and"
                " customer ids are personal data: set AUDIENCE_API_KEYS (`audience keys"
                " NAME` makes a key), or AUDIENCE_ALLOW_ANONYMOUS=1 where a proxy"
                " checks who calls"
            )

    @property
    def worker_count(self) -> int:
        """Worker processes."""
        return self.workers or len(os.sched_getaffinity(0))

    @property
    def origins(self) -> set[str]:
        """Origins of pages that may call."""
        return set(map(str.strip, self.cors_origins.split(","))) - {""}

    @property
    def hosts(self) -> set[str]:
        """More names by which the server answers."""
        return set(map(str.strip, self.allowed_hosts.split(","))) - {""}

    @property
    def keys(self) -> dict[str, str]:
        """The names of the API keys, by hash.

        Raises:
            SettingsError: an entry is invalid.
        """
        return parse_keys(self.api_keys)


def parse_keys(text: str) -> dict[str, str]:
    """Names by hash, from `name:sha256,name:sha256`.

    A name may have several keys, so that a new key can replace an old one step by step.

    Raises:
        SettingsError: an entry is invalid.
    """
    keys: dict[str, str] = {}
    for number, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        found = KEY_ENTRY.fullmatch(entry)
        if not found:
            raise SettingsError(
                f"AUDIENCE_API_KEYS: entry {number} is not name:sha256 (64 hexadecimal"
                " digits); make one with `audience keys NAME`"
            )
        keys[found[2]] = found[1]
    return keys


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"AUDIENCE_{name.upper()}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    # An IPv4 address as a socket for both kinds shows it.
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _parsed(name: str, text: str, default: object) -> object:
    kind = type(default)
    if isinstance(default, bool):
        if text.lower() in ("1", "true", "yes", "0", "false", "no"):
            return text.lower() in ("1", "true", "yes")
        raise SettingsError(f"{variable(name)} = {text}: expected 1 or 0")
    if isinstance(default, Path):
        return Path(text).expanduser()
    try:
        return kind(text)  # type: ignore[call-arg]
    except ValueError as error:
        raise SettingsError(
            f"{variable(name)} = {text}: expected {NUMBERS[kind]}"
        ) from error
