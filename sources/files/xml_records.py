"""XML: a root element that carries the notice, a record element a line, a child element a column.

Only text is taken from a document: declarations of document types are refused, so no entity can be
defined and nothing is ever fetched. Source of the rules: Extensible Markup Language (XML) 1.0.
"""

import io
import re
from dataclasses import replace
from html import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files.base import (
    Bad,
    Irregular,
    Refused,
    Spoiled,
    UnwritableError,
    column_faults,
    column_of,
    content,
    see_none_twice,
    without_empty,
)
from sources.files.json_lines import gather
from sources.files.regular import values_between

ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&apos;", "'"),
    ("&#10;", "\n"),
    ("&#13;", "\r"),
    ("&amp;", "&"),  # last, so that what it gives is not read again
)
FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
NOT_IN_TEXT = (b"]]>", "\ufffe".encode(), "\uffff".encode())
OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def head(feed: Feed) -> bytes:
    """What stands before the first record."""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{declaration}<{feed.root_tag} notice="{escape(NOTICE)}">\n'.encode()


def ended(feed: Feed, records: bytes) -> bytes:
    """The last records, and what stands after them."""
    return records + f"</{feed.root_tag}>\n".encode()


def tags(feed: Feed) -> list[bytes]:
    """What stands before, between and after the values of a record."""
    names = feed.column_names
    first, last = f"<{feed.record_tag}><{names[0]}>", f"</{names[-1]}></{feed.record_tag}>\n"
    between = [f"</{a}><{b}>" for a, b in zip(names, names[1:], strict=False)]
    return [tag.encode() for tag in (first, *between, last)]


def render(feed: Feed, rows: pa.Table) -> pa.BinaryArray:
    """Every row as the record a file holds, its line end included.

    Raises:
        UnwritableError: if a value holds a character XML has no way to write.
    """
    first, *others = [tag.decode() for tag in tags(feed)]
    parts = [first]
    for name, tag in zip(feed.column_names, others, strict=True):
        values = column_of(rows, name)
        wrong = pc.index(pc.match_substring_regex(values, FORBIDDEN), True).as_py()
        if wrong >= 0:
            value = values[wrong].as_py()
            raise UnwritableError(f"{feed.name}.{name}: XML cannot hold a character of {value!r}")
        data = bytes(content(values))
        for entity, character in reversed(ENTITIES):
            if character not in "\"'" and character.encode() in data:
                values = pc.replace_substring(values, character, entity)
        parts += [pc.fill_null(values, ""), tag]
    return pc.binary_join_element_wise(*parts, "").cast(pa.binary())


def body(feed: Feed, data: bytes) -> tuple[bytes, int]:
    """The records of a file, each on a line of its own, and the place of the first."""
    root = re.escape(feed.root_tag.encode())
    begin = re.match(
        rb'(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="(?:UTF|utf)-8")?\?>\s*)?'
        rb"<" + root + rb'(?: notice="[ !#-%\x27-;=?-~]*")?>\r?\n',
        data,
    )
    end = b"</" + feed.root_tag.encode() + b">"
    records = data.rstrip()
    if not begin or not records.endswith(end):
        raise Irregular("another layout")
    records = records[begin.end() : -len(end)].replace(b"\r\n", b"\n")
    if records and not records.endswith(b">\n"):
        raise Irregular("another layout")
    return records, 1


def parse(feed: Feed, data: bytes, count: int) -> tuple[pa.Table, None]:
    """Records of one or many files at once, exactly one a line."""
    between = values_between(data, tags(feed), b"<", count)
    controls = np.count_nonzero(np.frombuffer(data, np.uint8) < ord(" "))
    if controls - data.count(b"\t") != count or any(mark in data for mark in NOT_IN_TEXT):
        raise Irregular("a character that XML does not allow")
    written = data.count(b"&")
    if written != (written and sum(data.count(entity.encode()) for entity, _ in ENTITIES)):
        raise Irregular("a character reference")
    columns = []
    for values in between:
        if written:
            raw = bytes(content(values))
            for entity, character in ENTITIES:
                if entity.encode() in raw:
                    values = pc.replace_substring(values, entity, character)
        columns.append(without_empty(values))
    rows = pa.table(columns, names=list(feed.column_names))
    try:
        rows.validate(full=True)
    except pa.ArrowInvalid as error:
        raise Irregular(str(error)) from error
    return rows, None


# What may stand at a value that is empty anyhow.
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def _values(feed: Feed, element: etree._Element) -> tuple[list[str | None], str | None]:
    """One record as values in the order of the contract, and what is wrong with its columns."""
    members: dict[str, str | None] = {}
    names = [f"@{name}" for name in element.attrib]  # no contract knows them: unknown columns
    if (element.text or "").strip():
        raise Spoiled("malformed XML: text beside the columns")
    for child in element:
        if not isinstance(child.tag, str):
            raise Spoiled("malformed XML: a comment, instruction or entity inside the record")
        if len(child):
            raise Spoiled(f"malformed XML: {child.tag!r} holds other elements, not text")
        if (child.tail or "").strip():
            raise Spoiled("malformed XML: text beside the columns")
        names.append(child.tag)
        names += [f"{child.tag}/@{name}" for name in child.attrib if name != NIL or child.text]
        members[child.tag] = child.text
    see_none_twice(names)
    return [members.get(name) for name in feed.column_names], column_faults(feed, names)


