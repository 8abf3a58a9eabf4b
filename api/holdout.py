"""The global holdout: customers whom no list contains in a period."""

from datetime import date

from api.release import Release

TABLE = "global_holdout"


async def held_out_until(release: Release, customer_id: int | str) -> date | None:
    """The last day on which a customer is held out; None if the customer is not.

    In a release that was made before there was a holdout, no customer is.
    """
    if not release.has_table(TABLE):
        return None
    rows = await release.ask("customer_holdout", customer_id=customer_id)
    return rows[0][0] if rows else None
