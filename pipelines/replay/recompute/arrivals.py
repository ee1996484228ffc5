"""The rows that edits remove from `landing` and add to it, universe by universe.

An edited row is written in its feed's own format and read again, as a whole edited file would be, so
that what the format does to a value happens here too. A whole other file is read as landing reads it.
"""

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.exchange.unroll import mishaps_model
from pipelines.landing.decisions import Decided, corrected
from pipelines.landing.keys import landing_select
from pipelines.model import Model, tables_read
from pipelines.remembered import remembered
from pipelines.replay.plan.edits import EditError, FileEdit, RowEdit, RowOrFile, edited
from pipelines.replay.plan.mishaps import rows_of, without
from pipelines.replay.recompute.differences import ADDED, REMOVED, difference
from pipelines.replay.recompute.lift import lifted
from pipelines.replay.recompute.small import Small
from quality.gates import (
    DELIVERIES_COLUMNS,
    VERDICTS_COLUMNS,
    delivery_verdicts_sql,
    row_verdicts_sql,
    typed,
    verdicts_sql,
)
from schemas.contract import Feed
from schemas.sql import quoted
from sources.files import (
    Irregular,
    UnwritableError,
    assemble,
    is_text,
    opened,
    read,
    read_quickly,
    render,
    written,
)

# What the numbers of lines of rows begin at that come in addition, until their places are known.
IN_ADDITION = 1_000_000_000

# Rows, each as its columns and their values.
_Rows = tuple[tuple[tuple[str, str | None], ...], ...]

_PLACE = pa.schema(
    [
        ("universe", pa.int32()),
        ("delivery", pa.string()),
        ("published", pa.date32()),
        ("file", pa.string()),
        ("line", pa.int64()),
    ]
)


def arrive(
    small: Small,
    feeds: Mapping[str, Feed],
    edits: Mapping[int, Sequence[RowOrFile]],
    decided: Sequence[Decided] = (),
) -> list[Model]:
    """Make the changes that edits mean in landing, and in what gates look at.

    Args:
        small: where the changes are kept; `begin` has named the universes.
        edits: universe -> the edits made in it.
        decided: of rows kept aside and deliveries held, as the base was built with.

    Returns:
        The gates of the feeds concerned, as models to be run before all others.

    Raises:
        EditError: if a file that would have to be written anew holds what cannot be read.
    """
    by_feed: dict[str, list[tuple[int, RowOrFile]]] = defaultdict(list)
    for universe, made in edits.items():
        for edit in without(made):
            by_feed[edit.feed].append((universe, edit))
    _happen(small, edits)
    counts: list[tuple[int, str, str, int, bool]] = []
    lost: list[tuple[int, str, str]] = []
    unreadable = {
        file: (count, line, reason)
        for file, count, line, reason in small.engine.fetch(
            "SELECT file, count(*), min(line), min_by(reason, line) FROM base.quality.unreadable "
            "GROUP BY file"
        )
    }
    for name, made in sorted(by_feed.items()):
        more, gone = _Arriving(small, feeds[name], unreadable, decided).of(made)
        counts += more
        lost += gone
    _deliveries(small, counts, lost)
    return gates([feeds[name] for name in sorted(by_feed)], {one.feed for one in decided})


def _happen(small: Small, edits: Mapping[int, Sequence[RowOrFile]]) -> None:
    """Make the changes that mishaps mean in `exchange.mishaps`."""
    selects = [
        f"SELECT {ADDED} AS side, {universe} AS universe, * FROM ({mishaps_model(rows).sql})"
        for universe, made in edits.items()
        if (rows := rows_of(made))
    ]
    if selects:
        small.change("exchange.mishaps", " UNION ALL ".join(selects))


