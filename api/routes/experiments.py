"""Experiments: verdicts, and the figures behind them."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.identifiers import EXPERIMENT_ID
from api.problems import not_found
from api.responses import as_json, release_response
from api.schemas import experiments as schemas

experiments = Blueprint("experiments")


@experiments.route("/experiments", methods=READING)
@documented(
    Operation(
        summary="The experiments of the release, and their verdicts",
        response=schemas.Experiments,
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
        return release_response(request, release, as_json(body))


@experiments.route("/experiments/<experiment_id:str>", methods=READING, unquote=True)
@documented(
    Operation(
        summary="The decision card of an experiment",
        response=schemas.Experiment,
        example="experiment.json",
        parameters=(EXPERIMENT_ID,),
        problems=(304, 404, 503),
    )
)
async def experiment(request: Request, experiment_id: str) -> HTTPResponse:
    """Verdict, reason, arms and comparisons; there are no figures before its end."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        release.check_table("experiment_verdicts", "experiments")
        found = await release.ask_records("experiment", experiment_id=experiment_id)
        if not found:
            raise not_found("experiment", experiment_id, "`/experiments` lists them.")
        contamination = (
            await release.ask_records(
                "experiment_contamination", experiment_id=experiment_id
            )
            if release.has_table("experiment_contamination")
            else []
        )
        body = {
            **found[0],
            "arms": await release.ask_records(
                "experiment_arms", experiment_id=experiment_id
            ),
            "results": await release.ask_records(
                "experiment_results", experiment_id=experiment_id
            ),
            "contamination": contamination,
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))
