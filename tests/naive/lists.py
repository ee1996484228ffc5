"""Who is on which list on a day: each list's rule, asked of one act on one day.

A rule is given an act that is believed on the day and the day itself, and says on which ground and
how gravely the act's subject is listed, and what else the list says, or None. Days are day numbers;
terms count in days from the day of the act. Registers hand on what their own records say on the day, and
who is linked to whom.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

MONTHS_3, YEAR, YEARS_2, YEARS_3, YEARS_5 = 90, 365, 730, 1095, 1825
TERMS = (MONTHS_3, YEAR, YEARS_2, YEARS_3, YEARS_5, YEARS_3 + YEARS_5)

Listing = tuple[str | None, str | None, str | None]  # ground, severity, value


def within(act: Any, day: int, term: int) -> bool:
    """Whether the day lies in the term that began on the day of the act."""
    return act.event_day <= day < act.event_day + term


def over(act: Any, day: int) -> bool:
    """Whether the act says of itself that it no longer holds: fulfilled, put right, expired."""
    return act.valid_to is not None and day >= act.valid_to


def court_dishonest(act: Any, day: int) -> Listing | None:
    """For two years, unless the judgment is fulfilled first."""
    if act.event_kind == "judgment_default" and within(act, day, YEARS_2) and not over(act, day):
        return act.ground, act.severity, told(act)
    return None


def administrative_penalties(act: Any, day: int) -> Listing | None:
    """For three months if minor, for three years if graver; not at all if nobody says how grave."""
    term = {"minor": MONTHS_3, "general": YEARS_3, "serious": YEARS_3}.get(act.severity, 0)
    if act.event_kind == "penalty" and within(act, day, term):
        return act.ground, act.severity, told(act)
    return None


def tax_violations(act: Any, day: int) -> Listing | None:
    """For three years."""
    if act.event_kind == "tax_violation" and within(act, day, YEARS_3):
        return act.ground, act.severity, told(act)
    return None


def tax_a_class(act: Any, day: int) -> Listing | None:
    """For a year."""
    if act.event_kind == "tax_a_class" and within(act, day, YEAR) and not over(act, day):
        return act.ground, act.severity, told(act)
    return None


def special_attention(act: Any, day: int) -> Listing | None:
    """While the enterprise's operation is abnormal."""
    if act.event_kind == "abnormal" and act.event_day <= day and not over(act, day):
        return act.ground, act.severity, told(act)
    return None


def serious_after_three_years(act: Any, day: int) -> Listing | None:
    """Abnormal for three years and still so; out when put right, at the latest five years on."""
    on = act.event_day + YEARS_3 if act.event_kind == "abnormal" else None
    if on is not None and on <= day < on + YEARS_5 and not over(act, day):
        return "three_years_abnormal", "serious", told(act)
    return None


def serious_after_grave_penalty(act: Any, day: int) -> Listing | None:
    """Gravely penalised: for three years."""
    if act.event_kind == "penalty" and act.severity == "serious" and within(act, day, YEARS_3):
        return "grave_penalty", "serious", told(act)
    return None


@cache  # the same few texts are asked for day after day
def hidden(text: str) -> str:
    """A text with four characters starred out of every 18 that could be a person's number."""
    out, at = "", 0
    while at < len(text):
        number = text[at : at + 18]
        digits = len(number) == 18 and set(number[:17]) <= set("0123456789")
        if digits and number[17] in "0123456789Xx":
            out, at = out + number[:10] + "****" + number[14:], at + 18
        else:
            out, at = out + text[at], at + 1
    return out


@cache
def old_hidden(text: str | None) -> str | None:
    """The same of 15 digits with a month and a day in them, which a person's number once had."""
    if text is None:
        return None
    out, at, text = "", 0, hidden(text)
    while at < len(text):
        number = text[at : at + 15]
        digits = len(number) == 15 and set(number) <= set("0123456789")
        if digits and 1 <= int(number[8:10]) <= 12 and 1 <= int(number[10:12]) <= 31:
            out, at = out + number[:8] + "****" + number[12:], at + 15
        else:
            out, at = out + text[at], at + 1
    return out


def told(act: Any) -> str:
    """What is published: name, number, sum, document, authority, details; a person's number masked."""
    amount = None if act.amount_yuan is None else str(act.amount_yuan)
    parts = (
        old_hidden(act.name), act.id_value, amount,
        old_hidden(act.document_no), old_hidden(act.authority), old_hidden(act.details),
    )  # fmt: skip
    return hidden(" · ".join(part for part in parts if part is not None))


def licences(act: Any, day: int) -> Listing | None:
    """While in force."""
    if act.event_kind == "licence" and act.event_day <= day and not over(act, day):
        return act.ground, act.severity, told(act)
    return None


def loans(act: Any, day: int) -> Listing | None:
    """Until due."""
    if act.event_kind == "loan" and act.event_day <= day and not over(act, day):
        return act.ground, act.severity, told(act)
    return None


