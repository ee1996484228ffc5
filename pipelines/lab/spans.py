"""Spans of days by key: what of two answers about time agrees, counted in days."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date

Spans = Mapping[Hashable, Sequence[tuple[int, int]]]


def spans(
    rows: Iterable[tuple[Hashable, date | None, date | None]], first: date, last: date
) -> dict[Hashable, list[tuple[int, int]]]:
    """Key -> spans of days that neither touch nor overlap, in order.

    Args:
        rows: key, first day, first day after (None: still); rows without a first day say nothing.
        first, last: nothing is looked at before the one, nor from the other on.

    >>> spans([("a", date(2024, 1, 1), date(2024, 1, 3)), ("a", date(2024, 1, 3), None)],
    ...       date(2024, 1, 2), date(2024, 1, 9))
    {'a': [(738887, 738894)]}
    """
    by_key = defaultdict(list)
    for key, start, end in rows:
        if start is None:
            continue
        begins, ends = max(start, first).toordinal(), min(end or last, last).toordinal()
        if begins < ends:
            by_key[key].append((begins, ends))
    merged: dict[Hashable, list[tuple[int, int]]] = {}
    for key, found in by_key.items():
        had: list[tuple[int, int]] = []
        for begins, ends in sorted(found):
            if had and begins <= had[-1][1]:
                had[-1] = (had[-1][0], max(had[-1][1], ends))
            else:
                had.append((begins, ends))
        merged[key] = had
    return merged


def days(one: Spans) -> int:
    """Days in all."""
    return sum(end - start for found in one.values() for start, end in found)


def common(one: Spans, other: Spans) -> int:
    """Days in both."""
    return sum(
        max(0, min(one_end, other_end) - max(one_start, other_start))
        for key, found in one.items()
        for one_start, one_end in found
        for other_start, other_end in other.get(key, ())
    )


def agreement(one: Spans, other: Spans) -> tuple[int, int]:
    """Days in both, and days in either."""
    both = common(one, other)
    return both, days(one) + days(other) - both
