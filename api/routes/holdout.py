"""The global holdout: its periods, its effect, and who is held out."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.holdout import TABLE
from api.parameters import Cursor, WholeNumber
from api.responses import as_json, release_response
from api.schemas import holdout as schemas

N = WholeNumber("n", 100, 1, 1000, "Customers per page.")
AFTER = Cursor("after", "The start of the page: `next` of the page before.")

THINGS = "holdouts"
OFF = (
    "No customer is held out. The settings `global_holdout_share` and `global_holdout_from`"
    " hold out a share of all customers."
)
BEFORE = "No customer is held out yet: the first period begins on {}."
ON = (
    "Held-out customers are in no list. The effects compare all other customers with them:"
    " what all campaigns and lists together added."
)

holdout = Blueprint("holdout")


@holdout.route("/holdout", methods=READING)
@documented(
    Operation(
        summary="The global holdout, and what all contacts together added",
        response=schemas.Holdout,
        example="holdout.json",
        problems=(304, 404, 503),
    )
)
async def overview(request: Request) -> HTTPResponse:
    """Its periods, and conversions and revenue against it, by month."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        release.check_table("holdout_periods", THINGS)
        periods = await release.ask_records("holdout_periods")
        current = next((period for period in periods if period["is_current"]), None)
        if current:
            note = ON
        else:
            note = BEFORE.format(periods[-1]["period_from"]) if periods else OFF
        body = {
            "is_on": current is not None,
            "note": note,
            "valid_until": current and current["valid_until"],
            "held_out_customers": current and current["held_out_customers"],
            "periods": periods,
            "effects": await release.ask_records("holdout_effects"),
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@holdout.route("/holdout/customers", methods=READING)
@documented(
    Operation(
        summary="The customers who are held out: a page",
        response=schemas.HeldOutCustomers,
        example="holdout_customers.json",
        parameters=(N, AFTER),
        problems=(304, 404, 422, 503),
    )
)
async def customers(request: Request) -> HTTPResponse:
    """By id; `next` leads to the next page, null on the last."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        n = N.read(request)
        release.check_table(TABLE, THINGS)
        after = AFTER.read(request, release, "holdout")
        # One more row than asked for tells whether there is another page.
        rows = await release.ask_records(
            "holdout_customers", after=after and after[0], n=n + 1
        )
        page = rows[:n]
        following = None
        if len(rows) > n:
            following = Cursor.write(release, "holdout", page[-1]["customer_id"], 1)
        body = {
            "customers": page,
            "count": len(page),
            "next": following,
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))
