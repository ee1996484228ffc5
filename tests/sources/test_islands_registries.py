"""Registers of enterprises, bodies and residents, the central bank, the two platforms.

A hand-made world goes through `observe*.sql`, hand-made believed rows through `conform/*.sql`; what
must come out is written beside them.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from schemas.contract import ROOT, feeds, islands
from sources.world.columns import COLUMNS
from sources.world.views import make_views
from tests.sources import islands_by_hand
from tests.sources.islands_by_hand import keeps_to_the_standard

ISLANDS = (
    "market_registry",
    "public_bodies_registry",
    "resident_registry",
    "central_bank",
    "payments_platform",
    "messaging_platform",
)
FEEDS = tuple(name for name, feed in feeds().items() if feed.island in ISLANDS)
D = date.fromisoformat

FIRM = {
    "kind": "enterprise",
    "uscc": "91870101PDY00001XE",
    "org_code": "PDY00001X",
    "registration_no": "870101100000014",
    "division": "870101",
    "born": "2012-05-08",
    "trade": "C13",
    "registrar": "市场监督管理局",
    "capital_fen": 500_000_001,
    "file_no": "QY1",
}
MAN = {
    "kind": "resident",
    "resident_no": "870101198504120111",
    "division": "870101",
    "born": "1985-04-12",
    "sex": "M",
    "file_no": "HJ1",
}


def load_codes(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Make the code lists that a query reads."""
    con.execute("CREATE SCHEMA IF NOT EXISTS codes")
    for name in set(re.findall(r"\bcodes\.(\w+)", sql)):
        read = f"SELECT * FROM read_csv('{ROOT}/schemas/codes/{name}.csv', all_varchar = true)"
        con.execute(f"CREATE TABLE IF NOT EXISTS codes.{name} AS {read}")


