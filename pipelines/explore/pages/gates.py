"""Gates: what is expected of each table, what follows where it is not met, and what they found here."""

from typing import Any

from pipelines import listing
from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.home import Home
from pipelines.options import options_of

FOUND = (
    "SELECT feed, expectation, outcome, count(*) AS verdicts FROM quality.verdicts GROUP BY ALL "
    "UNION ALL SELECT feed, reason, outcome, count(*) FROM quality.deliveries "
    "WHERE outcome <> 'pass' GROUP BY ALL ORDER BY verdicts DESC, feed, expectation, outcome"
)


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """The gates, or those of one table, or one gate wherever it stands."""
    rows = laboratory.kept(("gates",), lambda: _here(laboratory))
    tables = sorted({row["table"] for row in rows})
    names = list(dict.fromkeys(row["gate"] for row in rows))
    table, gate = asked.one_of("table", tables), asked.one_of("gate", names)
    some = [r for r in rows if table in (None, r["table"]) and gate in (None, r["gate"])]
    return {
        "title": "Gates",
        "table": table,
        "gate": gate,
        "tables": tables,
        "gates": listing.gates_in_short(some),
        "expectations": some if table or gate else [],
        "found": laboratory.rows(FOUND),
        "docs": _docs(laboratory.home),
    }


def _docs(home: Home) -> dict[str, str | None]:
    """How Great Expectations' pages on this home are written, and the first of them if they are there."""
    page = home.docs / "index.html"
    return {
        "command": f"islands check --docs {options_of([('home', home.path)])}",
        "page": str(page.absolute()) if page.exists() else None,
    }


def _here(laboratory: Laboratory) -> list[dict[str, Any]]:
    """The gates of the tables that this database has."""
    with laboratory.engine() as engine:
        there = set(engine.tables())
    return [row for row in listing.gates() if row["table"] in there]


PAGES = (
    Page("/gates", "gates.html", look, takes=("table", "gate"), menu=("Gates", "校验"), place=40),
)
