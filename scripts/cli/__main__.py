"""Run the command line without its installed script: `python -m scripts.cli`."""

import sys

from scripts.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
