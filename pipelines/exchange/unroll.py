"""The models of the exchange, unrolled from the network: one a generation of adoption and step of a path.

`exchange.owned_0` is what owners show of their native lists, `exchange.passed_0_1` what is shown one
step from them, and so on; `exchange.adopted_1` are the entries others made because of those. When all
these have travelled, keepers grade what they hold (`scores`), and lists made of grades travel in a last
pass (`exchange.graded`, `exchange.passed_graded_1` ...). No grade rests on such a list, so there is no
circle. Each is one set-based SELECT, most from the templates beside this file.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from pipelines.exchange.network import Network
from pipelines.intervals import union_of_intervals
from pipelines.lists.derive import indented, versions_sql
from pipelines.model import PIPELINES, Model, make_model, tables_read
from schemas.sql import literal

COPY_COLUMNS = (
    "holder, list, entry_id, entry_version, subject_id, path, came_from, from_day, to_day, distance"
)
ENTRY_COLUMNS = (
    "entry_id, entry_version, list, subject_id, ground, severity, value, from_day, to_day"
)
EMPTY_ENTRIES = """SELECT
    CAST(NULL AS UUID) AS entry_id,
    CAST(NULL AS UUID) AS entry_version,
    CAST(NULL AS VARCHAR) AS list,
    CAST(NULL AS UUID) AS subject_id,
    CAST(NULL AS VARCHAR) AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    CAST(NULL AS VARCHAR) AS value,
    CAST(NULL AS DATE) AS from_day,
    CAST(NULL AS DATE) AS to_day
WHERE 1 = 0"""


MISHAP_COLUMNS = {
    "kind": "VARCHAR", "from_holder": "VARCHAR", "at_holder": "VARCHAR", "list": "VARCHAR",
    "entry_id": "UUID", "entry_version": "UUID", "subject_id": "UUID", "other_id": "UUID",
    "ground": "VARCHAR", "severity": "VARCHAR", "from_day": "DATE", "as_of_day": "DATE",
    "to_day": "DATE",
}  # fmt: skip

_MISHAP_ID = """hash_id(concat_ws(
        '|',
        kind,
        from_holder,
        at_holder,
        list,
        coalesce(id_text(entry_id), '∅'),
        coalesce(id_text(subject_id), '∅'),
        CAST(from_day AS VARCHAR)
    ))"""

_ENTERED = (
    "\n    UNION ALL\n    SELECT\n        "
    + COPY_COLUMNS.removesuffix(", distance").replace(", ", ",\n        ")
    + "\n    FROM exchange.entered\n    WHERE distance = {distance}"
)

_NATIVE = f"""(
        SELECT {ENTRY_COLUMNS} FROM lists.entries
        UNION ALL
        SELECT {ENTRY_COLUMNS} FROM exchange.entered
    )"""
_SECOND_EVIDENCE = """
UNION ALL
SELECT
    entry_version,
    'entry' AS parent_kind,
    id_text(parent_version) AS parent_id
FROM exchange.entered
WHERE parent_version IS NOT NULL"""
_ANCESTRY_0 = """SELECT
    entry_version,
    parent_kind AS ancestor_kind,
    parent_id AS ancestor_id,
    1 AS steps
FROM lists.evidence
UNION ALL
SELECT
    entry_version,
    'entry' AS ancestor_kind,
    id_text(parent_version) AS ancestor_id,
    1 AS steps
FROM exchange.entered
WHERE parent_version IS NOT NULL
UNION ALL
SELECT
    entered.entry_version,
    evidence.parent_kind AS ancestor_kind,
    evidence.parent_id AS ancestor_id,
    2 AS steps
