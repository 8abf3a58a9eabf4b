"""Audiences of unknown products, by the attributes that a caller names."""

import json
from collections.abc import Mapping

from api.audience_json import UNKNOWN_PRODUCT, AudienceJson, customer_ids
from api.blocks import ProductId
from api.customer_orders import CustomerOrders
from api.release import Release

# Rankings of products that depend on attributes: the formulas of attribute_audience.sql.
ATTRIBUTE_RANKINGS = ("hybrid", "attribute_affinity", "category_affinity")


class AttributeAudiences:
    """Answers what a product would get if it were listed with its attributes.

    Attributes:
        names: the attributes of the release, in alphabetical order.
    """

    def __init__(
        self,
        release: Release,
        orders: CustomerOrders,
        json_writer: AudienceJson,
        names: tuple[str, ...],
    ) -> None:
        self._release = release
        self._orders = orders
        self._json = json_writer
        self.names = names

    async def body(self, product: ProductId, asked: Mapping[str, str], n: int) -> bytes:
        """The answer for n customers to an unknown product.

        It is a cold start if no product has the attributes, or if the ranking that serves
        new products ignores them.

        Args:
            product: the product.
            asked: value by name of attribute.
            n: how many customers.
        """
        return self._json.head(product) + await self._tail(asked, n)

    async def _tail(self, asked: Mapping[str, str], n: int) -> bytes:
        """The tail of the answer."""
        release = self._release
        ranking = release.new_product_ranking
        label = release.ranking_labels.label(ranking)
        texts = json.dumps([f"{name}: {value}" for name, value in asked.items()])
        known = {
            text for (text,) in await release.ask("known_attributes", attributes=texts)
        }
        unknown = [text for text in json.loads(texts) if text.lower() not in known]
        missing = f" No two products have {', '.join(unknown)}." if unknown else ""
        if ranking not in ATTRIBUTE_RANKINGS:
            missing += f" New products are ranked by {label}, which ignores attributes."
        if ranking not in ATTRIBUTE_RANKINGS or not known:
            return self._json.tail(
                release.customer_ranking,
                self._orders.served.ranking.first(n),
                is_cold_start=True,
                note=self._json.cold_start_note + missing,
            )
        rows = await release.ask(
            "attribute_audience",
            attributes=texts,
            ranking=ranking,
            n=n,
        )
        order = self._orders.after(ranking).ranking
        customers = order.encoded(rows, 1, has_scores=True)
        others = order.after(
            customer_ids(customers), (), n - len(customers), has_scores=False
        )
        return self._json.tail(
            ranking,
            customers + others,
            is_cold_start=False,
            note=f"{UNKNOWN_PRODUCT} These are the first customers for products with"
            f" {', '.join(sorted(known))} (ranking: {label}).{missing}",
        )
