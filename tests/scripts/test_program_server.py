"""Programs that the tests' server starts behave as if Python had started them."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import preloaded_python

SHOWN = """
import json, os, sys
print(json.dumps({
    "words": sys.argv[1:], "folder": os.getcwd(), "path": sys.path[:2],
    "given": os.environ.get("GIVEN"), "read": sys.stdin.read(),
    "umask": os.umask(0), "children": os.listdir("/proc/self/fd"),
}))
print("said to standard error", file=sys.stderr)
sys.exit(7)
"""


def run(
    folder: Path, content: str, *words: str, python: Path | None = None, **options: object
) -> "subprocess.CompletedProcess[str]":
    """Run a module with this content in a folder."""
    (folder / "told.py").write_text(content)
    return subprocess.run(
        [python or preloaded_python(), "-m", "told", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def test_a_program_gets_what_python_gives_it(tmp_path: Path) -> None:
    outcomes = [
        run(
            tmp_path,
            SHOWN,
            *("one", "two words"),
            python=python,
            input="from the caller",
            env=os.environ | {"GIVEN": "ä", "PYTHONPATH": "/somewhere"},
        )
        for python in (preloaded_python(), Path(sys.executable))
    ]
    for outcome in outcomes:
        assert (outcome.returncode, outcome.stderr) == (7, "said to standard error\n")
    server, python = (json.loads(outcome.stdout) for outcome in outcomes)
    assert server == python
    assert server["words"] == ["one", "two words"]


def test_a_program_that_is_killed_ends_its_caller_by_the_same_signal(
    tmp_path: Path,
) -> None:
    outcome = run(tmp_path, "import os\nos.kill(os.getpid(), 9)\n")
    assert outcome.returncode == -signal.SIGKILL


def test_an_error_is_a_traceback_and_exit_code_1(tmp_path: Path) -> None:
    outcome = run(tmp_path, "raise ValueError('wrong')\n")
    assert outcome.returncode == 1
    assert outcome.stderr.endswith("ValueError: wrong\n")


def test_a_program_ends_with_its_caller(tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text(
        "import os, sys, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen(
        [preloaded_python(), "-m", "told"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as caller:
        assert caller.stdout is not None
        process = int(caller.stdout.readline())
        caller.kill()
        # The end of its output: the program held it open.
        assert caller.stdout.read() == ""
    while Path(f"/proc/{process}").exists():
        time.sleep(0.01)  # The server waits for its end.


def test_a_program_holds_the_locks_that_it_is_passed(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (tmp_path / "told.py").write_text(
            "import sys, time\nprint('runs', flush=True)\nsys.stdin.read()\n"
        )
        with subprocess.Popen(
            [preloaded_python(), "-m", "told"],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[lock.fileno()],
        ) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == b"runs\n"
            lock.close()
            with (tmp_path / "lock").open() as other, pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            program.communicate()
        with (tmp_path / "lock").open() as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_the_server_does_not_know_python_runs(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [preloaded_python(), "-c", "import sys; print(sys.executable)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.strip() == sys.executable