def gates(feeds: Sequence[Feed], decided: Collection[str] = ()) -> list[Model]:
    """The gates of some feeds, as models: `quality.row_verdicts`, `.deliveries` and `.verdicts`.

    Each feed's gates are models of their own, so that it is worked out once how changes pass through
    them, whichever feeds come together.

    Args:
        decided: names of feeds of which rows or deliveries were released or discarded.
    """
    by_record, by_delivery = "key: record_id, line, expectation", "key: feed, delivery"
    made = (
        ("quality.row_verdicts", VERDICTS_COLUMNS, row_verdicts_sql, by_record),
        ("quality.deliveries", DELIVERIES_COLUMNS, delivery_verdicts_sql, by_delivery),
        ("quality.verdicts", VERDICTS_COLUMNS, lambda feed, _: verdicts_sql(feed), by_record),
    )
    return [
        _gate(
            name,
            "\nUNION ALL\n".join(typed(columns, [verdicts(feed, feed.name in decided)])),
            header,
        )
        for name, columns, verdicts, header in made
        for feed in feeds
    ]


@lru_cache(maxsize=256)
def _gate(name: str, sql: str, header: str) -> Model:
    return Model(name, sql, tables_read(sql), "quality", header)


class _Arriving:
    """Edits of one feed brought to its landing table.

    Args:
        unreadable: file -> how many of its records cannot be read, the line of the first, and why.
        decided: see `arrive`.
    """

    def __init__(
        self,
        small: Small,
        feed: Feed,
        unreadable: Mapping[str, tuple[int, int, str]],
        decided: Sequence[Decided],
    ) -> None:
        self.decided = decided
        self.small, self.feed, self.unreadable = small, feed, unreadable
        self.table = f"landing.{feed.name}"
        self.gone: list[tuple[int, str, int]] = []  # universe, delivery, line
        self.whole: list[tuple[int, str]] = []  # universe, delivery: none of its rows stay
        self.parts: list[pa.Table] = []
        # Rows sent -> rows read, and whether all of them could be.
        self.arrived: dict[_Rows, tuple[pa.Table | None, bool]] = {}
        self.counts: dict[tuple[int, str], int] = defaultdict(int)
        self.spoilt: set[tuple[int, str]] = set()  # universe, delivery: something unreadable
        self.lost: list[tuple[int, str, str]] = []

    def of(
        self, edits: Sequence[tuple[int, RowOrFile]]
    ) -> tuple[list[tuple[int, str, str, int, bool]], list[tuple[int, str, str]]]:
        """Make the changes.

        Returns:
            (universe, feed, delivery, rows more, whether it is whole) and (universe, feed, delivery
            no longer landed).
        """
        by_file: dict[tuple[int, date, str], list[RowOrFile]] = defaultdict(list)
        for universe, edit in edits:
            by_file[universe, edit.delivery, edit.file].append(edit)
        by_row = {
            place: [edit for edit in made if isinstance(edit, RowEdit)]
            for place, made in by_file.items()
            if self.feed.natural_key and not any(isinstance(edit, FileEdit) for edit in made)
        }
        for _, _, file in by_row:
            self._refuse_unreadable(file)
        self._send(by_row.values())
        for (universe, day, file), made in by_file.items():
            if (universe, day, file) in by_row:
                self._rows(universe, day, file, by_row[universe, day, file])
                continue
            contents = [edit.content for edit in made if isinstance(edit, FileEdit)]
            rows = [edit for edit in made if isinstance(edit, RowEdit)]
            self._file(universe, day, file, contents[-1] if contents else None, rows)
        self._change()
        more = [
            (u, self.feed.name, d, n, (u, d) not in self.spoilt)
            for (u, d), n in self.counts.items()
        ]
        return more, self.lost

    def _rows(self, universe: int, day: date, file: str, edits: Sequence[RowEdit]) -> None:
        """Single rows: only they arrive anew."""
        delivery = day.isoformat()
        gone = [(universe, delivery, e.line) for e in edits if e.line is not None]
        self.gone += gone
        sent = _rows_sent(edits)
        landed = 0
        if sent:
            # A row in place of another keeps its line; one that comes in addition stands at the end.
            lines = [e.line if e.line is not None else IN_ADDITION + n for n, e in enumerate(sent)]
            arrived, whole = self.arrived[_values(sent)]
            landed = self._arrives(universe, day, file, arrived, lines)
            if not whole:
                self.spoilt.add((universe, delivery))
        self.counts[universe, delivery] += landed - len(gone)

    def _send(self, files: Iterable[Sequence[RowEdit]]) -> None:
        """Have the rows of all files arrive; the same row is sent again and again, and written only once."""
        sent = {_values(rows): None for made in files if (rows := _rows_sent(made))}
        tables = [
            pa.Table.from_pylist([dict(row) for row in rows], self._schema()) for rows in sent
        ]
        self.arrived = dict(zip(sent, _rewritten_each(self.feed, tables), strict=True))

    def _file(
        self, universe: int, day: date, file: str, content: bytes | None, edits: Sequence[RowEdit]
    ) -> None:
        """A whole file, read as landing reads it."""
        delivery = day.isoformat()
        had = self._rows_landed.get(delivery, 0)
        self.whole.append((universe, delivery))
        if content is None:
            self._refuse_unreadable(file)
            rows, whole = self._as_landed(delivery), True
        else:
            rows, whole = _read(self.feed, content)
            if edits and not whole:
                raise EditError(f"{file} goes out with what cannot be read; no row can be added.")
            if rows is not None:
                rows = corrected(self.feed, rows, self.decided, delivery)
        if rows is None:
            self.lost.append((universe, self.feed.name, delivery))
            return
        if edits:
            rows, whole = _rewritten(self.feed, edited(self.feed, rows, edits, file))
        if not whole:
            self.spoilt.add((universe, delivery))
        lines = rows.column("line").to_pylist() if rows is not None else []
        landed = self._arrives(universe, day, file, rows, lines)
        self.counts[universe, delivery] += landed - had

    def _arrives(
        self, universe: int, day: date, file: str, rows: pa.Table | None, lines: Sequence[int]
    ) -> int:
        if rows is None or not len(rows):
            return 0
        place = {
            "universe": [universe] * len(rows),
            "delivery": [day.isoformat()] * len(rows),
            "published": [day] * len(rows),
            "file": [file] * len(rows),
            "line": list(lines)[: len(rows)],
        }
        columns = [pa.array(place[f.name], f.type) for f in _PLACE]
        own = [rows.column(c) for c in self.feed.column_names]
        self.parts.append(
            pa.table([*columns, *own], names=[*_PLACE.names, *self.feed.column_names])
        )
        return len(rows)

    def _change(self) -> None:
        """Write `changed.landing.<feed>`."""
        engine, columns = self.small.engine, self.small.columns[self.table]
        gone = _table(self.gone, universe=pa.int32(), delivery=pa.string(), line=pa.int64())
        whole = _table(self.whole, universe=pa.int32(), delivery=pa.string())
        empty = pa.schema([*_PLACE, *((c, pa.string()) for c in self.feed.column_names)])
        arriving = pa.concat_tables(self.parts) if self.parts else empty.empty_table()
        for name, table in (("edit_gone", gone), ("edit_whole", whole), ("edit_come", arriving)):
            engine.insert_arrow(name, table)
        listed = ", ".join(f"t.{quoted(c)}" for c in columns)
        come = _landed(landing_select(self.feed, "given.come"))
        had = (
            f"SELECT {listed}, g.universe FROM base.{self.table} AS t INNER JOIN edit_gone AS g "
            "ON g.delivery = t.delivery AND g.line = t.line UNION ALL "
            f"SELECT {listed}, g.universe FROM base.{self.table} AS t INNER JOIN edit_whole AS g "
            "ON g.delivery = t.delivery"
        )
        has = f"SELECT {listed}, t.universe FROM ({come}) AS t"
        bare = ", ".join(quoted(c) for c in columns)
        self.small.change(self.table, difference(bare, f"({had})", f"({has})"))

    @cached_property
    def _rows_landed(self) -> dict[str, int]:
        """Delivery -> how many rows landed of it."""
        return dict(
            self.small.engine.fetch(
                f"SELECT delivery, count(*) FROM base.{self.table} GROUP BY delivery"
            )
        )

    def _as_landed(self, delivery: str) -> pa.Table:
        columns = ", ".join(map(quoted, self.feed.column_names))
        return self.small.engine.query(
            f"SELECT line, {columns} FROM base.{self.table} WHERE delivery = ? ORDER BY line",
            [delivery],
        )

    def _refuse_unreadable(self, file: str) -> None:
        if file in self.unreadable:
            count, line, reason = self.unreadable[file]
            raise EditError(
                f"{file} holds {count} record(s) that cannot be read (line {line}: "
                f"{reason}); rewriting it would lose them."
            )

    def _schema(self) -> pa.Schema:
        return pa.schema([(c, pa.string()) for c in self.feed.column_names])


