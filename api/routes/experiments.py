"""Experiments: what to do, and what it rests on."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.parameters import EXPERIMENT_ID
from api.problems import not_found
from api.responses import answer, as_json
from api.schemas import experiments as schemas

experiments = Blueprint("experiments")


@experiments.route("/experiments", methods=READING)
@documented(
    Operation(
        summary="The experiments of the release, and what to do",
        answer=schemas.Experiments,
        example="experiments.json",
        problems=(304, 404, 503),
    )
)
async def list_experiments(request: Request) -> HTTPResponse:
    """Every active experiment with its verdict."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        release.check_table("experiment_verdicts", "experiments")
        found = await release.ask_records("experiments")
        body = {
            "experiments": found,
            "count": len(found),
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))


@experiments.route("/experiments/<experiment_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="The decision card of an experiment",
        answer=schemas.Experiment,
        example="experiment.json",
        parameters=(EXPERIMENT_ID,),
        problems=(304, 404, 503),
    )
)
async def experiment(request: Request, experiment_id: str) -> HTTPResponse:
    """Verdict and reason, arms, and every comparison; no figures before its end."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        release.check_table("experiment_verdicts", "experiments")
        found = await release.ask_records("experiment", experiment_id=experiment_id)
        if not found:
            raise not_found("experiment", experiment_id, "`/experiments` lists them.")
        body = {
            **found[0],
            "arms": await release.ask_records(
                "experiment_arms", experiment_id=experiment_id
            ),
            "results": await release.ask_records(
                "experiment_results", experiment_id=experiment_id
            ),
            "release": release.release_id,
        }
        return answer(request, release, as_json(body))
