"""What somebody may have meant by a name that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 3  # names suggested


def suggestion(given: str, names: Iterable[str]) -> str:
    """A sentence, with a space before it, that names what is nearest; empty if nothing is near.

    >>> suggestion("cort", ["court", "bank"])
    ' Perhaps court is meant.'
    >>> suggestion("xyz", ["court", "bank"])
    ''
    """
    known = {name.lower(): name for name in names}
    asked = given.lower()
    near = [known[name] for name in get_close_matches(asked, list(known), MOST, 0.75)]
    # A part of a dotted or underlined name is a name, too.
    near += [known[name] for name in known if asked and asked in name and known[name] not in near]
    return f" Perhaps {' or '.join(near[:MOST])} is meant." if near else ""