@lru_cache(maxsize=64)
def _landed(sql: str) -> str:
    """What landing makes of the rows that come, each in its universe."""
    varies = {"given.come": "edit_come"}.get
    return remembered("landed", sql, lambda: lifted(sql, varies))


def _rows_sent(edits: Iterable[RowEdit]) -> list[RowEdit]:
    """The edits by which a row is sent."""
    return [edit for edit in edits if edit.after is not None]


def _values(sent: Iterable[RowEdit]) -> _Rows:
    """The rows that edits send, the same for those that are alike."""
    return tuple(tuple((e.after or {}).items()) for e in sent)


def _rewritten_each(feed: Feed, files: Sequence[pa.Table]) -> list[tuple[pa.Table | None, bool]]:
    """The rows of each file as `_rewritten` gives them; what is regular is read in one go."""
    if len(files) < 2 or not is_text(feed):
        return [_rewritten(feed, rows) for rows in files]
    with contextlib.suppress(Irregular, UnwritableError):
        records = render(feed, pa.concat_tables(files).combine_chunks())
        ends = list(accumulate(map(len, files), initial=0))
        contents = [assemble(feed, records[at:end]) for at, end in pairwise(ends)]
        rows, counts = read_quickly(feed, [opened(feed, data) for data in contents])
        ends = list(accumulate(counts.tolist(), initial=0))
        return [(rows.slice(at, end - at), True) for at, end in pairwise(ends)]
    half = len(files) // 2
    return [*_rewritten_each(feed, files[:half]), *_rewritten_each(feed, files[half:])]


