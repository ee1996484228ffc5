"""Ids in tests: a short name wherever a table holds an id, and the name again where it comes out."""

import re
from hashlib import md5

_ID = re.compile(r"\b[0-9a-f]{32}\b")
_names: dict[str, str] = {}


def as_id(name):
    """The id a name stands for. Ids of names of at most 16 bytes are in the order of the names."""
    if name is None or _ID.fullmatch(name):
        return name
    short = name.encode()
    made = short.ljust(16, b"\0").hex() if len(short) <= 16 else md5(short).hexdigest()
    _names[made] = name
    return made


def named(value):
    """The same value with names for the ids that stand for one."""
    if isinstance(value, str):
        return _ID.sub(lambda found: _names.get(found[0], found[0]), value)
    return value
