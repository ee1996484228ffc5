"""A bounded part of `make fuzz`: files corrupted by anything, in every format."""

from __future__ import annotations

import pyarrow as pa

from sources import files
from tests.promises.fuzz import FORMATS, made, played, wrong


def test_some_files_are_as_they_should_be(tmp_path):
    found = played(range(8 * len(FORMATS)), tmp_path, bombs=False)
    assert not found, "\n".join(found)


def test_what_is_lost_or_made_up_is_seen(monkeypatch):
    """A reader that loses the last row of a file, and one that makes a value up."""
    feed, data, _ = next(
        (f, d, done) for f, d, done in map(made, range(3, 400, 14))
        if len(files.read(f, f.folder, d)[0]) > 1
    )  # fmt: skip
    assert wrong(feed, data) is None
    right = files.read_and_count(feed, feed.folder, data)
    lost = (right[0].slice(1), *right[1:])
    column = pa.array(["made up"] * len(right[0]))
    invented = (right[0].set_column(2, right[0].column_names[2], column), *right[1:])
    for reader, told in ((lost, "records by count"), (invented, "is not in the file")):
        monkeypatch.setattr(files, "read_and_count", lambda *_, reader=reader: reader)
        assert told in wrong(feed, data)
