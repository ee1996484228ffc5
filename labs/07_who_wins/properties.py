"""What several sources say of the same firms, and which of it holds on a day."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, frame, lookup, rows
from pipelines.lab.worlds import Base

SUBJECTS = 140
SOURCES = ("registry", "tax", "court", "licensing", "platform")
PROPERTIES_OF = ("name", "address", "capital_yuan", "status")
BLANKS = (None, "", "  ", "　", "-", "无")
START = date(2023, 6, 1)


def make(base: Base, draw: Random) -> Made:
    """Facts of the world's firms, told again by other sources, differently, early, late or blank."""
    told = base.query(
        "SELECT subject_id, property, min(value) AS value FROM merge.facts "
        "WHERE feed = 'market_registry' AND property IN ('name', 'address', 'capital_yuan', 'status') "
        "GROUP BY ALL ORDER BY ALL"
    )
    subjects = sorted(set(told["subject_id"]))
    chosen = set(draw.sample(subjects, SUBJECTS))
    others = {p: [v for _, q, v in rows(told) if q == p] for p in PROPERTIES_OF}
    ranks = []
    for one in PROPERTIES_OF:
        order = list(SOURCES)
        draw.shuffle(order)
        # Two sources share a rank, so that it cannot decide between them.
        ranks += [(one, source, min(n, 3)) for n, source in enumerate(order, start=1)]
    as_of = START + timedelta(days=draw.randrange(150, 250))
    facts = []
    for subject, one, value in rows(told):
        if subject not in chosen:
            continue
        valid = START - timedelta(days=draw.randrange(100, 900))
        for source in draw.sample(SOURCES, draw.randrange(1, 6)):
            for _ in range(draw.choice((1, 1, 2))):
                said = draw.choice((value, value, draw.choice(others[one]), draw.choice(BLANKS)))
                since = START + timedelta(days=draw.randrange(300))
                until = draw.choice((None, None, since + timedelta(days=draw.randrange(1, 200))))
                day = draw.choice(
                    (valid, valid, since - timedelta(days=30), as_of + timedelta(days=9))
                )
                facts.append((subject, one, said, source, day, since, until))
                if draw.randrange(4) == 0:  # the same source, days and all, but another value
                    facts.append(
                        (subject, one, draw.choice(others[one]), source, day, since, until)
                    )
    draw.shuffle(facts)
    numbered = [(f"F{n:05}", *fact) for n, fact in enumerate(facts)]
    columns = [
        "fact_id",
        "subject_id",
        "property",
        "value",
        "source",
        "valid_from",
        "from_day",
        "to_day",
    ]
    given = {
        "facts": frame(numbered, columns),
        "ranks": frame(ranks, ["property", "source", "rank"]),
        "as_of": frame([(as_of,)], ["day"]),
    }
    return Made(
        given,
        {"winners": frame(_winners(given), ["subject_id", "property", "value", "fact_id", "by"])},
    )


def _winners(given: dict) -> list[tuple]:
    """The winner of each, and by which step of the rule it won last."""
    ranks = lookup(given["ranks"], ("property", "source"), "rank")
    as_of = given["as_of"]["day"][0]
    runners: dict[tuple, list[tuple]] = {}
    for fact, subject, one, value, source, valid, since, until in rows(given["facts"]):
        believed = since <= as_of and (until is None or as_of < until)
        says = value is not None and value.strip(" 　") not in ("", "-", "无")
        if believed and says and valid <= as_of:
            order = (ranks[one, source], -valid.toordinal(), -since.toordinal(), fact)
            runners.setdefault((subject, one), []).append((order, value))
    found = []
    for (subject, one), all_ in sorted(runners.items()):
        all_.sort(key=lambda x: x[0])
        steps = [n for n in range(4) if len(all_) > 1 and all_[0][0][:n] == all_[1][0][:n]]
        by = ("rank", "valid", "believed", "id")[max(steps)] if steps else "alone"
        found.append((subject, one, all_[0][1], all_[0][0][3], by))
    return found


def _wins(*by: str):  # noqa: ANN202 - a measure
    def measure(case: Case) -> tuple[int, int]:
        had = lookup(case.out, ("subject_id", "property"), "fact_id")
        wanted = [
            (s, p, f)
            for s, p, f, how in rows(
                case.truth["winners"], "subject_id", "property", "fact_id", "by"
            )
            if not by or how in by
        ]
        return sum(had.get((s, p)) == f for s, p, f in wanted), len(wanted)

    return measure


def _agrees(case: Case) -> tuple[int, int]:
    columns = ("subject_id", "property", "value", "fact_id")
    return both_of(rows(case.truth["winners"], *columns), rows(case.out, *columns))


def _nothing_else(case: Case) -> tuple[int, int]:
    true, out = (set(rows(x, "subject_id", "property")) for x in (case.truth["winners"], case.out))
    return len(true & out), len(out)


def _said(case: Case) -> tuple[int, int]:
    """Whether each value is what the named fact says."""
    says = lookup(case.given["facts"], "fact_id", "value")
    told = rows(case.out, "fact_id", "value")
    return sum(fact in says and says[fact] == value for fact, value in told), len(told)


PROPERTIES = [
    Property("agrees", "of the winners that are right or told are both", 25, _agrees, 0.999),
    Property(
        "by_rank",
        "of those that win by their source's rank are told",
        15,
        _wins("alone", "rank"),
        0.999,
    ),
    Property(
        "by_day", "of those that win by a later day are told", 15, _wins("valid", "believed"), 0.999
    ),
    Property("by_id", "of those that only the smaller id decides are told", 5, _wins("id"), 0.99),
    Property(
        "nothing_else",
        "of the subjects and properties told have a winner",
        10,
        _nothing_else,
        0.999,
    ),
    Property("said", "of the values told are what the fact says", 5, _said, public=True),
]
