"""The name of an organisation is written short: without county or city, or with half of the words
that say its legal form.

A registered name is place, brand, trade and form, as the rules on enterprise names ask; in daily
use place and form go first.
"""

import re

from schemas.contract import Column
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import organisation_columns

TITLE = "Abbreviated name"
GROUP = "names"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the whole name; the short one stays"}

# What is left out or written short, and how.
SHORT = (
    (re.compile("有限责任公司$"), "有限公司"),
    (re.compile("股份有限公司$"), "股份公司"),
    (re.compile("集团有限公司$"), "集团"),
    (re.compile("有限(责任)?公司$"), "公司"),
    (re.compile("委员会$"), "委"),
    (re.compile("^(..)[省市区县]"), r"\1"),
)
columns = organisation_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The name written short."""
    ways = [(long, brief) for long, brief in SHORT if long.search(text)]
    if not ways:
        return None
    long, brief = draw.pick(ways)
    return long.sub(brief, text)
