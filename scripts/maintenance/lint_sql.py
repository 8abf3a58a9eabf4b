"""sqlfluff without Python's garbage collector: `make lint-sql` and `make format`.

The collector would search the parse trees for cycles again and again, which takes half of
the processor time.
"""

import gc

from sqlfluff.cli.commands import cli

# Outside of the condition: sqlfluff's worker processes import this module too.
gc.disable()

if __name__ == "__main__":
    cli()
