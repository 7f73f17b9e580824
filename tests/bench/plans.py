"""What EXPLAIN (ANALYZE, BUFFERS) says of a query, in a few words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Plan:
    """`indexes` in the order of the plan, those of small tables left out."""

    indexes: tuple[str, ...]
    buffers: int
    sorts_many: bool
    scans_whole: tuple[str, ...]
    text: str


SMALL_TABLES = ("tenants_", "one_site_", "one_membership_")
# More rows than one page's subqueries ever sort.
MANY = 200


def explain(connection: psycopg.Connection[Any], query: str, values: Any) -> Plan:
    prefix = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF"
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(f"{prefix}, FORMAT JSON) {query}", values)
    (row,) = cursor.fetchall()
    root = (row[0] if isinstance(row[0], list) else json.loads(row[0]))[0]["Plan"]
    cursor.execute(f"{prefix}) {query}", values)
    text = "\n".join(line for (line,) in cursor.fetchall())
    steps = list(_steps(root))
    return Plan(
        tuple(s["Index Name"] for s in steps if "Index Name" in s and _is_large(s)),
        root["Shared Hit Blocks"] + root["Shared Read Blocks"],
        any(s["Node Type"] == "Sort" and _rows_read(s) > MANY for s in steps),
        tuple(s["Relation Name"] for s in steps if s["Node Type"] == "Seq Scan" and _is_large(s)),
        text,
    )


def _steps(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _steps(child)


def _rows_read(node: dict[str, Any]) -> float:
    return max(float(child["Actual Rows"]) for child in node["Plans"])


def _is_large(node: dict[str, Any]) -> bool:
    name = node.get("Relation Name") or node.get("Index Name", "")
    return not name.startswith(SMALL_TABLES)
