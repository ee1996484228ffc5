"""A delivery of penalties with faults of five kinds, and scanned rows of offices that err more or less."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, frame, lookup, rows
from pipelines.lab.worlds import Base

HISTORY, ARRIVED, OFFICES = 3000, 1500, 14
DAY = date(2024, 4, 1)
REASONS = ("missing", "ground", "day", "amount", "twice", "scanned")
FAULTY_OF_A_THOUSAND, SCANNED_OF_A_HUNDRED = 50, 12
COLUMNS = ("delivery", "line", "document_no", "office", "ground", "amount_yuan", "decided")


def make(base: Base, draw: Random) -> Made:
    """Penalties drawn from what the world's grounds usually cost; in one world of five nothing is wrong."""
    usual = base.query(
        "SELECT ground, min(amount_yuan) AS least, max(amount_yuan) AS most FROM merge.events "
        "WHERE event_kind = 'penalty' AND amount_yuan > 0 "
        "GROUP BY ground HAVING count(*) >= 3 ORDER BY ground"
    )
    # A step of 100 yuan; the most is at least twice the least, and at most 40 times.
    ranges = {
        ground: (
            least := max(200, int(low) // 100 * 100),
            min(max(int(high), 2 * least), 40 * least),
        )
        for ground, low, high in rows(usual)
    }
    offices = [f"bureau {n:02}" for n in range(OFFICES)]
    fault_rate = 0 if draw.randrange(5) == 0 else FAULTY_OF_A_THOUSAND
    history = []
    for n in range(HISTORY):
        delivery = DAY - timedelta(days=7 * draw.randrange(1, 20))
        history.append((delivery, n, *_row(f"H{n:06}", delivery, ranges, offices, draw)))
    for ground, (least, most) in ranges.items():  # the ends of each range have been seen
        for amount in (least, most):
            n = len(history)
            one = _row(f"H{n:06}", DAY - timedelta(days=7), ranges, offices, draw)
            history.append((DAY - timedelta(days=7), n, one[0], one[1], ground, amount, one[4]))
    arrived, truth = [], []
    audited, price = _audits(offices, draw)
    wrong_share = {office: wrong / looked for office, looked, wrong in audited}
    hold = {o for o in offices if wrong_share[o] * price[0] > (1 - wrong_share[o]) * price[1]}
    for n in range(1, ARRIVED + 1):
        row = [*_row(f"A{n:06}", DAY, ranges, [*offices, "bureau new"], draw), False]
        scanned = draw.randrange(100) < SCANNED_OF_A_HUNDRED and row[1] != "bureau new"
        row[5] = scanned
        if draw.randrange(1000) < fault_rate and arrived:
            kind = draw.choice(REASONS[:5])
            if kind == "twice":  # said again, with another content, of a row that is right
                sound = [r for r in arrived if r[1] not in {t[0] for t in truth} and not r[-1]]
                if not sound:
                    continue
                other = draw.choice(sound)
                row[0], row[5] = other[2], False
                row[3] = next(a for a in ranges[row[2]] if a != other[5])
                truth.append((other[1], "twice"))
            else:
                row = _spoiled(row, kind, ranges, draw)
            truth.append((n, kind))
        elif scanned and row[1] in hold:
            truth.append((n, "scanned"))
        arrived.append((DAY, n, *row))
    given = {
        "history": frame(history, COLUMNS),
        "arrived": frame(arrived, [*COLUMNS, "scanned"]),
        "audited": frame(audited, ["office", "looked_at", "wrong"]),
        "price": frame([price], ["missed", "false_alarm"]),
    }
    return Made(given, {"held": frame(truth, ["line", "reason"])})


def _row(document: str, delivery: date, ranges: dict, offices: list[str], draw: Random) -> tuple:
    ground = draw.choice(sorted(ranges))
    least, most = ranges[ground]
    decided = delivery - timedelta(days=draw.randrange(0, 300))
    return (
        document,
        draw.choice(offices),
        ground,
        draw.randrange(least // 100, most // 100 + 1) * 100,
        decided,
    )


def _audits(offices: list[str], draw: Random) -> tuple[list[tuple], tuple[int, int]]:
    """What audits found in scanned rows, and prices such that some offices are worth holding."""
    missed, false_alarm = draw.choice(((50, 5), (20, 10), (100, 40), (10, 10)))
    turn = false_alarm / (
        missed + false_alarm
    )  # share of wrong rows from which on holding is cheaper
    audited = []
    for n, office in enumerate(offices):
        looked = draw.randrange(300, 600)
        share = turn * (draw.uniform(0.1, 0.8) if n % 2 else 1) + (
            0 if n % 2 else (1 - turn) * draw.uniform(0.2, 0.7)
        )
        audited.append((office, looked, round(share * looked)))
    return audited, (missed, false_alarm)


def _spoiled(row: list, kind: str, ranges: dict, draw: Random) -> list:
    document, office, ground, amount, decided, _ = row
    if kind == "missing":
        said = [document, office, ground, amount, decided, False]
        said[draw.choice((0, 1, 2))] = None
        return said
    if kind == "ground":
        return [
            document,
            office,
            draw.choice(("other", "x99", ground.upper())),
            amount,
            decided,
            False,
        ]
    if kind == "day":
        wrong = draw.choice(
            (DAY + timedelta(days=draw.randrange(1, 900)), date(1901, 1, 1), date(1899, 12, 30))
        )
        return [document, office, ground, amount, wrong, False]
    least, most = ranges[ground]
    # Yuan for ten thousand yuan, or fen for yuan: always outside what has been seen.
    return [
        document,
        office,
        ground,
        draw.choice((most * 100, max(1, least // 100))),
        decided,
        False,
    ]


def _agrees(case: Case) -> tuple[int, int]:
    return both_of(case.truth["held"]["line"], case.out["line"])


def _catches(*reasons: str):  # noqa: ANN202 - a measure
    def measure(case: Case) -> tuple[int, int]:
        told = set(case.out["line"])
        asked = [line for line, reason in rows(case.truth["held"]) if reason in reasons]
        return sum(line in told for line in asked), len(asked)

    return measure


def _lets_pass(case: Case) -> tuple[int, int]:
    right = {n for n, scanned in rows(case.given["arrived"], "line", "scanned") if not scanned}
    right -= set(case.truth["held"]["line"])
    return len(right - set(case.out["line"])), len(right)


def _by_price(case: Case) -> tuple[int, int]:
    """Of the scanned rows without another fault, whether they are held where that is cheaper."""
    reason, told = lookup(case.truth["held"], "line", "reason"), set(case.out["line"])
    asked = [
        n
        for n, scanned in rows(case.given["arrived"], "line", "scanned")
        if scanned and reason.get(n, "scanned") == "scanned"
    ]
    return sum((n in told) == (reason.get(n) == "scanned") for n in asked), len(asked)


def _reasons(case: Case) -> tuple[int, int]:
    held, told = defaultdict(set), lookup(case.out, "line", "reason")
    for line, reason in rows(case.truth["held"]):
        held[line].add(reason)
    both = [line for line in held if line in told]
    return sum(told[line] in held[line] for line in both), len(both)


PROPERTIES = [
    Property("agrees", "of the rows to be held or held are both", 15, _agrees, 0.94),
    Property(
        "catches_gaps",
        "of the rows with something missing or an unknown ground are held",
        10,
        _catches("missing", "ground"),
        0.95,
    ),
    Property(
        "catches_days", "of the rows with an impossible day are held", 10, _catches("day"), 0.95
    ),
    Property(
        "catches_amounts",
        "of the rows with an amount in another unit are held",
        10,
        _catches("amount"),
        0.95,
    ),
    Property(
        "catches_twice",
        "of the rows that contradict each other are held",
        10,
        _catches("twice"),
        0.95,
    ),
    Property("lets_pass", "of the right rows that were not scanned pass", 15, _lets_pass, 0.999),
    Property(
        "by_price", "of the scanned rows are held or let in as is cheaper", 10, _by_price, 0.99
    ),
    Property("reasons", "of the rows rightly held are given a right reason", 5, _reasons, 0.95),
]