# Values, fault of its columns, reason it is bad, and how many records stand in it.
Element = tuple[list[str | None], str | None, str | None, int]


def _element(feed: Feed, element: etree._Element) -> Element:
    try:
        if element.tag != feed.record_tag:
            raise Spoiled(f"malformed XML: {element.tag!r} is no record")
        return (*_values(feed, element), None, 1)
    except Spoiled as error:
        return [], None, str(error), sum(1 for _ in element.iter(feed.record_tag))


def _whole(feed: Feed, data: bytes) -> list[Element] | None:
    """Every element beneath the root; None if the document is no XML."""
    found = []
    root, stray = None, False
    try:
        for event, element in etree.iterparse(io.BytesIO(data), ("start", "end"), **OPTIONS):
            if root is None:
                root = element
                if root.tag != feed.root_tag:
                    raise Refused(
                        f"malformed XML: the root is {root.tag!r}, the contract's {feed.root_tag!r}"
                    )
            if event == "start" or element.getparent() is not root:
                continue
            found.append(_element(feed, element))
            element.clear(keep_tail=True)
            while element.getprevious() is not None:
                stray = stray or bool((root[0].tail or "").strip())
                del root[0]
    except etree.XMLSyntaxError:
        return None
    if root is not None:
        around = [root.text, *(element.tail for element in root)]
        stray = stray or any((text or "").strip() for text in around)
    if stray:
        found.append(([], None, "malformed XML: text beside the records", 0))
    return found


def careful(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good record of a file, and every bad one with its place and reason.

    A document that is XML is read as XML, however it is laid out. One that is not is cut at the
    tags that open a record, and each piece is read for itself.
    """
    if not data.strip():
        raise Refused("empty file: it holds no document")
    if b"<!DOCTYPE" in data:
        raise Refused("malformed XML: a document type declaration, which is never read")
    opening = re.compile(rb"<" + re.escape(feed.record_tag.encode()) + rb"(?=[\s/>])")
    starts = [match.start() for match in opening.finditer(data)]
    closing = f"</{feed.root_tag}>".encode()
    end = data.rfind(closing)
    bounds = [*starts, end if end >= 0 and (not starts or end > starts[-1]) else len(data)]
    chunks = [data[a:b].rstrip() for a, b in zip(bounds, bounds[1:], strict=False)]
    whole = _whole(feed, data)
    found, bad = [], []

    def spoiled(place: int, reason: str, records: int = 1) -> Bad:
        if whole is not None and len(whole) != len(chunks):
            return Bad(place, None, None, reason, "", records)
        start, chunk = starts[place - 1], chunks[place - 1]
        return Bad(place, start, start + len(chunk), reason, chunk, records)

    if whole is None and not starts:
        raise Refused("malformed XML: the file holds no document with records")
    elements = [_alone(feed, chunk, data) for chunk in chunks] if whole is None else whole
    for place, (values, fault, reason, records) in enumerate(elements, start=1):
        if reason is not None:
            bad.append(spoiled(place, reason, records))
        else:
            found.append((place, values, fault, spoiled(place, fault) if fault else None))
    if whole is None and end < 0:
        if bad and bad[-1].line == len(chunks):
            bad[-1] = replace(bad[-1], reason="cut off: the file ends inside this record")
        else:
            reason = "cut off: the closing tag of the document is missing"
            bad.append(Bad(len(chunks) + 1, len(data), len(data), reason, "", 0))
    elif whole is None and not bad:
        reason = "malformed XML: outside the records"
        bad.append(Bad(len(chunks) + 1, None, None, reason, data[: bounds[0]], 0))
    return gather(feed, found, bad)


def _alone(feed: Feed, chunk: bytes, data: bytes) -> Element:
    """One record of a document that as a whole is no XML."""
    declared = re.search(rb"""<\?xml[^>]*encoding=["']([\w-]+)["']""", data[:200])
    try:
        parser = etree.XMLParser(encoding=declared[1].decode() if declared else "utf-8", **OPTIONS)
        return (*_values(feed, etree.fromstring(chunk, parser)), None, 1)
    except Spoiled as error:
        reason = str(error)
    except (etree.XMLSyntaxError, LookupError) as error:
        reason = (
            "NUL byte: in the record"
            if b"\x00" in chunk
            else f"malformed XML: {' '.join(str(error).split())}"
        )
        try:
            chunk.decode("utf-8")
        except UnicodeDecodeError as undecodable:
            reason = f"undecodable bytes: byte {undecodable.start} of the record is no UTF-8"
    return [], None, reason, 1
