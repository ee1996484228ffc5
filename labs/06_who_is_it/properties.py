"""Records of firms with good, wrong and missing codes, old names and typos, and who is meant."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, frame, lookup, rows
from pipelines.lab.worlds import Base
from schemas.identifiers import USCC_ALPHABET

RECORDS = 1200
START, DAYS = date(2022, 1, 1), 800
RENAMED_OF_A_HUNDRED, NAMESAKES = 20, 30

# Kind of record -> how many of a hundred.
KINDS = {
    "code": 30,  # code and name are right
    "mistyped": 14,  # the code has a wrong character; name and division are right
    "name": 14,  # no code
    "former": 10,  # no code, and the name as it was on the day
    "typo": 10,  # the code is right, the name has a wrong character
    "both": 4,  # no code, and a wrong character in the name: who guesses must guess right
    "another": 8,  # a right code, but of another firm; name and division are the firm's own
    "stranger": 6,  # of a firm that is not in the register
    "namesake": 4,  # no code, a name two firms of one division bear
}


def make(base: Base, draw: Random) -> Made:
    """The world's firms as a register with former names, and what other offices say of them."""
    firms = base.query(
        "SELECT subject_id, uscc, name, division FROM merge.subjects WHERE subject_kind = 'enterprise' "
        "AND uscc IS NOT NULL AND name IS NOT NULL AND division IS NOT NULL ORDER BY ALL"
    )
    found = rows(firms)
    draw.shuffle(found)
    strangers, known = found[:40], found[40:]
    names: dict[str, list[tuple]] = {}
    for subject, _, name, _ in known:
        names[subject] = [(name, None, None)]
        if draw.randrange(100) < RENAMED_OF_A_HUNDRED:
            day = START + timedelta(days=draw.randrange(200, 600))
            names[subject] = [(_wrong(name, known, draw, 2), None, day), (name, day, None)]
    twins = [known[2 * n : 2 * n + 2] for n in range(NAMESAKES)]
    for (one, _, name, _), (other, *_) in twins:
        names[one] = names[other] = [(name, None, None)]
    place = {subject: division for subject, _, _, division in known}
    for n, ((one, *_), (other, *_)) in enumerate(twins):
        if n % 2:  # in one division: no name tells them apart
            place[other] = place[one]
        elif place[one] == place[other]:
            place[other] = next(d for d in sorted(set(place.values())) if d != place[one])
    register = [
        (subject, uscc, name, place[subject], start, end)
        for subject, uscc, _, _ in known
        for name, start, end in names[subject]
    ]
    alone = Counter((name, place[s]) for s, _, name, *_ in register)
    lot = [kind for kind, share in KINDS.items() for _ in range(share)]
    undecided = [one for n, pair in enumerate(twins) if n % 2 for one in pair]
    records, truth = [], []
    for n in range(RECORDS):
        record, kind = f"P{n:05}", draw.choice(lot)
        day = START + timedelta(days=draw.randrange(DAYS))
        pool = {"stranger": strangers, "namesake": undecided}.get(kind, known)
        subject, uscc, name, division = draw.choice(pool)
        if kind != "stranger":
            division = place[subject]
            name = next(
                told
                for told, start, end in names[subject]
                if (start is None or start <= day) and (end is None or day < end)
            )
            if kind == "former" and len(names[subject]) == 1:
                kind = "name"
        if kind not in ("namesake", "stranger", "code", "typo") and alone[name, division] > 1:
            kind = "code"
        told = name
        code = uscc if kind in ("code", "typo", "stranger") else None
        if kind == "mistyped":
            code = _typed(uscc, draw)
        if kind == "another":
            code = draw.choice([u for s, u, other, _ in known if s != subject and other != name])
        if kind in ("typo", "both"):
            told = _wrong(name, known, draw, 1)
        records.append((record, code, told, division, day))
        truth.append((record, kind, None if kind in ("stranger", "namesake") else subject))
    draw.shuffle(records)
    return Made(
        {
            "register": frame(
                register, ["subject_id", "uscc", "name", "division", "valid_from", "valid_to"]
            ),
            "records": frame(records, ["record_id", "code", "name", "division", "day"]),
        },
        {"meant": frame(truth, ["record_id", "kind", "subject_id"])},
    )


def _typed(code: str, draw: Random) -> str:
    """A code with one wrong character, which its check character gives away."""
    at = draw.randrange(18)
    return code[:at] + draw.choice([c for c in USCC_ALPHABET if c != code[at]]) + code[at + 1 :]


def _wrong(name: str, known: list[tuple], draw: Random, count: int) -> str:
    """A name with so many other characters, which no firm bears."""
    borne = {other for _, _, other, _ in known}
    while True:
        said = list(name)
        for at in draw.sample(range(2, 4), count):
            said[at] = draw.choice(draw.choice(known)[2][2:4])
        if "".join(said) not in borne:
            return "".join(said)


def _told(case: Case) -> dict[str, str]:
    return {r: s for r, s in lookup(case.out, "record_id", "subject_id").items() if s is not None}


def _precision(case: Case) -> tuple[int, int]:
    meant, told = lookup(case.truth["meant"], "record_id", "subject_id"), _told(case)
    return sum(meant.get(r) == s for r, s in told.items()), len(told)


def _recall(*kinds: str):  # noqa: ANN202 - a measure
    def measure(case: Case) -> tuple[int, int]:
        told = _told(case)
        wanted = [
            (r, s) for r, kind, s in rows(case.truth["meant"]) if s and (not kinds or kind in kinds)
        ]
        return sum(told.get(r) == s for r, s in wanted), len(wanted)

    return measure


def _agrees(case: Case) -> tuple[int, int]:
    meant = {(r, s) for r, s in rows(case.truth["meant"], "record_id", "subject_id") if s}
    return both_of(meant, _told(case).items())


def _left(*kinds: str):  # noqa: ANN202 - a measure
    def measure(case: Case) -> tuple[int, int]:
        told = _told(case)
        asked = [r for r, kind, _ in rows(case.truth["meant"]) if kind in kinds]
        return sum(r not in told for r in asked), len(asked)

    return measure


def _not_the_other(case: Case) -> tuple[int, int]:
    """Of records with another's code, whether they went to that other: the worst that can happen."""
    told = _told(case)
    asked = [(r, s) for r, kind, s in rows(case.truth["meant"]) if kind == "another"]
    return sum(told.get(r) in (None, s) for r, s in asked), len(asked)


PROPERTIES = [
    Property("agrees", "of the matches that are right or told are both", 15, _agrees, 0.92),
    Property("precision", "of the matches told are right", 20, _precision, 0.995),
    Property("recall", "of the records of known firms are matched", 10, _recall(), 0.92),
    Property(
        "by_name",
        "of the records without a usable code whose name tells who it is are matched",
        10,
        _recall("mistyped", "name"),
        0.98,
    ),
    Property(
        "former_names",
        "of the records under a former name are matched",
        10,
        _recall("former"),
        0.98,
    ),
    Property(
        "not_the_other",
        "of the records with another's code do not go to that other",
        15,
        _not_the_other,
        0.99,
    ),
    Property(
        "nobody",
        "of the records of strangers and of undecided namesakes are left alone",
        10,
        _left("stranger", "namesake"),
        0.98,
    ),
]
