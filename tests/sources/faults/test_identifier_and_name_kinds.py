"""What goes wrong with codes and names, on rows written by hand: of each, all that can come of it."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.contract import Column, feeds
from schemas.identifiers import SCHEMES, could_be_real
from schemas.normal_form import normal_form
from sources.faults import history, kind, kinds
from sources.faults.characters import confused
from sources.faults.draw import Draw, Nobody
from sources.faults.history import corrected_history, faulty_history
from sources.faults.identifiers import fits_width, possibly_real
from sources.world import divisions, names

FIRM, PARTNER, ENDED = "91870101PDY00001XE", "91870101PDY000028E", "92880203PDY0001753"
OFFICE = "11870000PDY001004U"
PERSON, OTHER = "870101198504120111", "890000200101010016"
ROW = {
    "no": "1",
    "code": FIRM,
    "name": "青石港木业有限公司",
    "person": PERSON,
    "fine": "0.5",
    "mark": "A",
}

CODE = Column("code", "统一社会信用代码", "USCC.", scheme="uscc")
ORG = Column("org", "组织机构代码", "Organisation code.", scheme="org_code")
CARD = Column("card", "证件", "Code or masked number.", scheme="org_code",
              pattern=r"^([0-9A-Z]{8}-?[0-9X]|[0-9]{10}\*{4}[0-9]{3}[0-9X])$")  # fmt: skip
NAME = Column("name", "名称", "Name.")
PERSON_NO = Column("person", "公民身份号码", "Resident number.", scheme="resident_no")
TAX = Column("tax", "纳税人识别号", "Tax number.", scheme="tax_no")
TIE = Column("tie", "关系类型", "Kind of relation.", valid_values="relation_kinds")
NO = Column("no", "文号", "Number.", required=True)


class Town(Nobody):
    """Two firms that are partners, one struck off, an office, and two people."""

    def codes(self, scheme, like):
        return {"uscc": [PARTNER, FIRM, OFFICE], "resident_no": [OTHER]}.get(scheme, [])

    def linked(self, scheme, like):
        return {FIRM: [PARTNER]}.get(like, [])

    def struck_off(self, scheme, day):
        return [ENDED] if scheme == "uscc" else []

    def name(self, scheme, code):
        return {FIRM: "青石港木业有限公司", PARTNER: "云穗水产有限公司"}.get(code)


def results(name, feed, row, draws=120):
    """All rows that come of a row, each column -> what it then says, in the columns that changed."""
    found = []
    for n in range(draws):
        spoilt = history.spoilt(kind(name), row, Draw(n, ("test",), feed, Town()))
        change = None if spoilt is None else {k: v for k, v in spoilt.items() if v != row[k]}
        assert spoilt is None or spoilt.keys() == row.keys()
        if change not in found:
            found.append(change)
    return found


# Kind, column and text -> every text that may come instead; no text: nothing changes.
CASES = [
    ("look_alike_in_code", ORG, "PDY000028", [
        "PDYO00028", "PDY0O0028", "PDY00O028", "PDY000O28", "PDY0000Z8", "PDY00002B",
    ]),
    ("transposed_code", ORG, "PDY00001X", ["DPY00001X", "PYD00001X", "PD0Y0001X", "PDY00010X", "PDY0000X1"]),
    ("code_of_linked_firm", CODE, FIRM, [PARTNER]),
    ("code_of_linked_firm", CODE, PARTNER, []),
    ("code_of_struck_off_firm", CODE, FIRM, [ENDED]),
    ("code_of_struck_off_firm", TAX, FIRM, [ENDED]),
    ("superseded_code", CODE, FIRM, ["PDY00001X", "870101PDY00001X"]),
    ("superseded_code", TAX, FIRM, ["870101PDY00001X"]),
    ("superseded_code", TAX, "870101PDY00001X", []),
    ("placeholder_code", CODE, FIRM, ["0" * 18, OFFICE]),
    ("placeholder_code", ORG, "PDY00001-X", ["00000000-0", "PDY001004"]),
    ("placeholder_code", CARD, "8701011985****0111", ["0" * 18]),
    ("code_cut_by_spreadsheet", PERSON_NO, PERSON, ["870101198504120000", "8.70101E+17"]),
    ("code_cut_by_spreadsheet", PERSON_NO, "87010119850412012X", []),
    ("leading_zero_lost", TIE, "01", ["1"]),
    ("masked_digits_filled", CARD, "8701011985****0111", ["870101198501010111"]),
    ("masked_digits_filled", CARD, "PDY00001X", []),
    ("code_written_otherwise", CODE, FIRM, [
        "91870101pdy00001xe", "９１８７０１０１ＰＤＹ００００１ＸＥ", "9187 0101 PDY0 0001 XE",
        "91870101PDY00001X-E",
    ]),
    ("code_written_otherwise", CARD, "PDY00001X", ["ＰＤＹ００００１Ｘ", "PDY00001-X"]),
    ("homophone_in_name", NAME, "张伟", ["章伟", "张玮", "张纬"]),
    ("look_alike_in_name", NAME, "余丁", ["佘丁", "余了"]),
    ("traditional_characters", NAME, "青石港木业有限公司", ["青石港木業有限公司"]),
    ("traditional_characters", NAME, "王木", []),
    ("abbreviated_name", NAME, "青石港木业有限公司", ["青石港木业公司"]),
    ("abbreviated_name", NAME, "云穗市水产股份有限公司", [
        "云穗市水产股份公司", "云穗水产股份有限公司",
    ]),
    ("abbreviated_name", NAME, "云穗县委员会", ["云穗县委", "云穗委员会"]),
    ("abbreviated_name", NAME, "王伟", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "column", "text", "instead"), CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES]
)
def test_a_cell_becomes_one_of_these_and_nothing_else_changes(name, column, text, instead, feed_of):
    feed = feed_of(columns=(NO, column))
    wanted = [{column.name: one} for one in dict.fromkeys(instead)] or [None]
    found = results(name, feed, {"no": "1", column.name: text})
    assert sorted(map(str, found)) == sorted(map(str, wanted))


@pytest.mark.parametrize("name", sorted({case[0] for case in CASES} | {"name_of_another"}))
def test_only_the_columns_it_names_change_and_nothing_is_real(name, feed_of):
    columns = (NO, CODE, NAME, PERSON_NO, ORG, CARD, TAX, TIE)
    feed = feed_of(columns=columns)
    row = dict(zip(feed.column_names, (
        "1", FIRM, "张市木业有限公司", PERSON, "PDY00001-X", "8701011985****0111", FIRM, "01"
    ), strict=True))  # fmt: skip
    assert possibly_real(feed, row) is None
    before = dict(row)
    for change in results(name, feed, row):
        assert len(change) == 1 and change.keys() <= {*kind(name).columns(feed)}
        (text,) = change.values()
        assert not could_be_real(text)
    assert row == before


def test_nothing_is_written_wider_than_its_column(feed_of):
    narrow = Column("person", "公民身份号码", "", scheme="resident_no", width=18)
    feed = feed_of(columns=(NO, narrow), format="fixed", encoding="gb18030")
    assert fits_width(feed, narrow, "9" * 18) and not fits_width(feed, narrow, "１" * 18)
    row = {"no": "1", "person": "87010119850412012X"}
    assert results("code_written_otherwise", feed, row) == [{"person": "87010119850412012x"}]


def test_some_slips_pass_the_check_and_some_do_not():
    org, uscc = SCHEMES["org_code"], SCHEMES["uscc"]
    assert org.checksum_ok("PDY0000Z8")  # Z for 2: 33 more, three times eleven
    assert not any(org.checksum_ok(code) for code in ("PDYO00028", "PDY00002B"))
    assert not uscc.is_shaped("9187O101PDY00001XE")


def test_other_forms_are_the_same_code():
    for form in (
        "91870101pdy00001xe",
        "９１８７０１０１ＰＤＹ００００１ＸＥ",
        "9187 0101 PDY0 0001 XE",
    ):
        assert SCHEMES["uscc"].compact(form) == FIRM


def test_another_form_of_a_key_would_be_another_record(feed_of):
    feed = feed_of(columns=(CODE, NAME), natural_key=("code",))
    assert not kind("code_written_otherwise").fits(feed)


def test_a_register_gives_the_codes_of_another_whole(feed_of):
    feed = feed_of(columns=(NO, CODE, ORG), registry="enterprise")
    fault, row = kind("one_code_on_two_bodies"), {"no": "1", "code": FIRM, "org": "PDY00001X"}
    assert fault.fits(feed) and not fault.fits(feed_of())
    both = [{"code": PARTNER, "org": "PDY000028"}, {"code": OFFICE, "org": "PDY001004"}]
    assert sorted(map(str, results("one_code_on_two_bodies", feed, row))) == sorted(map(str, both))
    assert {str(c) for c in results("one_code_on_two_bodies", feed, row | {"org": None})} == {
        str({"code": PARTNER}), str({"code": OFFICE})
    }  # fmt: skip


def test_the_name_of_another_stands_beside_the_right_code(feed_of):
    assert results("name_of_another", feed_of(), ROW) == [{"name": "云穗水产有限公司"}]
    nameless = ROW | {"code": None, "person": OTHER}  # whose number no register gives a name
    assert results("name_of_another", feed_of(), nameless, 3) == [None]


def test_a_former_name_is_told_on_until_the_right_one_comes(feed_of):
    days = [date(2024, 1, 1 + 7 * n) for n in range(3)]
    feed, fault = feed_of("snapshot", registry="enterprise"), kind("former_name")
    row = {k: v for k, v in ROW.items() if k != "mark"}
    new = row | {"name": "青石港林业有限公司", "fine": "0.6"}
    clean = {days[0]: [row], days[1]: [new], days[2]: [new]}
    assert fault.fits(feed) and not fault.fits(feed_of())
    assert fault.columns(feed) == ("name",) and fault.frame == "changed"
    assert fault.places(feed, clean, days) == days[1:]
    draw = Draw(1, ("test",), feed)
    faulty = faulty_history(fault, clean, days, days[1], days[2], "source", draw)
    assert faulty == clean | {days[1]: [new | {"name": row["name"]}]}
    assert corrected_history(feed, clean, faulty, days[2]) == faulty
    same = {day: [row] for day in days}
    assert fault.places(feed, same, days) == []
    assert faulty_history(fault, same, days, days[1], None, "source", draw) == same


def test_leading_zeros_are_lost_where_codes_have_them():
    places = {name: kind("leading_zero_lost").columns(feed) for name, feed in feeds().items()}
    assert {name: columns for name, columns in places.items() if columns} == {
        "market_registry": ("fddbrzjlx",),
        "market_shareholders": ("gxlx",),
    }


def test_characters_are_those_of_names_here_and_fit_where_they_stand():
    pools = (
        names.BRAND_FIRST, names.BRAND_LATER, *names.SURNAMES, *names.GIVEN["M"], *names.GIVEN["F"],
        *(word for trade in names.trades() for word in trade.words), *names.COMPANY_FORMS,
        *names.HOUSEHOLD_FORMS, *divisions.load().names,
    )  # fmt: skip
    ours = set("".join(pools))
    for why in ("homophone", "look_alike", "traditional"):
        table = confused(why)
        assert len(table) > 200 and len(table.keys() & ours) > 0.9 * len(table)
        for character, written in table.items():
            for one in written:
                assert len(one) == 1 and one != character
                assert len(one.encode("gb18030")) == 2  # as wide as what it stands for
                assert normal_form(one) == one  # no normal form heals it


def test_every_kind_of_these_groups_has_a_place_in_some_feed():
    for fault in kinds().values():
        if fault.group in ("identifiers", "names"):
            assert any(fault.fits(feed) for feed in feeds().values()), fault.kind
