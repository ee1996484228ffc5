"""One character of an identifier is another than it should be, so that the code fails its check and
points to nobody.

The slip the check characters were made for: a USCC (GB 32100-2015) and a resident number (GB
11643-1999) betray every single substitution, an organisation code with letters in it (GB
11714-1997) 14 of 15.
"""

from schemas.contract import Feed
from schemas.identifiers import ORG_CHECKS, SCHEMES, USCC_ALPHABET, could_be_real
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import identifier_columns, scheme_of

TITLE = "Mistyped code"
GROUP = "identifiers"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}

_CHECKED = ("uscc", "org_code", "registration_no", "tax_no", "resident_no")
_DIGITS = "0123456789"
_LETTERS = {"uscc": USCC_ALPHABET, "org_code": USCC_ALPHABET, "tax_no": USCC_ALPHABET}


def columns(feed: Feed) -> tuple[str, ...]:
    """The identifier columns whose scheme has a check character."""
    return identifier_columns(feed, _CHECKED)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one character of one identifier replaced."""
    held = [name for name in columns(draw.feed) if row.get(name)]
    if not held:
        return None
    name = draw.pick(held)
    value = row[name]
    scheme = scheme_of(draw.feed.column(name), value)
    if scheme not in _CHECKED:
        return None
    typed = mistype(value, scheme, draw)
    return None if typed is None else row | {name: typed}


def mistype(value: str, scheme: str, draw: Draw) -> str | None:
    """A code one substitution away that fails its check and is still nobody's.

    Drawn again while it would pass, or leave the ranges no real identifier can lie in.
    """
    for _ in range(TRIES):
        place = draw.below(len(value))
        last = place == len(value) - 1
        if last and scheme in ("org_code", "resident_no"):
            alphabet = ORG_CHECKS
        else:
            alphabet = _LETTERS.get(scheme, _DIGITS)
        # A digit is struck for a digit and a letter for a letter, as on two rows of keys.
        typed = value[:place] + draw.pick(alphabet) + value[place + 1 :]
        if (
            typed != value
            and typed[place].isdigit() == value[place].isdigit()
            and not SCHEMES[scheme].checksum_ok(typed)
            and SCHEMES[scheme].is_synthetic(typed)
            and not could_be_real(typed)
        ):
            return typed
    return None
