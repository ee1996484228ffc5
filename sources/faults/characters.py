"""Characters that are taken for one another, and texts in which some are.

`characters.csv` is a selection for the characters that names here are made of. A row says which
character, what is written for it, and why:

- `homophone`: the same syllable, whatever its tone, as an input method by sound offers it
- `look_alike`: a stroke or a part differs, on paper or to a scanner
- `in_code`: a letter that looks like a digit, or the other way round
- `traditional`: the traditional form of a simplified character
"""

from functools import cache
from pathlib import Path

from schemas.code_lists import read_csv
from sources.faults.draw import Draw


@cache
def confused(why: str) -> dict[str, tuple[str, ...]]:
    """Character -> what is written for it, for one reason."""
    found: dict[str, tuple[str, ...]] = {}
    for row in read_csv(Path(__file__).with_name("characters.csv")):
        if row["why"] == why:
            found[row["character"]] = (*found.get(row["character"], ()), row["written"])
    return found


def one_confused(text: str, why: str, draw: Draw) -> str | None:
    """A text with one character taken for another; None where none is ever taken so."""
    table = confused(why)
    places = [place for place, character in enumerate(text) if character in table]
    if not places:
        return None
    place = draw.pick(places)
    return text[:place] + draw.pick(table[text[place]]) + text[place + 1 :]


def swapped(text: str, draw: Draw) -> str | None:
    """A text with two neighbouring, different characters in each other's place; None if it has none."""
    places = [place for place in range(len(text) - 1) if text[place] != text[place + 1]]
    if not places:
        return None
    place = draw.pick(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
