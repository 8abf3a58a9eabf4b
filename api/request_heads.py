"""Whether the head of a request is well-formed.

Sanic accepts more than RFC 9112 allows, such as a blank before a colon or other blanks than
space and tab. Two programs that read such a head differently see different requests, which
lets a caller smuggle a request past a proxy.
"""

import re

# Control characters, bare line feeds and continued lines are not part of it.
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)")
LENGTH = re.compile(rb"[0-9]{1,15}")
LARGEST_MEMORY = 1000

# Clients repeat their headers. The hash stands for them, because a key may be among them.
_well_formed: set[int] = set()


def is_well_formed(head: bytes) -> bool:
    """Whether the head of a request is as RFC 9112 has it.

    Args:
        head: its request line, which Sanic has checked, and its headers, without the empty
            line.
    """
    line, _, fields = head.partition(b"\r\n")
    if line.endswith(b"1.0"):
        return _are_well_formed(fields, is_early=True)
    known = hash(fields)
    if known in _well_formed:
        return True
    if not _are_well_formed(fields, is_early=False):
        return False
    if len(_well_formed) >= LARGEST_MEMORY:
        _well_formed.clear()
    _well_formed.add(known)
    return True


def _are_well_formed(fields: bytes, *, is_early: bool) -> bool:
    """Check the headers of a request; `is_early` is HTTP/1.0."""
    values: dict[bytes, list[bytes]] = {}
    for field in fields.split(b"\r\n") if fields else ():
        found = FIELD.fullmatch(field)
        if found is None:
            return False
        values.setdefault(found[1].lower(), []).append(found[2].strip(b"\t "))
    lengths = values.get(b"content-length", [])
    codings = values.get(b"transfer-encoding", [])
    hosts = values.get(b"host", [])
    return (
        len(lengths) + len(codings) <= 1
        and all(LENGTH.fullmatch(length) for length in lengths)
        and all(coding == b"chunked" and not is_early for coding in codings)
        and (len(hosts) == 1 or (is_early and not hosts))
    )
