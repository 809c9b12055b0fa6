"""What the read models hold, read with plain SQL: the rows that pages are made of."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from tests.chaos.figures import LEAF, Line, Sums, tallied, without_zeros

SCORES = ("score_1", "score_2", "score_3", "score_4", "score_5")


@dataclass(frozen=True)
class ReadModel:
    """The build of one read model that readers see."""

    connection: Connection
    prefix: str

    def rows(self, table: str) -> Iterator[Mapping[str, Any]]:
        for row in self.connection.execute(text(f"SELECT * FROM {self.prefix}{table}")).mappings():
            yield dict(row)


@contextmanager
def read_model(engine: Engine, projection: str) -> Iterator[ReadModel]:
    pointer = text("SELECT build, version FROM projection_pointers WHERE projection = :name")
    with engine.connect() as connection:
        row = connection.execute(pointer, {"name": projection}).one()
        yield ReadModel(connection, f"{projection}_v{row.version}_b{row.build}_")


def folder_sums(model: ReadModel) -> Sums:
    """Give the folder's own sums per leaf."""
    sums: Sums = Counter()
    leaves = {}
    for row in model.rows("leaves"):
        leaf = leaves[row["leaf"]] = _leaf(row)
        sums[leaf, "blocks"] = row["blocks"]
        sums.update({(leaf, score.replace("_", " ")): row[score] for score in SCORES})
    for row in model.rows("leaf_reasons"):
        sums[leaves[row["leaf"]], f"reason {row['reason']}"] = row["n"]
    return without_zeros(sums)


def folder_lines(model: ReadModel) -> dict[str, Line]:
    """Give the blocks that the indicators' API sums up."""
    leaves = {row["leaf"]: _leaf(row) for row in model.rows("leaves")}
    return {
        row["block_id"]: Line(
            leaf=leaves[row["leaf"]],
            kind=row["kind"],
            size=row["size"],
            closed_on=str(row["closed_on"]),
            scores=tallied(json.loads(row["scores"])),
            reasons=tallied(json.loads(row["reasons"])),
        )
        for row in model.rows("blocks")
    }


def gateway_sums(model: ReadModel, span: str = "daily") -> Sums:
    """Give the sums per day (`monthly`: per month, under its first day) and leaf that the portal and the reporting API tell."""
    sums: Sums = Counter()
    for row in model.rows(span):
        cell = (str(row["closed_on"]), _leaf(row))
        sums[*cell, "blocks"] = row["blocks"]
        sums.update({(*cell, score.replace("_", " ")): row[score] for score in SCORES})
    for row in model.rows(f"{span}_reasons"):
        sums[str(row["closed_on"]), _leaf(row), f"reason {row['reason']}"] = row["n"]
    return without_zeros(sums)


def by_month(sums: Sums) -> Sums:
    """Add sums per day up."""
    months: Sums = Counter()
    for (day, *rest), count in sums.items():
        months[f"{day[:7]}-01", *rest] += count
    return without_zeros(months)


def gateway_lines(model: ReadModel) -> dict[str, Line]:
    """Give the list of blocks behind the portal's figures."""
    return {
        row["block_id"]: Line(
            leaf=_leaf(row),
            kind=row["kind"],
            size=row["size"],
            closed_on=str(row["closed_on"]),
            scores=tallied({score[-1]: row[score] for score in SCORES}),
            reasons=tallied(json.loads(row["reasons"])),
        )
        for row in model.rows("blocks")
    }


def gateway_served(model: ReadModel) -> Sums:
    return Counter({(str(row["day"]), row["one_stop_id"], row["field"]): row["served"] for row in model.rows("served")})


def _leaf(row: Mapping[str, Any]) -> Any:
    return tuple(bool(row[name]) if name == "counted" else row[name] for name in LEAF)
