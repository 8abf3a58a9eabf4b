"""Releases: write, publish, list, roll back, fetch and watch them."""
