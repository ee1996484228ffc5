"""JSON Lines: one object a line, every column a member, the notice an object of its own on line 1.

Source of the rules: RFC 8259 (UTF-8, no control characters inside strings) and jsonlines.org.
"""

import io
import json
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files.base import (
    Bad,
    Irregular,
    Refused,
    Spoiled,
    column_faults,
    column_of,
    content,
    physical_lines,
    replaced,
    rows_where,
    see_none_twice,
    table_of,
    without_empty,
)
from sources.files.regular import values_between

BLOCK = 1 << 22  # bytes a thread parses at a time; also the longest record the quick way reads
NOTICE_KEY = "_notice"
PLAIN = rb"[ !#-\[\]-~]*"  # printable ASCII that stands for itself in a JSON string
NOTICE_LINE = re.compile(rb'\{"' + NOTICE_KEY.encode() + rb'": ?"' + PLAIN + rb'"\}\r?\n')


def head(feed: Feed) -> bytes:
    """What stands before the first record."""
    return json.dumps({NOTICE_KEY: NOTICE}, ensure_ascii=False).encode() + b"\n"


def tags(feed: Feed) -> list[bytes]:
    """What stands before, between and after the values of a record on a line of its own."""
    first, *others = [json.dumps(name, ensure_ascii=False) for name in feed.column_names]
    return [tag.encode() for tag in (f'{{{first}:"', *(f'",{n}:"' for n in others), '"}\n')]


def escaped(values: pa.StringArray) -> pa.StringArray:
    """Text as it stands between the quotes of a JSON string."""
    data = np.frombuffer(content(values), np.uint8)
    if not ((data < 32) | (data == ord('"')) | (data == ord("\\"))).any():
        return values
    where = rows_where(values, r'["\\\x00-\x1f]')
    quoted = [json.dumps(values[i].as_py(), ensure_ascii=False)[1:-1] for i in where.tolist()]
    return replaced(values, where, quoted)


def render(feed: Feed, rows: pa.Table, end: str = "\n") -> pa.BinaryArray:
    """Every row as the record a file holds, with what stands after it.

    A missing value is written as "", so that all records are alike.
    """
    first, *others = [tag.decode() for tag in tags(feed)]
    parts: list[Any] = [first]
    for name, tag in zip(feed.column_names, others, strict=True):
        parts += [pc.fill_null(escaped(column_of(rows, name)), ""), tag]
    return pc.binary_join_element_wise(*parts[:-1], '"}' + end, "").cast(pa.binary())


