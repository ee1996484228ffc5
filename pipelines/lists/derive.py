"""`lists.entries` and `lists.evidence`, derived from the list files.

Periods of one entry that touch and say the same (subject, ground, severity, value) are one version of
it, however many versions of the record lie beneath; every parent that carried it is its evidence, named
by the digits of ids however the list file writes them. A list whose file gives no `value` says nothing
but that somebody is on it.
"""

from dataclasses import replace

from pipelines.engine.named import taken_from
from pipelines.intervals import union_of_intervals
from pipelines.model import PIPELINES, Model, body, output_columns, tables_read
from schemas.code_lists import CODES, read_csv
from schemas.contract import TIERS

ENTRY_COLUMNS = (
    "list", "entry_key", "subject_id", "ground", "severity", "value", "from_day", "to_day",
)  # fmt: skip


def list_names(tier: str) -> list[str]:
    """Names of the lists of a tier that have a rule of their own, sorted.

    Args:
        tier: `story`, `core` or `whole`; a list of the code list `lists` belongs to one and all after it.
    """
    tiers = {row["list"]: row["tier"] for row in read_csv(CODES / "lists.csv")}
    names = sorted(p.stem for p in (PIPELINES / "lists").glob("*.sql"))
    return [n for n in names if TIERS.index(tiers.get(n, "story")) <= TIERS.index(tier)]


def keyed_by_id(list_file: Model) -> Model:
    """A list whose `entry_key` is an id: where the file gives any other text, the id made of it.

    >>> given = "SELECT record_id AS entry_key, subject_id FROM merge.events"
    >>> keyed_by_id(Model("lists.x", given, (), "")).sql == given
    True
    >>> given = "SELECT document_no AS entry_key, subject_id FROM merge.events"
    >>> print(keyed_by_id(Model("lists.x", given, (), "")).sql)
    SELECT
        hash_id(CAST(entry_key AS VARCHAR)) AS entry_key,
        subject_id
    FROM (
        SELECT document_no AS entry_key, subject_id FROM merge.events
    ) AS given
    """
    if all(name.endswith("_id") for name in taken_from(list_file.sql, "entry_key")):
        return list_file
    made = {"entry_key": "hash_id(CAST(entry_key AS VARCHAR)) AS entry_key"}
    columns = ",\n    ".join(made.get(c, c) for c in output_columns(list_file.sql))
    sql = f"SELECT\n    {columns}\nFROM (\n{indented(list_file.sql)}\n) AS given"
    return replace(list_file, sql=sql)


def indented(sql: str, by: int = 4) -> str:
    """The text with every line moved to the right."""
    return "\n".join(" " * by + line if line else line for line in sql.splitlines())


def entry_id_sql(list_name: str, key: str) -> str:
    """SQL of the stable identity of an entry."""
    return f"hash_id(concat_ws('|', {list_name}, id_text({key})))"


def entry_version_sql(entry_id: str) -> str:
    """SQL of an entry's version: it changes with subject, ground, severity, value and first day."""
    return (
        f"hash_id(concat_ws('|', id_text({entry_id}), id_text(subject_id), coalesce(ground, '∅'), "
        "coalesce(severity, '∅'), value, CAST(from_day AS VARCHAR)))"
    )


def versions_sql(rows: str, entry_id: str = "entry_id", more: str = "") -> str:
    """A SELECT of entries, each with its version.

    Args:
        rows: the table or common table expression with list, subject_id, ground, severity, value,
            from_day and to_day of each.
        entry_id: SQL of the identity of an entry.
        more: further columns, each after a comma and a new line.
    """
    return f"""SELECT
    {"" if entry_id == "entry_id" else f"{entry_id} AS "}entry_id,
    {entry_version_sql(entry_id)} AS entry_version,
    list,
    subject_id,
    ground,
    severity,
    value,
    from_day,
    to_day{more}
FROM {rows}"""


def _value(list_name: str) -> str:
    """SQL of what a list says of its subjects beside why they are on it; missing, if nothing."""
    sql = body((PIPELINES / "lists" / f"{list_name}.sql").read_text(encoding="utf-8"))
    return "value" if "value" in output_columns(sql) else "CAST(NULL AS VARCHAR) AS value"


def derived_models(tier: str = "core") -> list[Model]:
    """`lists.entries` and `lists.evidence` of the lists of a tier."""
    names = list_names(tier)
    union = "\nUNION ALL\n".join(
        f"SELECT '{n}' AS list, entry_key, subject_id, ground, severity, {_value(n)},\n"
        f"    from_day, to_day\nFROM lists.{n}"
        for n in names
    )
    entries = f"""WITH periods AS (
{indented(union_of_intervals(union, ENTRY_COLUMNS, ("list", "entry_key", "subject_id")))}
)

{versions_sql("periods", entry_id_sql("list", "entry_key"))}"""
    rows = "\nUNION ALL\n".join(
        f"SELECT '{n}' AS list, entry_key, subject_id, ground, severity, {_value(n)},\n"
        f"    from_day, to_day, parent_kind, parent_id\nFROM lists.{n}"
        for n in names
    )
    evidence = f"""WITH rows_given AS (
{indented(rows)}
)

SELECT DISTINCT
    entries.entry_version,
    rows_given.parent_kind,
    id_text(rows_given.parent_id) AS parent_id
FROM rows_given
INNER JOIN lists.entries
    ON entries.list = rows_given.list
    AND entries.entry_id = {entry_id_sql("rows_given.list", "rows_given.entry_key")}
    AND entries.subject_id = rows_given.subject_id
    AND coalesce(entries.ground, '∅') = coalesce(rows_given.ground, '∅')
    AND coalesce(entries.severity, '∅') = coalesce(rows_given.severity, '∅')
    AND coalesce(entries.value, '∅') = coalesce(rows_given.value, '∅')
    AND entries.from_day <= rows_given.from_day
    AND until(entries.to_day) >= until(rows_given.to_day)"""
    return [
        Model(
            "lists.entries",
            entries,
            tables_read(entries),
            "pipelines/lists/*.sql",
            "Every list's entries, each version of an entry once.\n"
            "grain: one row per entry and version\nkey: entry_version",
        ),
        Model(
            "lists.evidence",
            evidence,
            tables_read(evidence),
            "pipelines/lists/*.sql",
            "What each version of an entry rests on.\n"
            "grain: one row per entry version and parent\n"
            "key: entry_version, parent_kind, parent_id",
        ),
    ]
