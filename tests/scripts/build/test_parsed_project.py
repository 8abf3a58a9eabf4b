"""Which runs share a parsed project, and that sharing one changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.build import parsed_project as parsed_project_module
from scripts.build import project_fingerprint
from scripts.build.dbt_run import run_dbt
from scripts.build.parsed_project import KEPT, parsed_project, prune
from scripts.build_folder import PROJECT, BuildFolder
from scripts.synthetic.interactions import generate
from tests.conftest import FinishedBuild, copy_project

# Settings that dbt looks up when a model runs, each far from its default.
OTHER_SETTINGS: dict[str, Any] = {
    "columns": {"customer_id": "visitor", "amount": "paid"},
    "expressions": {"event": "'cart'"},
    "row_filter": "visitor > 1",
    "delimiter": ";",
    "encoding": "latin-1",
    "time_format": "epoch_ms",
    "event_aliases": {"addtocart": "cart"},
    "event_weights": {"share": 2},
    "max_reject_share": 0.5,
    "customer_attributes": "customers.csv",
    "suppressions": "opt_outs.csv",
    "with_examples": True,
    "exclude": "purchased",
    "as_of": "2023-03-01",
    "recency_days": 30,
    "score_weights": "equal",
    "frequency_days": "known",
    "score_scale": "logarithmic",
    "split_quantile": 0.7,
    "bootstrap_replicates": 200,
    "top_n": 3,
}


@pytest.fixture(autouse=True)
def own_parsed_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDIENCE_PARSED_PROJECTS", raising=False)


def test_settings_that_are_not_parsed_share_a_parsed_project(folder: BuildFolder) -> None:
    plain = parsed_project(folder, {"log": "a.csv"}, "duckdb")
    assert parsed_project(folder, {"log": "b.csv"} | OTHER_SETTINGS, "duckdb") == plain
    for other in ({"log": "a.parquet"}, {"id_type": "text"}):
        assert parsed_project(folder, {"log": "a.csv"} | other, "duckdb") != plain
    assert parsed_project(folder, {"log": "a.csv"}, "spark") != plain


def test_only_rows_of_seeds_may_change(
    folder: BuildFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_project(tmp_path)
    for module in (parsed_project_module, project_fingerprint):
        monkeypatch.setattr(module, "PROJECT", project)
    first = parsed_project(folder, {}, "duckdb")
    with (project / "seeds" / "event_weights.csv").open("a") as seed:
        seed.write("shared,1.5\n")
    assert parsed_project(folder, {}, "duckdb") == first
    for changed in ("macros/settings/id_type.sql", "models/_exposures.yml", "profiles.yml"):
        with (project / changed).open("a") as file:
            file.write("\n")
        changed_project = parsed_project(folder, {}, "duckdb")
        assert changed_project != first
        first = changed_project


@pytest.mark.slow
def test_dbt_parses_the_same_whatever_the_other_settings(
    dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    """What parsed_variables leaves out has no effect on what dbt parses."""
    run_dbt(["ls", "--quiet"], {"log": str(dirty_build.log)} | OTHER_SETTINGS, folder)
    parsed = []
    for target in (folder.dbt_target, dirty_build.folder.dbt_target):
        nodes = json.loads((target / "manifest.json").read_text())["nodes"]
        for node in nodes.values():
            node.pop("created_at")
            # A branch that a setting opens may call another macro: found when it runs.
            node["depends_on"].pop("macros", None)
            # What only a run adds.
            for name in (
                "compiled",
                "compiled_code",
                "compiled_path",
                "extra_ctes",
                "extra_ctes_injected",
                "build_path",
                "relation_name",
            ):
                node.pop(name, None)
        # A run compiles its hooks in place.
        parsed.append(
            {name: node for name, node in nodes.items() if "operation" not in name}
        )
    assert parsed[0] == parsed[1]
    assert len(parsed[0]) > 200


@pytest.mark.long
def test_a_damaged_file_is_parsed_again(folder: BuildFolder) -> None:
    settings = {"log": str(folder.root / "log.csv")}
    generate(Path(settings["log"]), scale=0.001)
    command = ["compile", "--select", "stg_event_weights"]
    assert run_dbt(command, settings, folder).problems == []
    (file,) = folder.parsed_projects.glob("*.msgpack")
    whole = file.read_bytes()
    stamp = file.stat().st_mtime_ns
    assert run_dbt(command, settings, folder).problems == []
    assert file.stat().st_mtime_ns == stamp, "parsed again without need"
    file.write_bytes(whole[: len(whole) // 2])
    assert run_dbt(command, settings, folder).problems == []
    assert len(file.read_bytes()) > len(whole) // 2


def test_old_parsed_projects_are_removed(folder: BuildFolder) -> None:
    folder.parsed_projects.mkdir(parents=True)
    for number in range(KEPT + 3):
        for kind in ("msgpack", "templates"):
            (folder.parsed_projects / f"{number}.{kind}").write_text("")
    prune(folder)
    for kind in ("msgpack", "templates"):
        assert len(list(folder.parsed_projects.glob(f"*.{kind}"))) == KEPT


def test_the_project_s_own_files_are_hashed() -> None:
    for pattern in parsed_project_module.PARSED_FILES:
        assert any(PROJECT.glob(pattern)), pattern
