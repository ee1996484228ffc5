"""What there is: rows for the commands that list, the same for people and for machines.

Each row is plain: snake_case keys, lists as lists, numbers as numbers, the words of the tables. Their
shapes are written down in `schemas/json/<command>.schema.json`. None of these reads a home.
"""

from typing import Any

from pipelines.exchange.mishaps import mishaps
from pipelines.terminal import counted
from schemas.code_lists import read_csv
from schemas.holders import holders, nickname
from schemas.suggest import suggestion

Row = dict[str, Any]


def sources() -> list[Row]:
    """The islands and their feeds."""
    from schemas.contract import islands

    return [
        {
            "island": island.name,
            "title_en": island.title,
            "publisher": island.publisher,
            "sentence": island.description,
            "feed": feed.name,
            "title_zh": feed.title_zh,
            "format": feed.format,
            "encoding": feed.encoding,
            "mode": feed.mode,
            "every_days": feed.cadence_days,
            "natural_key": list(feed.natural_key),
            "identifier": feed.identifier_scheme,
            "sharing": feed.sharing,
            "area": feed.area,
            "registry": feed.registry,
            "tier": island.tier,
        }
        for island in islands().values()
        for feed in island.feeds
    ]


def lists() -> list[Row]:
    """The lists, their owners, and how many holders and ways each can reach."""
    from pipelines.exchange.network import LISTS_FILE, read_network

    network = read_network("whole", "full")
    rows: list[Row] = read_csv(LISTS_FILE)
    for row in rows:
        row["owner_nickname"] = nickname(row["owner"])
        paths = network.paths(row["list"]) if row["list"] in network.owners else []
        row["adopted"] = row["adopted"] == "yes"
        row["longest_term_days"] = (
            int(row["longest_term_days"]) if row["longest_term_days"] else None
        )
        row["term_basis"] = row["term_basis"] or None
        row["holders"] = len({path.holders[-1] for path in paths})
        row["paths"] = len(paths)
    return rows


def edges(join: str = "full") -> list[Row]:
    """The edges over which lists are handed on, at a level of joining.

    `adopts` tells of each list that the receiver makes for itself of what the edge brings.

    Raises:
        NetworkError: if there is no such level.
    """
    from pipelines.exchange.network import read_network

    network = read_network("whole", join)
    return [
        {
            "edge": edge.name,
            "from_holder": edge.source,
            "from_nickname": nickname(edge.source),
            "at_holder": edge.target,
            "at_nickname": nickname(edge.target),
            "lists": list(edge.lists),
            "every": edge.every,
            "offset": edge.offset,
            "lag": edge.lag,
            "mode": edge.mode,
            "expiry": edge.expiry,
            "match": edge.match,
            "readmits": edge.readmits,
            "join": edge.join,
            "tier": edge.tier,
            "basis": edge.basis,
            "adopts": [
                {
                    "list": one.list,
                    "min_severity": one.min_severity,
                    "term_days": one.term_days,
                    "basis": one.basis,
                    "from_lists": [name for name in one.sources if name in edge.lists],
                }
                for one in network.adoptions
                if one.by == edge.target and not set(one.sources).isdisjoint(edge.lists)
            ],
        }
        for edge in network.edges
    ]


def adoptions(join: str = "full") -> list[Row]:
    """The lists that holders make for themselves because another's entry reaches them, at a level of joining.

    Raises:
        NetworkError: if there is no such level.
    """
    from pipelines.exchange.network import read_network

    return [
        {
            "list": one.list,
            "by": one.by,
            "from_lists": list(one.sources),
            "min_severity": one.min_severity,
            "term_days": one.term_days,
            "join": one.join,
            "tier": one.tier,
            "basis": one.basis,
        }
        for one in read_network("whole", join).adoptions
    ]


def who_is_who() -> list[Row]:
    """The holders: names in both languages, and a sentence about each."""
    return [
        {"holder": h.code, "called": f"{h.title_en} {h.title_zh}", "who": h.sentence}
        for h in holders().values()
    ]


