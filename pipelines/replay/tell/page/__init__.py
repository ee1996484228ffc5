"""The page of a replay: one HTML file that needs nothing but itself.

    >>> from pipelines.replay import FaultSpec, replay
    >>> from pipelines.replay.tell.page import write_page
    >>> found = replay("build", FaultSpec("wrong_unit", correct_after=30), paths=True)
    ... # doctest: +SKIP
    >>> write_page(found, Path("found.html"))  # doctest: +SKIP

Pictures, styles, scripts and data are all inside; the browser is told to fetch nothing. The page
says nothing about when or how fast it was made, so that the same replay gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.home import write_text
from pipelines.replay.tell.figures import intervals, per_day, periods, wrong_per_day
from pipelines.replay.tell.figures.holders import moving
from pipelines.replay.tell.figures.marks import correction_day, fault_days
from pipelines.replay.tell.figures.spread import Spread, spread
from pipelines.replay.tell.page import sections
from pipelines.replay.tell.page.rendered import HERE, both_widths, plain, rendered
from pipelines.replay.tell.page.rows import HEADINGS, rows
from pipelines.replay.tell.remedy import remedy_words
from pipelines.replay.tell.sentence import sentence
from schemas.notice import NOTICE

if TYPE_CHECKING:
    from pipelines.replay.tell.result import Replay

__all__ = ["page", "pictures_and_tables", "rows", "said", "write_page"]


def write_page(replay: Replay, path: Path) -> None:
    """Write the page of a replay.

    Args:
        replay: ask `replay` for its `paths`, or the table names no file and line.

    Raises:
        OSError: if it cannot be written.
    """
    write_text(path, page(replay))


def page(replay: Replay) -> str:
    """The page of a replay, as HTML."""
    return rendered(HERE, pictures_and_tables(replay), **said(replay))


def pictures_and_tables(replay: Replay) -> dict[str, Any]:
    """What the page's script reads, as plain values: the pictures, the days, and the tables."""
    fixed = correction_day(replay)
    table, times, by_day, spreading = rows(replay), periods(replay), per_day(replay), spread(replay)
    return {
        "notice": NOTICE,
        "pictures": {
            "network": both_widths(lambda narrow: _moving(replay, narrow, spreading)),
            "intervals": both_widths(lambda narrow: plain(intervals(replay, narrow, times))),
            "days": both_widths(lambda narrow: plain(wrong_per_day(replay, narrow, by_day))),
        },
        "fault": fault_days(replay)[0].isoformat(),
        "correction": None if fixed is None else fixed.isoformat(),
        "horizon": replay.faulty.horizon.isoformat(),
        "tables": {
            "wrong": _packed(table),
            "periods": _packed(times),
            "days": _packed(by_day),
        },
        "headings": {name: text for name, text in HEADINGS.items() if name in table and text},
    }


def said(replay: Replay) -> dict[str, Any]:
    """What the page's template says."""
    return {
        "title": replay.scenario.title or "One bad record, followed",
        "story": replay.scenario.story,
        "lead": sentence(replay),
        "tiles": sections.tiles(replay),
        "gained": replay.gained,
        "faults": [sections.fault(edit) for edit in replay.edits],
        "gates": sections.gates(replay),
        "seen": sections.seen(replay),
        "remedy": replay.edits[0].remedy and replay.edits[0].remedy.name,
        "done": remedy_words(replay),
        "dispute": replay.dispute,
        "remains": None if replay.remaining is None else sections.remains(replay.remaining),
    }


def _moving(replay: Replay, narrow: bool, spreading: Spread) -> dict[str, Any]:
    """The network as plain values; the page has buttons of its own for it."""
    figure, frames = moving(replay, narrow, spreading)
    return plain(figure) | {"frames": frames}


def _packed(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame column by column, each value written once and named by its number in the rows.

    The values are sorted, so that rows can be ordered by number.
    """
    packed = []
    for name in frame.columns:
        codes, values = pd.factorize(frame[name], sort=True)
        packed.append({"name": name, "values": values.tolist(), "codes": codes.tolist()})
    return packed
