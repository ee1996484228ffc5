"""What codes are called: English and Chinese, read once from the code lists a database holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.engine.base import Engine
from pipelines.trace import rows

# What is named -> SQL of code, English and Chinese.
NAMED = {
    "holder": "SELECT holder, title_en, title_zh FROM codes.holders",
    "list": "SELECT list, title_en, title_zh FROM codes.lists",
    "measure": "SELECT measure, title_en, title_zh FROM codes.measures",
    "keeper": "SELECT keeper, title_en, title_zh FROM codes.keepers",
    "ground": "SELECT code, title_en, title_zh FROM codes.grounds",
    "severity": "SELECT code, title_en, title_zh FROM codes.severities",
    "subject_kind": "SELECT code, name_en, name_zh FROM codes.subject_kinds",
    "division": "SELECT code, name_en, name_zh FROM codes.divisions",
}


@dataclass(frozen=True)
class Words:
    """What codes are called."""

    # What is named -> code -> English and Chinese.
    named: Mapping[str, Mapping[str, tuple[str, str]]]
    # `lists`, `holders`: rows of the two code lists, by their codes.
    lists: Mapping[str, Mapping[str, Any]]
    holders: Mapping[str, Mapping[str, Any]]

    def both(self, what: str, code: object) -> tuple[str, str]:
        """English and Chinese of a code; the code with blanks, and nothing, if it has no name."""
        text = "" if code is None else str(code)
        return self.named.get(what, {}).get(text, (text.replace("_", " "), ""))


def read_words(engine: Engine) -> Words:
    """The words of a database."""
    named = {}
    for what, sql in NAMED.items():
        found = (list(row.values()) for row in rows(engine, sql))
        named[what] = {str(code): (en or "", zh or "") for code, en, zh in found}
    return Words(
        named,
        {row["list"]: row for row in rows(engine, "SELECT * FROM codes.lists")},
        {row["holder"]: row for row in rows(engine, "SELECT * FROM codes.holders")},
    )
