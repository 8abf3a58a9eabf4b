"""Parts of dbt that take most of a small build, replaced by faster ones.

Each does what dbt does, with the same result. If a later dbt has other names for these
parts, dbt works as it comes, and tests/scripts/build/faster_dbt fails. dbt_process.py loads
the modules one by one, because it imports nothing of the project.
"""
