"""A replay: what one bad record does, day by day, and what remains; to be saved and linked to."""

from dataclasses import replace
from functools import partial
from typing import Any

from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.case import REMEDIES, TAKES, Case, case_of, command_line, without
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.otherwise import query_for, with_query
from pipelines.explore.page import Answer, Page
from pipelines.explore.replays import follow, told_of
from pipelines.explore.saved import NAME
from pipelines.home import alone
from sources.deliver import MOST_DAYS

MOST_TITLE = 120


def look(laboratory: Laboratory, asked: Asked) -> Answer:
    """A replay and all that is told of it."""
    case = case_of(laboratory, asked)
    asked.day("on")  # the day the picture stands on, which the page's script reads
    lines = asked.one_of("lines", ("yes",)) is not None
    found = follow(laboratory, case, paths=lines)
    told = {
        **told_of(laboratory, case, found),
        "link": f"/replay?{case.query}",
        "command": command_line(case, laboratory.home.path),
    }

    def beside() -> dict[str, Any]:
        return laboratory.kept(
            ("replay page", lines, case.means, *case.pairs),
            lambda: _page(laboratory, case, found, told["remedy"]),
        )

    return Answer(told, beside)


def _page(laboratory: Laboratory, case: Case, found: Any, remedy: dict[str, Any]) -> dict[str, Any]:
    """What the page says beside the plain values: sentences, pictures, the table."""
    from pipelines.replay.tell.page import pictures_and_tables, said
    from pipelines.replay.tell.page.rendered import embedded

    in_it = query_for(laboratory, case)
    after = query_for(laboratory, case, "corrected") if found.remaining is not None else in_it
    data = pictures_and_tables(found)
    data |= {"subjects": "/subjects/", "files": "/files?file=", "under": in_it}
    return {
        **said(found),
        # The addresses of other pages in the faulty world, and in the corrected one if there is one.
        "at": partial(with_query, query=in_it),
        "then": partial(with_query, query=after),
        "data": embedded(data),
        "case": case,
        "lines": found.evidence is not None,
        "record_id": next((e.struck.record_id for e in found.edits if e.struck.record_id), None),
        "remedies": REMEDIES,
        "most_days": MOST_DAYS,
        "again": without(case, "correct_after", "remedy", "dispute"),
        "wrongly_shown": _publicly(laboratory, found),
        "shown_wrong": _first_shown(found),
        "told_remedy": remedy,
        "names": {
            one["subject_id"]: found.words.name(one["subject_id"]) for one in remedy["removals"]
        },
    }


def _publicly(laboratory: Laboratory, found: Any) -> list[dict[str, str]]:
    """Who could dispute what a public page shows of them."""
    from pipelines.replay.plan.remedies import HARMS

    holders, lists = laboratory.words.holders, laboratory.words.lists
    public = {code for code, row in holders.items() if row["audience"] == "public"}
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for row in found.faulty.lists.sort_values(["from_day", "holder", "list"]).itertuples():
        about = lists.get(row.list)
        everybody = row.holder in public and about and about["sharing"] == "public"
        if everybody and row.kind in HARMS[about["polarity"]]:
            day = row.from_day.date().isoformat()
            seen.setdefault((row.holder, row.list, row.subject_id), (row.kind, day))
    return [
        {
            "holder": at,
            "list": name,
            "subject_id": who,
            "name": found.words.name(who),
            "kind": kind,
            "day": day,
        }
        for (at, name, who), (kind, day) in seen.items()
    ]


def _first_shown(found: Any) -> list[dict[str, Any]]:
    """Holder by holder the first day on which it shows something wrong, and of how many subjects, by how."""
    rows = found.faulty.lists
    first = rows.groupby("holder")["from_day"].min().sort_values(kind="stable")
    told = []
    for holder, day in first.items():
        here = rows[(rows["holder"] == holder) & (rows["from_day"] == day)]
        subjects = here.groupby("kind")["subject_id"].nunique().to_dict()
        told.append({"holder": holder, "day": day.date().isoformat(), "subjects": subjects})
    return told


def save(laboratory: Laboratory, asked: Asked) -> str:
    """Write the replay as a scenario into the home; the address of the saved one."""
    from pipelines.replay.plan.scenario import save as write

    name, title = asked.text("name", 60), asked.text("title", MOST_TITLE)
    if name is None or not NAME.fullmatch(name):
        raise RequestError(
            "A scenario is saved under a name of letters, digits, `_`, `-` and `.`, at most 60 of them."
        )
    case = case_of(laboratory, replace(asked, form=None))
    found = follow(laboratory, case)
    folder = laboratory.home.kept / "scenarios"
    path = folder / f"{name}.yml"
    with alone(folder):  # two may save under one name at one moment
        if path.exists():
            raise RequestError(f"There is a scenario {name!r} already; give another name.", 409)
        write(replace(found.scenario, title=title or found.scenario.title), path)
    return f"/replay?scenario={name}"


PAGES = (
    Page(
        "/replay",
        "replay.html",
        look,
        takes=(*TAKES, "on", "lines"),
        act=save,
        sends=("name", "title"),
    ),
)
