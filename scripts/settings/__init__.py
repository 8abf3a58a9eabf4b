"""Every setting of a build: its type, default, limits and text."""
