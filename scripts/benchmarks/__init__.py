"""Measure builds, memory, disk and the API."""
