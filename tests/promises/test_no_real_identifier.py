"""Promise 7: no identifier is real, in clean, dirty and faulty files.

Every file is searched, cell by cell, for whatever has the shape of an identifier: unified codes,
organisation codes with and without hyphen, registration, tax and resident numbers, wherever in a cell
they stand. What passes its check digit must lie in the ranges no real body or person can hold:
divisions 84 to 89, and organisation codes that begin with PDY, reserved for internal use.
"""

from __future__ import annotations

import gzip
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.naive.identifiers import PASSES, is_synthetic
from tests.naive.laws import read_yaml
from tests.promises.databases import delivered

ROOT = Path(__file__).resolve().parents[2]
# An amount is none, whatever its first nine digits.
TOKEN = re.compile(r"[0-9A-Z]+(?:-[0-9X](?![0-9A-Z]))?(?![0-9A-Z]|\.[0-9])")
SCHEMES = {
    "uscc": re.compile(r"[0-9A-Z]{18}"),
    "resident_no": re.compile(r"[0-9]{17}[0-9X]"),
    "registration_no": re.compile(r"[0-9]{15}"),
    "tax_no": re.compile(r"[0-9]{6}[0-9A-Z]{8}[0-9X]"),
    "org_code": re.compile(r"[0-9A-Z]{8}[0-9X]"),
}


# Kinds that make no identifier: the one writes what it is told to, the other numbers of other people
# as the registers hold them. Whole deliveries hold what was sent before.
NOTHING_NEW = {"free_edit", "same_name_mixup"}


def feeds() -> dict[str, dict]:
    """Feed -> its contract's object."""
    return {
        feed["name"]: feed
        for path in sorted(ROOT.glob("sources/*/contract.odcs.yaml"))
        for feed in read_yaml(path)["schema"]
    }


FEEDS = feeds()


def custom(node: dict) -> dict:
    return {p["property"]: p.get("value") for p in node.get("customProperties") or []}


def cells(path: Path) -> Iterator[str]:
    """The texts a file holds, torn apart as little as its format allows."""
    feed = FEEDS[path.parent.name]
    about = custom(feed)
    data = path.read_bytes()
    if about["format"] == "parquet":
        for column in pyarrow.parquet.read_table(path).columns:
            yield from (value for value in column.to_pylist() if value)
    elif about["format"] == "xlsx":
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                yield from re.split(r"<[^>]*>", book.read(name).decode("utf-8"))
    elif about["format"] == "fixed":
        # Columns touch: only the contract's widths, in bytes, tell them apart.
        widths = [int(custom(column)["width"]) for column in feed["properties"]]
        for line in data.split(b"\n")[1:]:
            for width in widths:
                yield line[:width].decode(about["encoding"], errors="replace")
                line = line[width:]
    else:
        if about["format"] == "jsonl.gz":
            data = gzip.decompress(data)
        text = data.decode(about["encoding"], errors="replace")
        yield unescape(text) if about["format"] == "xml" else text


def real_ones(text: str) -> set[tuple[str, str]]:
    """(scheme, token) of whatever passes a check and might belong to somebody."""
    found = set()
    for token in TOKEN.findall(text.upper()):
        compact = token.replace("-", "")
        passed = [
            scheme
            for scheme, shape in SCHEMES.items()
            if shape.fullmatch(compact) and PASSES[scheme](compact)
        ]
        # A resident number may happen to pass as a unified code: it is enough that it is safe as one.
        # One character over and over is a placeholder, though zeros pass the check of a code.
        if (
            len(set(compact)) > 1
            and passed
            and not any(is_synthetic(scheme, compact) for scheme in passed)
        ):
            found.add((passed[0], token))
    return found


def search(landing: Path) -> tuple[set[tuple[str, str, str]], int]:
    """(file, scheme, token) of what might be real, and how many texts were searched."""
    found, searched = set(), 0
    for path, _ in delivered(landing):
        for text in cells(path):
            searched += 1
            found |= {(path.name, *one) for one in real_ones(text)}
    return found, searched


def test_the_search_finds_what_it_looks_for() -> None:
    """Published examples of the standards, and a made-up number with a real division."""
    assert real_ones("代码：91350100M000100Y43，") == {("uscc", "91350100M000100Y43")}
    assert real_ones("D2143569-X") == {("org_code", "D2143569-X")}
    assert real_ones('"11010519491231002X"') == {("resident_no", "11010519491231002X")}
    assert real_ones("110108000000016") == {("registration_no", "110108000000016")}
    assert not real_ones(
        "00000000-0 91870101PDY00001XE PDY00001-X 870101198504120111 870101100000014"
    )
    assert not real_ones("870101PDY00001X 91350100M000100Y44")
    assert real_ones("127060000") and not real_ones("127060000.00")


@pytest.mark.parametrize(
    ("dirt", "days"),
    [(0.0, 365), (1.0, 365), (40.0, 40), pytest.param(40.0, 365, marks=pytest.mark.long)],
    ids=["clean", "dirty", "filthy", "filthy for a year"],
)
def test_no_identifier_is_real(dirt: float, days: int, generated) -> None:
    found, searched = search(generated("tiny", 1, dirt=dirt, days=days).landing)
    assert searched > 1000
    assert not found, sorted(found)[:10]


def test_the_story_names_nobody_real(story) -> None:
    found, _ = search(story.landing)
    assert not found, sorted(found)[:10]


@pytest.mark.parametrize(("every", "each"), [(3, 1), pytest.param(1, 8, marks=pytest.mark.long)])
def test_no_fault_makes_a_real_identifier(every: int, each: int, one_tiny) -> None:
    """Every kind of fault, in every feed it fits or in every third, so many times over."""
    from pipelines.engine.databases import opened
    from pipelines.replay.plan.case import plan_case
    from pipelines.replay.plan.edits import FileEdit
    from pipelines.replay.plan.faults import FaultSpec, Landed, Registered
    from schemas import contract
    from sources.faults import FaultError, kinds

    contracts, planned, written, found = contract.feeds(), 0, set(), set()
    with opened(base=one_tiny.database) as db:
        landed, others = Landed(db, "base", contracts), Registered(db, "base", contracts)
        for n, (kind, fault) in enumerate(kinds().items()):
            if kind in NOTHING_NEW or fault.level == "delivery":
                continue
            fitting = [name for name, feed in contracts.items() if fault.fits(feed)]
            for name in fitting[n % every % len(fitting) :: every]:
                for seed in range(each):
                    spec = FaultSpec(kind, feed=name, seed=seed)
                    try:
                        (edit,) = plan_case(landed, others, one_tiny.landing, [spec])
                    except FaultError:
                        continue  # nothing in so small a world for it to change
                    planned += 1
                    for row in edit.faulty:
                        assert not isinstance(row, FileEdit)
                        for text in (row.after or {}).values():
                            written.add(text)
    assert planned > 100 / every
    for text in written - {None}:
        found |= {(text, *one) for one in real_ones(text)}
    assert not found, sorted(found)[:10]
