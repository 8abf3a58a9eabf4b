"""Checks the variables of every dbt command before it starts, and keeps them plain text.

A plugin of dbt, found by its name (`dbt_...`) where the project is installed.
"""

import os

from dbt.config.project import load_raw_project
from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin


class SettingsPlugin(dbtPlugin):
    """Stops dbt with one sentence if a variable is not valid."""

    def initialize(self) -> None:
        """Called at the start of every dbt command, after the project file was read.

        Raises:
            SettingError: a variable is not valid.
        """
        if self.project_name != "product_audience":
            return  # Another project in the same environment.
        from scripts.build.plain_variables import keep_variables_plain
        from scripts.private_files import PRIVATE
        from scripts.settings.build_settings import check_variables

        # The warehouse holds personal data.
        os.umask(PRIVATE)
        keep_variables_plain()
        flags = get_flags()
        declared = load_raw_project(flags.PROJECT_DIR).get("vars", {})
        check_variables(declared | flags.VARS)


plugins = [SettingsPlugin]
