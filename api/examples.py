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
CAMPAIGNS: dict[str, Any] = {
    "campaigns": [
        {
            "campaign_id": "most_engaged",
            "campaign_name": "The most engaged for the most popular products",
            "starts_on": "2023-04-01",
            "ends_on": "2023-04-30",
            "audience_size": 10,
            "frequency_cap": None,
            "holdout_share": 0.0,
            "cost_per_contact": 0.1,
            "value_per_conversion": 5.0,
            "audience_rule": "Customers by engagement, without any interaction with the "
            "product.",
            "product_count": 1000,
            "suitable_customer_count": 433787,
            "reached_customer_count": 17,
            "contact_count": 10000,
            "holdout_count": 0,
            "served_count": 0,
            "short_product_count": 0,
            "missing_count": 0,
            "planned_cost": 1000.0,
        }
    ],
    "count": 1,
    "release": "000006-20261125T081818Z",
}
CAMPAIGN: dict[str, Any] = {
    "campaign_id": "abandoned_carts",
    "campaign_name": "Left in the cart in the last month",
    "starts_on": "2023-04-01",
    "ends_on": "2023-04-30",
    "audience_size": 5,
    "frequency_cap": 1,
    "holdout_share": 0.1,
    "cost_per_contact": 0.1,
    "value_per_conversion": 5.0,
    "audience_rule": "Customers with the event cart on the product in the last 30 days,"
    " who did not buy the product, each for at most 1 product.",
    "product_count": 500,
    "suitable_customer_count": 433787,
    "reached_customer_count": 1965,
    "contact_count": 1740,
    "holdout_count": 225,
    "served_count": 0,
    "short_product_count": 226,
    "missing_count": 535,
    "planned_cost": 174.0,
    "shortfalls": [{"reason": "frequency cap", "product_count": 7, "missing_count": 9}],
    "concentration": [
        {
            "measure": "distinct customers",
            "value": 1965.0,
            "without_campaign": 16.0,
            "explanation": "Customers who are in at least one audience.",
        }
    ],
    "release": "000006-20261125T081818Z",
}
CAMPAIGN_PLAN: dict[str, Any] = {
    "campaign_id": "most_engaged",
    "cost_per_contact": 0.1,
    "value_per_conversion": 5.0,
    "best_audience_size": 500,
    "note": None,
    "sizes": [
        {
            "audience_size": 500,
            "is_best": True,
            "response_rate": 0.066,
            "response_rate_low": 0.04737852635977387,
            "response_rate_high": 0.0912394011608535,
            "cumulative_gain": 0.00904109589041096,
            "conversions": 33.0,
            "cost": 50.0,
            "revenue": 165.0,
            "profit": 115.0,
            "profit_low": 68.446316,
            "profit_high": 178.098503,
            "return_on_investment": 2.3,
            "cost_per_conversion": 1.515152,
        }
    ],
    "release": "000006-20261125T081818Z",
}
CAMPAIGN_AUDIENCE: dict[str, Any] = {
    "campaign_id": "most_engaged",
    "audience": [
        {
            "product_id": 94,
            "audience_rank": 1,
            "customer_id": 83776,
            "engagement_score": 0.823275022,
            "arm": "contact",
            "explanation": "Number 1 of 433,787: 248 interactions with 247 products, last "
            "seen 57 days before 2023-03-31. What counts most: number of "
            "interactions.",
        }
    ],
    "count": 1,
    "next": "WyIwMDAwMDYtMjAyNjExMjVUMDgxODE4WiIsIm1vc3RfZW5nYWdlZCIsOTQsMV0=",
    "release": "000006-20261125T081818Z",
}
EXPERIMENTS: dict[str, Any] = {
    "experiments": [
        {
            "experiment_id": "mens_mail",
            "experiment_name": "Does asking the most engaged pay",
            "verdict": "ship",
            "reason": "More conversion by 118.84 %, more than chance explains, and it"
            " earns 6705.01 % on its cost.",
            "campaign_id": None,
            "starts_on": "2023-03-02",
            "ends_on": "2023-03-10",
            "attribution_days": 14,
            "cost_per_contact": 0.01,
            "value_per_conversion": 100.0,
            "unit_count": 42613,
            "deciding_comparison": "contact of treatment",
            "primary_metric": "conversion",
            "mean": 0.01253109306800582,
            "base_mean": 0.005726086548390125,
            "difference": 0.006805006519615695,
            "difference_low": 0.005000070747732388,
            "difference_high": 0.008609942291499001,
            "lift": 1.188421876286328,
            "p_value_corrected": 3.0036315703087617e-13,
            "power": 0.9747876613559245,
            "sample_ratio_p_value": 0.9961348415003554,
            "incremental_conversions": 144.99427391345162,
            "cost_per_incremental_conversion": 1.4695063070367769,
            "return_on_investment": 67.05006519614571,
        }
    ],
    "count": 1,
    "release": "000001-20261125T083724Z",
}
EXPERIMENT: dict[str, Any] = {
    "experiment_id": "mens_mail",
    "experiment_name": "Does asking the most engaged pay",
    "verdict": "ship",
    "reason": "More conversion by 118.84 %, more than chance explains, and it"
    " earns 6705.01 % on its cost.",
    "campaign_id": None,
    "starts_on": "2023-03-02",
    "ends_on": "2023-03-10",
    "attribution_days": 14,
    "cost_per_contact": 0.01,
    "value_per_conversion": 100.0,
    "unit_count": 42613,
    "deciding_comparison": "contact of treatment",
    "primary_metric": "conversion",
    "mean": 0.01253109306800582,
    "base_mean": 0.005726086548390125,
    "difference": 0.006805006519615695,
    "difference_low": 0.005000070747732388,
    "difference_high": 0.008609942291499001,
    "lift": 1.188421876286328,
    "p_value_corrected": 3.0036315703087617e-13,
    "power": 0.9747876613559245,
    "sample_ratio_p_value": 0.9961348415003554,
    "incremental_conversions": 144.99427391345162,
    "cost_per_incremental_conversion": 1.4695063070367769,
    "return_on_investment": 67.05006519614571,
    "arms": [
        {"arm": "treatment", "unit_count": 21307},
        {"arm": "treatment_holdout", "unit_count": 21306},
    ],
    "results": [
        {
            "comparison": "contact of treatment",
            "metric": "conversion",
            "is_primary": True,
            "unit_count": 21307,
            "base_unit_count": 21306,
            "mean": 0.01253109306800582,
            "base_mean": 0.005726086548390125,
            "difference": 0.006805006519615695,
            "difference_low": 0.005000070747732388,
            "difference_high": 0.008609942291499001,
            "lift": 1.188421876286328,
            "lift_low": 0.7679629993467654,
            "lift_high": 1.708874739108286,
            "p_value": 1.5018157851543808e-13,
            "p_value_corrected": 3.0036315703087617e-13,
            "adjusted_difference": 0.006783432860043907,
            "adjusted_difference_low": 0.0049792921731153135,
            "adjusted_difference_high": 0.0085875735469725,
            "adjusted_p_value": 1.7472135756026306e-13,
            "power": 0.9747876613559245,
            "cost": 213.07000000003518,
            "conversions": 144.99427391345162,
            "cost_per_conversion": 1.4695063070367769,
            "return_on_investment": 67.05006519614571,
        }
    ],
    "release": "000001-20261125T083724Z",
}
