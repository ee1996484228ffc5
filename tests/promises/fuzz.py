"""Files corrupted by anything: no exception, no row lost in silence, no value that is not in the file.

    python -m tests.promises.fuzz --files 10000

File n is the same on every machine. Each is a small file of one of the formats, corrupted one to three
times by what `CORRUPTIONS` lists (among them the pollutions of the Pollock benchmark of delimited
text, made anew from their description), and is read in a process of its own with bounds on its memory
and time. Some are put into a landing folder with odd files and links around them, and some into that
of a home which is then built again. A file that is not as it should be is printed with its number.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import html
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from pipelines.engine import open_engine
from pipelines.landing import LandingError, land
from schemas.contract import Feed, feeds
from sources import files
from sources.files.delimited import codec
from sources.files.xlsx import NO_WORKBOOK
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed

MEMORY, SECONDS = 6 << 30, 30  # of address space of a process, and for one file
FOLDERS, BUILDS = 40, 400  # every so many files one is landed in a folder, or a home is built
BOMB = 1 << 29  # bytes that a bomb unpacks to
VALUES = (
    "1", "甲乙", "x", None, "丁", 'a "b"', "c；d,e", "&<>", "'", "0012", "2024-02-30", "#N/A", "=1+1",
    "-0", "1e5", "  y", "\u3000z", "é", "𠮷", "true", "no", "null", "a;b|c\td",
)  # fmt: skip
NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|true|false|nan|inf", re.I)
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')

Corruption = Callable[[random.Random, Feed, bytes], bytes]


# --- of bytes -------------------------------------------------------------------------------------


def _span(r: random.Random, data: bytes) -> tuple[int, int]:
    at = r.randrange(len(data) + 1)
    return at, min(len(data), at + r.choice((1, 2, 5, 20, 100, 1000)))


def flipped(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """Some bytes have other bits."""
    made = bytearray(data)
    for _ in range(r.choice((1, 1, 3, 10)) if made else 0):
        made[r.randrange(len(made))] ^= 1 << r.randrange(8)
    return bytes(made)


def cut(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """The file ends early, or begins late."""
    at = r.randrange(len(data) + 1)
    return data[:at] if r.random() < 0.8 else data[at:]


def dropped(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """A block is missing."""
    at, to = _span(r, data)
    return data[:at] + data[to:]


def repeated(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """A block, or the whole file, comes twice."""
    if r.random() < 0.2:
        return data + data
    at, to = _span(r, data)
    return data[:to] + data[at:to] * r.choice((1, 1, 50)) + data[to:]


PUT = (
    b"\0", b"\0" * 5000, b"\xff", b"\xef\xbb\xbf", b'"', b'""', b"\r", b"\n\n\n", b"\x1f", b"\x85",
    b"x" * 70_000, b"y" * 1_100_000, b"9" * 5000, b"1e999", b"-1e-999", b"NaN", b"Infinity", b"[" * 9000,
    b'{"a":' * 3000, b"<a>" * 3000, b"]}", b"<!--", b"<![CDATA[", b"]]>", b"&lol;", b"&#0;", b"&#x110000;",
    b"\\ud800", b"\\u0000", b'=cmd|" /c calc"!A1', b"#REF!", b"../../etc/passwd", b"%00", b"\xe2\x80\xa8",
)  # fmt: skip


def put_in(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """Something that means something to one format or another stands in the file."""
    at = r.randrange(len(data) + 1)
    return data[:at] + r.choice(PUT) + data[at:]


def recoded(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """Another encoding, or another byte order mark."""
    text = data.decode(codec(feed), "replace").removeprefix("\ufeff")
    other = r.choice(("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32", "latin-1"))
    return text.encode(other, "replace")


# --- dialects of delimited text: the pollutions of the Pollock benchmark --------------------------


def dialect(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """The table anew in a dialect of its own: delimiter, quotes, escapes, header, lines, ends."""
    table, _ = files.read(feed, Path("t"), data)
    names = list(feed.column_names)
    lines = [[*names], *([v or "" for v in row.values()][1:] for row in table.to_pylist())]
    delimiter = r.choice(
        (feed.delimiter, feed.delimiter, ",", ";", "\t", "|", " ", ", ", "；", "::")
    )
    quote, escape = r.choice(('"', '"', "'", "”", "")), r.choice(('""', '\\"', '"'))
    ending = r.choice(("\n", "\n", "\r\n", "\r", "\n\n", "\u2028"))
    header = r.choice(("as is", "as is", "none", "twice", "capitals", "fewer", "renamed"))
    if header == "none":
        lines = lines[1:]
    elif header == "twice":
        lines.insert(r.randrange(len(lines)) + 1, [*names])
    elif header == "capitals":
        lines[0] = [name.upper() for name in names]
    elif header == "fewer":
        lines[0] = names[:-1]
    elif header == "renamed":
        lines[0] = [*names[:-1], names[0]]
    for line in lines[1:] if r.random() < 0.3 else ():
        if r.random() < 0.3:
            line[:] = r.choice((line[:-1], [*line, "more"], [], [""] * len(line), [delimiter]))

    def cell(text: str) -> str:
        must = quote and any(mark in text for mark in (delimiter, '"', "\n", quote))
        if must or (quote and r.random() < 0.2):
            return quote + text.replace('"', escape) + quote
        return text

    made = [delimiter.join(map(cell, line)) for line in lines]
    before = [r.choice(("# notes", "Report 2024", "", "a,b"))] * r.choice((0, 0, 1, 3))
    after = [r.choice(("", "Total,2", "# end", names[0]))] * r.choice((0, 0, 1, 2))
    text = ending.join([*before, *made, *after]) + r.choice((ending, ending, ""))
    mark = b"\xef\xbb\xbf" if feed.encoding == "utf-8-sig" or r.random() < 0.1 else b""
    return mark + text.encode(codec(feed), "replace")


# --- of containers --------------------------------------------------------------------------------


def in_workbook(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """Cells, parts and names that no clerk makes."""
    cells = (
        b'<c r="A3" t="e"><v>#N/A</v></c>', b'<c r="B3"><f>1+1</f></c>', b'<c r="B3"><f>1+1</f><v>2</v></c>',
        b'<c r="B3" t="s"><v>99999999</v></c>', b'<c r="XFD1048576"><v>1</v></c>',
        b'<c r="B3"><v>1e999</v></c>',
        b'<c r="A3"><v>12345678901234567890</v></c>', b'<c r="C3" t="d"><v>2024-01-01T10:00</v></c>',
        b'<c r="A3" t="b"><v>7</v></c>', b'<c><v>1</v></c>', b'<c r="AAAA99999999999"><v>1</v></c>',
        b'<c r="B3" t="inlineStr"><is><t>in line</t></is></c>',
        b'<c r="A3" t="str"><f>HYPERLINK("http://x")</f><v>x</v></c>',
    )  # fmt: skip
    parts = (
        "../../evil.xml",
        "/etc/x.xml",
        "xl/worksheets/sheet1.xml",
        "xl/vbaProject.bin",
        "a" * 300,
    )
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(packed, "w", 8) as made:
            for name in whole.namelist():
                part = whole.read(name)
                if "sheet1" in name:
                    at = part.rfind(r.choice((b"</row>", b"<c ", b"</sheetData>")))
                    part = part[:at] + r.choice(cells) + part[at:]
                    if r.random() < 0.2:
                        part = part.replace(b"?>", b"?>" + LAUGHS, 1)
                if r.random() < 0.1:
                    part = r.choice((flipped, cut, put_in))(r, feed, part)
                if r.random() > 0.03:
                    made.writestr(name, part)
            if r.random() < 0.2:
                made.writestr(r.choice(parts), b"<x/>")
    except NO_WORKBOOK:
        return data
    return packed.getvalue()


LAUGHS = (
    b"<!DOCTYPE r ["
    + b'<!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


def in_xml(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """Entities, other nodes, names and namespaces."""
    if r.random() < 0.4:
        data = data.replace(b"?>\n", b"?>\n" + LAUGHS, 1)
        return data.replace(b"<no>", b"<no>" + r.choice((b"&a9;", b"&f;", b"&a1;")), 2)
    old, new = r.choice(
        (
            (b"<no>", b"<no a='1'>"), (b"<no>", b"<no><!-- c -->"), (b"</no>", b"<b>deep</b></no>"),
            (b"<record>", b"<?go?><record>"), (b"</record>", b"</record>stray"), (b"<no>", b"<x:no>"),
            (b"UTF-8", b"UTF-16"), (b"UTF-8", b"nosuch"), (b"<record>", b"<record xmlns='u'>"),
            (b"<no>", b"<no><![CDATA[<record>]]>"), (b"</record>", b"</record><record/>"),
        )
    )  # fmt: skip
    return data.replace(old, new, r.choice((1, 99)))


def in_json(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """Members and values of other kinds."""
    old, new = r.choice(
        (
            (b'"name":"', b'"name":1e999,"name":"'), (b'"no":"', b'"no":' + b"9" * 4000 + b',"x":"'),
            (b'"note":"', b'"note":{"a":[1]},"z":"'), (b'"no":"1"', b'"no":1.0'), (b'"x"', b"NaN"),
            (b'"x"', b"true"), (b'""', b"null"), (b'"name"', b'"Name"'), (b'"x"', b'"\\u0000"'),
            (b'"x"', b'"\\ud83d"'), (b'"x"', b"[" * 2000 + b"]" * 2000), (b'"x"', b"'x'"),
            (b"{", b"{ /* c */ "), (b"}", b",}"), (b'{"no"', b'[{"no"'), (b"records", b"rows"),
        )
    )  # fmt: skip
    return data.replace(old, new, r.choice((1, 99)))


def bomb(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """A little file that unpacks to half a gigabyte."""
    packed = io.BytesIO()
    if feed.format == "jsonl.gz":
        with gzip.GzipFile(fileobj=packed, mode="w", mtime=0, compresslevel=1) as out:
            for _ in range(BOMB >> 24):
                out.write(b"\n" * (1 << 24))
        return packed.getvalue()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(packed, "w", 8) as made:
        for name in whole.namelist():
            with made.open(name, "w") as out:
                out.write(whole.read(name))
                for _ in range(BOMB >> 24 if "sheet1" in name else 0):
                    out.write(b" " * (1 << 24))
    return packed.getvalue()


def within(r: random.Random, feed: Feed, data: bytes) -> bytes:
    """What is packed is corrupted and packed again."""
    try:
        text = files.unpack(data)
    except files.Refused:
        return data
    return files.pack(r.choice((flipped, cut, dropped, repeated, put_in, in_json))(r, feed, text))


ANY: tuple[Corruption, ...] = (flipped, cut, dropped, repeated, put_in)
CORRUPTIONS: dict[str, tuple[Corruption, ...]] = {
    "csv": (*ANY, recoded, *[dialect] * 5),
    "fixed": (*ANY, recoded),
    "json": (*ANY, recoded, in_json, in_json),
    "jsonl": (*ANY, recoded, in_json, in_json),
    "jsonl.gz": (*ANY, within, within, within),
    "xml": (*ANY, recoded, in_xml, in_xml, in_xml),
    "xlsx": (*ANY, *[in_workbook] * 6),
    "parquet": ANY,
}


# --- what must hold -------------------------------------------------------------------------------


def made(n: int, bombs: bool = True) -> tuple[Feed, bytes, str]:
    """File n: its contract, its bytes, and what was done to it."""
    r = random.Random(n)
    form, encoding, delimiter = FORMATS[n % len(FORMATS)]
    feed = tiny_feed(form, encoding=encoding, delimiter=delimiter, width=16)
    given = [
        (str(k), r.choice(VALUES), r.choice(VALUES)) for k in range(1, r.choice((2, 4, 9, 30)))
    ]
    data = files.written(feed, rows(feed, *given))
    if bombs and form in ("jsonl.gz", "xlsx") and r.random() < 0.01:
        return feed, bomb(r, feed, data), "bomb"
    done = [r.choice(CORRUPTIONS[form]) for _ in range(r.choice((1, 1, 2, 3)))]
    for corrupt in done:
        data = corrupt(r, feed, data)
    return feed, data, " ".join(corrupt.__name__ for corrupt in done)


def wrong(feed: Feed, data: bytes) -> str | None:
    """What is not as it should be with the reading of a file; None if all is."""
    try:
        table, unreadable, counted = files.read_and_count(feed, Path("file"), data)
    except BaseException as error:  # any at all is what this is about
        return f"raised {type(error).__name__}: {str(error)[:200]}"
    lines = [*table.column("line").to_pylist(), *(one.line for one in unreadable)]
    if len(lines) != len(set(lines)):
        return "a line that is told twice"
    if None in lines:
        return None if len(lines) == 1 else "rows of a file that is refused"
    if counted != len(table) + sum(one.records or 0 for one in unreadable):
        return f"{counted} records by count, {len(table)} landed and {len(unreadable)} unreadable"
    said = None if feed.format == "parquet" else list(_said(feed, data))
    for name in feed.column_names if said is not None else ():
        for value in table.column(name).to_pylist():
            known = value is None or (feed.format == "xlsx" and NUMBER.fullmatch(value))
            if not known and not any(value in text for text in said):
                return f"column {name}: {value[:60]!r} is not in the file"
    return None


def _said(feed: Feed, data: bytes) -> Iterator[str]:
    """All that the text of a file can be read as, escapes of its format undone."""
    if feed.format == "xlsx":
        parts = []
        with zipfile.ZipFile(io.BytesIO(data)) as whole:
            for member in whole.infolist():
                with contextlib.suppress(*NO_WORKBOOK):  # one that no sheet needs
                    parts.append(whole.read(member).decode("utf-8", "replace"))
        yield html.unescape("\n".join(parts)).replace("\r\n", "\n")
        return
    if feed.format == "jsonl.gz":
        data = files.unpack(data)
    text = data.decode(codec(feed), "replace")
    yield text
    if feed.format == "fixed":  # a record may begin within what decodes as one character
        yield "\n".join(data[at : at + 16].decode(codec(feed), "ignore") for at in range(len(data)))
    elif feed.format == "csv":
        yield text.replace('""', '"')
    elif feed.format == "xml":
        for read_as in (text, CDATA.sub("", text), data.decode("utf-16", "replace")):
            yield html.unescape(read_as).replace("\r\n", "\n").replace("\r", "\n")
    else:
        yield text.replace('\\"', '"').replace("\\t", "\t")
        for match in STRING.finditer(data):
            try:
                yield json.loads(match[0])
            except ValueError:
                continue


# --- folders and homes ----------------------------------------------------------------------------


def odd(r: random.Random, folder: Path) -> None:
    """Something in a feed's folder that is no delivery."""
    name = r.choice(
        (
            "tiny_20240102.csv", "tiny_2024010.csv", "tiny_20240230.csv", "tiny_20240101.csv.bak", "a\nb",
            ".hidden", "~$tiny_20240101.xlsx", "tiny_20240101.csv ", "TINY_20240101.CSV", "con", "文件.csv",
            "tiny_20240101\u202evsc.", "x" * 200, "%2e%2e", "-rf", "tiny_99999999.csv", "\udce6",
        )
    )  # fmt: skip
    path = folder / name
    if path.exists() or path.is_symlink():
        return
    kinds: tuple[Callable[[], object], ...] = (
        lambda: path.write_bytes(b"x"),
        path.mkdir,
        lambda: path.symlink_to("/nosuch/file"),
        lambda: path.symlink_to(path.name),
        lambda: path.symlink_to("/dev/zero"),
        lambda: path.symlink_to(".."),
        lambda: os.mkfifo(path),
        lambda: path.touch(mode=0o000),
    )
    r.choice(kinds)()