def _rewritten(feed: Feed, rows: pa.Table) -> tuple[pa.Table | None, bool]:
    """Rows as they are read after having been written; see `_read`."""
    return _read(feed, written(feed, rows.select(list(feed.column_names))))


def _read(feed: Feed, content: bytes) -> tuple[pa.Table | None, bool]:
    """The rows of a file with this content, and whether that is all it holds.

    No table stands for a file that cannot be read at all.
    """
    table, unreadable = read(feed, Path(f"{feed.name}.{feed.extension}"), content)
    return None if any(one.line is None for one in unreadable) else table, not unreadable


def _table(rows: Sequence[tuple[Any, ...]], **kinds: pa.DataType) -> pa.Table:
    """Rows as a table of columns with these names and types."""
    columns = [pa.array([row[n] for row in rows], kind) for n, kind in enumerate(kinds.values())]
    return pa.table(columns, names=list(kinds))


def _deliveries(
    small: Small,
    counts: Sequence[tuple[int, str, str, int, bool]],
    lost: Sequence[tuple[int, str, str]],
) -> None:
    """Write `changed.landing.deliveries`: other numbers of rows, whole or not, or not there at all."""
    if not counts and not lost:
        return
    rows = [*counts, *((*place, None, None) for place in lost)]
    kinds = {"universe": pa.int32(), "feed": pa.string(), "delivery": pa.string()}
    made = _table(rows, **kinds, more=pa.int64(), whole=pa.bool_())
    small.engine.insert_arrow("edit_counts", made)
    columns = small.columns["landing.deliveries"]
    told = {
        "rows": 't."rows" + e.more AS "rows"',
        "counted": "t.counted + e.more AS counted",
        "whole": 'e.whole AS "whole"',
    }
    other = ", ".join(told.get(c, f"t.{quoted(c)}") for c in columns)
    same = ", ".join(f"t.{quoted(c)}" for c in columns)
    tied = (
        "FROM base.landing.deliveries AS t INNER JOIN edit_counts AS e ON e.feed = t.feed "
        "AND e.delivery = t.delivery "
        "AND (e.more IS NULL OR e.more <> 0 OR e.whole IS DISTINCT FROM t.whole)"
    )
    small.change(
        "landing.deliveries",
        f"SELECT CAST({REMOVED} AS TINYINT) AS side, e.universe, {same} {tied} UNION ALL "
        f"SELECT CAST({ADDED} AS TINYINT), e.universe, {other} {tied} WHERE e.more IS NOT NULL",
    )
