"""Variables of a build are plain text to dbt, which otherwise renders them as templates.

A log, a column or a setting may have any name, also one such as `{{ run_query(...) }}`, and
dbt would run it. dbt_process.py loads this module by its path.
"""

from typing import Any


def keep_variables_plain() -> None:
    """Let `var('name')` return the text that was given.

    Raises:
        RuntimeError: this dbt renders variables in another place.
    """
    from dbt.context.base import Var

    if "get_rendered_var" not in vars(Var):
        raise RuntimeError(
            "This version of dbt renders variables in a place that is not known: install"
            " the one of requirements.lock"
        )

    def plain(variables: Any, name: str) -> Any:
        return variables._merged[name]

    owner: Any = Var
    owner.get_rendered_var = plain