def landed_wrong(n: int, feed: Feed, data: bytes, scratch: Path) -> str | None:
    """What is not as it should be when the file is landed among odd ones; None if all is."""
    r = random.Random(-n - 1)
    landing = scratch / f"landing{n}"
    folder = landing / feed.name
    folder.mkdir(parents=True)
    (folder / f"tiny_20240101.{feed.extension}").write_bytes(data)
    for _ in range(r.choice((0, 1, 1, 2))):
        odd(r, r.choice((folder, folder, landing)))
    try:
        with open_engine("duckdb", scratch / f"{n}.duckdb") as engine:
            land(engine, landing, {feed.name: feed})
            counted = engine.fetch('SELECT counted - "rows" FROM landing.deliveries')
            aside = engine.fetch(
                "SELECT sum(records) FROM quality.unreadable WHERE line IS NOT NULL"
            )
        if counted and sum(c for (c,) in counted) != (aside[0][0] or 0):
            return "records of the folder are lost"
    except LandingError as error:
        said = str(error)
        return None if len(said) > 20 and said.endswith(".") else f"LandingError: {said!r}"
    except BaseException as error:
        return f"landing raised {type(error).__name__}: {str(error)[:200]}"
    finally:
        shutil.rmtree(landing, ignore_errors=True)
        (scratch / f"{n}.duckdb").unlink(missing_ok=True)
    return None


