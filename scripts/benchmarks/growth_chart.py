"""The growth of time and space with the log, as a chart for docs/scaling.md."""

import vl_convert

from scripts.benchmarks.scale_result import ScaleResult

Point = dict[str, str | float]


def growth_chart(results: list[ScaleResult]) -> str:
    """An SVG of two panels, both axes logarithmic: seconds, and gigabytes."""
    seconds: list[Point] = []
    gigabytes: list[Point] = []
    for result in results:
        whole = result.whole
        for what, value in (
            ("dbt build with tests", whole.build_seconds),
            ("models alone", result.alone.total),
            ("publish", whole.publish_seconds),
        ):
            seconds.append(_point(result, what, value))
        for what, value in (
            ("warehouse", whole.warehouse_megabytes),
            ("release", whole.release_megabytes),
            ("memory", whole.models.peak_megabytes),
            ("spilled", whole.temp_megabytes),
        ):
            # A tiny value would stretch a logarithmic axis.
            if value >= 1:
                gigabytes.append(_point(result, what, value / 1000))
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "hconcat": [_panel("seconds", seconds), _panel("GB", gigabytes)],
        "resolve": {"scale": {"color": "independent"}},
        "config": {"view": {"stroke": None}, "font": "sans-serif"},
    }
    return str(vl_convert.vegalite_to_svg(specification))


def _point(result: ScaleResult, what: str, value: float) -> Point:
    return {"interactions": result.interactions, "what": what, "value": value}


def _panel(unit: str, points: list[Point]) -> dict[str, object]:
    return {
        "width": 260,
        "height": 240,
        "data": {"values": points},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {
                "field": "interactions",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {
                    "format": "~s",
                    "tickCount": 4,
                    "title": "interactions",
                    "grid": False,
                },
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {"title": unit, "format": "~g", "grid": False},
            },
            "color": {
                "field": "what",
                "type": "nominal",
                "sort": None,
                "scale": {"scheme": "tableau10"},
                "legend": {"title": None, "orient": "bottom", "columns": 2},
            },
        },
    }