class World:
    """A few rows of the world, and what an island sees of them."""

    def __init__(self) -> None:
        self.con = duckdb.connect()
        self.con.execute("CREATE SCHEMA world")
        types = {"int64": "BIGINT", "string": "VARCHAR", "date32[day]": "DATE"}
        for table, columns in COLUMNS.items():
            held = ", ".join(f"{name} {types[str(kind)]}" for name, kind in columns.items())
            self.con.execute(f"CREATE TABLE world.{table} ({held})")
        make_views(self.con)

    def add(self, table: str, **values: object) -> None:
        """One row; columns left out are NULL."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self.con.execute(
            f"INSERT INTO world.{table} ({names}) VALUES ({marks})", list(values.values())
        )

    def subject(self, subject_no: int, values: dict[str, object], **spells: object) -> None:
        """A subject and its attributes; each is a text, or (value, first day) one after another."""
        self.add("subjects", subject_no=subject_no, **values)
        for name, held in spells.items():
            turns = [(held, values["born"])] if isinstance(held, str) else held
            ends = [day for _, day in turns[1:]] + [values.get("ended")]
            for (value, day), end in zip(turns, ends, strict=True):
                self.add(
                    "attributes",
                    subject_no=subject_no,
                    property=name,
                    value=value,
                    valid_from=day,
                    valid_to=end,
                )

    def observed(self, feed: str) -> list[dict[str, object]]:
        """What the island's register holds, by key and day; columns are checked on the way."""
        contract = feeds()[feed]
        sql = contract.observe_file().read_text(encoding="utf-8")
        load_codes(self.con, sql)
        key = ", ".join(contract.natural_key)
        found = self.con.execute(f"SELECT * FROM ({sql}) ORDER BY {key}, held_from")
        names = [column[0] for column in found.description]
        assert names == [
            *(name for name in contract.column_names if name != contract.effect_column),
            "held_from",
            "held_to",
        ]
        assert {str(column[1]) for column in found.description[:-2]} == {"VARCHAR"}
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def conformed(shape: str, rows: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    """What an island's conform SQL makes of believed rows, by feed; missing cells are filled in."""
    return islands_by_hand.conformed(islands()[feeds()[next(iter(rows))].island], shape, rows)


def picked(rows: list[dict[str, object]], *names: str) -> list[tuple[object, ...]]:
    """Some columns of each row."""
    return [tuple(row[name] for name in names) for row in rows]


def code_list(name: str) -> list[dict[str, str]]:
    """A code list, row by row."""
    with Path(ROOT / f"schemas/codes/{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# Contracts


def test_every_island_has_its_feeds() -> None:
    assert FEEDS == (
        "central_bank",
        "market_registry",
        "market_shareholders",
        "messaging_platform",
        "payments_platform",
        "public_bodies",
        "honours",
        "residents",
    )


@pytest.mark.parametrize("name", ISLANDS)
def test_a_contract_keeps_to_its_standard(name: str) -> None:
    keeps_to_the_standard(ROOT / "sources" / name)


@pytest.mark.parametrize("name", FEEDS)
def test_a_contract_says_all_there_is_to_say(name: str) -> None:
    feed = feeds()[name]
    assert feed.natural_key
    assert feed.title_zh and feed.description
    assert feed.first_delivery["reason"] and feed.backlog_ratio["reason"]
    assert feed.fault_rates
    for column in feed.columns:
        assert column.title_zh and column.description, column.name
        assert column.required or column.name not in feed.natural_key
        if column.valid_values:
            assert code_list(column.valid_values)[0]["code"]


@pytest.mark.parametrize("name", [n for n in FEEDS if feeds()[n].effect_column])
def test_effect_codes_are_those_of_their_list(name: str) -> None:
    feed = feeds()[name]
    listed = code_list(feed.column(feed.effect_column).valid_values)
    assert feed.effect_codes == {row["code"]: row["effect"] for row in listed}


# Market registry


def firm_with_a_past() -> World:
    world = World()
    world.subject(
        1,
        FIRM | {"ended": "2024-09-01"},
        name=[("青榆食品有限公司", "2012-05-08"), ("青榆粮油有限公司", "2020-03-01")],
        address="榆东区一号",
        scope="食品加工",
        status=[("1", "2012-05-08"), ("3", "2022-01-10")],
    )
    world.subject(2, MAN, name=[("王小明", "1985-04-12"), ("王晓明", "2019-01-01")], address="甲")
    woman = MAN | {"resident_no": "87010119850412012X", "sex": "F", "file_no": "HJ2"}
    world.subject(3, woman, name="李梅", address="甲")
    for number, (who, begins, ends) in enumerate(
        [(2, "2012-05-08", "2021-06-01"), (3, "2021-06-01", "2024-09-01")]
    ):
        world.add(
            "links",
            link_no=number,
            link_kind="legal_representative",
            a_no=who,
            b_no=1,
            valid_from=begins,
            valid_to=ends,
        )
    return world


def test_an_enterprises_record_is_cut_where_anything_in_it_changes() -> None:
    rows = firm_with_a_past().observed("market_registry")
    assert picked(rows, "jgmc", "fddbrxm", "zt", "hzrq", "held_from", "held_to") == [
        ("青榆食品有限公司", "王小明", "1", "20120508", D("2012-05-08"), D("2020-03-01")),
        ("青榆粮油有限公司", "王小明", "1", "20200301", D("2020-03-01"), D("2021-06-01")),
        ("青榆粮油有限公司", "李梅", "1", "20210601", D("2021-06-01"), D("2022-01-10")),
        ("青榆粮油有限公司", "李梅", "3", "20220110", D("2022-01-10"), D("2024-09-01")),
        ("青榆粮油有限公司", "李梅", "4", "20240901", D("2024-09-01"), None),
    ]
    assert {row["dabh"] for row in rows} == {"QY1"}
    last = rows[-1]
    assert (last["zczj"], last["djglbmdm"], last["clrq"]) == ("500.000001", "9", "20120508")
    assert (last["fddbrzjlx"], last["fddbrzjhm"]) == ("01", "87010119850412012X")


def test_an_enterprise_without_a_head_is_on_the_register_all_the_same() -> None:
    world = World()
    world.subject(1, FIRM, name="青榆食品有限公司", address="榆东区一号", status="1")
    (row,) = world.observed("market_registry")
    assert (row["fddbrxm"], row["fddbrzjlx"], row["zt"]) == (None, None, "1")
    assert (row["held_from"], row["held_to"]) == (D("2012-05-08"), None)


def test_filings_last_as_long_as_the_relation() -> None:
    world = firm_with_a_past()
    partner = FIRM | {"uscc": "91870101PDY000028E", "file_no": "QY2"}
    world.subject(4, partner, name="柳陌贸易有限公司", address="柳陌区二号")
    for number, (kind, a, b, share) in enumerate(
        [
            ("shareholder", 2, 1, 355),
            ("shareholder", 4, 1, 645),
            ("director", 3, 1, None),
            ("business_partner", 1, 4, None),
            ("employment", 2, 1, None),
        ],
        start=7,
    ):
        world.add(
            "links",
            link_no=number,
            link_kind=kind,
            a_no=a,
            b_no=b,
            share_permille=share,
            valid_from="2020-05-01",
            valid_to="2024-09-01",
        )
    rows = world.observed("market_shareholders")
    assert picked(rows, "babh", "tyshxydm", "gxlx", "xgfmc", "xgfsfhm", "xgftyshxydm", "cgbl") == [
        ("BA000000000007", FIRM["uscc"], "01", "王晓明", MAN["resident_no"], None, "35.5"),
        ("BA000000000008", FIRM["uscc"], "01", "柳陌贸易有限公司", None, partner["uscc"], "64.5"),
        ("BA000000000009", FIRM["uscc"], "02", "李梅", "87010119850412012X", None, None),
        ("BA000000000010", partner["uscc"], "03", "青榆粮油有限公司", None, FIRM["uscc"], None),
    ]
    assert picked(rows, "qsrq", "held_from", "held_to")[0] == (
        "20200501",
        D("2020-05-01"),
        D("2024-09-01"),
    )


ENTERPRISE_ROW = {
    "dabh": "QY1",
    "tyshxydm": "91870101PDY00001xe",
    "zzjgdm": "PDY00001X",
    "zch": "870101100000014",
    "jgmc": "　青榆食品有限公司 ",
    "zcdz": "榆东区一号",
    "zcdzxzqhdm": "870101",
    "jyfw": None,
    "jjhydm": "C13",
    "zczj": "500.000001",
    "fddbrxm": "王小明",
    "fddbrzjlx": "01",
    "fddbrzjhm": "870101198504120111",
    "clrq": "20120508",
    "hzrq": "20240103",
    "zt": "1",
    "effect": "change",
    "from_day": "2024-01-08",
}


def test_the_enterprise_register_speaks_of_its_own_entry() -> None:
    rows = conformed("statements", {"market_registry": [ENTERPRISE_ROW]})
    founded, approved = D("2012-05-08"), D("2024-01-03")
    assert picked(rows, "property", "value", "valid_from") == [
        ("address", "榆东区一号", approved),
        ("capital_yuan", "5000000.01", approved),
        ("division", "870101", approved),
        ("founded", "2012-05-08", founded),
        ("name", "青榆食品有限公司", approved),
        ("org_code", "PDY00001X", founded),
        ("registration_no", "870101100000014", founded),
        ("status", "1", approved),
        ("trade", "C13", approved),
        ("uscc", "91870101PDY00001XE", founded),
    ]
    assert set(
        picked(rows, "record_id", "version", "effect", "id_scheme", "id_value", "subject_kind")
    ) == {("r1", "v1", "change", "record", "r1", "enterprise")}
    assert set(picked(rows, "name", "division", "valid_to", "from_day", "to_day")) == {
        ("青榆食品有限公司", "870101", None, D("2024-01-08"), None)
    }


def test_the_legal_representative_stands_in_the_register_until_the_end() -> None:
    (row,) = conformed("links", {"market_registry": [ENTERPRISE_ROW]})
    assert picked(
        [row], "link_kind", "a_scheme", "a_value", "a_name", "a_kind", "b_scheme", "b_value"
    ) == [
        (
            "legal_representative",
            "resident_no",
            "870101198504120111",
            "王小明",
            "resident",
            "record",
            "r1",
        )
    ]
    assert (row["b_name"], row["b_division"], row["b_kind"]) == (
        "青榆食品有限公司",
        "870101",
        "enterprise",
    )
    assert (row["valid_from"], row["from_day"]) == (D("2024-01-03"), D("2024-01-08"))
    assert conformed("links", {"market_registry": [ENTERPRISE_ROW | {"zt": "4"}]}) == []
    nobody = {"fddbrxm": None, "fddbrzjhm": None}
    assert conformed("links", {"market_registry": [ENTERPRISE_ROW | nobody]}) == []


def test_a_legal_representative_without_an_identity_card_is_known_by_name() -> None:
    for other in ({"fddbrzjhm": None}, {"fddbrzjlx": "02"}):
        (row,) = conformed("links", {"market_registry": [ENTERPRISE_ROW | other]})
        assert (row["a_scheme"], row["a_value"], row["a_name"]) == (None, None, "王小明")


def test_filings_tie_both_sides_by_number() -> None:
    filing = {
        "babh": "BA1",
        "tyshxydm": "91870101PDY00001XE",
        "jgmc": "青榆食品有限公司",
        "xgfmc": "某",
        "qsrq": "20200501",
    }
    person, firm = {"xgfsfhm": "870101198504120111"}, {"xgftyshxydm": "91870101pdy000028E"}
    rows = conformed(
        "links",
        {
            "market_shareholders": [
                filing | person | {"gxlx": "01"},
                filing | firm | {"gxlx": "01"},
                filing | person | {"gxlx": "02"},
                filing | firm | {"gxlx": "03"},
                filing | {"gxlx": "01"},
            ]
        },
    )
    assert picked(rows, "link_kind", "a_scheme", "a_value", "a_kind") == [
        ("shareholder", "resident_no", "870101198504120111", "resident"),
        ("shareholder", "uscc", "91870101PDY000028E", "enterprise"),
        ("director", "resident_no", "870101198504120111", "resident"),
        ("business_partner", "uscc", "91870101PDY000028E", "enterprise"),
        ("shareholder", None, None, None),
    ]
    assert set(picked(rows, "b_scheme", "b_value", "b_kind", "valid_from", "valid_to")) == {
        ("uscc", "91870101PDY00001XE", "enterprise", D("2020-05-01"), None)
    }


def test_kinds_of_relation_are_those_of_their_list() -> None:
    listed = code_list("relation_kinds")
    rows = conformed(
        "links",
        {"market_shareholders": [{"gxlx": row["code"], "xgfmc": "某"} for row in listed]},
    )
    assert [row["link_kind"] for row in rows] == [row["link_kind"] for row in listed]


# Public bodies registry

BODY = {
    "kind": "government_body",
    "uscc": "11870000PDY001004U",
    "org_code": "PDY001004",
    "division": "870000",
    "born": "2001-03-02",
    "file_no": "DW1",
}


def test_a_dissolved_body_stays_on_the_register() -> None:
    world = World()
    world.subject(1, BODY | {"ended": "2024-03-01"}, name="青榆市统计局", address="一号")
    union = BODY | {"kind": "social_organisation", "uscc": "51870000PDY042420A", "file_no": "DW2"}
    world.subject(2, union, name="青榆市商会", address="二号")
    world.subject(3, MAN, name="王小明", address="甲")
    world.add(
        "links",
        link_no=1,
        link_kind="legal_representative",
        a_no=3,
        b_no=1,
        valid_from="2010-01-01",
        valid_to="2024-03-01",
    )
    rows = world.observed("public_bodies")
    assert picked(rows, "dah", "jglb", "fddbrxm", "zt", "hzrq", "held_from", "held_to") == [
        ("DW1", "1", None, "1", "2001-03-02", D("2001-03-02"), D("2010-01-01")),
        ("DW1", "1", "王小明", "1", "2010-01-01", D("2010-01-01"), D("2024-03-01")),
        ("DW1", "1", "王小明", "4", "2024-03-01", D("2024-03-01"), None),
        ("DW2", "2", None, "1", "2001-03-02", D("2001-03-02"), None),
    ]
    assert picked(rows, "djglbmdm", "clrq")[-1] == ("5", "2001-03-02")


BODY_ROW = {
    "dah": "DW1",
    "tyshxydm": "11870000PDY001004U",
    "zzjgdm": "PDY001004",
    "jgmc": "青榆市统计局",
    "jglb": "1",
    "jgdz": "一号",
    "xzqhdm": "870000",
    "fddbrxm": "王小明",
    "fddbrzjhm": "870101198504120111",
    "clrq": "2001-03-02",
    "hzrq": "2010-01-01",
    "zt": "1",
}


def test_the_register_of_bodies_speaks_of_its_own_entry() -> None:
    rows = conformed("statements", {"public_bodies": [BODY_ROW]})
    assert picked(rows, "property", "value") == [
        ("address", "一号"),
        ("division", "870000"),
        ("founded", "2001-03-02"),
        ("name", "青榆市统计局"),
        ("org_code", "PDY001004"),
        ("status", "1"),
        ("uscc", "11870000PDY001004U"),
    ]
    assert set(picked(rows, "id_scheme", "id_value", "subject_kind")) == {
        ("record", "r1", "government_body")
    }


def test_a_body_has_a_head_until_it_is_dissolved() -> None:
    (row,) = conformed("links", {"public_bodies": [BODY_ROW, BODY_ROW | {"zt": "4"}]})
    assert (row["a_value"], row["b_value"], row["b_kind"]) == (
        "870101198504120111",
        "r1",
        "government_body",
    )
    assert row["valid_from"] == D("2010-01-01")


def test_kinds_of_body_are_those_of_their_list() -> None:
    for listed in code_list("body_kinds"):
        rows = conformed("statements", {"public_bodies": [BODY_ROW | {"jglb": listed["code"]}]})
        assert {row["subject_kind"] for row in rows} == {listed["subject_kind"]}


def test_honours_go_out_and_come_back() -> None:
    """Every ground of volunteering and honour survives the island's own codes."""
    grounds = [g for g in code_list("grounds") if g["event_kind"] in ("volunteering", "honour")]
    world = World()
    world.subject(1, MAN, name=[("王小明", "1985-04-12"), ("王晓明", "2019-01-01")], address="甲")
    for number, ground in enumerate(grounds, start=100):
        world.add(
            "conduct",
            conduct_no=number,
            conduct_kind=ground["event_kind"],
            subject_no=1,
            ground=ground["code"],
            severity=ground["severity"],
            document_no=f"RY{number}",
            decided="2018-06-01",
            held_from="2018-06-05",
            office="青榆市志愿者协会",
            detail="4" if ground["event_kind"] == "volunteering" else None,
        )
    rows = world.observed("honours")
    assert set(picked(rows, "mc", "sfhm", "tyshxydm", "bfrq", "held_from", "held_to")) == {
        ("王小明", MAN["resident_no"], None, "2018-06-01", D("2018-06-05"), None)
    }
    assert {row["fwsc"] for row in rows if row["xmlb"].startswith("V")} == {"4"}
    assert {row["fwsc"] for row in rows if row["xmlb"].startswith("H")} == {None}
    for row in rows:
        del row["held_from"], row["held_to"]
    events = conformed("events", {"honours": rows})
    assert sorted(picked(events, "ground", "event_kind", "severity", "document_no")) == sorted(
        (ground["code"], ground["event_kind"], ground["severity"], f"RY{number}")
        for number, ground in enumerate(grounds, start=100)
    )
    assert set(picked(events, "id_scheme", "id_value", "subject_kind", "event_day")) == {
        ("resident_no", MAN["resident_no"], "resident", D("2018-06-01"))
    }


def test_an_honoured_organisation_is_known_by_its_code() -> None:
    row = {"zsbh": "RY1", "tyshxydm": "91870101PDY00001XE", "mc": "某公司", "xmlb": "H03"}
    (event,) = conformed("events", {"honours": [row]})
    assert (event["id_scheme"], event["id_value"]) == ("uscc", "91870101PDY00001XE")
    assert (event["subject_kind"], event["ground"]) == (None, "honest_trader")


# Resident registry


def test_a_residents_record_begins_with_the_birth_and_ends_with_the_death() -> None:
    world = World()
    world.subject(1, FIRM, name=[("老厂", "2012-05-08"), ("新厂", "2022-01-01")], address="一号")
    world.subject(2, MAN, name="王大明", address="甲")
    mother = MAN | {"resident_no": "87010119850412012X", "sex": "F", "file_no": "HJ2"}
    world.subject(3, mother, name="李梅", address="甲")
    child = MAN | {
        "resident_no": "870101200505050019",
        "born": "2005-05-05",
        "ended": "2024-08-01",
        "file_no": "HJ3",
    }
    world.subject(4, child, name="王小明", address=[("甲", "2005-05-05"), ("乙", "2023-02-01")])
    for number, (kind, a, b, begins, ends) in enumerate(
        [
            ("parent_child", 2, 4, "2005-05-05", None),
            ("parent_child", 3, 4, "2005-05-05", None),
            ("employment", 4, 1, "2021-07-01", "2023-06-01"),
        ]
    ):
        world.add(
            "links",
            link_no=number,
            link_kind=kind,
            a_no=a,
            b_no=b,
            valid_from=begins,
            valid_to=ends,
        )
    rows = [row for row in world.observed("residents") if row["dah"] == "HJ3"]
    assert picked(rows, "zz", "gzdw", "gzdwxzqh", "bgrq", "held_from", "held_to") == [
        ("甲", None, None, "20050505", D("2005-05-05"), D("2021-07-01")),
        ("甲", "老厂", "870101", "20210701", D("2021-07-01"), D("2023-02-01")),
        ("乙", "老厂", "870101", "20230201", D("2023-02-01"), D("2023-06-01")),
        ("乙", None, None, "20230601", D("2023-06-01"), D("2024-08-01")),
    ]
    assert set(picked(rows, "gmsfhm", "xm", "xb", "csrq", "fqsfhm", "mqsfhm")) == {
        (
            "870101200505050019",
            "王小明",
            "1",
            "20050505",
            MAN["resident_no"],
            mother["resident_no"],
        )
    }


RESIDENT_ROW = {
    "dah": "HJ3",
    "gmsfhm": "87010119850412012x",
    "xm": "王小明",
    "xb": "1",
    "csrq": "19850412",
    "xzqh": "870101",
    "zz": "甲",
    "fqsfhm": "870101196001010019",
    "mqsfhm": "870101196101010020",
    "gzdw": "老厂",
    "gzdwxzqh": "870102",
    "bgrq": "20210701",
}


def test_the_resident_register_speaks_of_its_own_entry() -> None:
    rows = conformed("statements", {"residents": [RESIDENT_ROW]})
    born, since = D("1985-04-12"), D("2021-07-01")
    assert picked(rows, "property", "value", "valid_from") == [
        ("address", "甲", since),
        ("born", "1985-04-12", born),
        ("division", "870101", since),
        ("name", "王小明", since),
        ("resident_no", "87010119850412012X", born),
    ]
    assert set(picked(rows, "id_scheme", "id_value", "subject_kind")) == {
        ("record", "r1", "resident")
    }


def test_parents_are_known_by_number_and_employers_by_name() -> None:
    rows = conformed("links", {"residents": [RESIDENT_ROW]})
    assert picked(rows, "link_kind", "a_scheme", "a_value", "b_scheme", "b_value", "b_name") == [
        ("employment", "record", "r1", None, None, "老厂"),
        ("parent_child", "resident_no", "870101196001010019", "record", "r1", "王小明"),
        ("parent_child", "resident_no", "870101196101010020", "record", "r1", "王小明"),
    ]
    assert picked(rows, "a_name", "b_division", "b_kind", "valid_from") == [
        ("王小明", "870102", "enterprise", D("2021-07-01")),
        (None, "870101", "resident", D("1985-04-12")),
        (None, "870101", "resident", D("1985-04-12")),
    ]


def test_a_number_written_for_both_parents_is_one_parent() -> None:
    row = RESIDENT_ROW | {"mqsfhm": RESIDENT_ROW["fqsfhm"], "gzdw": None}
    assert len(conformed("links", {"residents": [row]})) == 1
    row = RESIDENT_ROW | {"fqsfhm": None, "gzdw": None}
    assert picked(conformed("links", {"residents": [row]}), "a_value") == [("870101196101010020",)]


# Central bank


def test_loans_and_arrears_go_out_and_come_back() -> None:
    """Every ground of loans and arrears survives the island's own codes."""
    grounds = [g for g in code_list("grounds") if g["event_kind"] in ("loan", "loan_overdue")]
    world = World()
    world.subject(1, MAN, name="王小明", address="甲")
    world.subject(2, FIRM, name="青榆食品有限公司", address="榆东区一号")
    for number, ground in enumerate(grounds, start=100):
        loan = ground["event_kind"] == "loan"
        world.add(
            "conduct",
            conduct_no=number,
            conduct_kind=ground["event_kind"],
            subject_no=2 if ground["code"].startswith("business") else 1,
            ground=ground["code"],
            severity=ground["severity"],
            amount_fen=35_000_050,
            document_no=f"{'DK' if loan else 'YQ'}{number}",
            decided="2021-09-30",
            due="2026-09-30" if loan else None,
            held_from="2021-10-01",
            held_to="2024-02-01",
            office="青榆合作银行",
            detail=None if loan else "DK7",
        )
    rows = world.observed("central_bank")
    assert set(picked(rows, "khmc", "sfhm", "tyshxydm")) == {
        ("王小明", MAN["resident_no"], None),
        ("青榆食品有限公司", None, FIRM["uscc"]),
    }
    assert set(picked(rows, "zhzt", "ffje", "yqje", "dqrq", "ksrq", "held_from", "held_to")) == {
        ("1", "350000.50", None, "20260930", "20210930", D("2021-10-01"), D("2024-02-01")),
        ("2", None, "350000.50", None, "20210930", D("2021-10-01"), D("2024-02-01")),
    }
    assert {row["dkzh"] for row in rows if row["zhzt"] == "2"} == {"DK7"}
    assert all(row["dkzh"] == row["ywbh"] for row in rows if row["zhzt"] == "1")
    for row in rows:
        del row["held_from"], row["held_to"]
    events = conformed("events", {"central_bank": rows})
    assert sorted(picked(events, "ground", "event_kind", "severity")) == sorted(
        (ground["code"], ground["event_kind"], ground["severity"]) for ground in grounds
    )
    assert set(picked(events, "event_kind", "event_day", "valid_from", "valid_to")) == {
        ("loan", D("2021-09-30"), D("2021-09-30"), D("2026-09-30")),
        ("loan_overdue", D("2021-09-30"), D("2021-09-30"), None),
    }
    assert set(picked(events, "id_scheme", "id_value", "subject_kind", "authority")) == {
        ("resident_no", MAN["resident_no"], "resident", "青榆合作银行"),
        ("uscc", FIRM["uscc"], "enterprise", "青榆合作银行"),
    }
    assert {str(row["amount_yuan"]) for row in events} == {"350000.50"}


def test_statuses_of_accounts_are_those_of_their_list() -> None:
    for listed in code_list("account_status"):
        (event,) = conformed("events", {"central_bank": [{"zhzt": listed["code"], "khmc": "某"}]})
        assert event["event_kind"] == listed["event_kind"]
        assert (event["id_scheme"], event["ground"]) == (None, None)


# Payments platform


def acted(
    world: World,
    number: int,
    kind: str,
    ground: str,
    document: str,
    fen: int,
    decided: str,
    by: int = 1,
) -> None:
    """One act on a platform, held from the next day on."""
    world.add(
        "conduct",
        conduct_no=number,
        conduct_kind=kind,
        subject_no=by,
        ground=ground,
        amount_fen=fen,
        document_no=document,
        decided=decided,
        held_from=D(decided) + timedelta(days=1),
    )


def test_payments_go_out_and_come_back() -> None:
    """Every ground of the platform survives the island's own codes."""
    grounds = [
        g for g in code_list("grounds") if g["event_kind"] in ("platform_payment", "platform_late")
    ]
    world = World()
    world.subject(1, MAN, name="王小明", address="甲")
    for number, ground in enumerate(grounds, start=100):
        acted(
            world, number, ground["event_kind"], ground["code"], f"PT{number}", 12_850, "2024-02-15"
        )
    rows = world.observed("payments_platform")
    assert set(picked(rows, "certNo", "realName", "amountFen", "bizDate", "held_from")) == {
        (MAN["resident_no"], "王小明", "12850", "2024-02-15", D("2024-02-16"))
    }
    assert {row["bizType"] for row in rows} == {
        row["code"] for row in code_list("platform_services")
    }
    for row in rows:
        del row["held_from"], row["held_to"]
    events = conformed("events", {"payments_platform": rows})
    assert sorted(picked(events, "ground", "event_kind", "severity", "document_no")) == sorted(
        (ground["code"], ground["event_kind"], ground["severity"], f"PT{number}")
        for number, ground in enumerate(grounds, start=100)
    )
    assert {str(row["amount_yuan"]) for row in events} == {"128.50"}
    assert set(picked(events, "id_scheme", "id_value", "event_day", "valid_from")) == {
        ("resident_no", MAN["resident_no"], D("2024-02-15"), D("2024-02-15"))
    }


def test_a_pair_the_platform_does_not_know_has_no_ground() -> None:
    (event,) = conformed(
        "events", {"payments_platform": [{"bizType": "SHOPPING", "result": "LATE"}]}
    )
    assert (event["ground"], event["event_kind"], event["amount_yuan"]) == (
        None,
        "platform_late",
        None,
    )


# Messaging platform

FRIEND = MAN | {"resident_no": "87010119850412012X", "file_no": "HJ2"}
OTHER = MAN | {"resident_no": "870101198504120138", "file_no": "HJ3"}


def among_friends() -> World:
    """王小明 and two friends of his, the second since April 2024."""
    world = World()
    world.subject(1, MAN, name="王小明")
    world.subject(2, FRIEND, name=[("李桂", "1985-04-12"), ("李桂芳", "2024-03-01")])
    world.subject(3, OTHER, name="赵安")
    tie = {"link_kind": "friend", "valid_to": None}
    world.add("links", link_no=10, a_no=1, b_no=2, valid_from="2020-01-01", **tie)
    world.add("links", link_no=11, a_no=1, b_no=3, valid_from="2024-04-01", **tie)
    return world


def test_trades_of_the_wallet_go_out_and_come_back() -> None:
    """Every ground of the platform survives the island's own codes."""
    grounds = [g for g in code_list("grounds") if g["event_kind"].startswith("wallet_")]
    world = among_friends()
    for number, ground in enumerate(grounds, start=100):
        acted(
            world, number, ground["event_kind"], ground["code"], f"W{number}", 18_800, "2024-02-15"
        )
    rows = world.observed("messaging_platform")
    assert set(picked(rows, "user_id_card", "user_name", "total_fee", "time_end", "held_from")) == {
        (MAN["resident_no"], "王小明", "18800", "20240215", D("2024-02-16"))
    }
    assert {row["trade_type"] for row in rows} == {
        row["code"] for row in code_list("wallet_services")
    }
    for row in rows:
        del row["held_from"], row["held_to"]
    events = conformed("events", {"messaging_platform": rows})
    assert sorted(picked(events, "ground", "event_kind", "severity", "document_no")) == sorted(
        (ground["code"], ground["event_kind"], ground["severity"], f"W{number}")
        for number, ground in enumerate(grounds, start=100)
    )
    assert set(picked(events, "id_scheme", "id_value", "event_day", "authority")) == {
        ("resident_no", MAN["resident_no"], D("2024-02-15"), "云雀通")
    }
    assert {str(row["amount_yuan"]) for row in events} == {"188.00"}


def test_a_transfer_makes_a_friend_and_goes_to_each_in_turn() -> None:
    """He has one friend in March and two in May; whoever has none sends money to nobody known."""
    world = among_friends()
    acted(world, 101, "wallet_payment", "transfer_sent", "W101", 18_800, "2024-02-15")
    acted(world, 102, "wallet_payment", "transfer_sent", "W102", 18_800, "2024-05-15")
    acted(world, 103, "wallet_payment", "transfer_sent", "W103", 18_800, "2024-05-16")
    acted(world, 104, "wallet_payment", "transfer_sent", "W104", 18_800, "2020-06-01", by=3)
    acted(world, 105, "wallet_payment", "purchase_paid", "W105", 18_800, "2024-05-17")
    rows = world.observed("messaging_platform")
    assert picked(rows, "trade_no", "friend_name") == [
        ("W101", "李桂"),
        ("W102", "李桂芳"),
        ("W103", "赵安"),
        ("W104", None),
        ("W105", None),
    ]
    for row in rows:
        del row["held_from"], row["held_to"]
    links = conformed("links", {"messaging_platform": rows})
    assert picked(links, "link_kind", "a_value", "b_scheme", "b_value", "b_name", "valid_from") == [
        ("friend", MAN["resident_no"], "resident_no", FRIEND["resident_no"], "李桂", D("2024-02-15")),
        ("friend", MAN["resident_no"], "resident_no", FRIEND["resident_no"], "李桂芳", D("2024-05-15")),
        ("friend", MAN["resident_no"], "resident_no", OTHER["resident_no"], "赵安", D("2024-05-16")),
    ]  # fmt: skip


def test_a_state_that_does_not_fit_the_trade_has_no_ground() -> None:
    (event,) = conformed(
        "events", {"messaging_platform": [{"trade_type": "ACCOUNT", "trade_state": "1"}]}
    )
    assert (event["ground"], event["event_kind"]) == (None, "wallet_payment")
