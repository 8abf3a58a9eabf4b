"""Made-up orders and charges, in the layouts that shops, tills and Stripe export.

Names of columns and fields are those of the programs; columns that no mapping reads are
left out, apart from some that mislead.
"""

import json
from collections.abc import Mapping
from typing import Any


def table(text: str, encoding: str = "utf-8") -> bytes:
    """CSV, without the blanks that align it."""
    lines = text.strip().splitlines()
    return "".join(line.strip() + "\n" for line in lines).encode(encoding)


# #1001: two lines; the second has neither a status nor a SKU. #1002: refunded, which its
# second line does not say. #1003: not paid. #1004: cancelled. #1005: no e-mail address.
# #1006: a part was refunded; another spelling of the first customer.
SHOPIFY = table("""
    Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Cancelled at,Refunded Amount
    #1001,ada@example.com,paid,2023-03-01 10:14:00 +0100,2,"Fern, framed",16.00,0017,,0.00
    #1001,ada@example.com,,2023-03-01 10:14:00 +0100,1,Canvas Tote - Red,20.00,,,
    #1002,bo@example.com,refunded,2023-03-02 09:00:00 +0100,1,Mug,25.00,MUG-1,,45.00
    #1002,bo@example.com,,2023-03-02 09:00:00 +0100,1,Plate,20.00,PLATE-1,,
    #1003,cy@example.com,pending,2023-03-03 09:00:00 +0100,1,Mug,25.00,MUG-1,,0.00
    #1004,cy@example.com,paid,2023-03-04 09:00:00 +0100,1,Mug,25.00,MUG-1,\
2023-03-04 10:00:00 +0100,0.00
    #1005,,paid,2023-03-05 09:00:00 +0100,1,Mug,25.00,MUG-1,,0.00
    #1006,Ada@Example.com,partially_refunded,2023-07-01 08:00:00 +0200,1,Mug,9,MUG-1,,5.00
""")


def woocommerce_order(
    number: int, email: str, status: str, *lines: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "id": number,
        "status": status,
        "date_created": "2023-03-22T16:28:02",
        "date_created_gmt": "2023-03-22T19:28:02",
        # 0 is every guest.
        "customer_id": 0,
        "billing": {"first_name": "Ada", "email": email},
        "meta_data": [
            {"id": 1, "key": "_fee", "value": {"a": []}},
            {"id": 2, "value": "yes"},
        ],
        "line_items": [*lines],
        "refunds": [],
    }


def woocommerce_line(number: int, product: int, variation: int = 0) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Ship Your Idea",
        "product_id": product,
        "variation_id": variation,
        "quantity": 1,
        "total": "12.00",
        "meta_data": [],
        "sku": "",
        "price": 12,
    }


# Two variations of a product; an order that was not paid; one without lines.
WOOCOMMERCE = json.dumps(
    [
        woocommerce_order(
            727,
            "Ada@example.com",
            "processing",
            woocommerce_line(315, 22, 23),
            woocommerce_line(316, 22, 24),
            woocommerce_line(317, 93),
        ),
        woocommerce_order(728, "bo@example.com", "completed", woocommerce_line(318, 93)),
        woocommerce_order(729, "bo@example.com", "pending", woocommerce_line(319, 93)),
        woocommerce_order(730, "bo@example.com", "refunded", woocommerce_line(320, 93)),
        woocommerce_order(731, "bo@example.com", "cancelled"),
    ]
).encode()

# Two charges of a customer in one minute; the others: refunded, failed, of a guest, a test.
STRIPE = table("""
    id,Description,Created (UTC),Amount,Amount Refunded,Currency,Mode,Status,Customer ID,\
Customer Email,Captured
    ch_1,,2014-02-03 01:47,"1,249.00",0.00,usd,Live,Paid,cus_29a92b191,ada@example.com,true
    ch_2,,2014-02-03 01:47,19.00,5.00,usd,Live,Paid,cus_29a92b191,ada@example.com,true
    ch_3,,2014-02-04 08:00,19.00,19.00,usd,Live,Refunded,cus_29a92b191,ada@example.com,true
    ch_4,,2014-02-05 08:00,19.00,0.00,usd,Live,Failed,cus_29a92b191,ada@example.com,false
    ch_5,,2014-02-06 08:00,19.00,0.00,usd,Live,Paid,,bo@example.com,true
    ch_6,,2014-02-07 08:00,19.00,0.00,usd,Test,Paid,cus_29a92b192,cy@example.com,true
""")

# A weighed article; one scanned twice; no card; a return; a rounded article number. The
# clock goes forward on 26 March 2023.
TILL = table(
    """
    receipt;line;time;card;article;name;quantity;amount
    4711;1;25.03.2023 09:05;0042;000815;Gruyère;0,350;6,99
    4711;2;25.03.2023 09:05;0042;000816;Brot;1;3,20
    4711;3;25.03.2023 09:05;0042;000816;Brot;1;3,20
    4712;1;25.03.2023 09:06;;000816;Brot;1;3,20
    4713;1;27.03.2023 09:05;0042;000816;Brot;-1;-3,20
    4714;1;27.03.2023 09:05;0043;000816;Brot;1;3,20
    4714;2;27.03.2023 09:05;0043;4,00638E+12;Senf;1;1,10
    """,
    "windows-1252",
)
