"""What the simulator is told beside the records: code lists and the network, as plain files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.naive.exchange import AdoptionRule, Edge

ROOT = Path(__file__).resolve().parents[2]
CODES = ROOT / "schemas" / "codes"
NETWORK = ROOT / "pipelines" / "exchange" / "network.yml"
JOINS = ["none", "own-keys", "unified-code", "full"]
TIERS = ["story", "core", "whole"]


@dataclass(frozen=True)
class MeasureRule:
    """One row of measures.csv. `steps` are links to follow, each `kind:a>b`, `kind:b>a` or, of children
    under age, `kind:a>b:minor`."""

    measure: str
    agency: str
    list: str
    min_severity: str
    steps: tuple[str, ...]
    subject_kind: str | None
    unless_list: str | None
    term_days: int | None


@dataclass(frozen=True)
class PointsRule:
    """One row of points.csv."""

    keeper: str
    list: str
    ground: str | None
    change: int
    effective: str  # day | next_month


@dataclass(frozen=True)
class LinkRule:
    """One row of contagion.csv: over which link points move others, and how far at most."""

    keeper: str
    step: str  # kind:a>b, kind:b>a or ten_households
    bound: int


@dataclass(frozen=True)
class Keeper:
    """Who keeps a score: the points one starts with, the bounds they are held in, and whom it scores."""

    start: int
    floor: int
    ceiling: int
    places: frozenset[str] | None  # divisions of its city; None: everywhere
    subject_kind: str | None
    opt_in: bool


@dataclass(frozen=True)
class Laws:
    """Everything that holds for a run."""

    join: str
    islands: dict[str, str]  # feed -> island
    appends: dict[str, bool]  # feed that appends -> whether its contract names a key
    methods: set[tuple[str, str | None]]  # (method, scheme) that may be used
    weights: dict[tuple[str, str | None], int]
    owners: dict[str, str]
    edges: list[Edge]
    adoptions: list[AdoptionRule]
    measures: list[MeasureRule]
    points: list[PointsRule]
    links: list[LinkRule]
    keepers: dict[str, Keeper]
    grades: dict[str, list[tuple[int, str]]]  # keeper -> (least points, grade), highest first
    graded: dict[str, dict[str, str]]  # list made of its owner's grades -> grade -> severity


def code_list(name: str) -> list[dict[str, str | None]]:
    """A code list's rows; an empty cell is None."""
    with (CODES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]


@cache
def read_yaml(path: Path) -> Any:
    """What a file says, read once; by PyYAML's quick reader, where it has one."""
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), quick)


def whole(text: str | None) -> int | None:
    """A whole number, or None."""
    return None if text is None else int(text)


def within(city: str | None) -> frozenset[str] | None:
    """A city's own division and those it is made of."""
    if city is None:
        return None
    return frozenset(
        row["code"] for row in code_list("divisions") if city in (row["code"], row["parent"])
    )


def read_laws(join: str = "full", tier: str = "core", links: str = "today") -> Laws:
    """The laws of a run: how far the islands are joined, and how many of them there are.

    `links`: whose points move each other's (`today`, `none` or `baojia`).
    """

    def holds(row: dict) -> bool:
        near = JOINS.index(row.get("join") or "none") <= JOINS.index(join)
        return near and TIERS.index(row.get("tier") or "story") <= TIERS.index(tier)

    contracts = [read_yaml(path) for path in sorted(ROOT.glob("sources/*/contract.odcs.yaml"))]
    appends = {}
    for contract in contracts:
        for feed in contract["schema"]:
            given = {p["property"]: p.get("value") for p in feed["customProperties"]}
            if given["mode"] == "append":
                appends[feed["name"]] = bool(given.get("natural_key"))
    network = read_yaml(NETWORK)
    edges = [
        Edge(
            sender=row["from"],
            receiver=row["to"],
            lists=tuple(row["lists"]),
            every=row["every"],
            offset=row["offset"],
            lag=row["lag"],
            mode=row["mode"],
            expiry=row.get("expiry"),
            match="name_division" if join == "own-keys" else row.get("match", "code"),
            readmits=row.get("readmits", False),
        )
        for row in network["edges"]
        if holds(row)
    ]
    adoptions = [
        AdoptionRule(
            row["by"], row["list"], tuple(row["from"]), row["min_severity"], row["term_days"]
        )
        for row in network["adoptions"]
        if holds(row)
    ]
    grades: dict[str, list[tuple[int, str]]] = {}
    for row in code_list("grades"):
        grades.setdefault(row["keeper"], []).append((int(row["min_points"]), row["grade"]))
    owners = {row["list"]: row["owner"] for row in code_list("lists") if holds(row)}
    graded: dict[str, dict[str, str]] = {}
    for row in code_list("score_lists"):
        if row["list"] in owners:
            graded.setdefault(row["list"], {})[row["grade"]] = row["severity"]
    return Laws(
        join=join,
        islands={
            feed["name"]: contract["id"] for contract in contracts for feed in contract["schema"]
        },
        appends=appends,
        methods={
            (row["method"], row["id_scheme"])
            for row in code_list("join_methods")
            if row["join_level"] == join
        },
        weights={
            (row["comparison"], row["level"]): int(row["points"])
            for row in code_list("fuzzy_weights")
        },
        owners=owners,
        edges=edges,
        adoptions=adoptions,
        measures=[
            MeasureRule(
                row["measure"],
                row["agency"],
                row["list"],
                row["min_severity"],
                tuple(row[step] for step in ("step1", "step2") if row[step]),
                row["subject_kind"],
                row["unless_list"],
                whole(row["term_days"]),
            )
            for row in code_list("measures")
        ],
        points=[
            PointsRule(
                row["keeper"],
                row["list"],
                row["ground"],
                int(row["change"]),
                row["effective"],
            )
            for row in code_list("points")
        ],
        links=[
            LinkRule(row["keeper"], row["step"], int(row["bound"]))
            for row in code_list("contagion")
            if row["links"] == links
        ],
        keepers={
            row["keeper"]: Keeper(
                int(row["start"]),
                int(row["floor"]),
                int(row["ceiling"]),
                within(row["division"]),
                row["subject_kind"],
                row["opt_in"] == "yes",
            )
            for row in code_list("keepers")
        },
        grades={keeper: sorted(steps, reverse=True) for keeper, steps in grades.items()},
        graded=graded,
    )
