"""The gates of a feed, asked about rows that have not been delivered yet.

A correction is planned by what the source's deliveries leave believed, and a row that a gate keeps
aside leaves nothing believed. The gate's own SQL decides, on the few rows of one record.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import pyarrow as pa

from pipelines.engine.databases import Databases
from pipelines.landing.decisions import DISCARD, RELEASE, Decided
from pipelines.landing.keys import landing_select
from quality.expectations import ASIDE
from quality.from_contract import landing_expectations
from quality.gates import row_verdicts_sql
from schemas.contract import Feed
from schemas.record_id import version
from schemas.sql import literal
from sources.faults import History, Row


class Gates:
    """The gates of landing, asked about rows that have not landed.

    Args:
        db: open databases; a table and a view are made in it, one of each a feed.
        decided: of rows kept aside.
        policies: the table of what the gates are told; nothing, if there is none.
    """

    def __init__(
        self, db: Databases, decided: Sequence[Decided] = (), policies: str | None = None
    ) -> None:
        self._db = db
        self._policies = policies or "(SELECT NULL AS gate, NULL AS policy)"
        # Where no gate is told anything, only those need be asked that keep a row aside by contract.
        self._strict = not policies or not db.rows(f"SELECT count(*) FROM {policies}")[0][0]
        self._decided = {(d.feed, d.delivery, d.version): d.decision for d in decided}
        self._views: set[str] = set()
        self._answers: dict[_Delivered, list[Row]] = {}

    def ask(self, histories: Iterable[tuple[Feed, History]]) -> None:
        """Ask about all days of some histories that `let_through` will be asked about.

        Asking costs far more than any answer, so that it is done once a feed, and forgotten when
        something else has to be asked.
        """
        asked: dict[str, tuple[Feed, dict[_Delivered, tuple[date, list[Row]]]]] = {}
        for feed, history in histories:
            _, mine = asked.setdefault(feed.name, (feed, {}))
            mine.update((_delivered(feed, *given), given) for given in history.items())
        if all(one in self._answers for _, mine in asked.values() for one in mine):
            return
        self._answers = {}
        for feed, mine in asked.values():
            kept = self._kept(feed, list(mine.values()))
            self._answers |= zip(mine, kept, strict=True)

    def let_through(self, feed: Feed, history: History) -> History:
        """What the gate for rows lets through of what is delivered of one record.

        Args:
            history: delivery day -> its rows on that day.

        Returns:
            The same days, without the rows that would be kept aside.
        """
        self.ask([(feed, history)])
        return {
            day: list(self._answers[_delivered(feed, day, history[day])]) for day in sorted(history)
        }

    def _kept(self, feed: Feed, deliveries: Sequence[tuple[date, list[Row]]]) -> list[list[Row]]:
        """Of each of some deliveries the rows that the gate lets through."""
        rows = [(n, day, row) for n, (day, rows) in enumerate(deliveries) for row in rows]
        texts = {
            name: pa.array([row[name] for _, _, row in rows], pa.string())
            for name in feed.column_names
        }
        table = pa.table(
            {
                "delivery": pa.array([str(n) for n, _, _ in rows], pa.string()),
                "published": pa.array([day for _, day, _ in rows], pa.date32()),
                "file": pa.array([""] * len(rows), pa.string()),
                "line": pa.array(range(len(rows)), pa.int64()),
                **texts,
            }
        )
        planned, gate = f"planned_{feed.name}", f"gate_{feed.name}"
        self._db.engine.insert_arrow(planned, table)
        if gate not in self._views:
            self._views.add(gate)
            self._db.run(f"CREATE VIEW {gate} AS {self._gate_sql(feed, planned)}")
        aside = dict(self._db.rows(f"FROM {gate}"))
        kept: list[list[Row]] = [[] for _ in deliveries]
        for line, (n, day, row) in enumerate(rows):
            if self._let_through(feed, day, row, aside.get(line)):
                kept[n].append(row)
        return kept

    def _gate_sql(self, feed: Feed, table: str) -> str:
        """The lines of a table of rows, as they would be read, that the feed's gate keeps aside, each with
        whether it stays out though somebody released it.
        """
        verdicts = row_verdicts_sql(
            feed, rows="landed", strict=self._strict, policies=self._policies
        )
        bound = [literal(e.name) for e in landing_expectations(feed) if not e.may_be_released]
        stays = f"expectation IN ({', '.join(bound)})" if bound else "FALSE"
        return f"""
        WITH landed AS MATERIALIZED ({landing_select(feed, table)})
        SELECT line, bool_or({stays}) FROM ({verdicts}) WHERE {ASIDE} GROUP BY line
        """

    def _let_through(self, feed: Feed, day: date, row: Row, stays: bool | None) -> bool:
        """Whether a row counts, by what its gate says and by what was decided of it.

        Args:
            stays: whether it stays out though somebody released it; None: no gate keeps it aside.
        """
        if not self._decided:
            return stays is None
        decision = self._decided.get((feed.name, day.isoformat(), version(feed, row)))
        return decision != DISCARD and (stays is None or (decision == RELEASE and not stays))


_Delivered = tuple[str, date, tuple[tuple[str | None, ...], ...]]  # feed, day, rows


def _delivered(feed: Feed, day: date, rows: Sequence[Row]) -> _Delivered:
    """One day's rows of a feed as something that can be looked up."""
    return feed.name, day, tuple(tuple(row.values()) for row in rows)
