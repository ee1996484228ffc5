"""What a landing folder says about itself, and what its files say where it does not."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pipelines.landing import LandingError, read_manifest
from pipelines.landing.folder import window
from schemas.contract import feeds


def put(landing, *names: str) -> None:
    for name in names:
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def name_of(feed: str, day: str) -> str:
    return f"{feed}/{feed}_{day}.{feeds()[feed].extension}"


def test_a_manifest_is_taken_at_its_word(tmp_path) -> None:
    said = {
        "version": "1",
        "size": "tiny",
        "seed": 7,
        "dirt": 0.0,
        "days": 60,
        "day0": "2024-01-01",
        "last_day": "2024-02-29",
        "horizon": "2027-02-28",
        "tier": "core",
        "synthetic": True,
        "notice": "…",
    }
    (tmp_path / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    assert read_manifest(tmp_path) == said


def test_without_a_manifest_the_files_say(tmp_path) -> None:
    put(tmp_path, name_of("market_registry", "20240103"), name_of("court", "20240301"))
    assert read_manifest(tmp_path) == {
        "version": None,
        "size": None,
        "seed": None,
        "dirt": None,
        "synthetic": None,
        "notice": None,
        "day0": "2024-01-03",
        "last_day": "2024-03-01",
        "horizon": "2027-03-01",
        "days": 59,
        "tier": "story",
    }


def test_the_tier_is_the_smallest_that_has_every_feed(tmp_path) -> None:
    put(tmp_path, name_of("court", "20240101"), name_of("payments_platform", "20240101"))
    assert read_manifest(tmp_path)["tier"] == feeds()["payments_platform"].tier


def test_what_the_manifest_says_goes_first(tmp_path) -> None:
    put(tmp_path, name_of("court", "20240103"))
    (tmp_path / "manifest.json").write_text('{"day0": "2024-01-01", "seed": 3}', encoding="utf-8")
    manifest = read_manifest(tmp_path)
    assert (manifest["day0"], manifest["last_day"], manifest["days"]) == (
        "2024-01-01",
        "2024-01-03",
        3,
    )
    assert manifest["seed"] == 3


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("{", "is not readable"),
        (
            '{"seed": 3, "seed": 4}',
            "manifest.json: 'seed' is said twice in one object; say it once",
        ),
        ("[]", "must hold one JSON object"),
        ('{"day0": "yesterday"}', "write days as YYYY-MM-DD"),
    ],
)
def test_a_broken_manifest(content, word, tmp_path) -> None:
    put(tmp_path, name_of("court", "20240103"))
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(LandingError, match=word):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"last_day": "2023-12-31"}, "must follow in that order"),
        ({"horizon": "2024-01-01"}, "must follow in that order"),
        ({"days": -3}, "days says -3, but from day0 to last_day are 60"),
        ({"days": "60"}, "days says '60'"),
        ({"day0": "20240101"}, "day0 says '20240101'; write days as YYYY-MM-DD"),
        ({"size": {"a": 1}}, "size says {'a': 1}; write the name of a size, or leave it out"),
        ({"seed": "7"}, "seed says '7'; write a whole number"),
        ({"dirt": True}, "dirt says True; write a number"),
        ({"tier": "all"}, "there is no tier 'all'; write one of "),
        ({"horizon": 20270228}, "horizon: .*; write days as YYYY-MM-DD"),
    ],
)
def test_a_manifest_that_contradicts_itself(said, word, tmp_path) -> None:
    manifest = {"day0": "2024-01-01", "last_day": "2024-02-29", "horizon": "2027-02-28"}
    manifest |= {"days": 60, "tier": "core"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | said), encoding="utf-8")
    with pytest.raises(LandingError, match=word):
        read_manifest(tmp_path)


@pytest.mark.parametrize("stray", ["19700101", "20420129"])
def test_a_day_years_apart_is_taken_for_a_mistake(stray, tmp_path) -> None:
    """Without a manifest the files make the window, so one wrong name would stretch it by decades."""
    put(tmp_path, name_of("court", "20240101"), name_of("court", "20240110"))
    put(tmp_path, name_of("market_registry", stray))
    with pytest.raises(
        LandingError, match=rf"market_registry_{stray}.*days apart from the"
    ) as told:
        read_manifest(tmp_path)
    assert "2024-01-01 to 2024-01-10; rename it, or say day0 and last_day" in str(told.value)
    window = {"day0": "2024-01-01", "last_day": "2024-01-10"}
    (tmp_path / "manifest.json").write_text(json.dumps(window), encoding="utf-8")
    assert read_manifest(tmp_path)["days"] == 10


@pytest.mark.parametrize(
    ("said", "between"),
    [
        ({}, None),
        ({"last_day": "2024-01-10"}, (date(2024, 1, 1), date(2024, 1, 10))),
        ({"day0": "2024-01-05"}, (date(2024, 1, 5), date(2024, 1, 20))),
    ],
)
def test_a_manifest_with_one_end_of_the_window_still_has_a_window(said, between, tmp_path) -> None:
    put(tmp_path, *(name_of("court", f"202401{day}") for day in ("01", "10", "20")))
    (tmp_path / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    assert window(tmp_path) == between


def test_nothing_there(tmp_path) -> None:
    with pytest.raises(LandingError, match="holds no delivery; run `islands generate` first"):
        read_manifest(tmp_path)
    with pytest.raises(LandingError, match="is no folder; run `islands generate` first"):
        read_manifest(tmp_path / "none")


def test_a_day_with_no_three_years_after_it_is_refused(tmp_path) -> None:
    put(tmp_path, name_of("market_registry", "99981231"))
    with pytest.raises(LandingError, match="market_registry_99981231.* no calendar goes on"):
        read_manifest(tmp_path)