def travel_restrictions(act: Any, day: int) -> Listing | None:
    """Who could pay and will not, hides, or spends against an order: as long as on the court's list."""
    if act.ground in ("able_but_refuses", "evasion", "spending_order"):
        return court_dishonest(act, day)
    return None


def bodies_in_default(act: Any, day: int) -> Listing | None:
    """Whom the court takes for a body of government: as long as on the court's list."""
    return court_dishonest(act, day) if act.subject_kind == "government_body" else None


def environmental_violations(act: Any, day: int) -> Listing | None:
    """Pollution and dumping: for three years, however mild."""
    polluted = act.event_kind == "penalty" and act.ground in ("emissions", "illegal_dumping")
    return (act.ground, act.severity, told(act)) if polluted and within(act, day, YEARS_3) else None


def good_faith_traders(act: Any, day: int) -> Listing | None:
    """Honoured for good faith: for three years (and see `loses_good_faith`)."""
    honoured = act.event_kind == "honour" and act.ground in ("honest_trader", "honest_farmer")
    return (act.ground, act.severity, told(act)) if honoured and within(act, day, YEARS_3) else None


def loses_good_faith(honour: Any, act: Any, day: int) -> bool:
    """Whether an act of whoever was honoured for good faith costs the place today."""
    grave = act.event_kind == "penalty" and act.severity in ("general", "serious")
    return grave and act.event_day is not None and honour.event_day <= act.event_day <= day


def kept(kind: str, term: int) -> Callable[..., Listing | None]:
    """The rule of a list that keeps acts of one kind for a term."""

    def rule(act: Any, day: int) -> Listing | None:
        if act.event_kind == kind and within(act, day, term):
            return act.ground, act.severity, told(act)
        return None

    return rule


RULES: tuple[tuple[str, Callable[[Any, int], Listing | None]], ...] = (
    ("court_dishonest", court_dishonest),
    ("administrative_penalties", administrative_penalties),
    ("tax_violations", tax_violations),
    ("tax_a_class", tax_a_class),
    ("special_attention", special_attention),
    ("serious_violations", serious_after_three_years),
    ("serious_violations", serious_after_grave_penalty),
    ("licences", licences),
    ("loans", loans),
    ("loan_arrears", kept("loan_overdue", YEARS_5)),
    ("travel_restrictions", travel_restrictions),
    ("bodies_in_default", bodies_in_default),
    ("environmental_violations", environmental_violations),
)

# Of acts told by who can take nothing back: each once, as it was last told.
RULES_OF_TOLD: tuple[tuple[str, Callable[[Any, int], Listing | None]], ...] = (
    ("utility_arrears", kept("utility_arrears", YEAR)),
    ("honours", kept("honour", YEARS_5)),
    ("good_faith_traders", good_faith_traders),
    ("volunteering", kept("volunteering", YEARS_3)),
    ("platform_orders", kept("platform_payment", YEAR)),
    ("platform_arrears", kept("platform_late", YEARS_2)),
    ("wallet_payments", kept("wallet_payment", YEAR)),
    ("wallet_arrears", kept("wallet_late", YEARS_2)),
)

# list -> the register that hands it on, and the properties it tells as one, in this order
REGISTERS = {
    "enterprise_register": (
        "market_registry",
        ("name", "uscc", "org_code", "address", "status", "capital_yuan"),
    ),
    "public_bodies_register": (
        "public_bodies",
        ("name", "uscc", "org_code", "address", "status"),
    ),
    "resident_register": ("residents", ("name", "resident_no", "address", "born")),
}
# list -> the feed and the kind of links of which it tells the side b: whose child, led by whom
RELATED = {
    "public_bodies_register": ("public_bodies", "legal_representative"),
    "resident_register": ("residents", "parent_child"),
}
# list -> the feeds of whose links it tells both sides
LINKS = {"shares_and_posts": ("market_registry", "market_shareholders")}


def listings(act: Any, day: int, told: bool = False) -> set[tuple]:
    """(list, ground, severity, value) of every list the act puts its subject on, on that day.

    By the rules of lists that keep acts as they were last told, if `told`; else by those of records.
    """
    if act.event_day is None:
        return set()
    found = ((name, rule(act, day)) for name, rule in (RULES_OF_TOLD if told else RULES))
    return {(name, *listing) for name, listing in found if listing is not None}


def side_told(name: str | None, scheme: str | None, value: str | None) -> str:
    """One side of a link as the record tells it: name, and number if it is one."""
    parts = (old_hidden(name), None if scheme in ("record", None) else value)
    return hidden(" · ".join(part for part in parts if part is not None))


def holds(row: Any, day: int) -> bool:
    """Whether what a row says holds on a day, as far as the row says."""
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_to is None or day < row.valid_to)


def striking_days(act: Any) -> set[int]:
    """Days on which a clock of the act strikes: only then may its listings change by themselves."""
    if act.event_day is None:
        return set()
    days = {act.event_day, *(act.event_day + term for term in TERMS)}
    return days if act.valid_to is None else days | {act.valid_to}
