"""Text in which every record is the same string of tags with values between them.

Our own JSON and XML files are of this kind. All records are cut at once, by the places of one byte
that stands in every tag and in no value, without a parser; whatever else a file holds, the cut
either is the one a parser would make or is refused.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.files.base import Irregular, pieces


def values_between(
    data: bytes, tags: Sequence[bytes], marker: bytes, count: int
) -> list[pa.StringArray]:
    """The values of all records, one array a column; not yet proved to be UTF-8.

    Args:
        data: the records, one after the other.
        tags: what stands before, between and after the values of a record, its line end included.
        marker: one byte, at least once in every tag.
        count: how many records there must be.

    Raises:
        Irregular: if the data is anything but that many records of these tags and of values without the
            marker. That no tag is mistaken for another follows from counting: every marker in the
            data is one of a tag's, and every tag is compared where its markers stand.
    """
    markers = [tag.count(marker) for tag in tags]
    places = np.flatnonzero(np.frombuffer(data, np.uint8) == marker[0])
    if len(places) != count * sum(markers):
        raise Irregular("another layout")
    places = np.ascontiguousarray(places.reshape(count, -1).T)
    firsts = np.concatenate([[0], np.cumsum(markers)[:-1]])
    starts = [places[n] - tag.index(marker) for n, tag in zip(firsts, tags, strict=True)]
    ends = [start + len(tag) for start, tag in zip(starts, tags, strict=True)]
    follows = np.append(starts[0][1:], len(data))
    if starts[0][0] != 0 or not np.array_equal(ends[-1], follows):
        raise Irregular("something between two records")
    if any((after < before).any() for before, after in zip(ends, starts[1:], strict=False)):
        raise Irregular("another layout")
    for tag, start, end in zip(tags, starts, ends, strict=True):
        if not pc.all(pc.equal(pieces(data, start, end), tag.decode("utf-8"))).as_py():
            raise Irregular("another tag")
    return [pieces(data, end, start) for end, start in zip(ends, starts[1:], strict=False)]
