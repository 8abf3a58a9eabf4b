"""Runs a module or a file until its parent process ends.

That program holds a pipe to the standard input of this one. When it is killed, however that
happens, the pipe breaks: without this, dbt would go on writing to the warehouse, and an API
that is asked for a check would hold a release open for ever.
"""

import os
import runpy
import signal
import sys
import threading


def _end_with_the_other() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    del sys.argv[0]
    if sys.argv[0].endswith(".py"):
        runpy.run_path(sys.argv[0], run_name="__main__")
    else:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