def faults() -> list[Row]:
    """The kinds of fault a record or delivery can suffer, and in which feeds; and mishaps, and where."""
    from pipelines.exchange.mishap_places import mishap_places
    from pipelines.exchange.network import read_network
    from schemas.contract import feeds
    from sources.faults import kinds

    nowhere: Row = {"feeds": [], "edges": [], "holders": []}
    told: list[tuple[Any, str, str, Row]] = [
        (
            one,
            one.scope,
            _by_mode(one.correction),
            nowhere | {"feeds": [name for name, feed in feeds().items() if one.fits(feed)]},
        )
        for one in kinds().values()
    ]
    places = mishap_places(read_network("whole", "full"))
    told += [
        (
            one,
            one.place,
            one.correction,
            nowhere | {"edges": list(places[name].edges), "holders": list(places[name].holders)},
        )
        for name, one in mishaps().items()
    ]
    return [
        {
            "fault": one.kind,
            "title": one.title,
            "description": one.description,
            "level": one.level,
            "scope": scope,
            "group": one.group,
            "mechanism": one.mechanism,
            "intent": one.intent,
            "seen": one.models,
            "correction": correction,
            **where,
        }
        for one, scope, correction, where in told
    ]


def faults_in_short(rows: list[Row]) -> list[Row]:
    """The same rows as `faults`, with `places` in words: in how many feeds, on how many edges, at how
    many holders it can happen."""

    def words(row: Row) -> str:
        for many in ("feeds", "edges", "holders"):
            if row[many]:
                most = max(len(other[many]) for other in rows)
                return (
                    f"any {many[:-1]}"
                    if len(row[many]) == most
                    else counted(len(row[many]), many[:-1])
                )
        return ""

    return [row | {"places": words(row)} for row in rows]


def _by_mode(correction: dict[str, str]) -> str:
    """How a correction rides by mode of delivery, as sentences; one if it rides alike in all.

    >>> _by_mode({"snapshot": "the row is absent", "append": "nothing takes it back"})
    'snapshot: the row is absent. append: nothing takes it back.'
    """
    if len(set(correction.values())) == 1 and len(correction) > 1:
        said = next(iter(correction.values()))
        return f"{said[0].upper()}{said[1:]}."
    return " ".join(f"{mode}: {said}." for mode, said in correction.items())


def gates() -> list[Row]:
    """What is expected of each table, what follows where it is not met, and who is told."""
    from quality.expectations import sentence, sentence_of_gate
    from quality.from_contract import feed_expectations
    from quality.suites import CHECKED_STAGES, stage_expectations
    from schemas.contract import feeds

    used = list(feeds().values())
    found = [e for feed in used for e in feed_expectations(feed)]
    found += [e for stage in CHECKED_STAGES for e in stage_expectations(stage, used)]
    return [
        {
            "gate": e.gate,
            "rule": sentence_of_gate(e),
            "table": e.table,
            "expectation": e.name,
            "column": e.column,
            "kind": e.kind,
            "policy": e.policy,
            "severity": e.severity,
            "owner": e.owner,
            "sentence": sentence(e),
            "reason": e.reason,
        }
        for e in found
    ]


def gates_in_short(rows: list[Row]) -> list[Row]:
    """One row a gate, of rows of `gates`: on how many tables it stands, and what follows."""
    by_gate: dict[str, list[Row]] = {}
    for row in rows:
        by_gate.setdefault(row["gate"], []).append(row)

    def words(of: list[Row], key: str) -> str:
        return ", ".join(dict.fromkeys(row[key] for row in of))

    return [
        {
            "gate": gate,
            "tables": len({row["table"] for row in of}),
            "rule": of[0]["rule"],
            **{key: words(of, key) for key in ("policy", "severity", "owner")},
        }
        for gate, of in by_gate.items()
    ]


def models(tier: str = "core", join: str = "full") -> list[Row]:
    """The models in the order they run.

    Raises:
        NetworkError: if there is no such level of joining.
    """
    from pipelines.changes.passing import recipe, shared
    from pipelines.graph import all_models

    return [
        {
            "model": m.name,
            "changes": "never" if shared(m.name) else str(recipe(m)),
            "reads": list(m.reads),
            "origin": m.origin,
        }
        for m in all_models(tier, join)
    ]


def model(name: str, tier: str = "core", join: str = "full", engine: str = "duckdb") -> Row:
    """One model with its header and its SQL.

    Args:
        engine: in whose dialect.

    Raises:
        ValueError: if there is no such model.
    """
    from pipelines.graph import all_models

    found = {m.name: m for m in all_models(tier, join)}
    if name not in found:
        raise ValueError(
            f"There is no model {name!r}; `islands models` names them all."
            f"{suggestion(name.split('.')[-1], found)}"
        )
    wanted = found[name]
    sql = wanted.sql
    if engine == "spark":
        from pipelines.engine.transpile import to_spark

        sql = to_spark(sql, to_read=True)
    return {
        "model": name,
        "reads": list(wanted.reads),
        "origin": wanted.origin,
        "comment": wanted.comment,
        "sql": sql,
    }