def body(feed: Feed, data: bytes) -> tuple[bytes, int]:
    """The records of a file, each on a line of its own, and the line the first one stands on."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    notice = NOTICE_LINE.match(data, start)
    if not notice and NOTICE_KEY.encode() in data[:100]:
        raise Irregular("another notice")
    records = data[notice.end() if notice else start :]
    if b"\r" in records:
        records = records.replace(b"\r\n", b"\n")
    if not records.endswith(b"\n") and (records or not notice):
        raise Irregular("no line, or a last one without an end")
    return records, 2 if notice else 1


def parse(feed: Feed, data: bytes, count: int) -> tuple[pa.Table, None]:
    """Records of one or many files at once, exactly one a line."""
    try:
        columns = _as_written(feed, data, count)
    except Irregular:
        columns = _as_json(feed, data, count)
    return pa.table([without_empty(c) for c in columns], names=list(feed.column_names)), None


def _as_written(feed: Feed, data: bytes, count: int) -> list[pa.StringArray]:
    """The columns of records just as `render` writes those that need no escape."""
    controls = np.count_nonzero(np.frombuffer(data, np.uint8) < ord(" "))
    if b"\\" in data or controls != count:
        raise Irregular("an escape, or a control character")
    columns = values_between(data, tags(feed), b'"', count)
    try:
        pa.table(columns, names=list(feed.column_names)).validate(full=True)
    except pa.ArrowInvalid as error:
        raise Irregular(str(error)) from error
    return columns


def _as_json(feed: Feed, data: bytes, count: int) -> list[pa.StringArray]:
    """The columns of records laid out, escaped and ordered in any way that JSON allows.

    Every line must begin an object and there must be as many objects as lines: no object then goes
    over its line, and no line holds two.
    """
    if b"\x00" in data or b"\\u0000" in data:
        raise Irregular("a NUL byte")
    if data.count(b"\n{") + data.startswith(b"{") != count:
        raise Irregular("not one object a line")
    schema = pa.schema([(name, pa.string()) for name in feed.column_names])
    try:
        rows = pyarrow.json.read_json(
            io.BytesIO(data),
            read_options=pyarrow.json.ReadOptions(block_size=BLOCK),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=schema,
                newlines_in_values=False,
                unexpected_field_behavior="error",
            ),
        )
        rows.validate(full=True)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise Irregular(str(error)) from error
    if len(rows) != count:
        raise Irregular("not one object a line")
    for name in feed.column_names:
        # A NULL may be a member that is not there at all, which the parser does not tell apart.
        if rows.column(name).null_count:
            member = json.dumps(name, ensure_ascii=False).encode() + b":"
            if data.count(member) != count:
                raise Irregular(f"member {name} missing, or written another way")
    return [rows.column(name).combine_chunks() for name in feed.column_names]


class Pairs(list):
    """The members of one JSON object, in order and with those that come twice."""


def _constant(name: str) -> str:
    raise Spoiled(f"malformed JSON: {name} is no JSON value")


DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=str, parse_float=str, parse_constant=_constant
)


def values_of(feed: Feed, pairs: Any) -> tuple[list[str | None], str | None]:
    """One parsed record as values in the order of the contract, and what is wrong with its columns.

    Raises:
        Spoiled: if it is no object, or a member is no text, number or null.
    """
    if not isinstance(pairs, Pairs):
        raise Spoiled("malformed JSON: the record is no object")
    names = [name for name, _ in pairs]
    see_none_twice(names)
    members = dict(pairs)
    for name, value in members.items():
        if isinstance(value, bool):
            members[name] = "true" if value else "false"
        elif not isinstance(value, str | None):
            raise Spoiled(f"malformed JSON: {name!r} holds a list or an object, not text")
        elif value and "\x00" in value:
            raise Spoiled(f"NUL byte: in the value of {name!r}")
        elif value and not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                raise Spoiled(f"undecodable bytes: half a character in {name!r}") from None
    return [members.get(name) for name in feed.column_names], column_faults(feed, names)


def gather(
    feed: Feed, found: list[tuple[int, list[str | None], str | None, Bad]], bad: list[Bad]
) -> tuple[pa.Table, list[Bad]]:
    """Good rows and bad ones, where every row said for itself which columns it has.

    Args:
        found: for each record that could be parsed: line, values, what is wrong with its columns,
            and the record as a bad one if something is.
        bad: the records that could not.

    Raises:
        Refused: if something is wrong with the columns of every record: then it is the file's.
    """
    faults = {fault for _, _, fault, _ in found}
    if found and None not in faults:
        raise Refused(sorted(faults)[0])
    good = [(line, values) for line, values, fault, _ in found if fault is None]
    bad = [*bad, *(record for _, _, fault, record in found if fault is not None)]
    table = table_of(feed, [line for line, _ in good], [values for _, values in good])
    return table, sorted(bad, key=lambda record: (record.line or 0, record.byte_from or 0))


def careful(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good record of a file, and every bad one with its place and reason."""
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    lines = physical_lines(data)
    if not lines:
        raise Refused("empty file: it has no line")
    found, bad = [], []
    for place, (line, start, end) in enumerate(lines):
        start = max(start, offset)
        raw = data[start:end]
        cut = end == len(data)
        try:
            text = raw.decode("utf-8").strip(" \t")
            pairs, stop = DECODER.raw_decode(text)
            if stop != len(text):
                raise Spoiled(f"malformed JSON: text after the object, at character {stop + 1}")
            if place == 0 and isinstance(pairs, Pairs) and [n for n, _ in pairs] == [NOTICE_KEY]:
                continue
            values, fault = values_of(feed, pairs)
            found.append((line, values, fault, Bad(line, start, end, fault or "", raw)))
        except UnicodeDecodeError as error:
            reason = f"undecodable bytes: byte {start + error.start} of the file is no UTF-8"
            bad.append(Bad(line, start, end, reason, raw))
        except Spoiled as error:
            bad.append(Bad(line, start, end, str(error), raw))
        except (json.JSONDecodeError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            where = f" at character {error.pos + 1}" if hasattr(error, "pos") else ""
            kind = "cut off: the file ends inside this line" if cut else "malformed JSON"
            bad.append(Bad(line, start, end, f"{kind}: {what}{where}", raw))
    return gather(feed, found, bad)
