"""A PostgreSQL server of its own, from the programs of Debian's package."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.needed_programs import stop_without

PASSWORD = "p4ss:word@/"  # Not plain in a URL.


def programs() -> Path | None:
    """The folder of the newest version that is installed."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max((one.parent for one in found), default=None, key=lambda one: str(one))


def unprivileged() -> dict[str, Any]:
    """How to start a program that root must not run."""
    if os.geteuid():
        return {}
    user = pwd.getpwnam("postgres")  # Debian's package makes it.
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def running_server() -> Iterator[dict[str, str]]:
    """Run a server on this machine alone.

    Yields:
        The variables of libpq that name it.
    """
    found = programs()
    if found is None:
        stop_without("PostgreSQL", "postgresql")
    owner = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    (folder / "password").write_text(PASSWORD)
    if owner:
        for path in (folder, folder / "password"):
            os.chown(path, owner["user"], owner["group"])

    def run(*words: object) -> None:
        subprocess.run(
            [str(word) for word in words],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **owner,
        )

    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        run(
            *(found / "initdb", "--pgdata", data, "--username", "crm", "--no-sync"),
            *("--auth", "scram-sha-256", "--pwfile", folder / "password"),
            *("--encoding", "UTF8"),
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
        run(
            *(found / "pg_ctl", "--pgdata", data, "--wait", "--timeout", 60),
            *("--options", options, "--log", folder / "log", "start"),
        )
        try:
            yield {
                "PGHOST": "127.0.0.1",
                "PGPORT": str(port),
                "PGUSER": "crm",
                "PGPASSWORD": PASSWORD,
                "PGDATABASE": "postgres",
            }
        finally:
            run(found / "pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
