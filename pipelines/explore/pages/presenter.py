"""The story in seven steps, to be shown: one bad record, what it does, and what remains.

Every number is worked out from the database and the replay that the steps are about. In the story's world
that is the court's wrong cell, in any other a record drawn at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipelines.explore.asked import Asked, RequestError, query_of
from pipelines.explore.case import case_of
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.explore.pages.home import COUNTED, wrong_cell
from pipelines.explore.replays import at_its_place, follow, told_of
from pipelines.replay.compare.metrics import RESIDUE_DAY
from pipelines.terminal import counted

if TYPE_CHECKING:
    from pipelines.replay import Replay

Pairs = tuple[tuple[str, str], ...]
MOST = 8  # rows of a table on a screen
DAYS = "30"  # until the source corrects it
PUSHED = {"corrections": "pushed"}
OTHERWISE = {
    "as it is": (),
    "the source corrects it after a day": (("correct_after", "1"),),
    "corrections are sent on at once": tuple(
        ("policy", f"{name}={value}") for name, value in PUSHED.items()
    ),
}


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """One step; each has a title, a sentence, figures, perhaps a table, and notes for who speaks."""
    place = asked.places["step"]
    if place not in {str(n) for n in range(1, len(STEPS) + 1)}:
        raise RequestError(f"There are steps 1 to {len(STEPS)}, not {place[:20]!r}.", 404)
    number = int(place)
    title, chinese, step, notes = STEPS[number - 1]
    said = step(laboratory)
    return {
        "title": title,
        "title_zh": chinese,
        "step": number,
        "steps": len(STEPS),
        "figures": [],
        "table": None,
        "links": [],
        **said,
        "notes": notes,
    }


def first(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """The first step, at the address that has none."""
    return look(laboratory, replace(asked, address="/present/1", places={"step": "1"}))


def pairs_of_the_story(laboratory: Laboratory) -> Pairs:
    """The replay the steps are about, without how it ends."""
    if laboratory.about.get("size") == "story":
        cell = wrong_cell()
        wrong = f"{cell['column']}={cell['value']}"
        return (("feed", cell["feed"]), ("record", cell["key"]), ("set", wrong))
    return (("fault", "valid_code_of_another"), ("feed", "court"))


def _found(laboratory: Laboratory, *more: tuple[str, str]) -> tuple[Replay, Mapping[str, Any], str]:
    """The replay, all that is told of it, and its address."""
    pairs = (*pairs_of_the_story(laboratory), ("correct_after", DAYS))
    case = case_of(laboratory, Asked("/replay", pairs=pairs))
    found = follow(laboratory, case)
    if more:  # of the very same error
        how = dict((*at_its_place(case, found), *more))
        case = case_of(laboratory, Asked("/replay", pairs=tuple(how.items())))
        found = follow(laboratory, case)
    told = told_of(laboratory, case, found)
    return found, told, f"/replay?{query_of(case.pairs)}"


def _figure(value: Any, what: str, chinese: str = "") -> dict[str, Any]:
    return {"value": value, "what": what, "zh": chinese}


def _link(address: str, text: str) -> dict[str, str]:
    return {"address": address, "text": text}


# --- the steps ------------------------------------------------------------------------------------


def _islands(laboratory: Laboratory) -> dict[str, Any]:
    laboratory.begin()  # so that the base for replays is there when the next step asks for it
    found = laboratory.kept(("counted",), lambda: laboratory.rows(COUNTED)[0])
    return {
        "sentence": f"{found['islands']} organisations keep registers of their own and publish "
        f"{found['feeds']} feeds; joined, they become {found['lists']} lists at {found['holders']} holders.",
        "figures": [
            _figure(found["islands"], "islands", "孤岛"),
            _figure(found["feeds"], "feeds", "数据源"),
            _figure(found["lists"], "lists", "名单"),
            _figure(found["holders"], "holders", "持有者"),
            _figure(found["subjects"], "people, firms and bodies", "主体"),
        ],
        "links": [_link("/#network", "Who hands lists to whom")],
    }


def _record(laboratory: Laboratory) -> dict[str, Any]:
    found, told, _ = _found(laboratory)
    fault = told["fault"]
    before, after = fault["before"] or {}, fault["after"] or {}
    changed = [name for name in before if before.get(name) != after.get(name)]
    rows = [
        {"column": name, "says": value}
        for name, value in before.items()
        if value is not None and (name in changed or len(str(value)) < 40)
    ]
    at = next((n for n, row in enumerate(rows) if row["column"] in changed), 0)
    record = found.edits[0].struck.record_id
    return {
        "sentence": f"This is one line of one file: {fault['file']}, line {fault['line']}. It is right.",
        "figures": [_figure(1, "line"), _figure(len(before), "columns")],
        "table": {
            "columns": ["column", "says"],
            "rows": rows[max(0, at - MOST // 2) : at + MOST // 2],
        },
        "links": [_link(f"/records/{record}", "Everything about this record")],
    }


def _broken(laboratory: Laboratory) -> dict[str, Any]:
    found, told, _ = _found(laboratory)
    fault, kept = told["fault"], found.passage.kept
    before, after = fault["before"] or {}, fault["after"] or {}
    changed = [name for name in after if before.get(name) != after[name]]
    kept_by = [one for one in kept if one.state == "faulty"]
    caught = f"{len(kept_by)} gates keep something back." if kept_by else "No gate keeps it back."
    return {
        "sentence": f"Somebody writes {' and '.join(str(after[c]) for c in changed)} instead of "
        f"{' and '.join(str(before[c]) for c in changed)}. {caught}",
        "figures": [
            _figure(len(changed), "cell is wrong" if len(changed) == 1 else "cells are wrong", "处错误"),
            _figure(len(kept_by), "gates keep it back", "校验拦截"),
        ],
        "table": {
            "columns": ["column", "before", "after"],
            "rows": [{"column": c, "before": before[c], "after": after[c]} for c in changed],
        },
        "links": [_link("/gates?table=landing." + (fault["feed"] or ""), "What is expected of this file")],
    }  # fmt: skip


def _spread(laboratory: Laboratory) -> dict[str, Any]:
    found, told, link = _found(laboratory)
    totals, words = told["totals"], laboratory.words
    rows = sorted(told["lists"], key=lambda r: (r["first_day"], r["holder"], r["list"]))
    return {
        "sentence": f"It reaches {totals['holders']} holders in {totals['lists']} lists: "
        f"{totals['wrongly_listed']} wrongly listed, {totals['wrongly_missing']} wrongly missing"
        + (f", {totals['altered']} altered" if totals["altered"] else "")
        + f"; first on {totals['first_day']}.",
        "figures": [
            _figure(totals["holders"], "holders", "持有者"),
            _figure(totals["lists"], "lists", "名单"),
            _figure(totals["cells"], "wrong entries", "错误条目"),
            _figure(totals["entry_days"], "entry-days, uncorrected", "条目·天"),
        ],
        "table": {
            "columns": ["day", "holder", "list", "wrong"],
            "rows": [
                {
                    "day": row["first_day"],
                    "holder": " ".join(words.both("holder", row["holder"])),
                    "list": " ".join(words.both("list", row["list"])),
                    "wrong": row["wrongly_listed"] + row["wrongly_missing"] + row["altered"],
                }
                for row in rows[:MOST]
            ],
        },
        "links": [_link(f"{link}#spread", "Watch it move, day by day")],
    }


def _harm(laboratory: Laboratory) -> dict[str, Any]:
    found, told, link = _found(laboratory)
    laboratory.begin(policy=laboratory.numbers(policy=PUSHED))  # which the last step asks for
    totals, words = told["totals"], laboratory.words
    rows = [row for row in told["measures"] if row["uncorrected_until"]]
    return {
        "sentence": f"{totals['measures']} measures follow, {totals['measures_linked']} of them on "
        f"people or firms who were never listed, through a link. {totals['subjects']} people and firms "
        "are touched in all.",
        "figures": [
            _figure(totals["measures"], "measures", "措施"),
            _figure(totals["measures_linked"], "through a link", "经关联"),
            _figure(totals["subjects"], "people and firms", "人与企业"),
            _figure(told["exposure"]["enquiries"], "enquiries met it, uncorrected", "被查询次数"),
        ],
        "table": {
            "columns": ["measure", "taken by", "from"],
            "rows": [
                {
                    "measure": " ".join(words.both("measure", row["measure"])),
                    "taken by": " ".join(words.both("holder", row["agency"])),
                    "from": row["first_day"],
                }
                for row in rows[:MOST]
            ],
        },
        "links": [_link(link, "Who they are, and why")],
    }


def _left(laboratory: Laboratory) -> dict[str, Any]:
    found, told, link = _found(laboratory)
    left = told["residue"] or {}
    causes = sorted((left.get("by_cause") or {}).items(), key=lambda one: (-one[1], one[0]))
    return {
        "sentence": f"After {DAYS} days the source corrects it. Of {left.get('cells_on_the_eve', 0)} wrong "
        f"entries, {left.get('cells', 0)} are still wrong {RESIDUE_DAY} days later.",
        "figures": [
            _figure(f"{one['share']:.0%}", _after(one["days_after"]), _after_zh(one["days_after"]))
            for one in left.get("share_after_days", ())
            if one["share"] is not None
        ],
        "table": {
            "columns": ["still wrong because", "entries"],
            "rows": [
                {"still wrong because": cause.replace("_", " "), "entries": n}
                for cause, n in causes
            ],
        },
        "links": [_link(link, "What remains, and where")],
    }


def _after(days: int) -> str:
    return f"still wrong after {counted(days, 'day')}" if days else "still wrong that day"


def _after_zh(days: int) -> str:
    return f"{days} 天后" if days else "当天"


def _helped(laboratory: Laboratory) -> dict[str, Any]:
    rows = []
    for what, more in OTHERWISE.items():
        _, told, link = _found(laboratory, *more)
        left = told["residue"] or {}
        rows.append(
            {
                "if": what,
                "wrong on the eve": left.get("cells_on_the_eve", 0),
                f"still wrong after {RESIDUE_DAY} days": left.get("cells", 0),
                "entry-days wrong since": left.get("entry_days", 0),
                "address": link,
            }
        )
    most, least = (end(row["entry-days wrong since"] for row in rows) for end in (max, min))
    return {
        "sentence": f"What helps is a question of clocks: from {most:,} entry-days wrong after the "
        f"correction down to {least:,}, over the very same error.",
        "table": {
            "columns": [name for name in rows[0] if name != "address"],
            "rows": rows,
        },
        "links": [_link(row["address"], row["if"]) for row in rows],
    }


STEPS = (
    ("Islands", "孤岛", _islands, [
        "Ask: which of these organisations could know that another is wrong?",
        "All of it is made up. Say so once, and mean it: no rate here is a real one.",
    ]),
    ("One record", "一条记录", _record, [
        "Let somebody read the line aloud. It has a number, a name and an amount, as such lines have.",
        "Point at the file and the line: whatever follows leads back to it.",
    ]),
    ("One wrong cell", "一处错误", _broken, [
        "The code passes its check, since it is a valid code, of somebody else.",
        "Ask what check would find it. The registry knows the code; only the name beside it disagrees.",
    ]),
    ("It travels", "它在传播", _spread, [
        "Nobody copied carelessly: each holder did what its clock and its rule say.",
        "Open the replay and press play. Let the room watch in silence.",
    ]),
    ("Whom it meets", "波及何人", _harm, [
        "The second number is the one to stay with: these people are on no list at all.",
        "Whoever acts, acts on what it holds; each measure leads back to the line in the file.",
    ]),
    ("Corrected, and what remains", "更正之后", _left, [
        "Before you show it, let the room guess how much is still wrong after a month.",
        "An adopted entry has a term of its own, and a site that only adds never removes.",
    ]),
    ("What would have helped", "怎样才有用", _helped, [
        "The same error under other clocks. A correction must travel every edge that the error travelled.",
        "End with the question of the title, and with what joining gains: the report tells both.",
    ]),
)  # fmt: skip

PAGES = (
    Page("/present", "presenter.html", first, menu=("Present", "演示"), place=5),
    Page("/present/{step}", "presenter.html", look),
)
