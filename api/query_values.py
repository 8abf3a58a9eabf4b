"""Values of the query string."""

from sanic import Request

from api.problems import invalid_parameter


def only_value(request: Request, name: str) -> str | None:
    """The one value of a parameter; None where the request has none."""
    if not request.query_string:
        return None
    values = request.get_args(keep_blank_values=True).getlist(name) or []
    if len(values) > 1:
        raise invalid_parameter(name, ", ".join(values), "one value")
    return str(values[0]) if values else None
