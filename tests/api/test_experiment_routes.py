"""Experiments over HTTP."""

import asyncio
from typing import Any

import pytest

from api.settings import Settings
from tests.api.conftest import Server
from tests.api.in_process import opened


def test_the_shipped_example_is_not_active(server: Server) -> None:
    body = server.get("/experiments").json()
    assert (body["experiments"], body["count"]) == ([], 0)


def test_an_unknown_experiment_is_not_found(server: Server) -> None:
    found = server.get("/experiments/autumn")
    assert found.status_code == 404
    assert found.json()["detail"] == "The release knows no experiment 'autumn'."


@pytest.mark.parametrize(
    "question", ["experiments", "experiment", "experiment_arms", "experiment_results"]
)
def test_every_question_can_be_asked(server: Server, question: str) -> None:
    parameters = {} if question == "experiments" else {"experiment_id": "autumn"}

    async def ask() -> list[dict[str, Any]]:
        async with opened(server.folder, Settings()) as audiences:
            audiences.release.check_table("experiment_verdicts", "experiments")
            return await audiences.release.ask_records(question, **parameters)

    assert asyncio.run(ask()) == []
