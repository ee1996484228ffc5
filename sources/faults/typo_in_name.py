"""Two neighbouring characters of a name change places, or one is dropped.

Names typed from paper; harmless where a code decides, fatal where only a name is given.
"""

from sources.faults.base import RIGHTED, Row
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import name_columns

TITLE = "Typo in a name"
GROUP = "names"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}
columns = name_columns


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one name misspelt."""
    held = [name for name in columns(draw.feed) if len(row.get(name) or "") > 1]
    if not held:
        return None
    name = draw.pick(held)
    for _ in range(TRIES):
        value = row[name]
        place = draw.below(len(value) - 1)
        if draw.below(2):
            typed = value[:place] + value[place + 1] + value[place] + value[place + 2 :]
        else:
            typed = value[:place] + value[place + 1 :]
        if typed != value and typed == typed.strip():
            return row | {name: typed}
    return None
