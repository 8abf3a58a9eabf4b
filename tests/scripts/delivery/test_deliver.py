"""What every delivery has: opt-outs, a dry run, private files, and clear refusals."""

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import note_opt_outs
from scripts.cli.main import main
from scripts.delivery.deliver import deliver
from scripts.delivery.delivery_error import DeliveryError
from scripts.releases.opted_out_file import FILE, OptedOutFile, OptedOutFileError
from tests.conftest import run_audience
from tests.scripts.delivery.conftest import HOSTILE, Endpoint, describe, write_list

OPTED_OUT = "opted out since the list was written"


def test_customers_who_opt_out_are_left_out_also_between_batches(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, list(range(1, 41)))
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 10}})
    note_opt_outs(folder, ["03", " 4.0", "unknown"], "by mail")

    def during(moment: str) -> None:
        if moment == "taken" and len(endpoint.taken) == 1:
            note_opt_outs(folder, ["12"], "by mail")
        if moment == "taken" and len(endpoint.taken) == 2:
            OptedOutFile(folder.releases).replace(listed=["25"])

    endpoint.during = during
    endpoint.answers = [(200, {}), (200, {}), (200, {}), (403, {})]
    with pytest.raises(DeliveryError, match="refuses batch 4 of 4 with 403"):
        deliver(folder, export_id, "crm", file)
    note_opt_outs(folder, ["40"], "by mail")
    delivery = deliver(folder, export_id, "crm", file)
    assert dict(delivery.left_out) == {OPTED_OUT: 5}
    assert (delivery.contacts, delivery.sent_before) == (35, 3)
    sent = [int(one["customer_id"]) for one in endpoint.contacts]
    assert sent == [one for one in range(1, 41) if one not in (3, 4, 12, 25, 40)]
    numbered = [json.loads(body)["batch"] for _, body in endpoint.requests]
    assert numbered == [1, 2, 3, 4, 4]


def test_a_list_of_an_earlier_version_is_delivered_as_it_is(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, [1, 2])
    list_file = folder.exports / export_id / "contacts.csv"
    rows = [line.rsplit(",", 2)[0] for line in list_file.read_text().splitlines()]
    assert rows[0].endswith(",release_id,channel")
    list_file.write_text("\n".join(rows) + "\n")
    receipt = list_file.with_name("receipt.json")
    facts = json.loads(receipt.read_text())
    facts["sha256"] = hashlib.sha256(list_file.read_bytes()).hexdigest()
    receipt.write_text(json.dumps(facts))
    deliver(
        folder, export_id, "crm", describe(tmp_path, crm={"http": {"url": endpoint.url}})
    )
    assert [len(one) for one in endpoint.contacts] == [10, 10]
    assert "ranking" not in endpoint.contacts[0]


def test_a_batch_in_which_all_have_opted_out_is_not_sent(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, ["a", "b", "=c"], formulas="quote")
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 1}})
    note_opt_outs(folder, ["b", "=c"], "by mail")
    delivery = deliver(folder, export_id, "crm", file)
    assert (delivery.contacts, delivery.batches) == (1, 3)
    assert delivery.left_out[OPTED_OUT] == 2
    assert endpoint.pairs == [("1", "a")]


def test_nothing_is_sent_if_opt_outs_cannot_be_read(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, [1])
    folder.releases.mkdir(parents=True)
    (folder.releases / FILE).write_text("{")
    with pytest.raises(OptedOutFileError, match="is damaged"):
        deliver(
            folder,
            export_id,
            "crm",
            describe(tmp_path, crm={"http": {"url": endpoint.url}}),
        )
    assert endpoint.requests == []


def test_a_dry_run_sends_and_writes_nothing_and_names_no_customer(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, [f"customer{number}" for number in range(25)])
    (tmp_path / "crm.csv").write_text("customer_id,email\ncustomer3,eve@example.org\n")
    columns = {"path": "crm.csv", "columns": ["email"], "missing": "send"}
    file = describe(
        tmp_path,
        crm={"http": {"url": endpoint.url, "batch_size": 10}, "contact_columns": columns},
    )
    note_opt_outs(folder, ["customer3", "customer7"], "by mail")
    before = sorted(folder.root.rglob("*"))
    arguments = ["deliver", export_id, "--to", "crm", "--destinations", str(file)]
    outcome = run_audience(folder, *arguments, "--dry-run")
    assert outcome.returncode == 0, outcome.stderr
    assert endpoint.requests == []
    assert sorted(folder.root.rglob("*")) == before
    first, second, third, *shape = outcome.stdout.splitlines()
    place = endpoint.url.removesuffix("/contacts")
    assert (
        first
        == f"Would deliver 23 contacts in 3 batches to crm ({place}). Nothing was sent."
    )
    assert second == f"  2 left out: {OPTED_OUT}"
    assert third == "A batch, without what names a customer or a product:"
    assert json.loads("\n".join(shape)) == {
        "export_id": export_id,
        "campaign_id": "spring",
        "batch": 1,
        "batches": 3,
        "contacts": [
            {
                "campaign_id": "spring",
                "experiment_id": None,
                "product_id": "***",
                "place": 1,
                "customer_id": "***",
                "arm": "contact",
                "contact_on": "2023-04-03",
                "explanation": "***",
                "release_id": "000001-20230401T000000Z",
                "channel": None,
                "ranking": "activity",
                "purchase_probability": "***",
                "email": None,
            }
        ],
    }
    assert not any(f"customer{n}" in outcome.stdout for n in range(25))


