"""Generate marketplace logs and experiments whose truth is known."""
