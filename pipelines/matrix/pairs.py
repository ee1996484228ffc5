"""Errors that no check of the files can tell: two worlds with other truths and the same files.

In the first world a record is as it should be, and its island delivers it with a fault. In the second
something else is true, and the island delivers exactly that, without any fault. If every file of the one is
byte for byte the file of the other, whatever judges files alone says the same of both; so it cannot catch
the fault without calling the second world wrong, too.

The second world is the first with one row of its truth changed, taken away or added. Which row, and what it
says instead, is searched for: rows that say what the record says. That it is one is proved by delivering it.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.home import Home
from pipelines.landing import read_manifest
from pipelines.replay.plan.edits import Edit, RowEdit, apply
from schemas.contract import Feed, feeds
from schemas.progress import Progress
from sources.deliver import deliver
from sources.world.columns import SCHEMAS

MOST_TRIED = 12  # other truths delivered for one fault before it is given up
NAMED_BY = (
    "document_no",
    "uscc",
    "org_code",
    "registration_no",
    "tax_no",
    "resident_no",
    "file_no",
)
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y")

Row = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """Two worlds whose files are the same."""

    # `fault`, `number`: the fault that happens in the first, drawn in a world of its own.
    fault: str
    number: int
    table: str  # the table of the truth in which they differ
    truth: Row | None  # the row of it in the first world; None: it has none
    other: Row | None  # the row in the second; None: it has none
    file: str  # the file that the fault changes; it is the same in both
    files: int  # how many files there are, all compared byte for byte

    def json(self) -> dict[str, Any]:
        """The same as plain values: of the rows what differs, and what names them."""
        return asdict(self) | {"truth": _plain(self.truth), "other": _plain(self.other)}

    def sentence(self) -> str:
        """In words, for people."""
        if self.truth is None or self.other is None:
            row = _plain(self.truth or self.other)
            said = ", ".join(f"{name} {value}" for name, value in row.items())
            one, two = ("true", "not true") if self.other is None else ("not true", "true")
            what = f"{self.table} ({said}) is {one} in the first world and {two} in the second"
        else:
            changed = [c for c in self.truth if self.truth[c] != self.other[c]]
            what = " and ".join(
                f"{self.table}.{c} is {_text(self.truth[c])} in the first world and "
                f"{_text(self.other[c])} in the second"
                for c in changed
            )
        return f"{what}; all {self.files} files are the same."


def find(
    home: Home, cases: Sequence[tuple[str, int, Edit]], progress: Progress | None = None
) -> list[Pair]:
    """For each kind among some faults the first of them for which another truth gives the same files.

    Args:
        home: of the world in which they happen.
        cases: (kind, number, edits) of each.
    """
    found: dict[str, Pair] = {}
    for at, (kind, number, edit) in enumerate(cases):
        if progress:
            progress(f"pair of {kind}", at, len(cases))
        if kind not in found:
            pair = _pair(home, kind, number, edit)
            if pair is not None:
                found[kind] = pair
    return list(found.values())


def _pair(home: Home, kind: str, number: int, edit: Edit) -> Pair | None:
    """The other truth that gives the files of a fault; None if none was found."""
    rows = [one for one in edit.faulty if isinstance(one, RowEdit)]
    if edit.feed is None or not rows:
        return None
    manifest = read_manifest(home.landing)
    used = feeds(str(manifest["tier"]))
    with tempfile.TemporaryDirectory(dir=home.kept, prefix=".pair-") as name:
        folder = Path(name)
        wrong = folder / "wrong"
        apply(edit.faulty, home.landing, wrong, used, folder / "log")
        for n, (table, truth, other) in enumerate(other_truths(home.world, rows)):
            if n == MOST_TRIED:
                break
            world = folder / "world"
            _with_other(home.world, world, table, truth, other)
            files = _same_files(world, wrong, edit.feed, used, manifest, folder / "delivered")
            shutil.rmtree(world)
            if files:
                return Pair(kind, number, table, truth, other, rows[0].file, files)
    return None


def other_truths(
    world: Path, edits: Sequence[RowEdit]
) -> Iterator[tuple[str, Row | None, Row | None]]:
    """What else could be true, likeliest first: (table, row of the truth, row instead of it).

    Args:
        edits: what the island delivers instead of what it should.
    """
    tables = {name: pq.read_table(world / f"{name}.parquet") for name in SCHEMAS}
    said = [row for edit in edits for row in (edit.before, edit.after) if row]
    cells = {value for row in said for value in row.values() if value}
    changes = {
        (edit.before[c], edit.after[c])
        for edit in edits
        if edit.before and edit.after
        for c in edit.before
        if edit.before[c] != edit.after[c]
    }
    gone = any(edit.after is None for edit in edits)
    added = [edit.after for edit in edits if edit.before is None and edit.after]
    for name in ("conduct", "links", "attributes", "subjects"):
        for row in _named(tables[name], cells):
            for before, after in sorted(changes, key=str):
                yield from ((name, row, other) for other in _otherwise(row, before, after))
            if name == "conduct" and gone:
                yield name, row, None
            if "held_to" in row and row["held_to"] is not None:
                yield name, row, row | {"held_to": None}
            for new in added:
                yield from ((name, None, other) for other in _again(row, new, tables[name]))


def _named(table: pa.Table, cells: set[str]) -> list[Row]:
    """Rows of a table of which a record may speak: those whose number or value stands in it."""
    mask = None
    for column in (*NAMED_BY, "value"):
        if column in table.column_names:
            hit = pc.is_in(table.column(column), value_set=pa.array(sorted(cells), pa.string()))
            mask = hit if mask is None else pc.or_(mask, hit)
    return [] if mask is None else table.filter(pc.fill_null(mask, False)).slice(0, 8).to_pylist()


def _otherwise(row: Row, before: str | None, after: str | None) -> Iterator[Row]:
    """The row with one value as the record has it after the fault."""
    for column, value in row.items():
        if isinstance(value, str) and value == before and after is not None:
            yield row | {column: after}
        elif isinstance(value, (date, datetime)) and (days := _days(before, after)):
            if value in days[0]:
                yield from (row | {column: day} for day in days[1])
        elif isinstance(value, int) and not isinstance(value, bool) and column.startswith("amount"):
            ratio = _ratio(before, after)
            if ratio is not None and (value * ratio) % 1 == 0 and value:
                yield row | {column: int(value * ratio)}
        elif value is not None and after is None and before and _text(value) == before:
            yield row | {column: None}


def _again(row: Row, new: Row, table: pa.Table) -> Iterator[Row]:
    """A further row like one of the truth, under the number that a further record bears."""
    key = next((c for c in row if c.endswith("_no") and isinstance(row[c], int)), None)
    if key is None or "document_no" not in row:
        return
    number = pc.max(table.column(key)).as_py() + 1
    for text in sorted({v for v in new.values() if v and v != row["document_no"]}):
        if row["document_no"] and text.startswith(str(row["document_no"])):
            yield row | {key: number, "document_no": text}


def _ratio(before: str | None, after: str | None) -> Decimal | None:
    try:
        one, two = Decimal(before or ""), Decimal(after or "")
    except InvalidOperation:
        return None
    return two / one if one and two else None


def _days(before: str | None, after: str | None) -> tuple[set[date], list[date]] | None:
    """The days that two texts may mean; None if they are none."""
    found = []
    for text in (before, after):
        days = []
        for form in DAYS:
            try:
                days.append(datetime.strptime(text or "", form).date())
            except ValueError:
                continue
        found.append(days)
    return (set(found[0]), found[1]) if all(found) else None


def _with_other(
    world: Path, target: Path, table: str, truth: Row | None, other: Row | None
) -> None:
    """A copy of a world in which one row of one table is another."""
    target.mkdir()
    for path in world.glob("*.parquet"):
        if path.stem != table:
            shutil.copyfile(path, target / path.name)
    whole = pq.read_table(world / f"{table}.parquet")
    rows = whole.to_pylist()
    at = len(rows) if truth is None else rows.index(truth)
    parts = [whole.slice(0, at), whole.slice(at + 1)] if truth is not None else [whole]
    if other is not None:
        parts.insert(1, pa.Table.from_pylist([other], whole.schema))
    pq.write_table(pa.concat_tables(parts), target / f"{table}.parquet")


def _same_files(
    world: Path,
    wrong: Path,
    feed: Feed,
    used: dict[str, Feed],
    manifest: dict[str, Any],
    folder: Path,
) -> int:
    """How many files a world delivers, if each is byte for byte the one of a folder; else 0.

    The feed that the fault strikes is delivered first: most other truths end there.
    """
    count = 0
    for some in ({feed.name: feed}, {n: f for n, f in used.items() if n != feed.name}):
        folder.mkdir()
        try:
            deliver(
                world, folder, some, manifest["seed"], manifest["days"], float(manifest["dirt"])
            )
            made = {p.relative_to(folder): p for p in folder.rglob("*") if p.is_file()}
            for name in some:
                mine = {p.relative_to(wrong) for p in (wrong / name).rglob("*") if p.is_file()}
                if mine != {path for path in made if path.parts[0] == name}:
                    return 0
            if any(p.read_bytes() != (wrong / path).read_bytes() for path, p in made.items()):
                return 0
            count += len(made)
        finally:
            shutil.rmtree(folder)
    return count


def _text(value: Any) -> str:
    return "open" if value is None else str(value)


def _plain(row: Row | None) -> Row | None:
    return row and {c: str(v) for c, v in row.items() if v is not None}
