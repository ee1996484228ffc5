"""A list of those who did so many acts within so many days, as known on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pandas as pd

from pipelines.lab.property import Case, Made, Property, both_of, frame, rows
from pipelines.lab.spans import Spans, agreement, common, days, spans
from pipelines.lab.worlds import Base

ALWAYS = ("penalty", "platform_late")
ALSO = ("honour", "volunteering", "abnormal", "licence", "platform_payment")
FIRST, LAST = date(2015, 1, 1), date(2035, 1, 1)  # beyond them no day is looked at


def make(base: Base, draw: Random) -> Made:
    """The world's acts, and a rule that is drawn."""
    acts = base.query(
        "SELECT record_id, subject_id, event_kind AS kind, event_day AS act_day, from_day, to_day "
        "FROM merge.events ORDER BY ALL"
    )
    counted = sorted((*ALWAYS, *draw.sample(ALSO, 2)))
    least, within = draw.choice((2, 3)), draw.choice((240, 365, 500, 700))
    given = {
        "acts": acts,
        "counted": frame([(kind,) for kind in counted], ["kind"]),
        "rule": frame([(least, within)], ["min_acts", "within_days"]),
    }
    periods = by_the_day(rows(acts), set(counted), least, within)
    return Made(given, {"periods": frame(periods, ["subject_id", "from_day", "to_day"])})


def by_the_day(
    acts: Iterable[tuple], counted: set[str], least: int, within: int
) -> list[tuple[str, date, date]]:
    """Periods on the list, from asking day after day who has acts enough."""
    by_subject = defaultdict(list)
    for _, subject, kind, act_day, from_day, to_day in acts:
        if kind in counted:
            start, end = max(from_day, act_day), act_day + timedelta(days=within)
            end = end if to_day is None else min(to_day, end)
            if start < end:
                by_subject[subject].append((start, end))
    found = []
    for subject in sorted(by_subject):
        spans = by_subject[subject]
        since = None
        day, last = min(s for s, _ in spans), max(e for _, e in spans)
        while day <= last:
            on = sum(start <= day < end for start, end in spans) >= least
            if on and since is None:
                since = day
            if not on and since is not None:
                found.append((subject, since, day))
                since = None
            day += timedelta(days=1)
    return found


def _listed(periods: pd.DataFrame) -> Spans:
    return spans(rows(periods, "subject_id", "from_day", "to_day"), FIRST, LAST)


def _agrees(case: Case) -> tuple[int, int]:
    return agreement(_listed(case.truth["periods"]), _listed(case.out))


def _lists(case: Case) -> tuple[int, int]:
    wanted = _listed(case.truth["periods"])
    return common(wanted, _listed(case.out)), days(wanted)


def _nobody_else(case: Case) -> tuple[int, int]:
    had = _listed(case.out)
    return common(had, _listed(case.truth["periods"])), days(had)


def _periods(case: Case) -> tuple[int, int]:
    return both_of(rows(case.truth["periods"]), rows(case.out, "subject_id", "from_day", "to_day"))


def _not_before_known(case: Case) -> tuple[int, int]:
    first = min(case.given["acts"]["from_day"])
    begins = case.out["from_day"].tolist()
    return sum(day >= first for day in begins), len(begins)


PROPERTIES = [
    Property(
        "agrees", "of the days that belong on the list or stand on it are both", 15, _agrees, 0.999
    ),
    Property(
        "lists", "of the days on which somebody belongs on the list are on it", 15, _lists, 0.999
    ),
    Property("nobody_else", "of the days on the list belong there", 20, _nobody_else, 0.999),
    Property(
        "periods",
        "of the periods and rows are one period in one row, from its first day to the first day after",
        20,
        _periods,
        0.99,
    ),
    Property(
        "not_before_known",
        "of the periods begin when something was known, not before the first delivery",
        5,
        _not_before_known,
        public=True,
    ),
]
