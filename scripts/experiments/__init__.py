"""Plan, start and judge randomized experiments."""
