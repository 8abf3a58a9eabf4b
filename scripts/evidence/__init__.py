"""Measure every ranking on past cutoffs, and report the result."""