def test_a_delivery_prints_its_receipt(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, HOSTILE)
    file = describe(tmp_path, crm={"http": {"url": endpoint.url, "batch_size": 10}})
    note_opt_outs(folder, [HOSTILE[0]], "by mail")
    endpoint.answers = [(200, {}), (410, {})]
    endpoint.text = f"gone: {HOSTILE[11]}"
    arguments = ["deliver", export_id, "--to", "crm", "--destinations", str(file)]
    failed = run_audience(folder, *arguments)
    assert failed.returncode == 1
    assert failed.stdout == ""
    place = endpoint.url.removesuffix("/contacts")
    assert failed.stderr.splitlines() == [
        f"error: {place} refuses batch 2 of 2 with 410: gone: ***",
        "1 of 2 batches are delivered; the next run continues after them.",
    ]
    delivered = run_audience(folder, *arguments)
    assert delivered.returncode == 0, delivered.stderr
    first, *rest = delivered.stdout.splitlines()
    count = len(HOSTILE) - 1
    assert first.startswith(f"Delivered {count} contacts in 2 batches to crm ({place}) in ")
    noted = folder.exports / export_id / "deliveries" / "crm.jsonl"
    assert rest == [
        "  1 of these batches was delivered before.",
        f"  1 left out: {OPTED_OUT}",
        f"Progress: {noted}",
    ]
    again = run_audience(folder, *arguments)
    assert again.stdout.splitlines()[:2] == [
        f"{export_id} was delivered before, {count} contacts in 2 batches to crm"
        f" ({place}).",
        "Nothing was sent.",
    ]
    for file in (noted, noted.with_name(".lock"), noted.parent):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
    text = noted.read_text()
    assert not any(json.dumps(one)[1:-1] in text for one in HOSTILE if len(one) > 4)


def test_a_changed_list_is_not_delivered(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    """Its batches would not be those that were sent before."""
    file = describe(tmp_path, crm={"http": {"url": endpoint.url}})
    other = folder.exports / write_list(folder, [1, 2], owner="other")
    changes: list[tuple[str, bytes | None]] = [
        ("contacts.csv", b"customer_id\n1\n"),
        ("contacts.csv", None),
        ("receipt.json", b"{}"),
        ("receipt.json", b"["),
        ("ledger.parquet", (other / "ledger.parquet").read_bytes()),
    ]
    for number, (name, content) in enumerate(changes):
        export_id = write_list(folder, [1, 3], owner=f"changed{number}")
        changed = folder.exports / export_id / name
        changed.unlink() if content is None else changed.write_bytes(content)
        with pytest.raises(DeliveryError, match="is not as it was written: expected its"):
            deliver(folder, export_id, "crm", file)
    assert endpoint.requests == []


@pytest.mark.parametrize("export_id", ["spring", "..", "../x", "", ".", "a/b", "x\x1b[2J"])
def test_an_unknown_list_is_answered_with_those_that_are_there(
    folder: BuildFolder, tmp_path: Path, export_id: str
) -> None:
    file = describe(tmp_path, crm={"http": {"url": "http://127.0.0.1:9"}})
    with pytest.raises(DeliveryError, match="`audience export` writes one"):
        deliver(folder, export_id, "crm", file)
    written = write_list(folder, [1])
    with pytest.raises(DeliveryError, match=f"such as {written}$"):
        deliver(folder, export_id, "crm", file)


def test_the_file_of_destinations_lies_in_the_workspace(
    folder: BuildFolder,
    endpoint: Endpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    monkeypatch.setenv("AUDIENCE_WORKSPACE", str(tmp_path))
    (tmp_path / "audience.yml").write_text("")
    umask = os.umask(0o022)
    os.umask(umask)
    try:
        export_id = write_list(folder, [1, 2])
        assert main(["deliver", export_id, "--to", "crm"]) == 1
        said = capsys.readouterr().err
        assert f"There is no file {tmp_path}/destinations.yml: expected one that" in said
        assert said.endswith("Nothing was sent.\n")
        describe(tmp_path, crm={"http": {"url": endpoint.url}})
        assert main(["deliver", export_id, "--to", "crm"]) == 0
    finally:
        os.umask(umask)
    assert "Delivered 2 contacts in 1 batch to crm" in capsys.readouterr().out
    assert len(endpoint.contacts) == 2
