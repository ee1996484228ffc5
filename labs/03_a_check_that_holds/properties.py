"""Codes as clerks type them: right ones in many harmless forms, and wrong ones of five kinds."""

from __future__ import annotations

from random import Random

from pipelines.lab.property import Case, Made, Property, both_of, found_of, frame, lookup
from pipelines.lab.worlds import Base
from schemas.identifiers import USCC_ALPHABET, org_code_check, uscc_check

LINES = 2400
WRONG_OF_A_HUNDRED, EMPTY_OF_A_HUNDRED = 15, 5
WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
RULES = {
    "length": "length",
    "letter": "character",
    "typo": "check",
    "swap": "check",
    "inner": "body",
}


def make(base: Base, draw: Random) -> Made:
    """Lines with the codes of the world's enterprises, some typed wrongly."""
    sql = "SELECT uscc FROM world.subjects WHERE uscc IS NOT NULL ORDER BY uscc"
    codes = base.query(sql)["uscc"].tolist()
    forms, truth = [], []
    for n in range(LINES):
        line, code = f"L{n:05}", draw.choice(codes)
        lot = draw.randrange(100)
        if lot < WRONG_OF_A_HUNDRED:
            kind = draw.choice(list(RULES))
            code = WRONG[kind](code, draw)
            truth.append((line, kind, RULES[kind]))
        elif lot < WRONG_OF_A_HUNDRED + EMPTY_OF_A_HUNDRED:
            code = draw.choice([None, "", " "])
        else:
            code = _harmless(code, draw)
        forms.append((line, f"office {draw.randrange(12):02}", code))
    draw.shuffle(forms)
    return Made(
        {"forms": frame(forms, ["line_id", "office", "code"])},
        {"wrong": frame(truth, ["line_id", "kind", "rule"])},
    )


def _harmless(code: str, draw: Random) -> str:
    return (
        code,
        code,
        code,
        code.lower(),
        f" {code}",
        f"{code} ",
        code.translate(WIDE),
        f"{code[:8]}-{code[8:17]}-{code[17]}",
    )[draw.randrange(8)]


def _typo(code: str, draw: Random) -> str:
    """Another character in one place: the weights are such that the check always sees it."""
    at = draw.randrange(18)
    return code[:at] + draw.choice([c for c in USCC_ALPHABET if c != code[at]]) + code[at + 1 :]


def _swap(code: str, draw: Random) -> str:
    places = [n for n in range(17) if code[n] != code[n + 1]]
    at = draw.choice(places)
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _letter(code: str, draw: Random) -> str:
    at = draw.randrange(18)
    return code[:at] + draw.choice("IOSVZ") + code[at + 1 :]


def _inner(code: str, draw: Random) -> str:
    """Right as a whole, but the organisation code inside is none: its own check character is wrong."""
    body = code[8:16]
    wrong = [c for c in "0123456789X" if c != org_code_check(body)]
    first = code[:16] + draw.choice(wrong)
    return first + uscc_check(first)


def _cut(code: str, draw: Random) -> str:
    """One character too few, or one twice."""
    at = draw.randrange(18)
    return code[:at] + code[at + 1 :] if draw.randrange(2) else code[: at + 1] + code[at:]


# Kind of mistake -> what it makes of a code.
WRONG = {"length": _cut, "letter": _letter, "typo": _typo, "swap": _swap, "inner": _inner}


def _catches(*kinds: str):  # noqa: ANN202 - a measure
    def measure(case: Case) -> tuple[int, int]:
        kind = lookup(case.truth["wrong"], "line_id", "kind")
        return found_of({line for line in kind if kind[line] in kinds}, case.out["line_id"])

    return measure


def _agrees(case: Case) -> tuple[int, int]:
    return both_of(case.truth["wrong"]["line_id"], case.out["line_id"])


def _leaves_alone(case: Case) -> tuple[int, int]:
    right = set(case.given["forms"]["line_id"]) - set(case.truth["wrong"]["line_id"])
    return len(right - set(case.out["line_id"])), len(right)


def _names_the_rule(case: Case) -> tuple[int, int]:
    rule = lookup(case.truth["wrong"], "line_id", "rule")
    told = lookup(case.out, "line_id", "rule")
    flagged = [line for line in rule if line in told]
    return sum(told[line] == rule[line] for line in flagged), max(len(flagged), 1)


def _known_lines(case: Case) -> tuple[int, int]:
    return found_of(case.out["line_id"], case.given["forms"]["line_id"])


PROPERTIES = [
    Property("agrees", "of the lines that are wrong or flagged are both", 20, _agrees, 0.94),
    Property(
        "catches_typos",
        "of the codes with one wrong or two swapped characters are flagged",
        15,
        _catches("typo", "swap"),
        0.95,
    ),
    Property(
        "catches_form",
        "of the codes with a wrong length or a letter that may not stand there are flagged",
        10,
        _catches("length", "letter"),
        0.95,
    ),
    Property(
        "catches_inside",
        "of the codes whose inner organisation code is wrong are flagged",
        10,
        _catches("inner"),
        0.95,
    ),
    Property(
        "leaves_alone", "of the right or empty codes are left alone", 20, _leaves_alone, 0.999
    ),
    Property(
        "names_the_rule",
        "of the flagged wrong codes are given the rule that they break",
        10,
        _names_the_rule,
        0.95,
    ),
    Property("known_lines", "of the lines in the answer were given", 0, _known_lines, public=True),
]