FROM exchange.entered
INNER JOIN lists.evidence AS evidence ON evidence.entry_version = entered.parent_version"""


def _constants(columns: Sequence[str], rows: Iterable[Sequence[str]], alias: str) -> str:
    """A table of constants, a row a line."""
    values = ",\n".join(f"    ({', '.join(row)})" for row in rows)
    out = ",\n    ".join(columns)
    return f"SELECT\n    {out}\nFROM (VALUES\n{values}\n) AS {alias}({', '.join(columns)})"


def paths_sql(network: Network) -> str:
    """`exchange.paths` as a table of constants."""

    def cell(column: str, value: str | int | None) -> str:
        if value is None:
            return f"CAST(NULL AS {'INTEGER' if column == 'keeps_days' else 'VARCHAR'})"
        return literal(value) if isinstance(value, str) else str(value).upper()

    rows = [step.row() for name in sorted(network.owners) for step in network.paths(name)]
    return _constants(tuple(rows[0]), ([cell(*one) for one in row.items()] for row in rows), "p")


def adoptions_sql(network: Network) -> str:
    """`exchange.adoptions` as a table of constants: one row an adoption and list it takes from."""
    rows = [
        (*map(literal, (a.by, a.list, source, a.min_severity)), str(a.term_days))
        for a in network.adoptions
        for source in a.sources
    ]
    nothing = (*["CAST(NULL AS VARCHAR)"] * 4, "CAST(NULL AS INTEGER)")
    columns = ("adopter", "list", "from_list", "min_severity", "term_days")
    return _constants(columns, rows or [nothing], "a")


def mishaps_model(rows: Sequence[Mapping[str, object]] = ()) -> Model:
    """`exchange.mishaps` as a table of constants.

    Args:
        rows: column -> value of each mishap, a missing one None; ids as text, days as dates. Its own
            id, `mishap_id`, is made of kind, place, list, what it strikes and the day.
    """

    def cell(value: object, kind: str) -> str:
        return f"CAST({'NULL' if value is None else literal(str(value))} AS {kind})"

    happened = "\nUNION ALL\n".join(
        "SELECT\n    "
        + ",\n    ".join(f"{cell(row.get(c), kind)} AS {c}" for c, kind in MISHAP_COLUMNS.items())
        + ("" if rows else "\nWHERE 1 = 0")
        for row in rows or [{}]
    )
    columns = ",\n    ".join((f"{_MISHAP_ID} AS mishap_id", *MISHAP_COLUMNS))
    sql = f"WITH happened AS (\n{indented(happened)}\n)\n\nSELECT\n    {columns}\nFROM happened"
    return _plain(
        "exchange.mishaps",
        sql,
        "What happens to right data on its way: at which holder, to which list, entry or subject, and\n"
        "from which day on. Empty if all goes right.\n"
        "grain: one row per mishap, list and holder it came from\n"
        "key: mishap_id",
        "pipelines/exchange/unroll.py",
    )


def _template(name: str, **given: str) -> str:
    text = (PIPELINES / "exchange" / f"_{name}.sql").read_text(encoding="utf-8")
    for key, value in given.items():
        text = text.replace("{" + key + "}", value)
    return text


def _plain(
    name: str,
    sql: str,
    comment: str,
    origin: str = "pipelines/exchange/network.yml",
    view: bool = False,
) -> Model:
    return Model(name, sql, tables_read(sql), origin, comment, view)


def _union(columns: str, tables: list[str], empty: str) -> str:
    if not tables:
        return empty
    return "\nUNION ALL\n".join(f"SELECT {columns}\nFROM {t}" for t in tables)


def exchange_models(network: Network) -> list[Model]:
    """Every model of the stage `exchange` for a network."""
    models = [
        mishaps_model(),
        _plain(
            "exchange.paths",
            paths_sql(network),
            "Every way a list can travel from its owner, with the clock of the last step.\n"
            "grain: one row per list and path\nkey: list, path",
        ),
        _plain(
            "exchange.adoptions",
            adoptions_sql(network),
            "Who makes entries of its own from which lists, and for how long.\n"
            "grain: one row per adopting list and list it takes from\nkey: list, from_list",
        ),
    ]
    more = "".join(
        f",\n    {c}" for c in ("parent_version", "holder", "path", "came_from", "distance")
    )
    entered = _template("entered", versions=versions_sql("made", more=more))
    models.append(make_model("exchange.entered", entered, "pipelines/exchange/_entered.sql"))
    copies: list[str] = []
    adopted: list[str] = []
    evidence: list[str] = []
    ancestry = ["exchange.ancestry_0"]
    models.append(
        _plain(
            "exchange.ancestry_0",
            _ANCESTRY_0,
            "The records that native entries rest on, one step away; those filed twice are one step\n"
            "further.\n"
            "grain: one row per entry version and ancestor\n"
            "key: entry_version, ancestor_kind, ancestor_id",
            view=True,
        )
    )
    copies_of_generation: list[str] = []
    for g, names in enumerate(network.generations()):
        source = "lists.entries" if g == 0 else f"exchange.adopted_{g}"
        if g > 0:
            models += _adoption_models(g, copies_of_generation)
            adopted.append(source)
            evidence.append(f"exchange.adopted_evidence_{g}")
            ancestry.append(f"exchange.ancestry_{g}")
        travelling, copies_of_generation = _travels(network, str(g), source, names)
        models += travelling
        copies += copies_of_generation
    entries = ["lists.entries", "exchange.entered", *adopted]
    models.append(_sent_astray("exchange.sent_astray", copies))
    copies.append("exchange.sent_astray")
    models.append(_held_by_keepers(copies, entries))
    if network.graded:
        models += _graded_models(ancestry)
        evidence.append("exchange.graded_evidence")
        ancestry = [*ancestry, "exchange.graded_ancestry"]
        entries.append("exchange.graded")
        travelling, graded = _travels(network, "graded", "exchange.graded", sorted(network.graded))
        models += travelling
        models.append(_sent_astray("exchange.sent_astray_graded", graded))
        copies += [*graded, "exchange.sent_astray_graded"]
    models += [
        _plain(
            "exchange.copies",
            _union(COPY_COLUMNS, copies, ""),
            "Who shows what, from when to when, learned from whom, over each path apart.\n"
            "grain: one row per path, entry version, subject shown and period\n"
            "key: path, entry_version, subject_id, from_day",
            view=True,
        ),
        _plain(
            "exchange.adopted",
            _union(ENTRY_COLUMNS, adopted, EMPTY_ENTRIES),
            "Entries made because another list has one.\n"
            "grain: one row per entry and version\nkey: entry_version",
        ),
        _plain(
            "exchange.entries",
            _union(ENTRY_COLUMNS, entries, ""),
            "All entries: native, adopted and made of grades.\ngrain: one row per entry and version\n"
            "key: entry_version",
            view=True,
        ),
        _plain(
            "exchange.evidence",
            _union("entry_version, parent_kind, parent_id", ["lists.evidence", *evidence], "")
            + _SECOND_EVIDENCE,
            "What each entry rests on: an event's record, or the entry it was adopted from.\n"
            "grain: one row per entry version and parent\n"
            "key: entry_version, parent_kind, parent_id",
            view=True,
        ),
        _plain(
            "exchange.ancestry",
            _union("entry_version, ancestor_kind, ancestor_id, steps", ancestry, ""),
            "All that each entry descends from, entries and events, with the number of steps to it.\n"
            "grain: one row per entry version, ancestor and number of steps\n"
            "key: entry_version, ancestor_kind, ancestor_id, steps",
            view=True,
        ),
    ]
    return models


def _travels(
    network: Network, pass_name: str, source: str, names: Iterable[str]
) -> tuple[list[Model], list[str]]:
    """What owners show of some lists and what is shown of it step by step: models, and their tables.

    Args:
        pass_name: of the tables, `exchange.owned_<pass_name>` and so on.
        source: the table of the lists' entries.
    """
    owned, deviations = f"exchange.owned_{pass_name}", f"exchange.deviations_{pass_name}"
    native = source == "lists.entries"
    here = "pipelines/exchange/"

    def after_mishaps(distance: int) -> str:
        """The end of a template: what mishaps make of `arrived`."""
        return _template(
            "after_mishaps",
            deviations=deviations,
            entered=_ENTERED if native else "",
            distance=str(distance),
        )

    text = _template("deviations", entries=_NATIVE if native else source)
    models = [make_model(deviations, text, f"{here}_deviations.sql")]
    text = _template("owned", entries=source, after_mishaps=after_mishaps(0))
    models.append(make_model(owned, text, f"{here}_owned.sql"))
    copies = [owned]
    for k in range(1, max(network.paths(n)[-1].depth for n in names) + 1):
        passed = f"exchange.passed_{pass_name}_{k}"
        sql = _template(
            "passed",
            previous=copies[-1],
            distance=str(k),
            after_mishaps=after_mishaps(k),
            **_by_name(network.by_name(names, k)),
        )
        models.append(make_model(passed, sql, f"{here}_passed.sql"))
        copies.append(passed)
    return models, copies


# Columns of a step that matches by name.
_HELD = (
    "holder", "list", "entry_id", "entry_version", "listed_id", "path", "came_from", "match",
    "every_days", "lag_days", "keeps_days", "names_anew", "taken_back", "corrections", "first_ever",
    "gone_day",
)  # fmt: skip
_SEEN = (
    "holder", "list", "entry_id", "entry_version", "path", "came_from", "from_day", "missed_day",
    "told_day",
)  # fmt: skip


def _by_name(anew: Collection[bool]) -> dict[str, str]:
    """What fills the marks of a step that matches by name.

    Who bears a name decides whom it shows. Where a name is looked up anew at every sync, what is taken is cut
    to the days on which subject and namesake bear the name, and on the days without a name the subject
    itself is meant.

    Args:
        anew: of each way in which names are looked up in this step: whether anew at every sync.
    """

    def columns(names: Iterable[str], table: str = "") -> str:
        return ",\n        ".join(f"{table}.{name}" if table else name for name in names)

    given = {"taken_by_name": "", "taken": "held", "understood_by_name": "", "understood": "seen"}
    if True in anew:
        taken = _template("taken_by_name", held=columns(_HELD), by_name=columns(_HELD, "by_name"))
        given |= {"taken_by_name": taken.rstrip() + ",\n\n", "taken": "taken"}
    if False in anew:
        seen = _template(
            "understood_by_name", seen=columns(_SEEN), qualified=columns(_SEEN, "seen")
        )
        given |= {"understood_by_name": ",\n\n" + seen.rstrip(), "understood": "understood"}
    return given


def _sent_astray(name: str, copies: list[str]) -> Model:
    """What is shown of some copies where they were sent by mistake."""
    text = _template("sent_astray", copies=indented(_union(COPY_COLUMNS, copies, "")).lstrip())
    return make_model(name, text, "pipelines/exchange/_sent_astray.sql")


def _held_by_keepers(copies: list[str], entries: list[str]) -> Model:
    """What keepers of scores show of all lists but those that are made of grades."""
    held = _union("holder, list, entry_id, entry_version, subject_id, from_day, to_day", copies, "")
    said = _union("entry_version, ground, from_day", entries, "")
    sql = f"""SELECT
    held.holder AS keeper,
    held.list,
    held.entry_id,
    held.entry_version,
    held.subject_id,
    said.ground,
    said.from_day AS version_day,
    held.from_day,
    held.to_day
