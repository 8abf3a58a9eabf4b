"""API keys: `audience keys NAME` makes one, or `python -m api.keys NAME` without it.

A key is 256 random bits, so that its SHA-256 cannot be reversed. The settings keep only the
hash.
"""

import argparse
import hashlib
import secrets
import sys

from api.settings import KEY_ENTRY


def hashed(key: str) -> str:
    """The hash of a key, as in AUDIENCE_API_KEYS."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Make a key; returns the exit code."""
    parser = argparse.ArgumentParser(prog="audience keys", description=__doc__)
    parser.add_argument("name", help="owner of the key: letters, digits, _ . -")
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
