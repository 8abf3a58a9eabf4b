"""Columns of your own table go with a contact, and are found nowhere else."""

import json
import re
import stat
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_columns import ContactColumnsError, join_contact_columns
from scripts.campaigns.export import export_campaign
from scripts.campaigns.opt_outs import canonical_id
from scripts.delivery.deliver import deliver
from scripts.settings.destination_settings import ContactColumns
from tests.conftest import read_release, run_audience
from tests.scripts.delivery.conftest import Endpoint, describe, write_list

SECRET = "s3cret"  # In each value.


def joined(
    tmp_path: Path, wanted: list[str], *, are_numbers: bool = False, **settings: Any
) -> list[tuple[Any, ...]]:
    """The rows of crm.csv that belong to customers."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table wanted as select unnest($ids::text[]) as customer_id",
            {"ids": wanted},
        )
        join_contact_columns(
            connection,
            ContactColumns(**{"path": "crm.csv", "columns": ["email"], **settings}),
            tmp_path,
            "wanted",
            are_numbers=are_numbers,
        )
        return connection.execute("from contact_values order by all").fetchall()


@pytest.mark.parametrize("are_numbers", [True, False])
def test_ids_are_read_as_everywhere(tmp_path: Path, are_numbers: bool) -> None:
    given = ["7", " 8", "+9", "10.0", "\xa011\t", '="12"', "0013", "-0", "1e3", "x", "-14"]
    given += ["9223372036854775807", "9223372036854775808", "\ufeffy\u200b", "", "z z"]
    rows = [
        f'"{one.replace(chr(34), chr(34) * 2)}",mail{n}\n' for n, one in enumerate(given)
    ]
    (tmp_path / "crm.csv").write_text("customer_id,email\n" + "".join(rows))
    ids = [canonical_id(one, is_number=are_numbers) for one in given]
    expected = [(one, f"mail{n}") for n, one in enumerate(ids) if one is not None]
    wanted = [one for one, _ in expected]
    assert len(set(wanted)) == len(wanted) > 8
    assert joined(tmp_path, wanted, are_numbers=are_numbers) == sorted(expected)
    assert joined(tmp_path, ["none"], are_numbers=are_numbers) == []


def test_other_files_and_columns(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            'copy (select 5::bigint as client, \'a@b\' as "E-Mail", 3 as "sel""ect")'
            f" to '{tmp_path}/it''s [1].parquet' (format parquet)".replace("it''s", "it''s")
        )
    assert joined(
        tmp_path,
        ["5"],
        are_numbers=True,
        path="it's [1].parquet",
        customer_id="client",
        columns=["e-mail", 'sel"ect'],
    ) == [("5", "a@b", "3")]
    # A row that says nothing is none; the same row twice is one.
    (tmp_path / "crm.csv").write_text("customer_id;email\n1; \n2;b\n2;b\n3;\n")
    assert joined(tmp_path, ["1", "2", "3"]) == [("2", "b")]


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        (None, {}, "There is no file {path} of contact columns"),
        (f"id,mail\n1,{SECRET}\n", {}, "{path} has no column customer_id, expected one of"),
        (
            f"customer_id,email\n1,{SECRET}a\n1,{SECRET}b\n",
            {},
            "{path} has rows that differ from each other for 1 of the customers: expected"
            " one row per customer",
        ),
        (
            f"customer_id,email\n1,{SECRET}\n2,\xff{SECRET}\n",
            {},
            "{path} cannot be read (line 3): expected a CSV file in UTF-8 with a header,",
        ),
        (
            f"customer_id,email\n1,{SECRET}\n",
            {"path": "crm.parquet"},
            "crm.parquet cannot be read: expected a CSV file in UTF-8 with a header, or a",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_explained_without_its_values(
    tmp_path: Path, content: str | None, settings: dict[str, str], said: str
) -> None:
    path = tmp_path / settings.get("path", "crm.csv")
    if content is not None:
        path.write_text(content, encoding="latin-1")
    with pytest.raises(ContactColumnsError) as error:
        joined(tmp_path, ["1"], **settings)
    assert said.format(path=path) in str(error.value)
    assert SECRET not in str(error.value)


def below(root: Path) -> str:
    """All bytes of all files of a folder."""
    files = [file for file in root.rglob("*") if file.is_file()]
    return "".join(file.read_bytes().decode("latin-1") for file in files)


@pytest.mark.parametrize("missing", ["skip", "send"])
def test_values_go_to_the_receiver_alone(
    folder: BuildFolder,
    endpoint: Endpoint,
    tmp_path: Path,
    missing: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder.root.parent)
    export_id = write_list(folder, [1, 2, 3], products=2)
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "people.csv").write_text(
        f"client_id,email,note\n01,{SECRET}@a,\n2,{SECRET}@b,{SECRET}\n"
    )
    columns = {"path": "crm/people.csv", "columns": ["email", "note"]}
    columns |= {"customer_id": "client_id", "missing": missing}
    file = describe(
        tmp_path, crm={"http": {"url": endpoint.url}, "contact_columns": columns}
    )
    delivery = deliver(folder, export_id, "crm", file)
    people = {one["customer_id"]: (one["email"], one["note"]) for one in endpoint.contacts}
    expected = {"1": (f"{SECRET}@a", None), "2": (f"{SECRET}@b", SECRET)}
    assert people == expected | ({"3": (None, None)} if missing == "send" else {})
    left_out = {"without a row of contact columns": 2} if missing == "skip" else {}
    assert (delivery.contacts, dict(delivery.left_out)) == (6 - 2 * len(left_out), left_out)
    assert SECRET not in below(folder.root) + repr(delivery)
    assert capfd.readouterr() == ("", "")


def test_an_export_has_them_in_its_list_alone(
    published: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    with read_release(published) as release:
        ids = [
            row[0]
            for row in release.execute(
                "select distinct customer_id from campaign_audiences"
                " where campaign_id = 'spring_rotation' order by 1"
            ).fetchall()
        ]
    known = ids[::2]
    rows = [f"{one},+{SECRET}{one},'={SECRET}\n" for one in known]
    (tmp_path / "crm.csv").write_text("customer_id,phone,note\n" + "".join(rows))
    settings = {"path": str(tmp_path / "crm.csv"), "columns": ["phone", "note"]}
    outcome = run_audience(
        published,
        *("export", "spring_rotation", "--on", "2023-04-03", "--formulas", "quote"),
        *("--contact-columns", json.dumps(settings)),
    )
    assert outcome.returncode == 0, outcome.stderr
    assert SECRET not in outcome.stdout + outcome.stderr
    assert re.search(r"[\d,]+ left out: without a row of contact columns", outcome.stdout)
    [export] = published.exports.glob("spring_rotation-*")
    contacts = export / "contacts.csv"
    assert stat.S_IMODE(contacts.stat().st_mode) == 0o600
    with duckdb.connect() as connection:
        found = connection.execute(
            "select customer_id::bigint, phone, note"
            " from read_csv($file, all_varchar = true)",
            {"file": str(contacts)},
        ).fetchall()
        ledger = connection.execute(
            f"select distinct customer_id::bigint from '{export}/ledger.parquet'"
        ).fetchall()
    assert {row[0] for row in found} == {row[0] for row in ledger} <= set(known)
    assert {row[1:] for row in found} == {
        (f"'+{SECRET}{row[0]}", f"''={SECRET}") for row in found
    }
    receipt = json.loads((export / "receipt.json").read_text())
    assert receipt["contact_columns"] == ["phone", "note"]
    texts = [file.read_bytes() for file in export.iterdir() if file != contacts]
    assert not any(SECRET.encode() in text for text in texts)
    # A delivery sends what the file had before it was quoted.
    file = describe(tmp_path, crm={"http": {"url": endpoint.url}})
    deliver(published, export.name, "crm", file)
    assert {
        (one["customer_id"], one["phone"], one["note"]) for one in endpoint.contacts
    } == {(str(row[0]), f"+{SECRET}{row[0]}", f"'={SECRET}") for row in found}
    # The customers without a row were not contacted.
    again = export_campaign(published, "spring_rotation", date(2023, 4, 4), dry_run=True)
    assert again.receipt["contacts"] > 0


def test_an_export_with_wrong_columns_writes_nothing(published: BuildFolder) -> None:
    for given, said in (
        ("{path: x.csv}", "--contact-columns: columns is missing"),
        ("{path: x.csv, columns: [email], to: 1}", "there is no setting to"),
        ("{path: x.csv, columns: [customer_id]}", "customer_id: expected each column once"),
        ("[", "--contact-columns is not YAML (line 1): expected names and values"),
        (
            "{path: /none/x.csv, columns: [email]}",
            "There is no file /none/x.csv of contact",
        ),
    ):
        outcome = run_audience(
            published,
            *(
                "export",
                "spring_rotation",
                "--on",
                "2023-04-03",
                "--contact-columns",
                given,
            ),
        )
        assert outcome.returncode == 1
        assert said in outcome.stderr
        assert "Nothing was written." in outcome.stderr
        assert not list(published.exports.glob("spring_*"))
        assert not list(published.exports.glob(".unfinished/*"))
