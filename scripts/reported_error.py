"""The error that a command reports as one sentence."""


class ReportedError(RuntimeError):
    """An error whose message tells you what is wrong and what to do.

    A command prints it without a traceback (`scripts/cli/error_reports.py`).

    Attributes:
        exit_code: the exit code of the command.
    """

    exit_code = 1