def built_wrong(n: int, home: Path, scratch: Path) -> str | None:
    """What is not as it should be when a home is built again after its files were corrupted."""
    from pipelines.cli import main

    r = random.Random(-n - 1)
    copy = scratch / f"home{n}"
    shutil.copytree(home, copy)
    before = {p: p.read_bytes() for p in [copy / "current.json", *copy.glob("databases/*.duckdb")]}
    delivered = sorted(p for p in (copy / "landing").glob("*/*"))
    for path in r.sample(delivered, 5):
        feed = feeds()[path.parent.name]
        data = r.choice(CORRUPTIONS[feed.format])(r, feed, path.read_bytes())
        path.write_bytes(data)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = main(["build", "--home", str(copy)]) or 0
    except SystemExit as left:
        code = left.code or 0
    except BaseException as error:
        return f"build raised {type(error).__name__}: {str(error)[:200]}"
    finally:
        kept = all(
            p.exists() and p.read_bytes() == b for p, b in before.items() if p.suffix != ".json"
        )
        pointer = (copy / "current.json").read_bytes() == before[copy / "current.json"]
        shutil.rmtree(copy, ignore_errors=True)
    if code not in (0, 2):
        return f"build left with {code}"
    return None if code == 0 or (kept and pointer) else "the last good database was changed"


