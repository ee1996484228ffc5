"""The one form of what identifies: the table against Python's own Unicode data."""

import csv
import unicodedata

import pytest

from quality.from_contract import CODES
from schemas import normal_form as module
from schemas.normal_form import clean_text, escaped, normal_form, part_of_key, table


def test_compatibility_forms_are_those_of_unicode():
    said = {a: b for a, b, why in table() if why in ("nfkc", "wide")}
    assert {a: unicodedata.normalize("NFKC", a) for a in said} == said
    assert {a for a, _, why in table() if why == "radical"} <= {
        chr(point) for point in range(0x2E80, 0x2F00)
    }


def test_nothing_that_this_python_knows_is_missing():
    rows = {a: b for a, b, _ in table()}
    drawn = {chr(point): normal for point, normal, _ in module._drawn()}
    assert {a: rows.get(a) for a in drawn} == drawn


def test_what_a_character_becomes_becomes_nothing_else():
    rows = {a: b for a, b, _ in table()}
    assert len(rows) == len(table())
    assert not {b for b in rows.values() if b} & rows.keys()


@pytest.mark.parametrize(
    ("text", "shown", "compared"),
    [
        ("云穗市监罚〔2024〕1号", "云穗市监罚〔2024〕1号", "云穗市监罚〔2024〕1号"),
        ("\ufeff云穗\u200b（８４）\u3000", "云穗（84）", "云穗(84)"),
        ("⽯\u00a0⻓", "石 长", "石 长"),
        ("\t", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_text_is_shown_and_compared_in_one_form(text, shown, compared):
    assert (clean_text(text), normal_form(text)) == (shown, compared)


def test_no_two_rows_of_parts_join_to_the_same():
    rows = [("a|b", "c"), ("a", "b|c"), ("a\\", "|b"), ("a\\|", "b"), ("∅", "c"), ("\\∅", "c")]
    assert len({"|".join(map(escaped, row)) for row in rows}) == len(rows)
    assert part_of_key("∅") != "∅"


def test_code_lists_are_in_normal_form():
    """A coded value is looked up in normal form, so its list must be written in it."""
    for path in CODES.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                code = row.get("code")
                assert code is None or normal_form(code) == code, f"{path.name}: {code!r}"
