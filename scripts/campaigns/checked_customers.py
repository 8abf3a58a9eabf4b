"""Which ids of a call can be customers: an unknown one is probably a mistake."""

from dataclasses import dataclass

import duckdb

from scripts.campaigns.opt_outs import canonical_id, customers_in, has_numbers
from scripts.releases.release_folder import Release


@dataclass(frozen=True)
class Checked:
    """The customers of a call.

    Attributes:
        ids: those to note, in the form of the log, each of them once.
        refusal: why others are refused; empty without any.
    """

    ids: list[str]
    refusal: str = ""


def check_customers(
    release: Release | None,
    noted: set[str],
    customer_ids: list[str],
    *,
    is_forced: bool,
) -> Checked:
    """Refuse ids that the log cannot contain, and customers whom the release lacks.

    Args:
        release: the served release; None if none can be read.
        noted: who has opted out before; they are known.
        is_forced: whether to accept customers whom the release lacks.
    """
    is_number = False
    if release is not None:
        with duckdb.connect(release.database, read_only=True) as connection:
            is_number = has_numbers(connection, "customers")
    found = {one: canonical_id(one, is_number=is_number) for one in customer_ids}
    ids = list(dict.fromkeys(one for one in found.values() if one is not None))
    refusals = [
        f"{customer_id!r} cannot be a customer of this log: expected"
        f" {'a whole number within 64 bits' if is_number else 'one line of text'}"
        for customer_id, one in found.items()
        if one is None
    ]
    if release is not None and not is_forced:
        known = {*customers_in(release.database, ids), *noted}
        unknown = [one for one in ids if one not in known]
        ids = [one for one in ids if one in known]
        if unknown:
            refusals.append(
                f"{release.release_id} has no customer {', '.join(map(repr, unknown))}:"
                " check the id, or note it all the same with --force (make: FORCE=1)"
            )
    return Checked(ids, ". ".join(refusals))
