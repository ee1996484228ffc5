"""The gates of a feed, asked about rows that have not been delivered yet.

A correction is planned by what the source's deliveries leave believed, and a row that a gate keeps
aside leaves nothing believed. The gate's own SQL decides, on the few rows of one record.
"""

from __future__ import annotations

from pipelines.engine.databases import Databases
from pipelines.landing.keys import landing_select
from quality.gates import row_verdicts_sql
from schemas.contract import Feed
from sources.faults import History


class Gates:
    """The gates of landing, asked about rows that have not landed.

    Args:
        db: open databases; temporary tables are made in it, one a feed.
    """

    def __init__(self, db: Databases) -> None:
        self._db = db
        self._prepared: set[str] = set()

    def let_through(self, feed: Feed, history: History) -> History:
        """What the gate for rows lets through of what is delivered of one record.

        Args:
            feed: its feed.
            history: delivery day -> its rows on that day.

        Returns:
            The same days, without the rows that would be kept aside.
        """
        rows = [(day, row) for day in sorted(history) for row in history[day]]
        if not rows:
            return history
        aside = self._kept_aside(feed, rows)
        kept = [None if n in aside else row for n, (_, row) in enumerate(rows)]
        through: History = {day: [] for day in sorted(history)}
        for (day, _), row in zip(rows, kept, strict=True):
            if row is not None:
                through[day].append(row)
        return through

    def _kept_aside(self, feed: Feed, rows: list) -> set[int]:
        """Numbers of the rows the gate keeps aside."""
        table = f"planned_{feed.name}"
        if feed.name not in self._prepared:
            self._prepare(feed, table)
        self._db.run(f"DELETE FROM {table}")
        values, params = [], []
        own = ", ".join("?" * len(feed.column_names))
        for n, (day, row) in enumerate(rows):
            values.append(f"(?, ?, '', ?, {own})")
            params += [day.isoformat(), day, n, *(row[name] for name in feed.column_names)]
        self._db.rows(f"INSERT INTO {table} VALUES {', '.join(values)}", *params)
        return {line for (line,) in self._db.rows(f"EXECUTE gate_{feed.name}")}

    def _prepare(self, feed: Feed, table: str) -> None:
        own = ", ".join(f'"{name}" VARCHAR' for name in feed.column_names)
        self._db.run(
            f"CREATE OR REPLACE TEMP TABLE {table} "
            f"(delivery VARCHAR, published DATE, file VARCHAR, line BIGINT, {own})"
        )
        self._db.run(f"PREPARE gate_{feed.name} AS {_gate_sql(feed, table)}")
        self._prepared.add(feed.name)


def _gate_sql(feed: Feed, table: str) -> str:
    """The lines of a table of rows, as they would be read, that the feed's gate keeps aside."""
    return f"""
    WITH landed AS MATERIALIZED ({landing_select(feed, table)})
    SELECT DISTINCT line FROM ({row_verdicts_sql(feed, rows="landed")}) WHERE outcome = 'quarantine'
    """