# --- a run ----------------------------------------------------------------------------------------


def _bounded(scratch: str) -> None:
    """Bounds on a process of the run, and where it says which file it is at."""
    import resource

    warnings.simplefilter("ignore", UserWarning)  # parts of a package that bear one name
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    global _AT
    _AT = Path(scratch) / f"{os.getpid()}.at"


_AT = Path(os.devnull)


def _late(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s for one file")


def played(
    numbers: Sequence[int], scratch: Path, home: Path | None = None, bombs: bool = True
) -> list[str]:
    """The files among these that are not as they should be, each with its number and what was done."""
    found = []
    bounded = str(_AT) != os.devnull
    if bounded:
        signal.signal(signal.SIGALRM, _late)
    for n in numbers:
        if bounded:
            _AT.write_text(str(n))
            signal.alarm(SECONDS * (10 if home and n % BUILDS == 0 else 1))
        feed, data, done = made(n, bombs)
        told = wrong(feed, data)
        if told is None and n % FOLDERS == 0:
            told = landed_wrong(n, feed, data, scratch)
        if told is None and home is not None and n % BUILDS == 0:
            told, done = built_wrong(n, home, scratch), "files of a home"
        if bounded:
            signal.alarm(0)
        if told:
            found.append(
                f"file {n}: {feed.format} {feed.encoding} {feed.delimiter}, {done}: {told}"
            )
    return found


def _home(folder: Path) -> Path:
    """A home with a built story, to be corrupted."""
    from pipelines.cli import main

    with contextlib.redirect_stdout(io.StringIO()):
        for words in (["generate", "--size", "story"], ["build"]):
            main([*words, "--home", str(folder)])
    return folder


def main(args: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code tells whether any file was not as it should be."""
    from rich.progress import Progress

    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__.split("\n\n")[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(args)
    numbers = range(given.first, given.first + given.files)
    parts = [numbers[at : at + 50] for at in range(0, len(numbers), 50)]
    found: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, Progress(disable=not sys.stderr.isatty()) as bar:
        home = _home(Path(scratch) / "home")
        task = bar.add_task("files", total=len(numbers))
        context = get_context("spawn")
        with ProcessPoolExecutor(given.workers, context, _bounded, (scratch,)) as pool:
            running = [pool.submit(played, part, Path(scratch), home) for part in parts]
            try:
                for part, one in zip(parts, running, strict=True):
                    found += (wrong_ones := one.result())
                    print("\n".join(wrong_ones), end="\n" * bool(wrong_ones), flush=True)
                    bar.advance(task, len(part))
            except BrokenProcessPool:
                at = ", ".join(sorted(p.read_text() for p in Path(scratch).glob("*.at")))
                found.append(f"a process was ended by one of the files {at}")
                print(found[-1])
    print(f"{given.files - len(found):,} of {given.files:,} files are as they should be.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
