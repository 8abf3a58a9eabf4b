"""Keep the project's dependencies, licenses and screenshots up to date."""
