"""Starts the project's programs from a process that has loaded their libraries.

Importing dbt takes some three seconds of processor time, and the tests start it more than a
hundred times. This process imports it once and forks for each program, which gets the
arguments, folder, environment and open files of its caller (program_caller.py).
"""

import contextlib
import csv
import fcntl
import gc
import json
import logging
import os
import runpy
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.program_caller import values_read_at_start

CALLER = Path(__file__).with_name("program_caller.py")
MOST_FILES = 64
# Above the numbers of files that a program inherits.
FIRST_OWN_FILE = 1000

CLASSES_OF_MANIFEST = ("dbt.artifacts.", "dbt.contracts.")
WRITTEN_LATE = ("_from_dict__", "_to_dict__", "_from_dict_msgpack__")


@contextlib.contextmanager
def running_server() -> Iterator[Path]:
    """Yields a program to run instead of Python, while the server runs."""
    # Not in a test's folder: the path of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="programs-") as folder:
        address, python = Path(folder) / "socket", Path(folder) / "python"
        words = [sys.executable, "-IS", str(CALLER), str(address)]
        python.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        python.chmod(0o755)
        # Programs look for this one next to their Python.
        python.with_name("dbt").symlink_to(Path(sys.executable).with_name("dbt"))
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.program_server", str(address), str(python)],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdout.readline()  # It listens.
        try:
            yield python
        finally:
            server.stdin.close()
            server.wait()


def load_libraries() -> None:
    """Import what the programs need and what starts no thread, which forks would miss.

    Not DuckDB: it has a thread, and a fork would wait for it at its end. Not modules of the
    project: there are copies of it.
    """
    gc.disable()
    # Read when pandas is imported: without these, it starts a thread for each core.
    os.environ |= {
        "OPENBLAS_NUM_THREADS": "1",
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }
    import dbt.adapters.sql
    import dbt.cli.main  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.dataset
    import pyarrow.parquet  # noqa: F401
    import pydantic  # noqa: F401
    import rich.console
    import rich.progress
    import rich.table  # noqa: F401

    write_methods()
    assert len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208
    gc.freeze()  # Forks share these objects' memory.
    gc.enable()


def write_methods() -> None:
    """Let classes of dbt's manifest write the methods that they write when first used.

    A build uses some 300 of them, which takes a second.
    """
    from mashumaro.mixins.dict import DataClassDictMixin

    for owner in set(family(DataClassDictMixin)):
        if not owner.__module__.startswith(CLASSES_OF_MANIFEST):
            continue
        for name, method in list(vars(owner).items()):
            function = getattr(method, "__func__", method)
            code = getattr(function, "__code__", None)
            if name.endswith(WRITTEN_LATE) and code and "CodeBuilder" in code.co_names:
                # It replaces itself, and then finds no fields to read.
                with contextlib.suppress(Exception):
                    function(owner, None) if "from" in name else function(
                        object.__new__(owner)
                    )


def family(owner: type) -> Iterator[type]:
    """A class and all classes that inherit from it."""
    yield owner
    for heir in owner.__subclasses__():
        yield from family(heir)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A caller's request, and its open files."""
    head, files, _, _ = socket.recv_fds(connection, 8, MOST_FILES)
    size = int.from_bytes(head, "big")
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            raise ConnectionError
        content += part
    return json.loads(content), files


def is_known(request: dict[str, Any]) -> bool:
    """Whether a fork can run it as Python would."""
    return (
        request["words"][:1] in (["-m"], ["-P"])
        and request["read_at_start"] == values_read_at_start()
    )


class Server:
    """Forks programs, and tells their callers how they end.

    Args:
        python: what programs take for Python.
    """

    def __init__(self, address: str, python: str) -> None:
        self.python = python
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(address)
        self.listener.listen()
        self.listener.setblocking(False)
        self.callers: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        # Signals wake the selector.
        self.ended, ending = socket.socketpair()
        for end in (self.ended, ending):
            end.setblocking(False)
        signal.set_wakeup_fd(ending.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.own = [self.listener, self.ended, ending]

    def serve(self) -> dict[str, Any] | None:
        """Serve until standard input ends.

        Returns:
            In a fork, what it runs; None when the server ends.
        """
        self.selector.register(0, selectors.EVENT_READ)
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(self.ended, selectors.EVENT_READ)
        print("listening", flush=True)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj == 0:
                    return None
                if key.fileobj is self.listener:
                    connection, _ = self.listener.accept()
                    connection.setblocking(True)
                    request = self.accept(connection)
                    if request is not None:
                        return request
                elif key.fileobj is self.ended:
                    self.ended.recv(1000)
                else:
                    # A caller speaks no more: it was killed, so its program ends too.
                    os.kill(key.data, signal.SIGKILL)
                    self.selector.unregister(key.fileobj)
            self.answer_ended()

    def accept(self, connection: socket.socket) -> dict[str, Any] | None:
        """Fork for a caller; returns its request in the fork alone."""
        request, files = receive(connection)
        if not is_known(request):
            connection.sendall(b"unknown")
            connection.close()
            for file in files:
                os.close(file)
            return None
        process = os.fork()
        if process == 0:
            self.become(request, files, connection)
            return request
        for file in files:
            os.close(file)
        self.callers[process] = connection
        self.selector.register(connection, selectors.EVENT_READ, process)
        return None

    def answer_ended(self) -> None:
        """Tell the callers of ended programs their exit codes."""
        while self.callers:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            caller = self.callers.pop(process)
            with contextlib.suppress(KeyError):
                self.selector.unregister(caller)
            with contextlib.suppress(OSError):
                caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            caller.close()

    def become(
        self, request: dict[str, Any], files: list[int], connection: socket.socket
    ) -> None:
        """In a fork: take over the caller's files, folder and environment."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.selector.close()
        for own in (*self.own, *self.callers.values(), connection):
            own.close()
        moved = [fcntl.fcntl(file, fcntl.F_DUPFD, FIRST_OWN_FILE) for file in files]
        for file in files:
            os.close(file)
        for file, number in zip(moved, request["files"], strict=True):
            os.dup2(file, number)
            os.close(file)
        # New ones: those of the server may know their file's position.
        sys.stdin = sys.__stdin__ = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = sys.__stderr__ = open(  # noqa: SIM115
            2, "w", buffering=1, errors="backslashreplace", closefd=False
        )
        os.umask(request["umask"])
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        time.tzset()
        tempfile.tempdir = None
        sys.executable = self.python


def run(words: list[str]) -> None:
    """Run `-m module ...` or `-P file ...`, with the module path that Python gives it."""
    path = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    sys.path[:] = path + INSTALLED
    if words[0] == "-m":
        # What dbt's imports have changed, and the program itself has not.
        logging.root.handlers.clear()
        csv.field_size_limit(131_072)
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words[1:]
        runpy.run_path(words[1], run_name="__main__")


if __name__ == "__main__":
    given = {os.getcwd(), *os.environ.get("PYTHONPATH", "").split(":")}  # noqa: PTH109
    INSTALLED = [one for one in sys.path if one not in given]
    sys.path[:] = INSTALLED
    load_libraries()
    server = Server(sys.argv[1], sys.argv[2])
    request = server.serve()
    if request is not None:
        run(request["words"])
