"""What of the delivered files is not believed, or met nobody, in a sentence each: what a build tells."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipelines.engine.base import Engine
from pipelines.terminal import counted
from quality.from_contract import effect_sql
from schemas.contract import Feed

MOST_TOLD = 5  # sentences of one kind; the rest are counted


def told_by_gates(
    engine: Engine, used: Mapping[str, Feed], manifest: Mapping[str, Any]
) -> list[str]:
    """A sentence each about what of the delivered files is not believed, and why; and one a feed about
    rows that are believed and met nobody, or no record.

    Args:
        used: contracts of the feeds it was built from, by name.
        manifest: what its landing folder says about itself.
    """
    return [
        *_few(_unread_files(engine), "files"),
        *_few(_unread_records(engine), "files with unreadable records"),
        *_few(_held(engine), "deliveries held"),
        *_few(_missing(engine, used, manifest), "feeds with deliveries missing"),
        *_few(_not_due(engine, used, manifest), "deliveries on days on which none is due"),
        *_few(_kept_aside(engine, used), "feeds with rows kept aside"),
        *_of_no_row(engine, used),
        *_met_nobody(engine),
    ]


def _few(sentences: list[str], what: str) -> list[str]:
    """The first few sentences, and how many more there would be."""
    more = len(sentences) - MOST_TOLD
    return sentences if more <= 0 else [*sentences[:MOST_TOLD], f"… and {more} more {what}."]


def _unread_files(engine: Engine) -> list[str]:
    return [
        f"{file} could not be read and counts as not delivered: {reason.rstrip('.')}."
        for file, reason in engine.fetch(
            "SELECT file, reason FROM quality.unreadable WHERE line IS NULL ORDER BY file"
        )
    ]


def _unread_records(engine: Engine) -> list[str]:
    return [
        f"{file}: {counted(count, 'record')} could not be read (see quality.unreadable), the first at "
        f"line {line}: {reason.rstrip('.')}."
        for file, count, line, reason in engine.fetch(
            "SELECT file, count(*), min(line), min_by(reason, line) FROM quality.unreadable "
            "WHERE line IS NOT NULL GROUP BY file ORDER BY file"
        )
    ]


def _held(engine: Engine) -> list[str]:
    return [
        f"{feed}: the delivery of {delivery} is held and not believed: {reason.rstrip('.')}."
        for feed, delivery, reason in engine.fetch(
            "SELECT feed, delivery, reason FROM quality.deliveries WHERE outcome = 'hold' "
            "ORDER BY feed, delivery"
        )
    ]


def _missing(engine: Engine, used: Mapping[str, Feed], manifest: Mapping[str, Any]) -> list[str]:
    came = {
        (feed, delivery)
        for feed, delivery in engine.fetch(
            "SELECT feed, delivery FROM landing.deliveries "
            "UNION SELECT feed, delivery FROM quality.unreadable"
        )
    }
    day0, days = date.fromisoformat(str(manifest["day0"])), int(manifest["days"])
    told = []
    for name, feed in used.items():
        due = [day.isoformat() for day in feed.delivery_days(day0, days)]
        lost = [day for day in due if (name, day) not in came]
        if lost and len(lost) == len(due):
            told.append(f"{name}: none of its {counted(len(due), 'delivery', 'deliveries')} came.")
        elif lost:
            told.append(
                f"{name}: {counted(len(lost), 'delivery that was due', 'deliveries that were due')} did not "
                f"come, the first on {lost[0]}; what the one before said stays in force."
            )
    return told


def _not_due(engine: Engine, used: Mapping[str, Feed], manifest: Mapping[str, Any]) -> list[str]:
    day0, days = date.fromisoformat(str(manifest["day0"])), int(manifest["days"])
    due = {name: set(feed.delivery_days(day0, days)) for name, feed in used.items()}
    return [
        f"{file}: nothing of {feed} is due on {day} (every {counted(used[feed].cadence_days, 'day')} "
        f"from {min(due[feed])}, window {day0} to {manifest['last_day']}); it is believed from then."
        for feed, day, file in engine.fetch(
            "SELECT feed, published, file FROM landing.deliveries ORDER BY feed, published"
        )
        if due[feed] and day not in due[feed]
    ]


def _kept_aside(engine: Engine, used: Mapping[str, Feed]) -> list[str]:
    told = []
    for feed, count in engine.fetch(
        "SELECT feed, count(DISTINCT concat_ws('|', delivery, CAST(line AS VARCHAR))) "
        "FROM quality.verdicts WHERE outcome = 'quarantine' AND expectation <> 'discarded' "
        "GROUP BY feed ORDER BY feed"
    ):
        ((file, line, column, rule),) = engine.fetch(
            "SELECT l.file, v.line, v.column_name, v.expectation FROM quality.verdicts AS v "
            f"INNER JOIN landing.{feed} AS l ON l.delivery = v.delivery AND l.line = v.line "
            f"WHERE v.feed = '{feed}' AND v.outcome = 'quarantine' AND v.expectation <> 'discarded' "
            "ORDER BY l.file, v.line, v.expectation LIMIT 1"
        )
        where = f"it breaks {rule}"
        if column:
            ((value,),) = engine.fetch(
                f'SELECT "{column}" FROM landing.{feed} WHERE file = ? AND line = ?', [file, line]
            )
            said = "is empty" if value is None else f"says {value!r}"
            where = f"column {column} {said}, which breaks {rule}"
        ((undone,),) = engine.fetch(
            "SELECT count(DISTINCT concat_ws('|', v.delivery, CAST(v.line AS VARCHAR))) "
            f"FROM quality.verdicts AS v INNER JOIN landing.{feed} AS l "
            f"ON l.delivery = v.delivery AND l.line = v.line WHERE v.feed = '{feed}' "
            f"AND v.outcome = 'quarantine' AND {effect_sql(used[feed])} "
            "IN ('withdraw', 'change', 'correct')"
        )
        stays = ""
        if undone:
            stays = (
                f" Of them {undone:,} would withdraw, change or correct a record; what was believed "
                "of it stays."
            )
        told.append(
            f"{feed}: {counted(count, 'row')} kept aside (see quality.verdicts), the first in {file} at "
            f"line {line}: {where}.{stays}"
        )
    return told


def _of_no_row(engine: Engine, used: Mapping[str, Feed]) -> list[str]:
    """One sentence a feed about what was decided in quarantine of rows that no file holds any more."""
    told = []
    for (feed,) in engine.fetch("SELECT DISTINCT feed FROM codes.decisions ORDER BY feed"):
        landed = f"SELECT delivery, version FROM landing.{feed} UNION ALL " if feed in used else ""
        ((count,),) = engine.fetch(
            "SELECT count(*) FROM codes.decisions AS d WHERE d.feed = ? AND NOT EXISTS (SELECT 1 FROM "
            f"({landed}SELECT delivery, digest AS version FROM landing.deliveries) AS l "
            "WHERE l.delivery = d.delivery AND l.version = d.version)",
            [feed],
        )
        if count:
            told.append(
                f"{feed}: {counted(count, 'decision')} of the quarantine (see codes.decisions) without "
                "effect: no file says what was decided about."
            )
    return told


def _met_nobody(engine: Engine) -> list[str]:
    """One sentence a feed about rows that are believed, and tell of nobody or of no record.

    A row met nobody if one of those it speaks of was never matched to anybody, and could mean several
    if more than one fitted.
    """
    found = engine.fetch(
        """
        WITH never AS (
            SELECT u.feed, u.record_id, u.version,
                max(CASE WHEN u.reason = 'ambiguous' THEN 1 ELSE 0 END) AS several
            FROM resolve.unmatched AS u
            WHERE NOT EXISTS (
                SELECT 1 FROM resolve.matches AS m
                WHERE m.record_id = u.record_id AND m.version = u.version AND m.role = u.role
            )
            GROUP BY u.feed, u.record_id, u.version
        ),

        counted AS (
            SELECT feed, 1 - several AS nobody, several, 0 AS no_record FROM never
            UNION ALL
            SELECT feed, 0, 0, 1 FROM quality.verdicts WHERE expectation = 'meets_no_record'
        )

        SELECT feed, sum(nobody), sum(several), sum(no_record)
        FROM counted GROUP BY feed ORDER BY feed
        """
    )
    said = (
        "met nobody (see resolve.unmatched)",
        "could mean several (see resolve.unmatched)",
        "withdrew, changed, corrected or repeated a record that is not believed (see quality.verdicts)",
    )
    return [
        f"{feed}: "
        + "; ".join(
            f"{counted(int(n), 'row')} {what}" for n, what in zip(counts, said, strict=True) if n
        )
        + "."
        for feed, *counts in found
    ]
