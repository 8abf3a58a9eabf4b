"""Answers that the OpenAPI document shows: real ones, over the generated log, cut short."""

from typing import Any

AUDIENCE: dict[str, Any] = {
    "product_id": 42,
    "recommendations": [
        {"customer_id": 83776, "score": 0.823275022, "rank": 1},
        {"customer_id": 2, "score": 0.720911895, "rank": 2},
    ],
    "count": 2,
    "cold_start": False,
    "note": None,
    "release": "000002-20261125T041447Z",
}
BATCH: dict[str, Any] = {
    "results": [
        {
            "product_id": 42,
            "recommendations": [
                {"customer_id": 83776, "score": 0.823275022, "rank": 1},
                {"customer_id": 2, "score": 0.720911895, "rank": 2},
            ],
            "count": 2,
            "cold_start": False,
            "note": None,
            "release": "000002-20261125T041447Z",
        }
    ],
    "count": 1,
    "release": "000002-20261125T041447Z",
}
PRODUCT_SAMPLE: dict[str, Any] = {
    "sample_products": [5117, 11421, 66010],
    "total_available": 200325,
    "release": "000002-20261125T041447Z",
}
CUSTOMER: dict[str, Any] = {
    "customer_id": 83776,
    "engagement_score": 0.823275022,
    "engagement_rank": 1,
    "customers": 433787,
    "first_interaction_at": "2023-01-23T20:28:09",
    "last_interaction_at": "2023-02-02T11:05:38.225000",
    "features": {
        "total_interactions": {
            "value": 248,
            "normalized": 0.8636363636363636,
            "contribution": 0.30227272727272725,
        },
        "unique_products": {"value": 247, "normalized": 1.0, "contribution": 0.25},
        "avg_event_score": {
            "value": 3.5463709677419355,
            "normalized": 0.6365927419354839,
            "contribution": 0.12731854838709677,
        },
        "interaction_frequency": {
            "value": 22.545454545454547,
            "normalized": 0.8051178982880524,
            "contribution": 0.12076768474320784,
        },
        "recency_score": {
            "value": 0.530819450562014,
            "normalized": 0.45832122817840754,
            "contribution": 0.022916061408920378,
        },
    },
    "release": "000002-20261125T041447Z",
}
CUSTOMER_PRODUCTS: dict[str, Any] = {
    "customer_id": 83776,
    "products": [{"product_id": 1, "rank": 1}, {"product_id": 2, "rank": 1}],
    "count": 2,
    "total": 200078,
    "release": "000002-20261125T041447Z",
}
DIAGNOSTICS: dict[str, Any] = {
    "profile": {
        "interaction_count": 498879,
        "customer_count": 433787,
        "product_count": 200325,
        "sparsity": 0.9999942590529818,
        "first_interaction_at": "2022-10-01T00:01:00",
        "last_interaction_at": "2023-03-31T23:20:51.003000",
        "as_of_at": "2023-03-31T23:20:51.003000",
        "split_at": "2023-02-23T23:29:08.012000",
        "early_customer_count": 354488,
        "late_customer_count": 90112,
        "returning_customer_count": 10813,
        "retention_rate": 0.03050314820247794,
        "returning_share_of_late": 0.1199951171875,
        "early_product_count": 169172,
        "late_product_count": 54674,
        "new_product_count": 31153,
        "new_product_share": 0.5697955152357611,
        "one_time_customer_count": 385158,
        "low_activity_customer_count": 47987,
        "power_customer_count": 642,
        "one_time_customer_share": 0.887896594411543,
        "low_activity_customer_share": 0.11062341656158438,
        "power_customer_share": 0.0014799890268726355,
        "mean_interactions_per_customer": 1.1500552114286504,
        "median_interactions_per_customer": 1.0,
    },
    "event_mix": [
        {
            "event": "cart",
            "event_weight": 3.0,
            "interaction_count": 304197,
            "interaction_share": 0.6097610843511152,
        }
    ],
    "retention": [
        {
            "retention_days": 7,
            "eligible_customer_count": 410188,
            "retained_customer_count": 17352,
            "retained_share": 0.042302553950871305,
        }
    ],
    "checks": [
        {
            "requirement": "catalogue stability",
            "measured": 0.4302044847642389,
            "threshold": 0.5,
            "clearly_viable_from": None,
            "passed": False,
            "explanation": "43.02 % of the products seen after the split were known "
            "before it: not enough (at least 50.00 %).",
        }
    ],
    "verdict": {
        "verdict": "not viable",
        "basis": "measured comparison",
        "threshold_verdict": "not viable",
        "recommended_approach": "engagement ranking",
        "passed_count": 0,
        "requirement_count": 4,
        "explanation": "Collaborative filtering is not viable, as measured: of "
        "the ten customers that ALS names for a product, 0.001701 "
        "% touch it after the split (0.000422 % to 0.003814 %), "
        "fewer than the 1.00 % that make it useful; not clearly "
        "more than the 0.001275 % of engagement, the strongest of "
        "the others (difference 0.00 % to 0.001680 %). By the "
        "thresholds alone it would be not viable: 0 of 4 "
        "requirements are met. 3.05 % of the customers seen before "
        "the split come back after it: not enough (at least 20.00 "
        "%; beyond doubt from 30.00 %).",
    },
    "release": "000002-20261125T041447Z",
}
RELEASE: dict[str, Any] = {
    "release_id": "000002-20261125T041447Z",
    "created_at": "2026-11-25T04:14:47+00:00",
    "age_days": 0.0238,
    "input": {
        "first_interaction_at": "2022-10-01T00:01:00",
        "last_interaction_at": "2023-03-31T23:20:51.003",
        "as_of_at": "2023-03-31T23:20:51.003",
    },
    "row_counts": {"customers": 433787, "product_audiences": 2003250, "products": 200325},
    "git_revision": "9882c2d444f21826c6fdaf7c4c8189fbe9a529d7",
    "products": 200325,
    "customers": 433787,
}
HEALTH: dict[str, Any] = {
    "status": "healthy",
    "model_loaded": True,
    "products": 200325,
    "release_id": "000002-20261125T041447Z",
    "release_created_at": "2026-11-25T04:14:47+00:00",
    "reasons": [],
}
READINESS: dict[str, Any] = {"ready": True, "release_id": "000002-20261125T041447Z"}
INFORMATION: dict[str, Any] = {
    "message": "Product Audience: whom to contact about a product",
    "version": "0.1.0",
    "endpoints": {"recommend": "/recommend/{product_id}?n=10"},
}
EXPORT = "rank,customer_id,score\n1,83776,0.823275022\n2,2,0.720911895\n"
METRICS = 'audience_requests_total{method="GET",route="/health",status="200"} 1.0\n'
DOCUMENT = {"openapi": "3.0.3", "info": {"title": "Product Audience"}, "paths": {}}
