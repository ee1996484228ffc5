"""Who is on which list on a day: each list's rule, asked of one act on one day.

A rule is given an act that is believed on the day and the day itself, and says on which ground and
how gravely the act's subject is listed, or None. Days are day numbers; terms count in days from the
day of the act.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

MONTHS_3, YEAR, YEARS_2, YEARS_3, YEARS_5 = 90, 365, 730, 1095, 1825
TERMS = (MONTHS_3, YEAR, YEARS_2, YEARS_3, YEARS_3 + YEARS_5)

Listing = tuple[str, str]  # ground, severity


def within(act: Any, day: int, term: int) -> bool:
    """Whether the day lies in the term that began on the day of the act."""
    return act.event_day <= day < act.event_day + term


def over(act: Any, day: int) -> bool:
    """Whether the act says of itself that it no longer holds: fulfilled, put right, expired."""
    return act.valid_to is not None and day >= act.valid_to


def court_dishonest(act: Any, day: int) -> Listing | None:
    """For two years, unless the judgment is fulfilled first."""
    if act.event_kind == "judgment_default" and within(act, day, YEARS_2) and not over(act, day):
        return act.ground, act.severity
    return None


def administrative_penalties(act: Any, day: int) -> Listing | None:
    """For three months if minor, for three years if graver; not at all if nobody says how grave."""
    term = {"minor": MONTHS_3, "general": YEARS_3, "serious": YEARS_3}.get(act.severity, 0)
    if act.event_kind == "penalty" and within(act, day, term):
        return act.ground, act.severity
    return None


def tax_violations(act: Any, day: int) -> Listing | None:
    """For three years."""
    if act.event_kind == "tax_violation" and within(act, day, YEARS_3):
        return act.ground, act.severity
    return None


def tax_a_class(act: Any, day: int) -> Listing | None:
    """For a year."""
    if act.event_kind == "tax_a_class" and within(act, day, YEAR) and not over(act, day):
        return act.ground, act.severity
    return None


def special_attention(act: Any, day: int) -> Listing | None:
    """While the enterprise's operation is abnormal."""
    if act.event_kind == "abnormal" and act.event_day <= day and not over(act, day):
        return act.ground, act.severity
    return None


def serious_after_three_years(act: Any, day: int) -> Listing | None:
    """Abnormal for three years and still so; out when put right, at the latest five years on."""
    on = act.event_day + YEARS_3 if act.event_kind == "abnormal" else None
    if on is not None and on <= day < on + YEARS_5 and not over(act, day):
        return "three_years_abnormal", "serious"
    return None


def serious_after_grave_penalty(act: Any, day: int) -> Listing | None:
    """Gravely penalised: for three years."""
    if act.event_kind == "penalty" and act.severity == "serious" and within(act, day, YEARS_3):
        return "grave_penalty", "serious"
    return None


RULES: tuple[tuple[str, Callable[[Any, int], Listing | None]], ...] = (
    ("court_dishonest", court_dishonest),
    ("administrative_penalties", administrative_penalties),
    ("tax_violations", tax_violations),
    ("tax_a_class", tax_a_class),
    ("special_attention", special_attention),
    ("serious_violations", serious_after_three_years),
    ("serious_violations", serious_after_grave_penalty),
)


def listings(act: Any, day: int) -> set[tuple[str, str, str]]:
    """(list, ground, severity) of every list the act puts its subject on, on that day."""
    if act.event_day is None:
        return set()
    found = ((name, rule(act, day)) for name, rule in RULES)
    return {(name, *listing) for name, listing in found if listing is not None}


def striking_days(act: Any) -> set[int]:
    """Days on which a clock of the act strikes: only then may its listings change by themselves."""
    if act.event_day is None:
        return set()
    days = {act.event_day, *(act.event_day + term for term in TERMS)}
    return days if act.valid_to is None else days | {act.valid_to}
