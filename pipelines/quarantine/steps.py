"""Steps in quarantine: correct a row, release it, discard it; each written to the log of the home."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.home import LOCK_SECONDS, Home
from pipelines.in_force import opened
from pipelines.landing.decisions import (
    CORRECT,
    DISCARD,
    LOG,
    RELEASE,
    DecisionError,
    Row,
    Step,
    add_to_log,
    courses,
    read_log,
)
from pipelines.landing.keys import landing_select
from pipelines.landing.reading import arriving
from pipelines.quarantine.rows import DISCARDED, OPEN, STATES, Aside, among, kept_aside, row_named
from quality.expectations import sentence
from quality.from_contract import landing_expectations
from quality.gates import row_verdicts_sql
from schemas.contract import Feed
from schemas.sql import quoted
from schemas.suggest import suggestion
from sources.faults.identifiers import possibly_real
from sources.files import UnwritableError, read, written

# Rules whose breach no later stage could work with, and what to do instead of a release.
NOT_RELEASED = {
    "in_bounds": "later stages cannot work with such a value; correct it, or discard the row",
    "present": "without it nobody can tell what the row means; correct it, or discard the row",
    "in_set": "nobody can tell what another code does to the record; correct it, or discard the row",
    "one_version": (
        "the delivery says something else of the same record; correct or discard the rows that are "
        "wrong, and the one that is left is read"
    ),
}


def decide(
    home: Home,
    what: str,
    who: str,
    why: str,
    *,
    row: str | None = None,
    feed: str | None = None,
    rule: str | None = None,
    values: Row | None = None,
    when: str = "",
) -> list[dict[str, Any]]:
    """Take a step about a row, or about all open ones of a feed or a rule, and log it.

    Nothing is logged unless the step can be taken for each of them.

    Args:
        home: with a finished build.
        what: `correct`, `release` or `discard`.
        who, why: for the log.
        row: see `pipelines.quarantine.rows.row_named`.
        feed, rule: instead of a row: all that are open, or corrected only, for a release or discard.
        values: column -> what it is to say, None for nothing; of a correction.
        when: the moment, in UTC; by default now.

    Returns:
        `row`, `what`, `values` and `still`: the rules that it breaks still, if it is kept aside for them.

    Raises:
        ValueError: in one sentence, if that cannot be done.
    """
    for name, text in (("--who", who), ("--why", why)):
        if not text.strip():
            raise DecisionError(f"{name} says nothing; give a name and a reason for the log.")
    if (row is None) == (feed is None and rule is None):
        raise DecisionError("Give one ROW, or --feed or --rule or both for many at once.")
    if values and what != CORRECT:
        raise DecisionError(
            f"A {what} takes no values; correct the row first, with --set COL=VALUE."
        )
    if what == CORRECT and not values:
        raise DecisionError("Give --set COL=VALUE at least once: what the row is to say.")
    log = home.path / LOG
    moment = when or datetime.now(UTC).isoformat(timespec="seconds")
    with home.lock(LOCK_SECONDS), opened(home) as engine:
        decided = courses(read_log(log))
        if row is not None:
            asked = [row_named(engine, row, decided)]
        else:
            states = (OPEN, STATES[CORRECT]) if what != CORRECT else (OPEN,)
            found = among(kept_aside(engine, decided), feed, rule)
            asked = [one for one in found if one.state in states]
        if not asked:
            raise DecisionError(
                f"No open row is kept aside{f' in {feed}' if feed else ''}"
                f"{f' for {rule}' if rule else ''}; `islands quarantine list` names what is."
            )
        told, steps = [], []
        for one in asked:
            still = _see(engine, one, what, values or {})
            steps.append(_step(engine, one, moment, who, why, what, values or {}))
            told.append({"row": one.place, "what": what, "values": values or {}, "still": still})
        add_to_log(log, steps)
    return told


def _step(
    engine: Engine, one: Aside, when: str, who: str, why: str, what: str, values: Row
) -> Step:
    return Step(
        when,
        who,
        why,
        what,
        one.feed.name,
        one.delivery,
        one.line,
        one.digest,
        one.nth,
        one.row,
        values,
        _alike(engine, one),
    )


def _alike(engine: Engine, one: Aside, otherwise: str = "") -> list[int]:
    """The lines of the rows of a delivery that say what a row says; none of a whole delivery.

    Args:
        otherwise: a column that is no content: only the rows in which it says something else.
    """
    if one.row is None:
        return []
    asked = {name: "IS NOT DISTINCT FROM" for name in one.feed.content_columns}
    asked |= {otherwise: "IS DISTINCT FROM"} if otherwise else {}
    same = " AND ".join(f"{quoted(name)} {compared} ?" for name, compared in asked.items())
    found = engine.fetch(
        f"SELECT line FROM landing.{one.feed.name} WHERE delivery = ? AND {same} ORDER BY line",
        [one.delivery, *(one.row[name] for name in asked)],
    )
    return [line for (line,) in found]


def _see_alone(engine: Engine, one: Aside) -> None:
    """See that a decision would be of no other row too: decisions know a row by its content alone.

    Raises:
        DecisionError: if there is a row with the same content that does something else to the record.
    """
    effect = one.feed.effect_column
    others = _alike(engine, one, effect) if effect else []
    if others:
        raise DecisionError(
            f"{one.place} and line {others[0]} say the same but for {effect}, so that both would be decided "
            f"of; correct the {effect} of the one that is wrong."
        )


def _see(engine: Engine, one: Aside, what: str, values: Row) -> list[dict[str, Any]]:
    """See that a step can be taken.

    Returns:
        What keeps the row aside even so: `rule`, `column`, `sentence`.
    """
    if not one.kept and one.course is None:
        raise DecisionError(
            f"{one.place} is not kept aside; `islands quarantine list` names what is."
        )
    if one.state == STATES[what] and what != CORRECT:
        raise DecisionError(f"{one.place} is {one.state} already.")
    if one.row is None:
        if what == CORRECT:
            raise DecisionError(f"{one.place} is a whole delivery; only a row can be corrected.")
        return []
    if one.feed.effect_column not in values:
        _see_alone(engine, one)
    if what == DISCARD:
        return []
    after = _corrected(one, values) if what == CORRECT else one.read
    still = _breaks(engine, one, after)
    if after == one.row:  # what other rows have to do with it is known only of what was judged
        still += [v for v in one.verdicts if v["rule"] == "one_version"]
    expected = {e.name: e for e in landing_expectations(one.feed)}
    if what == RELEASE:
        for verdict in still:
            e = expected[verdict["rule"]]
            if not e.may_be_released:
                instead, column = NOT_RELEASED[e.kind], verdict["column"]
                said = (
                    f"{column} says {after[column]!r}, but {verdict['sentence']}" if column else ""
                )
                raise DecisionError(
                    f"{one.place} cannot be released: {'; '.join(filter(None, (said, instead)))}."
                )
        return []
    if one.state == STATES[RELEASE]:
        still = [v for v in still if not expected[v["rule"]].may_be_released]
    if one.state == STATES[DISCARD]:
        still.append(DISCARDED)
    return [{name: verdict[name] for name in ("rule", "column", "sentence")} for verdict in still]


def _corrected(one: Aside, values: Row) -> Row:
    """The row with a correction made."""
    names = one.feed.column_names
    for name in values:
        if name not in names:
            raise DecisionError(f"{one.feed.name} has no column {name!r}.{suggestion(name, names)}")
    after = one.read | values
    if after == one.read:
        raise DecisionError(f"{one.place} says that already.")
    if real := possibly_real(one.feed, after, one.read):
        raise DecisionError(
            f"{real[1]!r} could be a real identifier; give {real[0]} one that cannot be anybody's."
        )
    if _as_read(one.feed, after) != after:
        raise DecisionError(
            f"A file of {one.feed.name} cannot say {', '.join(f'{k}={v}' for k, v in values.items())}; "
            f"{one.feed.format} files are {one.feed.encoding}, and bear no blanks at the ends of a value."
        )
    return after


def _as_read(feed: Feed, row: Row) -> Row | None:
    """A row as it is read after having been written; None if it cannot be."""
    rows = pa.Table.from_pylist([row], pa.schema([(c, pa.string()) for c in feed.column_names]))
    try:
        found, _ = read(feed, Path(f"{feed.name}.{feed.extension}"), written(feed, rows))
    except UnwritableError:
        return None
    return found.select(list(feed.column_names)).to_pylist()[0] if len(found) == 1 else None


def _breaks(engine: Engine, one: Aside, row: Row) -> list[dict[str, Any]]:
    """The rules for which the gate keeps a row aside, taken alone: `rule`, `column`, `sentence`."""
    place = {
        "delivery": pa.array([one.delivery]),
        "published": pa.array([date.fromisoformat(one.delivery)], pa.date32()),
        "file": pa.array([one.file]),
        "line": pa.array([one.line], pa.int64()),
    }
    own = {name: pa.array([row[name]], pa.string()) for name in one.feed.column_names}
    said = {e.name: sentence(e) for e in landing_expectations(one.feed)}
    with arriving(engine, pa.table(place | own)) as table:
        judged = row_verdicts_sql(one.feed, rows="landed")
        return [
            {"rule": rule, "column": column, "sentence": said[rule]}
            for rule, column in engine.fetch(
                f"WITH landed AS MATERIALIZED ({landing_select(one.feed, table)}) "
                f"SELECT expectation, column_name FROM ({judged}) AS j "
                "WHERE outcome = 'quarantine' ORDER BY expectation"
            )
        ]
