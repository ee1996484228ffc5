"""One JSON document a file: `{"notice": …, "records": [ … ]}`; a record's line is its place in it.

A list of records without the object around it is read as well. Source of the rules: RFC 8259.
"""

import json
import re
from typing import Any

import pyarrow as pa

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files import json_lines
from sources.files.base import Bad, Irregular, Refused, Spoiled

HEAD = re.compile(rb'\{(?:"notice": ?"' + json_lines.PLAIN + rb'", ?)?"records": ?\[ *\r?\n')
SPACE = re.compile(r"[ \t\r\n]*")
ELEMENT = re.compile(r"[\[,]\s*\{")  # an object within a list
NEXT_RECORD = re.compile(r"(?:\n[ \t]*|\}[ \t\r\n]*,[ \t\r\n]*)(?=\{)")


def head(feed: Feed) -> bytes:
    """What stands before the first record."""
    return b'{"notice": ' + json.dumps(NOTICE, ensure_ascii=False).encode() + b', "records": [\n'


def ended(feed: Feed, records: bytes) -> bytes:
    """The last records, without the comma after the last of them, and what stands after them."""
    return (records.removesuffix(b",\n") + b"\n" if records else b"") + b"]}\n"


def render(feed: Feed, rows: pa.Table) -> pa.BinaryArray:
    """Every row as the record a file holds, the comma and line end after it included."""
    return json_lines.render(feed, rows, end=",\n")


def body(feed: Feed, data: bytes) -> tuple[bytes, int]:
    """The records of a file, each on a line of its own without its comma, and the first's place."""
    begin = HEAD.match(data)
    records = data.rstrip()
    if not begin or not records.endswith(b"}"):
        raise Irregular("another layout")
    records = records[:-1].rstrip()
    if not records.endswith(b"]"):
        raise Irregular("another layout")
    records = records[begin.end() : -1]
    # No JSON string holds a bare line end, so this can only stand between two records.
    records = records.replace(b"\r\n", b"\n").replace(b"},\n{", b"}\n{")
    if records and not records.endswith(b"}\n"):
        raise Irregular("another layout")
    return records, 1


parse = json_lines.parse


