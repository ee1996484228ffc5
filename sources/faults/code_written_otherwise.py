"""An identifier is written in small letters, in full-width characters, in groups with blanks
between or with a hyphen: the same code to a reader, and to whoever compares in normal form.

Input methods write full-width digits, forms have boxes of four. GB 11714-1997 itself prints an
organisation code with a hyphen, and files carry it without.
"""

import re

from schemas.contract import Column, Feed
from schemas.identifiers import SCHEMES
from schemas.normal_form import normal_form
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns, scheme_of

TITLE = "Code written otherwise"
GROUP = "identifiers"
CORRECTION = RIGHTED | {"append": "a further row in the usual form; the other one stays"}

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
FORMS = (
    str.lower,
    lambda text: text.translate(_WIDE),
    lambda text: " ".join(re.findall("....|.+", text)),
    lambda text: text[:-1].rstrip("-") + "-" + text[-1:],
)


def columns(feed: Feed) -> tuple[str, ...]:
    """The identifier columns but those of the key: another form of a key may be another record."""
    return tuple(name for name in identifier_columns(feed) if name not in feed.natural_key)


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The code in another form, one that its column's pattern lets pass."""
    written = draw.pick(FORMS)(text)
    scheme = SCHEMES.get(scheme_of(column, text) or "")
    if scheme is None:
        return None
    allowed = column.pattern is None or re.fullmatch(column.pattern, normal_form(written))
    return written if allowed and scheme.compact(written) == scheme.compact(text) else text
