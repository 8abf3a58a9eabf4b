"""Results of the build: the log in figures, the evidence, the quality of the data."""

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from api.documentation import READING, Operation, documented
from api.responses import as_json, release_response
from api.schemas import diagnostics as schemas
from api.schemas.evidence import Evidence

diagnostics = Blueprint("diagnostics")


@diagnostics.route("/diagnostics", methods=READING)
@documented(
    Operation(
        summary="The log in figures, and whether collaborative filtering can work on it",
        response=schemas.Diagnostics,
        example="diagnostics.json",
        problems=(304, 503),
    )
)
async def read_diagnostics(request: Request) -> HTTPResponse:
    """Profile, events, retention, concentration, and the verdict with its requirements."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        body = {
            "profile": (await release.ask_records("dataset_profile"))[0],
            "event_mix": await release.ask_records("event_mix"),
            "retention": await release.ask_records("customer_retention"),
            "cohorts": await release.ask_records("cohort_retention"),
            "concentration": await release.ask_records("audience_concentration"),
            "checks": await release.ask_records("viability_checks"),
            "verdict": (await release.ask_records("viability_verdict"))[0],
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@diagnostics.route("/evidence", methods=READING)
@documented(
    Operation(
        summary="How well the rankings do, measured on what customers did next",
        response=Evidence,
        example="evidence.json",
        problems=(304, 503),
    )
)
async def read_evidence(request: Request) -> HTTPResponse:
    """Conclusions, a comparison of recommenders, gains, lift, and other scores."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        labels = release.ranking_labels
        als = await release.ask_records("als_verdict")
        recommenders = await release.ask_records("offline_metrics")
        gains = await release.ask_records("targeting_lift")
        trials = await release.ask_records("score_trials")
        decisions, hits, calibration = [
            await release.ask_records(table) if release.has_table(table) else []
            for table in ("ranking_decisions", "ranking_evidence", "ranking_calibration")
        ]
        body = {
            "conclusions": await release.ask_records("evidence_conclusions"),
            "als": als[0] if als else None,
            "recommenders": labels.labelled(recommenders, "recommender"),
            "comparisons": await release.ask_records("recommender_comparisons"),
            "gains": labels.labelled(
                [row for row in gains if labels.is_charted(row["ranking"])], "ranking"
            ),
            "deciles": await release.ask_records("targeting_deciles"),
            "trials": labels.labelled(trials, "ranking"),
            "decisions": [
                row | {"label": labels.label(row["ranking"])} for row in decisions
            ],
            "hits": [row | {"label": labels.label(row["ranking"])} for row in hits],
            "calibration": calibration,
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))


@diagnostics.route("/quality", methods=READING)
@documented(
    Operation(
        summary="What happened to every row, feedback, and the tests of the build",
        response=schemas.Quality,
        example="quality.json",
        problems=(304, 503),
    )
)
async def read_quality(request: Request) -> HTTPResponse:
    """Row accounting with an example per reason, automated traffic, feedback, tests."""
    served = request.app.ctx.serving.current()
    with served.release.use() as release:
        tests = release.manifest.get("tests", [])
        passed = sum(test["status"] == "pass" for test in tests)
        automated = (
            await release.ask_records("automated_traffic")
            if release.has_table("automated_traffic")
            else []
        )
        body = {
            "rows": await release.ask_records("row_accounting"),
            "automated": automated[0] if automated else None,
            "feedback": await release.ask_records("feedback_counts")
            if release.has_table("feedback_counts")
            else [],
            "passed_count": passed,
            "warned_count": len(tests) - passed,
            "tests": sorted(tests, key=lambda test: test["status"] == "pass"),
            "release": release.release_id,
        }
        return release_response(request, release, as_json(body))
