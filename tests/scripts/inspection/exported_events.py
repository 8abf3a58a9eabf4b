"""Made-up events, in the layouts that tracking and e-mail programs export.

Names of fields are those of the programs; fields that no mapping reads are left out, apart
from some that mislead.
"""

import json
from collections.abc import Mapping
from typing import Any

# Customer, product, event and time (UTC) of an accepted row.
Row = tuple[str, str, str, str]
IDS = "8472-998-0112", "8472-998-0113"
ACTION = (
    "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1"
)
PRODUCTS = "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1"
ROBOTS = "contexts_com_iab_snowplow_spiders_and_robots_1"


def json_lines(*rows: Mapping[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def ga4_event(
    name: str, *items: str, user: str | None = "48976087.6959390698"
) -> dict[str, Any]:
    return {
        # In the time zone of the property, where it is another day.
        "event_date": "20210131",
        # JSON of BigQuery has whole numbers as text.
        "event_timestamp": "1612137600123456",
        "event_name": name,
        "event_params": [
            {"key": "ga_session_id", "value": {"int_value": "661084800"}},
            {"key": "page_title", "value": {"string_value": "Home"}},
        ],
        "user_id": "u7" if name == "purchase" else None,
        "user_pseudo_id": user,
        "items": [{"item_id": item, "item_name": f"Item {item}"} for item in items],
    }


# The page view has no item, the list was only shown; one visitor did not consent.
GA4 = json_lines(
    ga4_event("page_view"),
    ga4_event("view_item_list", "GGOEA", "0012"),
    ga4_event("view_item", "0012"),
    ga4_event("view_item", "(not set)"),
    ga4_event("view_item", "0012", user=None),
    ga4_event("add_to_cart", "0012"),
    ga4_event("purchase", "0012", "GGOEA", user="2342103247.0307162928"),
    ga4_event("refund", "0012", user="2342103247.0307162928"),
)
GA4_ROWS: list[Row] = [
    ("48976087.6959390698", "0012", "view", "2021-02-01 00:00:00.123456"),
    ("48976087.6959390698", "0012", "cart", "2021-02-01 00:00:00.123456"),
    ("2342103247.0307162928", "0012", "purchased", "2021-02-01 00:00:00.123456"),
    ("2342103247.0307162928", "GGOEA", "purchased", "2021-02-01 00:00:00.123456"),
]


def call(
    event: str | None, user: str | None, products: tuple[str, ...] = (), **properties: Any
) -> dict[str, Any]:
    """A call of Segment or RudderStack; without an event it is of another type."""
    if products:
        properties["products"] = [{"product_id": id_, "quantity": 1} for id_ in products]
    return {
        "type": "track" if event else "identify",
        "event": event,
        "userId": user,
        "anonymousId": "507f191e",
        "messageId": "ajs-1",
        "properties": properties,
        "context": {"ip": "8.8.8.8", "traits": {}},
        "integrations": {},
        # A clock that is wrong by a year.
        "originalTimestamp": "2022-02-01T19:14:18.381Z",
        "timestamp": "2023-02-01T19:14:18.381Z",
        "receivedAt": "2023-02-01T19:14:19.000Z",
    }


# The last event lacks its product.
CALLS = (
    call(None, "019"),
    call("Product List Viewed", "019", IDS),
    call("Product Viewed", "019", product_id=IDS[0], sku="G-32"),
    call("Product Added", "019", product_id=IDS[0], sku="G-32"),
    call("Order Completed", "019", IDS, order_id="50314b8e", total=27.5),
    call("Order Refunded", "019", IDS, order_id="50314b8e", total=27.5),
    call("Product Viewed", "020", sku="G-32"),
)
CALL_ROWS: list[Row] = [
    ("019", IDS[0], "view", "2023-02-01 19:14:18.381"),
    ("019", IDS[0], "cart", "2023-02-01 19:14:18.381"),
    ("019", IDS[0], "purchased", "2023-02-01 19:14:18.381"),
    ("019", IDS[1], "purchased", "2023-02-01 19:14:18.381"),
]


def snowplow_event(
    action: str | None, user: str | None, *products: str, robot: bool = False
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event_id": "c6ef3124-b53a-4b13-a233-0088f79dcbcb",
        "event_name": "snowplow_ecommerce_action" if action else "page_view",
        "collector_tstamp": "2013-11-26T00:02:05Z",
        "dvce_created_tstamp": "2012-11-26T00:03:57.885Z",
        "derived_tstamp": "2013-11-26T00:02:04.886Z",
        "domain_userid": "bc2e92ec6c204a14",
        ROBOTS: [{"spiderOrRobot": robot, "category": "BROWSER"}],
    }
    # Fields without a value are left out.
    if user:
        event["user_id"] = user
    if action:
        event[ACTION] = {"type": action}
        event[PRODUCTS] = [{"id": id_, "name": f"Product {id_}"} for id_ in products]
    return event


SNOWPLOW = json_lines(
    snowplow_event(None, "u1"),
    snowplow_event("list_view", "u1", "007", "008"),
    snowplow_event("product_view", "u1", "007"),
    snowplow_event("product_view", None, "007"),
    snowplow_event("product_view", "u2", "008", robot=True),
    snowplow_event("add_to_cart", "u1", "007"),
    snowplow_event("transaction", "u1", "007", "008"),
    snowplow_event("refund", "u1", "007"),
)
SNOWPLOW_ROWS: list[Row] = [
    ("u1", "007", "view", "2013-11-26 00:02:04.886"),
    ("u2", "008", "view", "2013-11-26 00:02:04.886"),
    ("u1", "007", "cart", "2013-11-26 00:02:04.886"),
    ("u1", "007", "purchased", "2013-11-26 00:02:04.886"),
    ("u1", "008", "purchased", "2013-11-26 00:02:04.886"),
]


def klaviyo_event(metric: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "event",
        "id": "4vRpBT",
        "attributes": {
            "timestamp": 1667870625,
            "event_properties": {"$event_id": "1234"} | properties,
            "datetime": "2022-11-08T02:23:45+01:00",
            "uuid": "b6a0b680-5ef8-11ed-8001",
        },
        "relationships": {
            "profile": {"data": {"type": "profile", "id": "01GDDKASAP8TKDDA2GRZDSVP4H"}},
            "metric": {"data": {"type": "metric", "id": metric}},
        },
    }


# A page of the API, and the lines that the recipe makes of it.
KLAVIYO_NAMES = {
    "Vw1": "Viewed Product",
    "Or1": "Ordered Product",
    "Pl1": "Placed Order",
    "Em1": "Opened Email",
}
KLAVIYO_PAGE: dict[str, Any] = {
    "data": [
        klaviyo_event("Vw1", ProductID="1111", ProductName="Winnie the Pooh"),
        klaviyo_event("Pl1", Items=[{"ProductID": "1111"}, {"ProductID": "1112"}]),
        klaviyo_event("Or1", ProductID="1111", Quantity=1),
        klaviyo_event("Or1", ProductID="1112", Quantity=1),
        klaviyo_event("Em1", Subject="Spring"),
        klaviyo_event("Vw1", ProductName="A tale of two cities"),
    ],
    "included": [
        {"type": "metric", "id": id_, "attributes": {"name": name, "integration": {}}}
        for id_, name in KLAVIYO_NAMES.items()
    ],
    "links": {"next": None},
}
KLAVIYO = json_lines(
    *(
        event | {"metric": KLAVIYO_NAMES[event["relationships"]["metric"]["data"]["id"]]}
        for event in KLAVIYO_PAGE["data"]
    )
)
PROFILE = "01GDDKASAP8TKDDA2GRZDSVP4H"


def mailchimp_recipient(email: str, *actions: str) -> dict[str, Any]:
    return {
        "campaign_id": "c66a200cda",
        "list_id": "10c097ca71",
        "email_id": "cff65fb4c5f5828666ad846443720efd",
        "email_address": email,
        "activity": [
            {"action": action, "timestamp": f"2023-06-01T10:0{minute}:00+00:00"}
            for minute, action in enumerate(actions)
        ],
        "_links": [{"rel": "parent", "method": "GET"}],
    }


MAILCHIMP_PAGE: dict[str, Any] = {
    "emails": [
        mailchimp_recipient("Ada@example.com", "open", "click"),
        mailchimp_recipient("bo@example.com"),
        mailchimp_recipient("cy@example.com", "bounce"),
    ],
    "total_items": 3,
}
