"""Real logs to measure rankings on: where they lie, and their early and late parts.

Rows are read here by SQL of its own, not by the models: what judges a ranking shares
nothing with what makes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.build_folder import PROJECT, sql_path
from scripts.reported_error import ReportedError

SPLIT_QUANTILE = 0.8


class LogFolderError(ReportedError):
    """The logs cannot be read; the message says what to do."""


@dataclass(frozen=True)
class RealLog:
    """A log of the folder of real logs.

    Attributes:
        title: as tables print it.
        file: its name in the folder.
        mapping: a file of `mappings/`.
        customer: SQL for the customer of a raw row; so are `product`, `moment` (a UTC
            timestamp), `event`, and `kept` (whether the row counts).
        attributes: a query for the attributes of products over `raw`, if there are any;
            `{folder}` is the folder of logs.
        has_header: of a CSV file; otherwise columns are called column0, column1 ...
    """

    title: str
    file: str
    mapping: str
    customer: str
    product: str
    moment: str
    event: str = "''"
    kept: str = "true"
    attributes: str | None = None
    has_header: bool = True

    def read(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Create the table `raw` of all rows, and `touches` of those that count, once."""
        path = folder / self.file
        if not path.is_file():
            raise LogFolderError(
                f"{path} is missing: name the folder of the logs with --data"
            )
        source = "read_parquet(?)"
        if path.suffix == ".csv":
            source = (
                f"read_csv(?, header = {self.has_header}, all_varchar = true,"
                " null_padding = true, strict_mode = false)"
            )
        connection.execute(f"create table raw as from {source}", [str(path)])
        connection.execute(
            f"""
            create table touches as
            select distinct
                cast({self.customer} as varchar) as customer_id,
                cast({self.product} as varchar) as product_id,
                {self.moment} as moment,
                {self.event} as event
            from raw
            where {self.kept} and {self.moment} is not null
            """
        )

    def write_early(self, connection: duckdb.DuckDBPyConnection, output: Path) -> Path:
        """Write the raw rows before the split to a file in a folder; returns its path."""
        path = output / f"early{Path(self.file).suffix}"
        options = "format parquet"
        if path.suffix == ".csv":
            options = f"format csv, header {self.has_header}"
        connection.execute(
            f"copy (select * from raw where {self.moment} < (from split_moment))"
            f" to '{sql_path(path)}' ({options})"
        )
        return path

    def write_attributes(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, output: Path
    ) -> Path | None:
        """Write the attributes of all products, late ones included, to a file."""
        if self.attributes is None:
            return None
        path = output / "products.csv"
        query = self.attributes.format(folder=sql_path(folder))
        connection.execute(f"copy ({query}) to '{sql_path(path)}' (format csv, header)")
        return path


def seconds_since_1970(column: str) -> str:
    """SQL: the moment of whole seconds in a text or a number."""
    return f"make_timestamp(try_cast({column} as bigint) * 1000000)"


LOGS = {
    "taobao": RealLog(
        "Taobao",
        "taobao_user_behavior.csv",
        "taobao.yml",
        customer="column0",
        product="column1",
        moment=seconds_since_1970("column4"),
        event="column3",
        # An item that changed its category has the smaller one.
        attributes="select column1 as product_id, min(column2) as category from raw"
        " where column4 is not null group by all",
        has_header=False,
    ),
    "movietweetings": RealLog(
        "MovieTweetings",
        "movietweetings_ratings.parquet",
        "movietweetings.yml",
        customer="user_id",
        product="movie_id",
        moment=seconds_since_1970("rating_timestamp"),
    ),
    "online_retail": RealLog(
        "UCI Online Retail",
        "online_retail.parquet",
        "online_retail.yml",
        customer="CustomerID",
        product="StockCode",
        moment="InvoiceDate",
        kept="CustomerID is not null and InvoiceNo not like 'C%' and Quantity > 0",
        attributes="select StockCode as product_id,"
        " arg_max(Description, InvoiceDate) as description"
        " from raw where CustomerID is not null and InvoiceNo not like 'C%'"
        " and Quantity > 0 group by all",
    ),
    "retailrocket": RealLog(
        "RetailRocket",
        "retailrocket_events.csv",
        "retailrocket.yml",
        customer="visitorid",
        product="itemid",
        moment='make_timestamp(try_cast("timestamp" as bigint) * 1000)',
        event="event",
    ),
    "olist": RealLog(
        "Olist",
        "olist_purchases.csv",
        "olist.yml",
        customer="customer_unique_id",
        product="product_id",
        moment="try_cast(order_purchase_timestamp as timestamp)",
        attributes="select product_id, product_category_name as category"
        " from read_csv('{folder}/olist_products.csv', all_varchar = true)",
    ),
}


def data_folder(named: Path | None) -> Path:
    """The folder of real logs.

    Args:
        named: by the user; otherwise it lies next to the project.

    Raises:
        LogFolderError: it is missing.
    """
    folder = named or PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        raise LogFolderError(
            f"{folder} is not a folder, expected one with the real logs"
            f" ({', '.join(log.file for log in LOGS.values())}): name it with --data or"
            " AUDIENCE_SHARED_DATA, or measure generated logs only"
        )
    return folder.resolve()


def split(connection: duckdb.DuckDBPyConnection) -> None:
    """Split `touches` by time: tables `split_moment`, `early_pairs` and `late_pairs`."""
    connection.execute(
        f"""
        create table split_moment as
        select quantile_disc(moment, {SPLIT_QUANTILE}) as moment from touches;
        create table early_pairs as
        select distinct customer_id, product_id from touches
        where moment < (from split_moment);
        create table late_pairs as
        select distinct customer_id, product_id from touches
        where moment >= (from split_moment);
        """
    )


def known_names(names: Iterable[str], also: Sequence[str]) -> list[str]:
    """The names of logs, without repetition; all if none is given.

    Raises:
        LogFolderError: there is no such log.
    """
    choice = [*LOGS, *also]
    wanted = list(dict.fromkeys(names)) or choice
    for name in wanted:
        if name not in choice:
            raise LogFolderError(f"{name} is not a log, expected {', '.join(choice)}")
    return wanted