FROM (
{indented(held)}
) AS held
INNER JOIN codes.keepers ON keepers.keeper = held.holder
INNER JOIN (
{indented(said)}
) AS said ON said.entry_version = held.entry_version"""
    columns = (
        "keeper", "list", "entry_id", "entry_version", "subject_id", "ground", "version_day",
        "from_day", "to_day",
    )  # fmt: skip
    return _plain(
        "exchange.held_by_keepers",
        union_of_intervals(sql, columns, ("keeper", "entry_version", "subject_id")),
        "What keepers of scores show, by whatever path, before anything is graded: what their points can\n"
        "rest on.\n"
        "grain: one row per keeper, entry version, subject shown and period\n"
        "key: keeper, entry_version, subject_id, from_day",
    )


def _graded_models(ancestry: list[str]) -> list[Model]:
    """Entries that keepers make of their own grades, what they rest on, and all they descend from."""
    entry_id = "hash_id(concat_ws('|', list, id_text(subject_id), ground))"
    evidence = """SELECT DISTINCT
    graded.entry_version,
    'entry' AS parent_kind,
    id_text(changes.entry_version) AS parent_id
FROM exchange.graded
INNER JOIN codes.lists ON lists.list = graded.list
INNER JOIN scores.changes
    ON changes.subject_id = graded.subject_id
    AND changes.keeper = lists.owner
    AND meet(changes.from_day, changes.to_day, graded.from_day, graded.to_day)"""
    behind = indented(_union("entry_version, ancestor_kind, ancestor_id, steps", ancestry, ""))
    descent = _template("ancestry", evidence="exchange.graded_evidence", behind=f"(\n{behind}\n)")
    origin = "schemas/codes/score_lists.csv"
    return [
        _plain(
            "exchange.graded",
            versions_sql("scores.listed", entry_id),
            "Entries that a keeper of scores makes of the grades it gives, each version once.\n"
            "grain: one row per entry and version\nkey: entry_version",
            origin,
        ),
        _plain(
            "exchange.graded_evidence",
            evidence,
            "The entries that count while a grade lasts.\n"
            "grain: one row per entry version and parent\nkey: entry_version, parent_id",
            origin,
        ),
        make_model("exchange.graded_ancestry", descent, "pipelines/exchange/_ancestry.sql"),
    ]


def _adoption_models(g: int, copies: list[str]) -> list[Model]:
    """What adopting from one generation of copies makes: occasions, entries, evidence and descent."""
    held = "\n    UNION ALL\n    ".join(
        f"SELECT holder, list, entry_id, entry_version, subject_id, from_day, to_day FROM {t}"
        for t in copies
    )
    descends = f"""
    WHERE NOT EXISTS (
        SELECT 1
        FROM exchange.lineage_{g - 1} AS lineage
        WHERE lineage.entry_id = held.entry_id
            AND lineage.list = adoptions.list
    )"""
    older = f"""
