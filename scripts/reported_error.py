"""The error that a command reports as one sentence."""


class ReportedError(RuntimeError):
    """An error whose message tells you what is wrong and what to do.

    A command prints it without a traceback and ends with exit code 1
    (`scripts/cli/error_reports.py`).
    """
