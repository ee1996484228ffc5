"""Pairs of holders that might be joined, audited office by office, and what joining would bring."""

from __future__ import annotations

import math
from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, frame, lookup, rows
from pipelines.lab.worlds import Base

PAIRS, OFFICES, AUDITED, EACH = (
    8,
    300,
    40,
    20,
)  # offices in all, offices audited, listings audited in each
MEASURES = ("gain", "harm", "net")
WIDEST = 1.6  # times the width that the sample allows


def make(base: Base, draw: Random) -> Made:
    """Offices that err in very different measure: a sample of some, and the truth of all."""
    paths = base.query(
        "SELECT DISTINCT came_from || ' to ' || holder AS pair FROM exchange.paths "
        "WHERE distance > 0 ORDER BY pair"
    )["pair"].tolist()
    sample, pairs, truth = [], [], []
    for pair in sorted(draw.sample(paths, PAIRS)):
        worth, cost = draw.choice(((1, 1), (1, 3), (1, 5), (2, 1)))
        usual, bad = draw.choice((1, 2, 4)), draw.choice((20, 35, 50))
        offices = []
        for _ in range(OFFICES):
            new = draw.choice((10, 25, 40))
            # One office in five errs in another order of magnitude.
            false = bad + draw.randrange(-8, 9) if draw.randrange(5) == 0 else usual
            offices.append((new, false))
        mean = {
            "gain": sum(new * (100 - false) for new, false in offices) / OFFICES / 100,
            "harm": sum(new * false for new, false in offices) / OFFICES / 100,
        }
        mean["net"] = worth * mean["gain"] - cost * mean["harm"]
        truth += [(pair, measure, mean[measure]) for measure in MEASURES]
        pairs.append((pair, OFFICES, worth, cost))
        for n in draw.sample(range(OFFICES), AUDITED):
            new, false = offices[n]
            for k in range(EACH):
                is_new = draw.randrange(100) < new
                is_true = draw.randrange(100) >= false if is_new else draw.randrange(100) >= 1
                sample.append((pair, f"office {n:03}", f"L{k:02}", is_new, is_true))
    draw.shuffle(sample)
    return Made(
        {
            "sample": frame(sample, ["pair", "office", "listing", "new", "is_true"]),
            "pairs": frame(pairs, ["pair", "offices", "worth", "cost"]),
        },
        {"mean": frame(truth, ["pair", "measure", "mean"])},
    )


def _by_office(case: Case) -> dict[tuple[str, str], list[float]]:
    """Pair and measure -> per hundred listings, office by office."""
    counts: dict[tuple[str, str], list[int]] = {}
    for pair, office, new, is_true in rows(
        case.given["sample"], "pair", "office", "new", "is_true"
    ):
        had = counts.setdefault((pair, office), [0, 0, 0])
        had[0] += 1
        had[1] += new and is_true
        had[2] += new and not is_true
    prices = {pair: (worth, cost) for pair, _, worth, cost in rows(case.given["pairs"])}
    found: dict[tuple[str, str], list[float]] = {}
    for (pair, _), (of, gained, spoiled) in counts.items():
        worth, cost = prices[pair]
        gain, harm = 100 * gained / of, 100 * spoiled / of
        for measure, value in zip(MEASURES, (gain, harm, worth * gain - cost * harm), strict=True):
            found.setdefault((pair, measure), []).append(value)
    return found


def _told(case: Case) -> dict[tuple[str, str], tuple[float, float, float]]:
    return {
        (pair, measure): (estimate, low, high)
        for pair, measure, estimate, low, high in rows(case.out)
        if None not in (estimate, low, high) and low <= estimate <= high
    }


def _complete(case: Case) -> tuple[int, int]:
    asked = {(pair, measure) for pair in case.given["pairs"]["pair"] for measure in MEASURES}
    return both_of(asked, rows(case.out, "pair", "measure"))


def _estimates(case: Case) -> tuple[int, int]:
    """Whether each is the mean of the offices, near enough for any way of counting."""
    told, by_office = _told(case), _by_office(case)
    right = 0
    for key, values in by_office.items():
        mean = sum(values) / len(values)
        right += key in told and abs(told[key][0] - mean) <= 0.01 * max(1.0, abs(mean))
    return right, len(by_office)


def _covers(case: Case) -> tuple[int, int]:
    told, mean = _told(case), lookup(case.truth["mean"], ("pair", "measure"), "mean")
    return sum(k in told and told[k][1] <= v <= told[k][2] for k, v in mean.items()), len(mean)


def _narrow(case: Case) -> tuple[int, int]:
    """Whether each is at most so much wider than the spread between offices makes it."""
    told, right = _told(case), 0
    by_office = _by_office(case)
    for key, values in by_office.items():
        n, mean = len(values), sum(values) / len(values)
        error = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1) / n)
        right += key in told and told[key][2] - told[key][1] <= WIDEST * 2 * 2.03 * error + 0.02
    return right, len(by_office)


def _decides(case: Case) -> tuple[int, int]:
    """Whether an interval of the net that leaves out nothing stands on the side where the truth is."""
    told, mean = _told(case), lookup(case.truth["mean"], ("pair", "measure"), "mean")
    sure = [k for k in told if k[1] == "net" and k in mean and (told[k][1] > 0 or told[k][2] < 0)]
    return sum((told[k][1] > 0) == (mean[k] > 0) for k in sure), len(sure)


PROPERTIES = [
    Property("estimates", "of the estimates are what the sample says", 20, _estimates, 0.99),
    Property(
        "complete",
        "of the pairs and measures asked for or told are both",
        5,
        _complete,
        public=True,
    ),
    Property("covers", "of the intervals hold the truth of all offices", 30, _covers, 0.88),
    Property("narrow", "of the intervals are no wider than they have to be", 20, _narrow, 0.95),
    Property(
        "decides",
        "of the pairs that an answer is sure about are rightly joined or not",
        10,
        _decides,
        0.95,
    ),
]