UNION
SELECT DISTINCT
    adopting.entry_id,
    lineage.list
FROM exchange.adopting_{g} AS adopting
INNER JOIN exchange.lineage_{g - 1} AS lineage ON lineage.entry_id = adopting.parent_entry_id"""
    adopting = _template(
        "adopting",
        copies=held,
        entries=_NATIVE if g == 1 else f"exchange.adopted_{g - 1}",
        not_descended="" if g == 1 else descends,
    )
    columns = (
        "entry_id", "list", "subject_id", "ground", "severity", "value", "from_day", "to_day",
    )  # fmt: skip
    occasions = f"SELECT {', '.join(columns)}\nFROM exchange.adopting_{g}"
    adopted = f"""WITH periods AS (
{indented(union_of_intervals(occasions, columns, ("entry_id", "subject_id")))}
)

{versions_sql("periods")}"""
    here = "pipelines/exchange/"
    return [
        make_model(f"exchange.adopting_{g}", adopting, here + "_adopting.sql"),
        _plain(
            f"exchange.adopted_{g}",
            adopted,
            "Entries made because another list has one, each version once.\n"
            "grain: one row per entry and version\nkey: entry_version",
        ),
        make_model(
            f"exchange.adopted_evidence_{g}",
            _template("adopted_evidence", g=str(g)),
            here + "_adopted_evidence.sql",
        ),
        make_model(
            f"exchange.ancestry_{g}",
            _template(
                "ancestry",
                evidence=f"exchange.adopted_evidence_{g}",
                behind=f"exchange.ancestry_{g - 1}",
            ),
            here + "_ancestry.sql",
        ),
        make_model(
            f"exchange.lineage_{g}",
            _template("lineage", g=str(g), older="" if g == 1 else older),
            here + "_lineage.sql",
        ),
    ]