def _start(text: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Where the list of records begins: the place after its bracket.

    Returns:
        The place, and of each member before it that holds records too: where its value begins and
        ends, and its name.
    """
    at = SPACE.match(text).end()
    if at == len(text):
        raise Refused("empty file: it holds no document")
    if text[at] == "[":
        return at + 1, []
    if text[at] != "{":
        raise Refused("malformed JSON: the document is neither an object nor a list")
    others: list[tuple[int, int, str]] = []
    at += 1
    try:
        while True:
            name, at = _name(text, at)
            if name == "records":
                if text[at : at + 1] == "[":
                    return at + 1, others
                break
            start = at
            value, at = json_lines.DECODER.raw_decode(text, at)
            if _objects(value):
                others.append((start, at, name))
            at = SPACE.match(text, at).end()
            if text[at : at + 1] != ",":
                break
            at += 1
    except (json.JSONDecodeError, Spoiled, RecursionError) as error:
        raise Refused(f"malformed JSON: before the records: {error}") from None
    raise Refused('malformed JSON: the document has no list named "records"')


def _name(text: str, at: int) -> tuple[str, int]:
    """The name of the member that begins at a place, and where its value begins."""
    at = SPACE.match(text, at).end()
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("Expecting a name in quotes", text, at)
    name, at = json_lines.DECODER.raw_decode(text, at)
    at = SPACE.match(text, at).end()
    if text[at : at + 1] != ":":
        raise json.JSONDecodeError("Expecting ':'", text, at)
    return name, SPACE.match(text, at + 1).end()


def _objects(value: Any) -> int:
    """How many elements the outermost lists have that hold objects, in a parsed value."""
    if isinstance(value, json_lines.Pairs):
        return sum(_objects(member) for _, member in value)
    if isinstance(value, list):
        if any(isinstance(element, json_lines.Pairs) for element in value):
            return len(value)
        return sum(map(_objects, value))
    return 0


class Places:
    """Turns places in a text into places in its bytes, in rising order, without starting over."""

    def __init__(self, text: str, offset: int) -> None:
        self.text, self.at, self.byte = text, 0, offset

    def __call__(self, at: int) -> int:
        self.byte += len(self.text[self.at : at].encode("utf-8", "surrogateescape"))
        self.at = at
        return self.byte


def _closing(text: str, start: int) -> int | None:
    """The place of the bracket with which a document ends whose last record begins at `start`."""
    end = text.rstrip()
    end = end.removesuffix("}").rstrip()
    before = end.removesuffix("]")
    return len(before) if before != end and before[start + 1 :].rstrip().endswith("}") else None


def careful(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good record of a file, and every bad one with its place and reason.

    After a record that is no JSON, reading goes on where the next one seems to begin: at a brace
    that opens a line, or at one after a brace and a comma.
    """
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    text = data[offset:].decode("utf-8", errors="surrogateescape")
    places = Places(text, offset)
    found, bad = [], []
    (at, others), place = _start(text), 0
    object_around = text[: at - 1].strip() != ""
    closed = False

    def spoiled(start: int, end: int, reason: str, records: int = 1) -> Bad:
        raw = text[start:end].encode("utf-8", "surrogateescape")
        return Bad(place, places(start), places(end), reason, raw, records)

    while True:
        at = SPACE.match(text, at).end()
        if at == len(text):
            break
        if text[at] == "]":
            closed, at = True, SPACE.match(text, at + 1).end()
            break
        place += 1
        start = at
        try:
            pairs, at = json_lines.DECODER.raw_decode(text, at)
            after = SPACE.match(text, at).end()
            if after < len(text) and text[after] not in ",]":
                raise json.JSONDecodeError("Expecting ',' or ']' after the record", text, after)
            try:
                values, fault = json_lines.values_of(feed, pairs)
                record = spoiled(start, at, fault) if fault else None
                found.append((place, values, fault, record))
            except Spoiled as error:
                bad.append(spoiled(start, at, str(error)))
            at = after
            if text[at : at + 1] == ",":
                following = SPACE.match(text, at + 1).end()
                if text[following : following + 1] == "]":
                    place += 1
                    reason = "malformed JSON: a comma after the last record"
                    bad.append(spoiled(at, at + 1, reason, 0))
                at += 1
        except (json.JSONDecodeError, Spoiled, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            again = NEXT_RECORD.search(text, start + 1)
            closing = None if again else _closing(text, start)
            at = again.end() if again else len(text) if closing is None else closing
            end = start + len(text[start:at].rstrip(" \t\r\n,"))
            cut = not again and closing is None
            kind = "cut off: the file ends inside this record" if cut else "malformed JSON"
            # Only an opening brace tells that a record stood here.
            within = len(ELEMENT.findall(text, start + 1, end)) + (text[start] == "{")
            reason = what if what.startswith(kind) else f"{kind}: {what}"
            bad.append(spoiled(start, end, reason, within))
    if not closed:
        if not bad or not bad[-1].reason.startswith("cut off"):
            place += 1
            bad.append(spoiled(at, at, "cut off: the file ends before its closing bracket", 0))
    else:
        reason, end = None, len(text)
        if object_around:
            try:
                at = _members_after(text, at, others)
            except (json.JSONDecodeError, Spoiled, RecursionError) as error:
                cut = not text[at:].strip()
                kind = "cut off" if cut else "malformed JSON: after the records"
                reason = f"{kind}: {getattr(error, 'msg', error)}"
        if reason is None and text[at:].strip():
            reason = "malformed JSON: text after the end of the document"
        if reason is not None:
            place += 1
            within = len(ELEMENT.findall(text, at))
            bad.append(spoiled(at, end, reason, within))
    for start, end, name in others:
        place += 1
        value, _ = json_lines.DECODER.raw_decode(text, start)
        count = _objects(value)
        raw = text[start:end].encode("utf-8", "surrogateescape")
        reason = f"another list: member {name!r} holds {count} objects beside the records"
        bad.append(Bad(place, None, None, reason, raw, count))
    return json_lines.gather(feed, found, bad)


def _members_after(text: str, at: int, others: list[tuple[int, int, str]]) -> int:
    """The place after the brace that ends the document; members with objects are added to `others`.

    Args:
        at: the place after the list of records.
    """
    while True:
        at = SPACE.match(text, at).end()
        if text[at : at + 1] == "}":
            return SPACE.match(text, at + 1).end()
        if text[at : at + 1] != ",":
            raise json.JSONDecodeError("the document's closing brace is missing", text, at)
        name, start = _name(text, at + 1)
        value, at = json_lines.DECODER.raw_decode(text, start)
        if _objects(value):
            others.append((start, at, name))
