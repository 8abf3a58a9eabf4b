"""Settings of a destination of contact lists, as destinations.yml describes it."""

import ipaddress
import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from scripts.settings.declaration import Settings, setting
from scripts.settings.setting_error import refusal
from scripts.settings.values import Number, Text

# The columns of a list. Those of your own table must have other names.
LIST_COLUMNS = (
    *("campaign_id", "experiment_id", "product_id", "place", "customer_id", "arm"),
    *("contact_on", "explanation", "release_id", "channel", "export_id", "delivered_at"),
    *("ranking", "purchase_probability"),
    # What the programs that join them add for themselves.
    *("has_row", "position"),
)
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,62}")
HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
# What every request has by itself.
OWN_HEADERS = {
    *("content-type", "content-length", "host", "transfer-encoding", "connection"),
    *("idempotency-key", "x-audience-signature"),
}


def check_variable(value: str) -> str:
    """The name of an environment variable."""
    if not VARIABLE.fullmatch(value):
        raise refusal("the name of an environment variable, such as CRM_SECRET")
    return value


def check_address(value: str) -> str:
    """A URL of http or https without a user, a password or a fragment."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise refusal("a URL such as https://crm.example.com/contacts") from error
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not value.isascii()
        or re.search(r"[\x00-\x20\x7f#]", value)
    ):
        raise refusal("a URL such as https://crm.example.com/contacts")
    if "@" in parts.netloc:
        raise refusal("a URL without a user and a password: name them in a header")
    return value


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_headers(headers: dict[str, str]) -> dict[str, str]:
    """Names and values that a request can have."""
    for name, value in headers.items():
        if not HEADER.fullmatch(name) or name.lower() in OWN_HEADERS:
            raise refusal(
                "names of letters, digits and -, none that a request has by itself", name
            )
        if UNSEEN.search(value) or not value.isascii():
            raise refusal("values of ASCII characters on one line", name)
    return headers


def check_table(value: str) -> str:
    """The name of a table, with its schema or without."""
    if not TABLE.fullmatch(value):
        raise refusal("the name of a table, such as marketing.contacts")
    return value


def check_columns(names: list[str]) -> list[str]:
    """Columns of a table, each once, that no list has by itself."""
    if not names:
        raise refusal("the names of columns, such as [email, first_name]")
    seen = set(LIST_COLUMNS)
    for name in names:
        if name.lower() in seen:
            raise refusal("each column once, and none that a list has by itself", name)
        if not name.strip() or UNSEEN.search(name) or len(name.encode()) > 63:
            raise refusal("names of 1 to 63 bytes on one line", name)
        seen.add(name.lower())
    return names


VariableName = Annotated[str, AfterValidator(check_variable)]
Address = Annotated[str, AfterValidator(check_address)]
Headers = Annotated[dict[str, str], AfterValidator(check_headers)]
TableName = Annotated[str, AfterValidator(check_table)]
ColumnNames = Annotated[list[str], AfterValidator(check_columns)]


class ContactColumns(Settings):
    """Columns of your own table that go with each contact, and nowhere else."""

    path: Text = setting(
        ...,
        "a CSV or Parquet file with a row per customer",
        shown="required",
        example="crm.csv",
    )
    columns: ColumnNames = setting(
        ...,
        "its columns that go with a contact",
        shown="required",
        example="[email, language]",
    )
    customer_id: Text = setting("customer_id", "its column of customer ids")
    missing: Literal["skip", "send"] = setting(
        "skip",
        "a customer without a row, or with nothing in these columns: leave out, or send"
        " without them",
    )


class HttpDestination(Settings):
    """An HTTP endpoint that takes batches of contacts."""

    url: Address | None = setting(
        None,
        "where batches are posted",
        shown="none",
        example="https://crm.example.com/contacts",
    )
    url_env: VariableName | None = setting(
        None, "the environment variable with the URL, if that is a secret", shown="none"
    )
    batch_size: int = setting(500, "contacts in a batch", at_least=1, at_most=10_000)
    headers: Headers = setting(
        {},
        "more headers; `${NAME}` is the value of an environment variable",
        shown="none",
        example='{Authorization: "Bearer ${CRM_TOKEN}"}',
    )
    secret_env: VariableName | None = setting(
        None,
        "the environment variable with the secret that signs each request",
        shown="none",
    )
    timeout_seconds: Number = setting(
        30, "how long to wait for an answer", at_least=0.1, at_most=600
    )
    retries: int = setting(
        5,
        "how often to try again after a lost connection, 408, 425, 429 or 5xx",
        at_least=0,
        at_most=20,
    )
    allow_http: bool = setting(
        False, "send without encryption to another machine than this one"
    )

    @model_validator(mode="after")
    def one_url(self) -> Self:
        """See that there is one URL."""
        if (self.url is None) == (self.url_env is None):
            raise refusal("either url or url_env")
        if self.url:
            self.check_encryption(self.url)
        return self

    def check_encryption(self, url: str) -> None:
        """See that contacts leave this machine encrypted, unless http is permitted."""
        if not (url.startswith("https://") or self.allow_http or is_loopback(url)):
            raise refusal(
                "a URL that begins with https://, or allow_http: true, which sends contacts"
                " unencrypted"
            )


class PostgresqlDestination(Settings):
    """A table in PostgreSQL."""

    table: TableName = setting(
        ...,
        "the table; it is made if it is missing",
        shown="required",
        example="marketing.contacts",
    )
    url_env: VariableName | None = setting(
        None,
        "the environment variable with the URL of the database, such as"
        " `postgresql://user:password@host/database`",
        shown="none: `PGHOST`, `PGDATABASE` and others of libpq",
    )
    timeout_seconds: Number = setting(
        60, "how long to wait for a statement", at_least=0.1, at_most=3600
    )


class FolderDestination(Settings):
    """A folder, here or in object storage."""

    path: Text = setting(
        ..., "the folder, or a URL of one", shown="required", example="s3://bucket/lists"
    )
    format: Literal["csv", "parquet"] = setting("csv", "the format of the file")
    formulas: Literal["keep", "quote"] = setting(
        "keep", "text in CSV that a spreadsheet would compute: quote puts a ' before it"
    )


class Destination(Settings):
    """A destination: one of three kinds, and what goes with each contact."""

    http: HttpDestination | None = None
    postgresql: PostgresqlDestination | None = None
    folder: FolderDestination | None = None
    contact_columns: ContactColumns | None = None

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        """See that it is of one kind."""
        if sum(kind is not None for kind in (self.http, self.postgresql, self.folder)) != 1:
            raise refusal("one of http, postgresql and folder")
        return self
