"""What a table may be that is no log: one row per customer or per product."""

from scripts.inspection.column_roles import Roles

SETTINGS = {"customer_id": "customer_attributes", "product_id": "product_attributes"}
OTHERS = {"customer_id": " (or suppressions, contacts, experiment_units)", "product_id": ""}


def hint_of_side_table(roles: Roles) -> tuple[str, str]:
    """Which side input a table without times may be, and its setting; empty for a log."""
    if roles.candidates["event_date"]:
        return "", ""
    for role, setting in SETTINGS.items():
        for one in roles.named(role):
            if one.column.distinct == one.column.filled:
                return (
                    f"No column holds times, and each {one.column.name} stands once: this"
                    " is no log, but could be"
                    f" a side input, setting {setting}{OTHERS[role]}.",
                    setting,
                )
    return "No column holds times: this is no log of interactions.", ""
