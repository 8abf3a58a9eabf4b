"""The error of a list that cannot be delivered."""

from scripts.reported_error import ReportedError


class DeliveryError(ReportedError):
    """A list that cannot be delivered; the message says what to do."""
