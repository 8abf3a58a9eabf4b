"""What the name of a column says about what it holds."""

import re

# Words of names, by what such a column may be.
WORDS = {
    "customer_id": """customer user visitor client member household shopper buyer account
        subscriber person patron cust uid kunde kunden cliente consumer guest
        cookie device viewer reader player""",
    "product_id": """product item sku article movie stock asin variant book track song
        film produkt artikel producto produit prod isbn ean gtin upc listing offer""",
    "event": """event action behavior behaviour activity interaction verb operation
        eventtype eventname""",
    "event_date": """time timestamp date datetime ts day zeit datum zeitpunkt fecha when
        at on utc epoch created occurred""",
    "price": """price amount revenue cost spend preis unitprice einzelpreis stückpreis
        betrag umsatz sales payment""",
    "quantity": "quantity qty units menge anzahl count",
    "product_name": "description title",
    "rating": "rating stars score",
}
# Words that make it something else.
NOT = {
    "customer_id": """session name email mail agent state city country zip code segment
        type age gender count rating language group category version status""",
    "product_id": """category categories name title description brand price cost type
        weight qty quantity count photos rating color size group department url image
        class""",
    "event": "date time timestamp ts id at value datetime count price",
    "price": "id date time currency",
    "quantity": "id date time discount photos",
    "rating": "id date time timestamp at count",
}
# A product's name is a word of a product with one of these.
NAME_WORDS = {"name", "title", "description", "desc"}
# ... but not with one of these.
OTHER_NAMES = {"category", "categories", "brand", "group", "department"}
# These words say that a column counts towards a sale.
SALE_WORDS = {
    *("basket", "order", "invoice", "purchase", "purchased", "transaction", "receipt"),
    *("sale", "sales", "checkout", "bon", "rechnung", "bestellung"),
}
OURS = {"customer_id", "product_id", "event", "event_date", "product_name"}
_VOCABULARY = {role: frozenset(words.split()) for role, words in WORDS.items()}
_EXCLUDED = {role: frozenset(words.split()) for role, words in NOT.items()}
# stockcode, itemno ... say the same without a blank.
_JOINED = ("id", "code", "no", "nr", "number", "key", "name", "date", "time", "type")


def words_of(name: str) -> list[str]:
    """The words of a name in small letters: `CustomerID` has customer and id."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = re.findall(r"[^\W_]+", spaced.lower())
    found = []
    for word in words:
        ending = next(
            (end for end in _JOINED if word.endswith(end) and _is_word(word, end)), ""
        )
        found += [word.removesuffix(ending), ending] if ending else [word]
    return found


def roles_of_name(name: str) -> set[str]:
    """What a column of this name may be: names of WORDS, and product_name."""
    if name.strip().lower() in OURS:
        return {name.strip().lower()}
    words = set(words_of(name))
    roles = {
        role
        for role, vocabulary in _VOCABULARY.items()
        if words & vocabulary and not words & _EXCLUDED.get(role, frozenset())
    }
    if words & _VOCABULARY["product_id"] and words & NAME_WORDS and not words & OTHER_NAMES:
        roles = roles - {"product_id"} | {"product_name"}
    return roles


def is_known_name(name: str) -> bool:
    """Whether a value looks like the name of a column of a log."""
    text = name.strip()
    if not re.fullmatch(r"[^\W\d][\w .#()/-]{0,60}", text):
        return False
    words = words_of(text)
    return bool(roles_of_name(text)) or (len(words) > 1 and words[-1] in ("id", "name"))


def _is_word(word: str, ending: str) -> bool:
    """Whether what is before the ending is a word of a name."""
    before = word.removesuffix(ending)
    return any(before in vocabulary for vocabulary in _VOCABULARY.values())
