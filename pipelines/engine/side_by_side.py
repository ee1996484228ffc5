"""Pieces of work that do not wait for each other, done two at a time.

While one query is planned, which one thread does alone, another is run. More than two would need more
memory, and two keep a laptop's cores busy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from typing import Any, Protocol, TypeVar

Found = TypeVar("Found")


class Worker(Protocol):
    """What pieces of work are done with: an engine, or what holds one."""

    def beside(self) -> Worker | None:
        """Another to be used at the same time; None if one alone is better."""

    def interrupt(self) -> None:
        """End what another thread has it do."""


def side_by_side(
    engine: Worker,
    pieces: Sequence[str],
    work: Callable[[Any, str], Found],
    after: Mapping[str, Collection[str]] | None = None,
    begun: Callable[[str], None] = lambda piece: None,
) -> dict[str, Found]:
    """Do each piece of work once, two at a time if the engine can be used beside itself, else in order.

    Args:
        engine: with which the work is done.
        pieces: names of the pieces, in an order in which they could be done one by one; of those that can
            be begun the first is.
        work: called with the engine to use and the name of a piece.
        after: piece -> those of which it waits for the end; what is no piece counts as done.
        begun: called with a piece before it is begun, in the thread of the caller.

    Returns:
        What the work gave, by piece, in the order of the pieces.

    Raises:
        whatever `work` raises, once what was begun beside it has ended.
    """
    found: dict[str, Found] = {}
    other = engine.beside()
    if other is None:
        for piece in pieces:
            begun(piece)
            found[piece] = work(engine, piece)
        return found
    known = set(pieces)
    waits = {piece: {a for a in (after or {}).get(piece, ()) if a in known} for piece in pieces}
    place = _longest_chains_first(pieces, waits)
    sorter = TopologicalSorter(waits)
    sorter.prepare()
    free, ready = [engine, other], []
    at_work: dict[Future[Found], tuple[str, Worker]] = {}
    with ThreadPoolExecutor(len(free)) as threads:
        try:
            while sorter.is_active():
                ready = sorted([*ready, *sorter.get_ready()], key=place.__getitem__)
                while ready and free:
                    piece, one = ready.pop(0), free.pop()
                    begun(piece)
                    at_work[threads.submit(work, one, piece)] = piece, one
                for future in wait(at_work, return_when=FIRST_COMPLETED).done:
                    piece, one = at_work.pop(future)
                    found[piece] = future.result()
                    sorter.done(piece)
                    free.append(one)
        except BaseException:
            for _, one in at_work.values():
                one.interrupt()
            raise
    return {piece: found[piece] for piece in pieces}


def _longest_chains_first(
    pieces: Sequence[str], waits: Mapping[str, Collection[str]]
) -> dict[str, int]:
    """Piece -> its place, those first on which the longest chains of others wait; else in the order given."""
    behind = dict.fromkeys(pieces, 0)
    for piece in reversed(list(TopologicalSorter(waits).static_order())):
        for before in waits[piece]:
            behind[before] = max(behind[before], behind[piece] + 1)
    return {piece: n for n, piece in enumerate(sorted(pieces, key=lambda p: -behind[p]))}
