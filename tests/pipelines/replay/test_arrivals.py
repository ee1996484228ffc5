"""What edits mean in landing: rows removed and rows added, universe by universe."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.engine import open_engine
from pipelines.landing import land
from pipelines.replay.plan.edits import EditError, FileEdit, RowEdit
from pipelines.replay.recompute.arrivals import _rewritten, _rewritten_each, arrive
from pipelines.replay.recompute.small import Small
from schemas.contract import feeds
from sources.faults.deliveries import NO_FILE
from sources.files import UnwritableError, write, written
from tests.pipelines.replay.test_replay_edits import CODES, DAYS, FEEDS, table

FINES, NOTES = FEEDS["fines"], FEEDS["notes"]
FIRST = {"no": "1", "code": CODES[0], "fine": "0.5", "mark": "A"}
SECOND = {"no": "2", "code": CODES[1], "fine": "0.5", "mark": "A"}
NOTE = {"person": "870101198504120111", "text": "late"}


def file_of(feed) -> str:
    return f"{feed.name}/{feed.name}_{DAYS[0]:%Y%m%d}.{feed.extension}"


@pytest.fixture
def small(tmp_path):
    """A base in which two fines and a note were delivered."""
    for feed, rows in ((FINES, [FIRST, SECOND]), (NOTES, [NOTE])):
        path = tmp_path / "landing" / file_of(feed)
        path.parent.mkdir(parents=True)
        write(feed, table(feed, [tuple(row.values()) for row in rows]), path)
    with open_engine("duckdb", tmp_path / "base.duckdb") as engine:
        land(engine, tmp_path / "landing", {"fines": FINES, "notes": NOTES})
    with Small(tmp_path / "base.duckdb", threads=1) as opened:
        yield opened


def arrived(small: Small, *edits, feed=FINES) -> dict[tuple[int, int], list[dict[str, str | None]]]:
    """(universe, side) -> the rows that differ; edit n is made in universe n, side -1 is removed."""
    small.begin(range(len(edits)))
    arrive(small, FEEDS, {n: [edit] for n, edit in enumerate(edits)})
    found: dict[tuple[int, int], list[dict[str, str | None]]] = {}
    if f"landing.{feed.name}" in small.moved:
        changed = small.engine.query(f'SELECT * FROM changed."landing.{feed.name}" ORDER BY ALL')
        for row in changed.to_pylist():
            own = {column: row[column] for column in feed.column_names}
            found.setdefault((row["universe"], row["side"]), []).append(own)
    return found


def fine(line, before, after) -> RowEdit:
    return RowEdit("fines", DAYS[0], file_of(FINES), line, before, after)


def line_of(small: Small, no: str) -> int:
    return small.engine.fetch("SELECT line FROM base.landing.fines WHERE no = ?", [no])[0][0]


def test_another_value_removes_a_row_and_adds_one(small):
    other = FIRST | {"fine": "5000"}
    found = arrived(small, fine(line_of(small, "1"), FIRST, other))
    assert found == {(0, -1): [FIRST], (0, 1): [other]}


def test_a_row_that_is_not_sent_is_removed(small):
    assert arrived(small, fine(line_of(small, "2"), SECOND, None)) == {(0, -1): [SECOND]}


def test_a_row_that_comes_in_addition_is_added(small):
    third = SECOND | {"no": "3"}
    assert arrived(small, fine(None, None, third)) == {(0, 1): [third]}
    rows = 'SELECT side, "rows" FROM changed."landing.deliveries" ORDER BY side'
    assert small.engine.fetch(rows) == [(-1, 2), (1, 3)]


def test_each_universe_has_its_own_edit(small):
    one, two = FIRST | {"fine": "1"}, SECOND | {"fine": "2"}
    edits = fine(line_of(small, "1"), FIRST, one), fine(line_of(small, "2"), SECOND, two)
    assert arrived(small, *edits) == {
        (0, -1): [FIRST], (0, 1): [one], (1, -1): [SECOND], (1, 1): [two],
    }  # fmt: skip


def test_of_another_file_only_what_differs_is_removed_or_added(small, tmp_path):
    path = tmp_path / f"other.{FINES.extension}"
    write(FINES, table(FINES, [tuple(FIRST.values())]), path)
    edit = FileEdit("fines", DAYS[0], file_of(FINES), path.read_bytes())
    assert arrived(small, edit) == {(0, -1): [SECOND]}


def test_a_delivery_that_does_not_go_out_is_none(small):
    edit = FileEdit("fines", DAYS[0], file_of(FINES), NO_FILE)
    assert arrived(small, edit) == {(0, -1): [FIRST, SECOND]}
    rows = 'SELECT side, "rows" FROM changed."landing.deliveries"'
    assert small.engine.fetch(rows) == [(-1, 2)]
    small.begin([0])
    with pytest.raises(EditError, match="no row can be added"):
        arrive(small, FEEDS, {0: [edit, fine(None, None, FIRST)]})


def test_without_a_natural_key_another_content_is_another_record(small):
    other = NOTE | {"text": "paid"}
    line = small.engine.fetch("SELECT line FROM base.landing.notes")[0][0]
    edit = RowEdit("notes", DAYS[0], file_of(NOTES), line, NOTE, other)
    assert arrived(small, edit, feed=NOTES) == {(0, -1): [NOTE], (0, 1): [other]}
    ids = 'SELECT count(DISTINCT record_id) FROM changed."landing.notes"'
    assert small.engine.fetch(ids) == [(2,)]


ODD = ("x", "", None, "a\nb", 'say "so"', "a|b,c\td", "\x00", "某人", " x ", "x" * 300)


@pytest.mark.parametrize("feed", feeds().values(), ids=lambda feed: feed.name)
def test_rows_sent_in_one_go_arrive_as_each_does_alone(feed):
    """Some values cannot be written, others are read as something else, or not at all."""
    schema = pa.schema([(column, pa.string()) for column in feed.column_names])
    files = [
        pa.Table.from_pylist([dict.fromkeys(feed.column_names, "7"), row], schema)
        for value in ODD
        for column in feed.column_names[:4]
        if _can_be_written(feed, row := dict.fromkeys(feed.column_names, "7") | {column: value})
    ]
    found = _rewritten_each(feed, files)
    assert len(found) == len(files) > 9
    for (rows, whole), file in zip(found, files, strict=True):
        alone, alone_whole = _rewritten(feed, file)
        assert whole == alone_whole
        assert (rows and rows.to_pylist()) == (alone and alone.to_pylist())


def _can_be_written(feed, row) -> bool:
    schema = pa.schema([(column, pa.string()) for column in feed.column_names])
    try:
        return bool(written(feed, pa.Table.from_pylist([row], schema)))
    except UnwritableError:
        return False
