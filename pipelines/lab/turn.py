"""Whether what a reader filled in under "Your turn" is right, without the answer standing there."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

UNTOUCHED = "Nothing is filled in yet."


def digest_of(answer: object) -> str:
    """What is kept of an answer: sixteen hexadecimal digits from which nobody reads it.

    A day, a number and the same as a text are one answer; capitals and spaces around it do not matter.

    >>> digest_of(12) == digest_of(" 12 ") == digest_of(12.0)
    True
    >>> digest_of("2024-02-19") == digest_of(date(2024, 2, 19)) != digest_of("2024-02-20")
    True
    """
    if isinstance(answer, float) and answer.is_integer():
        answer = int(answer)
    if isinstance(answer, date):
        answer = answer.isoformat()[:10]  # pandas' days have hours
    return sha256(f"your turn|{str(answer).strip().casefold()}".encode()).hexdigest()[:16]


def judged(answer: object, right: str, hint: str) -> str:
    """One sentence on an answer.

    Args:
        answer: what the reader filled in; None or an empty text: nothing yet.
        right: `digest_of` the right one.
        hint: where to look, for whoever is wrong.

    >>> judged(None, digest_of(12), "Count again.")
    'Nothing is filled in yet.'
    >>> judged("11", digest_of(12), "Count again.")
    'Not yet: 11 is not right. Count again.'
    >>> judged("12", digest_of(12), "Count again.")
    'Right: 12.'
    """
    if answer is None or answer == "":
        return UNTOUCHED
    if digest_of(answer) != right:
        return f"Not yet: {answer} is not right. {hint}"
    return f"Right: {answer}."
