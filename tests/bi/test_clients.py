"""Other programs read a release: each finds every public table and all customers."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import ReleaseFolder
from tests.conftest import FinishedBuild

TABLES = "select table_name from information_schema.tables where table_schema = 'main'"
COUNT = "select count(*) as customers from customers"


@dataclass(frozen=True)
class Reading:
    """Tables and rows that a client must find in a release.

    Attributes:
        database: the file by its own name, not by the pointer.
        parquet: the folder of Parquet copies.
    """

    database: Path
    parquet: Path
    tables: frozenset[str]
    customers: int


@pytest.fixture(scope="module")
def release(dirty_build: FinishedBuild) -> Reading:
    current = ReleaseFolder(dirty_build.folder.releases).current()
    assert current is not None
    counts = current.manifest["row_counts"]
    return Reading(
        current.database,
        current.folder / "parquet",
        frozenset(counts),
        dirty_build.plan.customers,
    )


def kept(name: str) -> Path:
    """A folder for a client that tests fetch once."""
    folder = BuildFolder.from_environment().root / "clients" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def run(*command: str, **environment: str) -> str:
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=True
    ).stdout


def test_duckdb(release: Reading) -> None:
    with duckdb.connect(release.database, read_only=True) as reader:
        tables = {name for (name,) in reader.execute(TABLES).fetchall()}
        assert (tables, reader.execute(COUNT).fetchone()) == (
            release.tables,
            (release.customers,),
        )


@pytest.mark.parametrize("version", ["1.2.2", "1.4.5", "2.0.1"])
def test_other_versions_of_duckdb(release: Reading, version: str) -> None:
    """The oldest supported version, the one with long-term support, and the newest."""
    client = kept(f"duckdb-{version}")
    if not client.exists():
        part = client.with_suffix(".part")
        installed = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
                *("--target", str(part), f"duckdb=={version}"),
            ],
            capture_output=True,
            check=False,
        )
        if installed.returncode:
            pytest.skip(f"duckdb {version} cannot be installed here")
        part.rename(client)
    script = (
        "import duckdb, json, sys\n"
        "reader = duckdb.connect(sys.argv[1], read_only=True)\n"
        "tables = [row[0] for row in reader.execute(sys.argv[2]).fetchall()]\n"
        "count = reader.execute(sys.argv[3]).fetchone()[0]\n"
        "print(json.dumps([duckdb.__version__, tables, count]))\n"
    )
    found = run(
        *(sys.executable, "-c", script, str(release.database), TABLES, COUNT),
        PYTHONPATH=str(client),
    )
    used, tables, count = json.loads(found)
    assert (used, set(tables), count) == (version, release.tables, release.customers)


def test_the_command_line(release: Reading) -> None:
    program = Path(sys.executable).with_name("duckdb")
    if not program.exists():
        pytest.skip("duckdb-cli is not installed")
    command = (str(program), "-readonly", "-csv", "-noheader", str(release.database))
    assert (set(run(*command, TABLES).split()), int(run(*command, COUNT))) == (
        release.tables,
        release.customers,
    )


def test_sqlalchemy(release: Reading) -> None:
    """By reflection, the way that Superset finds tables and columns."""
    pytest.importorskip("duckdb_engine")
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(
        f"duckdb:///{release.database}", connect_args={"read_only": True}
    )
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine, schema="main")
    customers = metadata.tables["main.customers"]
    with engine.connect() as connection:
        count = connection.scalar(
            sqlalchemy.select(sqlalchemy.func.count(customers.c.customer_id))
        )
    engine.dispose()
    tables = {table.name for table in metadata.tables.values()}
    assert (tables, count) == (release.tables, release.customers)


def test_adbc(release: Reading) -> None:
    """With the driver in DuckDB's wheel."""
    adbc = pytest.importorskip("adbc_driver_manager.dbapi")
    driver = pytest.importorskip("adbc_driver_duckdb").driver_path()
    options = {"path": str(release.database), "access_mode": "read_only"}
    with (
        adbc.connect(
            driver=driver, entrypoint="duckdb_adbc_init", db_kwargs=options
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(TABLES)
        tables = {name for (name,) in cursor.fetchall()}
        cursor.execute(COUNT)
        assert (tables, cursor.fetchone()) == (release.tables, (release.customers,))


def npm_package(name: str) -> Path:
    """A folder with an npm package."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    client = kept(name.strip("@").replace("/", "-"))
    if not client.exists():
        part = client.with_suffix(".part")
        part.mkdir(exist_ok=True)
        installed = subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", name],
            cwd=part,
            capture_output=True,
            check=False,
        )
        if installed.returncode:
            pytest.skip(f"{name} cannot be installed here")
        part.rename(client)
    return client


def test_node(release: Reading) -> None:
    script = npm_package("@duckdb/node-api@1.5.6-r.1") / "read.mjs"
    script.write_text(
        "import { DuckDBInstance } from '@duckdb/node-api';\n"
        "const [database, ...queries] = process.argv.slice(2);\n"
        "const instance = await DuckDBInstance.create(database,"
        " { access_mode: 'READ_ONLY' });\n"
        "const connection = await instance.connect();\n"
        "const rows = async (query) =>"
        " (await connection.runAndReadAll(query)).getRowsJson();\n"
        "console.log(JSON.stringify(await Promise.all(queries.map(rows))));\n"
    )
    found = run("node", str(script), str(release.database), TABLES, COUNT)
    tables, ((count,),) = json.loads(found)
    assert ({name for (name,) in tables}, int(count)) == (
        release.tables,
        release.customers,
    )


def test_evidence(release: Reading, tmp_path: Path) -> None:
    """The connector of Evidence, with a link in the source folder as in docs/bi.md."""
    script = npm_package("@evidence-dev/duckdb@2.0.1") / "read.mjs"
    script.write_text(
        "import connector from '@evidence-dev/duckdb';\n"
        "const [source, ...queries] = process.argv.slice(2);\n"
        "const ask = await connector.getRunner({ filename: 'audience.duckdb' }, source);\n"
        "const found = [];\n"
        "for (const query of queries) {\n"
        "  const answer = await ask(query, 'query.sql', 1000);\n"
        "  found.push([]);\n"
        "  for await (const batch of answer.rows()) found.at(-1).push(...batch);\n"
        "}\n"
        "console.log(JSON.stringify(found));\n"
    )
    (tmp_path / "audience.duckdb").symlink_to(release.database)
    found = run("node", str(script), str(tmp_path), TABLES, COUNT)
    tables, (counted,) = json.loads(found)
    assert ({row["table_name"] for row in tables}, counted["customers"]) == (
        release.tables,
        release.customers,
    )


def test_pandas(release: Reading) -> None:
    pandas = pytest.importorskip("pandas")
    frames = {file.stem: pandas.read_parquet(file) for file in copies(release)}
    assert (set(frames), len(frames["customers"])) == (release.tables, release.customers)


def test_polars(release: Reading) -> None:
    polars = pytest.importorskip("polars")
    frames = {file.stem: polars.read_parquet(file) for file in copies(release)}
    assert (set(frames), frames["customers"].height) == (release.tables, release.customers)


def copies(release: Reading) -> list[Path]:
    return sorted(release.parquet.glob("*.parquet"))
