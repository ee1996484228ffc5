"""The dirt an island's own register holds: faults at the rates its contract admits to."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import Feed
from sources.dirt_rates import befallen
from sources.faults import FaultError, Row, kind
from sources.faults.draw import Draw, Nobody
from sources.faults.history import spoilt as spoilt_by
from sources.faults.identifiers import named_beside, scheme_of


class OfThisFeed(Nobody):
    """The other entities a feed's own table knows, for faults of a cell that need another."""

    def __init__(self, feed: Feed, versions: pa.Table) -> None:
        self.feed = feed
        self.versions = versions

    @cached_property
    def _codes(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = {}
        for column in self.feed.columns:
            if column.scheme and column.name in self.versions.column_names:
                values = self.versions.column(column.name).unique().drop_null()
                for value in values.to_pylist():
                    scheme = scheme_of(column, value)
                    if scheme:
                        found.setdefault(scheme, set()).add(value)
        return {scheme: sorted(values) for scheme, values in found.items()}

    def codes(self, scheme: str, like: str) -> Sequence[str]:
        """Every code of that scheme in the table."""
        return self._codes.get(scheme, [])

    @cached_property
    def _bearers(self) -> dict[str, set[tuple[str, str]]]:
        """Name -> the (scheme, code) pairs the table gives beside it."""
        found: dict[str, set[tuple[str, str]]] = {}
        for column in self.feed.columns:
            name = named_beside(self.feed, column.name) if column.scheme else None
            if name is None:
                continue
            pairs = self.versions.select([name, column.name]).group_by([name, column.name])
            for row in pairs.aggregate([]).to_pylist():
                code, bearer = row[column.name], row[name]
                scheme = scheme_of(column, code) if code and bearer else None
                if scheme:
                    found.setdefault(bearer, set()).add((scheme, code))
        return found

    def namesakes(self, scheme: str, like: str) -> Sequence[str]:
        """Codes that stand in the table beside a name that also stands beside `like`."""
        wanted = (scheme, like)
        return sorted(
            code
            for bearers in self._bearers.values()
            if wanted in bearers
            for other, code in bearers
            if other == scheme and code != like
        )


def record_keys(feed: Feed, versions: pa.Table) -> pa.Array:
    """One text per row that names its record: its natural key, or without one all its columns."""
    names = feed.natural_key or [n for n in feed.column_names if n in versions.column_names]
    parts = [pc.fill_null(versions.column(name).cast(pa.string()), "∅") for name in names]
    keys = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "|")
    return keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys


class Dirty(NamedTuple):
    """A feed's records with dirt among them."""

    versions: pa.Table
    # (row, column) -> the kind of fault that wrote what stands there now.
    kinds: dict[tuple[int, str], str]


def spoil(feed: Feed, versions: pa.Table, seed: int, dirt: float) -> Dirty:
    """A feed's records with its own dirt among them.

    Args:
        feed: its `fault_rates` say how many records of a thousand each kind of fault befalls.
        versions: what the island's register holds, one row a version of a record: text columns of
            the contract (the effect column may be missing), and any others, which pass untouched.
        dirt: multiplies the rates; 0 gives the table back as it is.

    Every version of a record is spoilt alike. Which records, and how, depends on the seed, the
    feed, the fault and the record alone: its key, and the office, subject and day of its first
    version (see `sources.dirt_rates`).

    Raises:
        FaultError: if a rate is given for a fault that spoils rows or deliveries, not cells.
    """
    columns = [name for name in feed.column_names if name in versions.column_names]
    kinds: dict[tuple[int, str], str] = {}
    for name in sorted(feed.fault_rates):
        fault = kind(name)
        if fault.level != "cell":
            raise FaultError(
                f"Feed {feed.name} has a rate for {name}, which spoils a {fault.level}; dirt is "
                "in cells only."
            )
    keys = record_keys(feed, versions)
    for name, chosen in befallen(feed, versions, keys, seed, dirt).items():
        if not len(chosen):
            continue
        others = OfThisFeed(feed, versions)
        rows = versions.select(columns).take(pa.array(chosen)).to_pylist()
        chosen_keys = keys.take(pa.array(chosen)).to_pylist()
        spoilt = [
            spoilt_by(
                kind(name),
                _whole(feed, row),
                Draw(seed, ("dirt", feed.name, name, key), feed, others),
            )
            for row, key in zip(rows, chosen_keys, strict=True)
        ]
        for column, changes in _changes(chosen.tolist(), rows, spoilt).items():
            versions = _written(versions, column, changes)
            kinds |= {(place, column): name for place in changes}
    return Dirty(versions, kinds)


def _whole(feed: Feed, row: Row) -> Row:
    """The row with every column of the contract, in its order."""
    return {name: row.get(name) for name in feed.column_names}


def _changes(
    places: list[int], rows: list[Row], spoilt: list[Row | None]
) -> dict[str, dict[int, str | None]]:
    """Column -> place of a row -> what comes to stand there, for the cells that change."""
    changes: dict[str, dict[int, str | None]] = {}
    for place, before, after in zip(places, rows, spoilt, strict=True):
        for name in before if after is not None else ():
            if after[name] != before[name]:
                changes.setdefault(name, {})[place] = after[name]
    return changes


def _written(versions: pa.Table, column: str, changes: dict[int, str | None]) -> pa.Table:
    """The table with the changed cells in place of the old."""
    at = versions.column_names.index(column)
    values = versions.column(column).combine_chunks()
    mask = pc.is_in(pa.array(range(len(values))), value_set=pa.array(list(changes)))
    new = pa.array([changes[place] for place in sorted(changes)], type=values.type)
    return versions.set_column(at, column, pc.replace_with_mask(values, mask, new))
