"""Damaged files, end to end: what cannot be believed is kept aside with its reason, the rest is built.

One copy of the story's landing folder suffers eight damages, each in a file of its own.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.build import build
from pipelines.engine import open_engine
from pipelines.landing import read_manifest
from pipelines.told import told_by_gates
from schemas.contract import feeds

EMPTY = "court/court_20240110.json"
TRUNCATED = "court/court_20240313.json"
UNKNOWN_CODE = "court/court_20240814.json"
HALF_WRITTEN = "market_shareholders/market_shareholders_20240101.jsonl"
WRONG_ENCODING = "residents/residents_20240101.txt"
RENAMED = "city_penalties/city_penalties_20240214.csv"
EXTRA = "city_penalties/city_penalties_20240417.csv"
REMOVED = "city_penalties/city_penalties_20240515.csv"
MISSING = "city_licences/city_licences_20240108.csv"


def swap(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert data.count(old) >= 1
    path.write_bytes(data.replace(old, new, 1))


@pytest.fixture(scope="module")
def damaged(generated, tmp_path_factory) -> Path:
    """The landing folder after the damage."""
    folder = tmp_path_factory.mktemp("damaged") / "landing"
    shutil.copytree(generated("story", 1, dirt=0.0).landing, folder)
    (folder / MISSING).unlink()
    (folder / EMPTY).write_bytes(b"")
    cut = folder / TRUNCATED
    cut.write_bytes(cut.read_bytes()[:400])
    half = folder / HALF_WRITTEN
    half.write_bytes(half.read_bytes()[:-40])
    # UTF-8 of the same name is not what a GB18030 reader expects, but it may decode; these bytes do not.
    swap(folder / WRONG_ENCODING, "贺振邦".encode("gb18030"), b"\xff" * 6)
    swap(folder / RENAMED, b"cf_wsh", b"cf_wenhao")
    swap(folder / EXTRA, b",bz", b",bz,remark")
    swap(folder / REMOVED, b"cf_bglx,cf_wsh", b"cf_bglx")
    swap(folder / UNKNOWN_CODE, "自然人".encode(), "机器人".encode())
    return folder


@pytest.fixture(scope="module")
def database(damaged):
    target = damaged.parent / "damaged.duckdb"
    build(damaged, target)  # its checks audit conservation and evidence
    with open_engine("duckdb", target, read_only=True) as engine:
        yield engine


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        (EMPTY, None, "empty file"),
        (RENAMED, None, "unknown column: 'cf_wenhao'"),
        (RENAMED, None, "column gone: 'cf_wsh'"),
        (EXTRA, None, "unknown column: 'remark'"),
        (REMOVED, None, "column gone: 'cf_wsh'"),
        (TRUNCATED, 1, "cut off"),
        (HALF_WRITTEN, 9, "cut off"),
        (WRONG_ENCODING, 4, "undecodable bytes"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(file, line, reason, damaged, database) -> None:
    ((found, said, first, end),) = database.fetch(
        "SELECT line, reason, byte_from, byte_to FROM quality.unreadable WHERE file = ?", [file]
    )
    assert found == line
    assert reason in said
    assert 0 <= first <= end <= (damaged / file).stat().st_size
    ((landed,),) = database.fetch("SELECT count(*) FROM landing.deliveries WHERE file = ?", [file])
    assert landed == (line is not None), "a file refused as a whole is no delivery"


def test_a_code_nobody_knows_is_kept_aside_with_its_rule(database) -> None:
    found = database.fetch(
        "SELECT l.file, v.line, v.column_name, v.outcome FROM quality.verdicts AS v "
        "INNER JOIN landing.court AS l USING (delivery, record_id, version)"
    )
    assert found == [(UNKNOWN_CODE, 1, "partyTypeName", "quarantine")]
    believed = database.fetch("SELECT id FROM conform.court ORDER BY id")
    assert ("0000000003",) not in believed


def test_read_is_landed_and_unreadable(story, database) -> None:
    """Rows of the undamaged build = rows of this one + unreadable records + rows of refused files."""
    refused = {"city_penalties": 3}  # one penalty in each of the three files
    for feed in feeds("story"):
        ((clean,),) = story.rows(f"SELECT count(*) FROM landing.{feed}")
        ((landed, conformed, quarantined, held),) = database.fetch(
            "SELECT landed, conformed, quarantined, held FROM quality.row_counts WHERE feed = ?",
            [feed],
        )
        assert landed == conformed + quarantined + held
        ((records,),) = database.fetch(
            "SELECT count(*) FROM quality.unreadable WHERE feed = ? AND line IS NOT NULL", [feed]
        )
        assert clean == landed + records + refused.get(feed, 0), feed


def test_the_rest_is_listed_as_ever(story, database) -> None:
    """Lost: Dingyuan and He Zhenbang at the court, three fines at the city. Nothing else moves."""
    sql = (
        "SELECT list, name FROM lists.entries INNER JOIN "
        "(SELECT subject_id, min(name) AS name FROM resolve.names GROUP BY 1) USING (subject_id)"
    )
    assert sorted(database.fetch(sql)) == [
        ("administrative_penalties", "柳陌鼎远装饰工程有限公司"),
        ("court_dishonest", "周明"),
    ]
    assert len(story.rows(sql)) == 7


def test_a_sentence_for_each(damaged, database) -> None:
    told = told_by_gates(database, feeds("story"), read_manifest(damaged))
    text = "\n".join(told)
    for file in (EMPTY, RENAMED, EXTRA, REMOVED):
        assert f"{file} could not be read and counts as not delivered: " in text
    for file, line in ((TRUNCATED, 1), (HALF_WRITTEN, 9), (WRONG_ENCODING, 4)):
        assert f"{file}: 1 record could not be read" in text and f"line {line}: " in text
    assert "city_licences: 1 delivery that was due did not come, the first on 2024-01-08" in text
    assert f"court: 1 row kept aside (see quality.verdicts), the first in {UNKNOWN_CODE}" in text
    assert "column partyTypeName says '机器人', which breaks valid_partytypename" in text
    # Whose record could not be read is met by nobody.
    for feed in ("market_registry", "market_shareholders"):
        assert f"{feed}: 1 row met nobody (see resolve.unmatched)." in told
    assert len(told) == 11
    assert all(line.endswith(".") and "\n" not in line for line in told)


def test_an_undamaged_folder_needs_no_sentence(story) -> None:
    with open_engine("duckdb", story.database, read_only=True) as engine:
        assert told_by_gates(engine, feeds("story"), read_manifest(story.landing)) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("pets/pets_20240101.csv", "no contract has a feed 'pets'"),
        ("court/court_20240101.xml", "must be named court_<YYYYMMDD>.json"),
        ("court/court_20241341.json", "20241341 is no day"),
        ("notes.txt", "move it into its feed's folder"),
    ],
)
def test_a_folder_with_what_no_contract_knows(name, sentence, generated, tmp_path) -> None:
    """Refused before anything is built; no half-made database is left."""
    folder = tmp_path / "landing"
    (folder / "court").mkdir(parents=True)
    shutil.copyfile(
        generated("story", 1, dirt=0.0).landing / "manifest.json", folder / "manifest.json"
    )
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    with pytest.raises(ValueError, match=sentence):
        build(folder, tmp_path / "out.duckdb")
    assert not (tmp_path / "out.duckdb").exists()
