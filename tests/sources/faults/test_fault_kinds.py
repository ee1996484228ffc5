"""Each kind of fault, on rows written out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines.exchange.mishaps import mishaps
from schemas.contract import Column, feeds
from schemas.identifiers import RESIDENT_NO, SCHEMES, USCC, could_be_real
from sources.faults import FaultError, kind, kinds
from sources.faults.draw import Draw, text_numbers
from sources.faults.figures import times
from sources.faults.identifiers import may_stand
from sources.faults.mistyped_code import mistype
from sources.faults.wrong_unit import FACTOR
from tests.how_many import how_many

WANTED = {
    "valid_code_of_another",
    "mistyped_code",
    "same_name_mixup",
    "wrong_unit",
    "stale_delivery",
    "lost_withdrawal",
    "free_edit",
}
ROW = {
    "no": "1",
    "code": "91870101PDY00001XE",
    "name": "青石港木业有限公司",
    "person": "870101198504120111",
    "fine": "0.500000",
    "mark": "A",
}


class Town:
    """Three firms and three people, two of whom share a name."""

    def codes(self, scheme, like):
        return {
            "uscc": ["91870101PDY00001XE", "91870101PDY000028E"],
            "resident_no": ["870101198504120111", "87010119850412012X"],
        }.get(scheme, [])

    def namesakes(self, scheme, like):
        return {"870101198504120111": ["890000200101010016"]}.get(like, [])

    def name(self, scheme, code):
        return {"91870101PDY000028E": "云穗水产有限公司"}.get(code)

    def standing(self, feed, column, day):
        return ["1", "2"]


def draw(feed, n=1, **values):
    return Draw(n, ("test",), feed, Town(), values)


def test_the_kinds_are_found_by_their_files():
    assert set(kinds()) >= WANTED
    assert list(kinds()) == sorted(kinds())
    for name, fault in kinds().items():
        assert fault.kind == name and fault.description.endswith(".") and fault.models


def test_no_kind_of_fault_is_called_as_a_mishap_is():
    assert not kinds().keys() & mishaps().keys()


def test_an_unknown_kind_is_told_in_a_sentence():
    with pytest.raises(FaultError, match="There is no fault 'gremlin'; there are .*free_edit"):
        kind("gremlin")


def test_every_feed_of_the_project_can_suffer_something():
    for feed in feeds().values():
        assert any(f.fits(feed) for f in kinds().values() if f.kind != "free_edit"), feed.name


def test_a_valid_code_of_another_is_the_only_other_there_is(feed_of):
    spoilt = kind("valid_code_of_another").module.spoil(ROW, draw(feed_of()))
    assert spoilt == ROW | {"code": "91870101PDY000028E"}
    assert ROW["code"] == "91870101PDY00001XE"  # the row given is left as it was


def test_without_a_code_the_next_identifier_is_exchanged(feed_of):
    row = ROW | {"code": None}
    spoilt = kind("valid_code_of_another").module.spoil(row, draw(feed_of()))
    assert spoilt == row | {"person": "87010119850412012X"}
    nobody = row | {"person": None}
    assert kind("valid_code_of_another").module.spoil(nobody, draw(feed_of())) is None


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("uscc", "91870101PDY00001XE"),
        ("org_code", "PDY00001X"),
        ("registration_no", "870101100000014"),
        ("tax_no", "870101PDY00001X"),
        ("resident_no", "870101198504120111"),
        ("resident_no", "87010119850412012X"),
    ],
)
def test_a_mistyped_code_is_one_character_off_fails_its_check_and_is_nobodys(
    feed_of, scheme, value
):
    for n in range(how_many(300)):
        typed = mistype(value, scheme, draw(feed_of(), n))
        assert sum(a != b for a, b in zip(typed, value, strict=True)) == 1
        assert not SCHEMES[scheme].checksum_ok(typed)
        assert SCHEMES[scheme].is_synthetic(typed) and not could_be_real(typed)


def test_a_mistyped_code_keeps_its_division_and_its_body(feed_of):
    for n in range(how_many(300)):
        typed = mistype("91870101PDY00001XE", "uscc", draw(feed_of(), n))
        assert typed[2] == "8" and typed[3] in "456789" and typed[8:11] == "PDY"


def test_a_same_name_mixup_writes_the_namesakes_number(feed_of):
    spoilt = kind("same_name_mixup").module.spoil(ROW, draw(feed_of()))
    assert spoilt == ROW | {"person": "890000200101010016"}
    alone = ROW | {"person": "87010119850412012X"}
    assert kind("same_name_mixup").module.spoil(alone, draw(feed_of())) is None


@pytest.mark.parametrize(
    ("text", "up", "written"),
    [
        ("0.500000", True, "5000.000000"),
        ("0.500000", False, "0.000050"),
        ("12", True, "120000"),
        ("120000", False, "12"),
        ("12", False, None),  # 0.0012 has no place in whole numbers
        ("0.000000", True, None),  # nothing is nothing in any unit
        ("0.000001", False, None),
        ("n/a", True, None),
    ],
)
def test_a_wrong_unit_is_ten_thousand_exactly(text, up, written):
    factor = FACTOR if up else 1 / FACTOR
    assert times(text, factor, Column("fine", "罚款", "")) == written


def test_a_wrong_unit_that_the_column_cannot_hold_goes_the_other_way(feed_of):
    narrow = Column("fine", "罚款", "", width=8)
    assert times("0.500000", FACTOR, narrow) is None
    assert times("0.500000", 1 / FACTOR, narrow) == "0.000050"
    both = {kind("wrong_unit").module.spoil(ROW, draw(feed_of(), n))["fine"] for n in range(20)}
    assert both == {"5000.000000", "0.000050"}


def test_an_inflated_figure_is_two_to_56_fold_and_passes_every_check(feed_of):
    spoil = kind("inflated_figure").module.spoil
    written = {Decimal(spoil(ROW, draw(feed_of(), n))["fine"]) for n in range(1_000)}
    assert {fine / Decimal("0.5") for fine in written} == set(range(2, 57))
    narrow = Column("fine", "罚款", "", parse="wan", at_most=Decimal("1.4"))
    feed = feed_of(columns=(narrow, *feed_of().columns[:4]))
    assert {spoil(ROW, draw(feed, n))["fine"] for n in range(20)} == {"1.000000"}
    assert spoil(ROW | {"fine": "0.000000"}, draw(feed_of())) is None


def test_a_hidden_member_keeps_the_own_number_and_no_relatives(feed_of):
    parents = [Column(n, "", "", scheme="resident_no") for n in ("own", "father", "mother")]
    feed = feed_of(columns=tuple(parents), registry="resident", identifier_scheme="resident_no")
    fault, row = kind("hidden_member"), {"own": "1", "father": None, "mother": "2"}
    assert fault.fits(feed) and not fault.fits(feed_of())
    assert fault.module.spoil(row, draw(feed)) == {"own": "1", "father": None, "mother": None}
    assert fault.module.spoil(row | {"mother": None}, draw(feed)) is None


def test_merits_are_withheld_where_merits_are_told():
    fits = kind("merit_undocumented").fits
    assert [name for name, feed in feeds().items() if fits(feed)] == ["honours"]


def test_a_free_edit_writes_what_it_is_told(feed_of):
    edit = kind("free_edit").module.spoil
    assert edit(ROW, draw(feed_of(), name="甲", fine="")) == ROW | {"name": "甲", "fine": None}
    assert edit(ROW, draw(feed_of(), no="1")) is None
    with pytest.raises(FaultError, match="has no column 'nosuch'"):
        edit(ROW, draw(feed_of(), nosuch="x"))


def test_a_free_edit_cannot_name_somebody_real(feed_of):
    real_looking = "91350100M000100Y43"  # the standard's own example
    assert USCC.is_valid(real_looking)
    with pytest.raises(FaultError, match="real identifier"):
        kind("free_edit").module.spoil(ROW, draw(feed_of(), code=real_looking))
    assert RESIDENT_NO.is_valid("11010519491231002X")
    with pytest.raises(FaultError, match="real identifier"):
        kind("free_edit").module.spoil(ROW, draw(feed_of(), person="11010519491231002X"))


def test_only_what_is_edited_is_judged_and_by_its_own_scheme(feed_of):
    row = ROW | {"code": "91350100M000100Y43"}  # delivered so: not this edit's doing
    edit = kind("free_edit").module.spoil
    assert edit(row, draw(feed_of(), fine="1")) == row | {"fine": "1"}
    with pytest.raises(FaultError, match="The value '91350100M000100Y43' of column code"):
        edit(ROW, draw(feed_of(), code="91350100M000100Y43"))


def test_a_number_that_passes_as_one_of_another_scheme_is_nobodys():
    """15 digits are a registration number; they may happen to pass the check of a tax number."""
    number = next(
        n
        for n in (f"{8701011000000 + k:013d}14" for k in range(5000))
        if SCHEMES["tax_no"].is_valid(n) and not SCHEMES["tax_no"].is_synthetic(n)
    )
    feed = feeds("whole")["county_penalties"]
    (column,) = (c.name for c in feed.columns if c.scheme == "registration_no")
    assert could_be_real(number) and may_stand(feed, {column: number})


def test_a_missing_value_never_is_the_key(feed_of):
    emptied = set()
    for n in range(60):
        spoilt = kind("missing_value").module.spoil(ROW, draw(feed_of(), n))
        emptied |= {name for name in ROW if spoilt[name] != ROW[name]}
    assert emptied == {"code", "name", "person", "fine"}


def test_a_typo_stays_near_the_name(feed_of):
    for n in range(60):
        typed = kind("typo_in_name").module.spoil(ROW, draw(feed_of(), n))["name"]
        assert typed != ROW["name"]
        assert len(typed) in (len(ROW["name"]) - 1, len(ROW["name"]))
        assert set(typed) <= set(ROW["name"])


def test_one_key_gives_one_stream_and_another_another(feed_of):
    one, two = draw(feed_of()), draw(feed_of())
    first = [one.below(1000) for _ in range(20)]
    assert first == [two.below(1000) for _ in range(20)]
    assert first == [one.again().below(1000)] + first[1:]
    assert first != [Draw(1, ("other",), feed_of()).below(1000) for _ in range(20)]


def test_the_number_of_a_key_is_its_own_whoever_stands_beside_it():
    import pyarrow as pa

    keys = pa.array([f"record {n}" for n in range(2_000)] + ["a much longer key than those are"])
    numbers = text_numbers(keys).tolist()
    assert numbers == [int(text_numbers(keys.slice(n, 1))[0]) for n in range(len(keys))]
    assert len(set(numbers)) == len(keys)
