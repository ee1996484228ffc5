"""The court, the tax bureau, the city, the counties, abnormal operations, the utility company.

A hand-made world goes through `observe*.sql`, hand-made believed rows through `conform/*.sql`; what
must come out is written beside them.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.contract import feeds, islands
from tests.sources.islands_by_hand import (
    FIRM,
    MAN,
    UNION,
    D,
    Row,
    World,
    code_list,
    conformed,
    keeps_to_the_standard,
    picked,
)

ISLANDS = (
    "abnormal_operations",
    "city_penalties",
    "county_penalties",
    "court",
    "tax_bureau",
    "utility_company",
)
FEEDS = tuple(name for name, feed in feeds().items() if feed.island in ISLANDS)
# Code list of an island's own words -> the kind of event whose grounds they stand for.
WORDS = {
    "disrupt_types": "judgment_default",
    "penalty_reasons": "penalty",
    "county_case_types": "penalty",
    "licence_documents": "licence",
    "abnormal_reasons": "abnormal",
    "tax_violation_kinds": "tax_violation",
    "utility_kinds": "utility_arrears",
}


def world_of_two() -> World:
    """A firm that was renamed in 2020 and changed its head in 2019, a man, a workers' union."""
    world = World()
    world.subject(
        1,
        FIRM,
        name=[("风车面粉有限公司", "2012-05-08"), ("风车粮油有限责任公司", "2020-01-01")],
        address="驼铃市风车区青石东街1号",
    )
    world.subject(2, MAN, name="王小明", address="驼铃市风车区听泉里路2号3幢101室")
    woman = MAN | {"resident_no": "87010119850412012X", "sex": "F"}
    world.subject(3, woman, name=[("李梅", "1985-04-12"), ("李枚", "2021-01-01")])
    world.subject(4, UNION, name="朔禾粮油工会委员会", address="驼铃市风车区青石东街9号")
    world.link("legal_representative", 2, 1, "2012-05-08", "2019-07-09")
    world.link("legal_representative", 3, 1, "2019-07-09")
    return world


def events(island: str, join: str = "full", **rows: list[Row]) -> list[Row]:
    """Events that an island's SQL makes of believed rows."""
    return conformed(islands()[island], "events", rows, join)


def there_and_back(world: World, feed: str) -> list[Row]:
    """What the island sees, brought back to events: the world's own words again."""
    contract = feeds()[feed]
    return events(contract.island, **{feed: world.observed(contract)})


# Contracts and code lists


def test_every_island_has_its_feeds():
    assert FEEDS == (
        "abnormal_operations",
        "city_penalties",
        "city_licences",
        "county_penalties",
        "court",
        "tax_violations",
        "tax_a_class",
        "utility_company",
    )
    assert {n for n in ISLANDS if n in islands("story")} == {"court", "city_penalties"}


@pytest.mark.parametrize("name", ISLANDS)
def test_a_contract_follows_the_standard(name):
    keeps_to_the_standard(islands()[name].folder)


@pytest.mark.parametrize("name", FEEDS)
def test_a_contract_says_all_there_is_to_say(name):
    feed = feeds()[name]
    assert feed.natural_key and feed.title_zh and feed.description
    bound = feed.previous_ratio if feed.mode == "snapshot" else feed.backlog_ratio
    assert feed.first_delivery["reason"] and bound["reason"]
    assert feed.fault_rates
    for column in feed.columns:
        assert column.title_zh and column.description, column.name
        assert column.required or column.name not in feed.natural_key
        if column.valid_values:
            assert code_list(column.valid_values)[0]["code"]


@pytest.mark.parametrize("name", [n for n in FEEDS if feeds()[n].effect_column])
def test_effect_codes_are_those_of_their_list(name):
    feed = feeds()[name]
    listed = code_list(feed.column(feed.effect_column).valid_values)
    assert feed.effect_codes == {row["code"]: row["effect"] for row in listed}


@pytest.mark.parametrize("name", WORDS)
def test_every_ground_has_exactly_one_word(name):
    grounds = sorted(r["code"] for r in code_list("grounds") if r["event_kind"] == WORDS[name])
    words = code_list(name)
    assert sorted(row["ground"] for row in words) == grounds
    assert len({row["code"] for row in words}) == len(words)


def test_the_two_layouts_of_penalties_share_labels_and_not_meanings():
    city, county = feeds()["city_penalties"], feeds()["county_penalties"]
    schemes = {
        label: (city.column(label).scheme, county.column(label).scheme)
        for label in ("code_1", "code_2", "code_3", "code_5")
    }
    assert schemes == {
        "code_1": ("uscc", "uscc"),
        "code_2": ("registration_no", "org_code"),
        "code_3": ("org_code", "registration_no"),
        "code_5": (None, "resident_no"),
    }


# Court


def test_the_court_writes_an_entry_as_it_stood_on_the_day():
    world = world_of_two()
    case = {"amount_fen": 12_500_001, "office": "驼铃市人民法院", "detail": "(2018)8701民初5号"}
    world.act("judgment_default", 1, 1, "evasion", **case, held_to="2024-02-01")
    world.act("judgment_default", 2, 2, "property_report", **case, decided="2019-04-11")
    world.act("judgment_default", 4, 4, "spending_order", office="驼铃市人民法院")
    world.act("penalty", 5, 1, "fire_safety", office="city")
    rows = world.observed(feeds()["court"])
    assert picked(rows, "id", "iname", "cardNum", "age", "sexy", "businessEntity") == [
        ("0000000001", "风车面粉有限公司", "PDY00001X", "0", None, "李梅"),
        ("0000000002", "王小明", "8701011985****0111", "33", "男性", None),
        ("0000000004", "朔禾粮油工会委员会", "PDY042420", "0", None, None),
    ]
    assert picked(rows, "partyTypeName", "performance", "performedPart", "unperformPart") == [
        ("企业法人", "全部未履行", "0.00", "125000.01"),
        ("自然人", "全部未履行", "0.00", "125000.01"),
        ("社会组织", "全部未履行", None, None),
    ]
    assert picked(rows, "regDate", "publishDate", "areaName", "gistId")[0] == (
        "20190709",
        "2019年07月18日",
        "朔禾省",
        "(2018)8701民初5号",
    )
    assert picked(rows, "held_from", "held_to")[0] == (D("2019-07-18"), D("2024-02-01"))


def test_a_part_of_the_judgment_may_be_performed():
    world = world_of_two()
    world.act("judgment_default", 8, 2, "evasion", amount_fen=101, office="驼铃市人民法院")
    (row,) = world.observed(feeds()["court"])
    assert (row["performance"], row["performedPart"], row["unperformPart"]) == (
        "部分未履行",
        "0.25",
        "0.76",
    )
    (event,) = events("court", court=[row])
    assert event["amount_yuan"] == Decimal("1.01")


COURT_ROW: Row = {
    "id": "1000000001",
    "iname": " 王小明",
    "caseCode": "(2019)8701执1号",
    "cardNum": "8701011985****011x",
    "courtName": "驼铃市人民法院",
    "partyTypeName": "自然人",
    "regDate": "20190709",
    "performedPart": "0.00",
    "unperformPart": "5000.50",
    "disruptTypeName": "违反财产报告制度",
    "publishDate": "2019年07月18日",
    "effect": "correct",
    "to_day": "2024-03-01",
}


def test_an_entry_of_the_court_is_a_judgment_not_performed():
    assert events("court", court=[COURT_ROW]) == [
        {
            "record_id": "r1",
            "version": "v1",
            "feed": "court",
            "effect": "correct",
            "id_scheme": "masked_resident_no",
            "id_value": "8701011985****011X",
            "name": "王小明",
            "division": None,
            "address": None,
            "subject_kind": "resident",
            "event_kind": "judgment_default",
            "ground": "property_report",
            "severity": "general",
            "amount_yuan": Decimal("5000.50"),
            "document_no": "(2019)8701执1号",
            "authority": "驼铃市人民法院",
            "details": None,
            "event_day": D("2019-07-09"),
            "valid_from": D("2019-07-09"),
            "valid_to": None,
            "from_day": D("2024-01-01"),
            "to_day": D("2024-03-01"),
        }
    ]


@pytest.mark.parametrize(
    ("card", "kind", "scheme", "value", "subject_kind"),
    [
        ("PDY00001-X", "企业法人", "org_code", "PDY00001X", "enterprise"),
        ("PDY042420", "社会组织", "org_code", "PDY042420", "social_organisation"),
        ("11870000", "机关法人", None, None, "government_body"),
        # The gate lets no number through that is not starred; here it would be nobody's.
        ("870101198504120111", "自然人", None, None, "resident"),
        ("PDY00001X", "自然人", "org_code", "PDY00001X", "resident"),
        (None, "自然人", None, None, "resident"),
    ],
)
def test_one_column_of_the_court_holds_two_kinds_of_identifier(
    card, kind, scheme, value, subject_kind
):
    row = COURT_ROW | {"cardNum": card, "partyTypeName": kind}
    assert picked(events("court", court=[row]), "id_scheme", "id_value", "subject_kind") == [
        (scheme, value, subject_kind)
    ]


def test_what_the_court_does_not_say_is_missing_and_no_row_is_lost():
    row = COURT_ROW | {
        "disruptTypeName": "别的",
        "partyTypeName": "别的",
        "performedPart": None,
        "unperformPart": None,
        "regDate": "20190732",
    }
    (event,) = events("court", court=[row])
    assert picked([event], "ground", "severity", "amount_yuan", "event_day", "subject_kind") == [
        (None, None, None, None, None)
    ]


def test_judgments_go_out_and_come_back():
    world = world_of_two()
    for number, word in enumerate(code_list("disrupt_types"), start=1):
        values = {"amount_fen": 7_654_321, "office": "驼铃市人民法院"}
        world.act("judgment_default", number, 1 + number % 2, word["ground"], **values)
    back = there_and_back(world, "court")
    severity = {row["code"]: row["severity"] for row in code_list("grounds")}
    assert sorted(picked(back, "document_no", "ground", "severity")) == [
        (f"N{number}", word["ground"], severity[word["ground"]])
        for number, word in enumerate(code_list("disrupt_types"), start=1)
    ]
    assert set(picked(back, "amount_yuan", "event_day", "authority")) == {
        (Decimal("76543.21"), D("2019-07-09"), "驼铃市人民法院")
    }


# City penalties and licences


def test_the_city_writes_every_number_the_layout_asks_for():
    world = world_of_two()
    values = {"office": "city", "detail": "驼铃市消防救援局", "held_to": "2019-08-01"}
    world.act("penalty", 1, 1, "fire_safety", amount_fen=500_001, **values)
    world.act("penalty", 2, 2, "jaywalking", amount_fen=0, **values)
    world.act("penalty", 3, 4, "noise", **values)
    world.act("penalty", 4, 1, "noise", amount_fen=1, office="county")
    rows = world.observed(feeds()["city_penalties"])
    assert picked(rows, "cf_wsh", "cf_xdr_lb", "code_1", "code_2", "code_3", "code_4") == [
        (
            "N1",
            "法人及非法人组织",
            FIRM["uscc"],
            FIRM["registration_no"],
            FIRM["org_code"],
            FIRM["tax_no"],
        ),
        ("N2", "自然人", None, None, None, None),
        ("N3", "法人及非法人组织", UNION["uscc"], None, UNION["org_code"], None),
    ]
    assert picked(rows, "cf_xdr_zjhm", "cf_cflb", "cf_nr_fk", "cf_jdrq", "cf_gsjzq") == [
        (None, "罚款", "0.500001", "2019/07/09", "2022/07/08"),
        (MAN["resident_no"], "警告", "0.000000", "2019/07/09", "2019/10/07"),
        (None, "警告", None, "2019/07/09", "2019/10/07"),
    ]
    assert picked(rows, "cf_frdb", "cf_fr_zjhm", "cf_cfjg", "cf_cfjgdm")[0] == (
        "李梅",
        "87010119850412012X",
        "驼铃市消防救援局",
        "870100",
    )


def test_household_businesses_have_a_kind_of_their_own():
    world = World()
    world.subject(1, FIRM | {"uscc": "92880203PDY0001753"}, name="星洲面馆")
    world.act("penalty", 1, 1, "noise", office="city")
    assert [row["cf_xdr_lb"] for row in world.observed(feeds()["city_penalties"])] == ["个体工商户"]


PENALTY_ROW: Row = {
    "cf_wsh": "驼铃消防罚〔2019〕1号",
    "cf_xdr_mc": "风车面粉有限公司",
    "cf_xdr_lb": "法人及非法人组织",
    "code_1": "91870101pdy00001XE",
    "code_2": "870101100000014",
    "code_3": "PDY00001-X",
    "code_4": "870101PDY00001X",
    "cf_sy": "违反消防规定",
    "cf_nr_fk": "0.500001",
    "cf_jdrq": "2019/07/09",
    "cf_cfjg": "驼铃市消防救援局",
    "cf_frdb": "王小明",
    "cf_fr_zjhm": "8701 0119 8504 1201 11",
}


def test_a_penalty_of_the_city():
    (event,) = events("city_penalties", city_penalties=[PENALTY_ROW])
    assert event == {
        "record_id": "r1",
        "version": "v1",
        "feed": "city_penalties",
        "effect": "assert",
        "id_scheme": "uscc",
        "id_value": "91870101PDY00001XE",
        "name": "风车面粉有限公司",
        "division": None,
        "address": None,
        "subject_kind": "enterprise",
        "event_kind": "penalty",
        "ground": "fire_safety",
        "severity": "general",
        "amount_yuan": Decimal("5000.01"),
        "document_no": "驼铃消防罚〔2019〕1号",
        "authority": "驼铃市消防救援局",
        "details": "法定代表人王小明 870101198504120111",
        "event_day": D("2019-07-09"),
        "valid_from": D("2019-07-09"),
        "valid_to": None,
        "from_day": D("2024-01-01"),
        "to_day": None,
    }


@pytest.mark.parametrize(
    ("island", "feed", "row", "details"),
    [
        ("city_penalties", "city_penalties", {"cf_frdb": " 王小明"}, "法定代表人王小明"),
        ("city_penalties", "city_penalties", {"cf_fr_zjhm": "0"}, None),
        (
            "city_penalties",
            "city_penalties",
            {"cf_fr_zjhm": "870101198504120111"},
            "法定代表人870101198504120111",
        ),
        ("court", "court", {"businessEntity": "王小明"}, None),
        (
            "city_penalties",
            "city_licences",
            {"xk_frdb": "王小明", "xk_fr_zjhm": "87010119850412012x"},
            "法定代表人王小明 87010119850412012X",
        ),
        ("county_penalties", "county_penalties", {"cf_fr": "王小明"}, "法定代表人王小明"),
        ("county_penalties", "county_penalties", {"cf_fr": ""}, None),
        (
            "tax_bureau",
            "tax_violations",
            {"fddbrxm": "王小明", "cwfzrxm": "李梅"},
            "法定代表人王小明 财务负责人李梅",
        ),
        ("tax_bureau", "tax_violations", {"cwfzrxm": "李梅"}, "财务负责人李梅"),
        ("tax_bureau", "tax_violations", {}, None),
        ("public_bodies_registry", "honours", {"fwsc": " 8"}, "8小时"),
        ("public_bodies_registry", "honours", {"fwsc": "008"}, "8小时"),
        ("public_bodies_registry", "honours", {"fwsc": "viel"}, None),
        ("public_bodies_registry", "honours", {}, None),
    ],
)
def test_who_leads_a_firm_and_what_was_done_is_told_with_an_act(island, feed, row, details):
    assert picked(events(island, **{feed: [row]}), "details") == [(details,)]


def test_the_first_number_given_says_who_is_meant():
    steps = [{}, {"code_1": None}, {"code_2": "　"}, {"code_3": None}, {"code_4": ""}]
    rows, row = [], PENALTY_ROW
    for step in steps:
        row = row | step
        rows.append(row)
    rows.append(row | {"cf_xdr_zjhm": "87010119850412012x", "cf_xdr_lb": "自然人"})
    found = events("city_penalties", city_penalties=rows)
    assert picked(found, "id_scheme", "id_value", "subject_kind") == [
        ("uscc", "91870101PDY00001XE", "enterprise"),
        ("registration_no", "870101100000014", "enterprise"),
        ("org_code", "PDY00001X", None),
        ("tax_no", "870101PDY00001X", None),
        (None, None, None),
        ("resident_no", "87010119850412012X", "resident"),
    ]


def test_without_the_unified_code_the_old_numbers_come_first():
    only_code = PENALTY_ROW | {"code_2": None, "code_3": None, "code_4": None}
    rows = [PENALTY_ROW, PENALTY_ROW | {"code_2": None}, only_code]
    found = events("city_penalties", join="own-keys", city_penalties=rows)
    assert picked(found, "id_scheme", "id_value", "subject_kind") == [
        ("registration_no", "870101100000014", "enterprise"),
        ("org_code", "PDY00001X", "enterprise"),
        ("uscc", "91870101PDY00001XE", "enterprise"),
    ]


@pytest.mark.parametrize(
    ("wan", "yuan", "severity"),
    [
        ("10.000000", "100000", "serious"),
        ("9.999999", "99999.99", "general"),
        ("0.100000", "1000", "general"),
        ("0.099999", "999.99", "minor"),
        (None, None, "general"),
    ],
)
def test_the_fine_decides_how_grave_a_penalty_is(wan, yuan, severity):
    (event,) = events("city_penalties", city_penalties=[PENALTY_ROW | {"cf_nr_fk": wan}])
    assert event["severity"] == severity
    assert event["amount_yuan"] == (None if yuan is None else Decimal(yuan))
    (event,) = events("county_penalties", county_penalties=[{"cf_fkje": yuan}])
    assert event["severity"] == severity


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("警告", "minor"),
        ("罚款", "general"),
        ("行政拘留", "general"),
        ("暂扣或吊销许可证件", "general"),
        ("不详", "general"),
        (None, "general"),
    ],
)
@pytest.mark.parametrize("none", [None, "0"])
def test_without_a_fine_the_kind_of_penalty_decides(kind, severity, none):
    row = PENALTY_ROW | {"cf_nr_fk": none, "cf_cflb": kind}
    (event,) = events("city_penalties", city_penalties=[row])
    assert event["severity"] == severity
    row = {"cf_fkje": none, "cf_cflb": kind}
    (event,) = events("county_penalties", county_penalties=[row])
    assert event["severity"] == severity


def test_yuan_where_ten_thousands_are_meant_make_a_serious_penalty():
    (event,) = events("city_penalties", city_penalties=[PENALTY_ROW | {"cf_nr_fk": "5000"}])
    assert (event["amount_yuan"], event["severity"]) == (Decimal(50_000_000), "serious")


def test_penalties_of_the_city_go_out_and_come_back():
    world = world_of_two()
    words = code_list("penalty_reasons")
    for number, word in enumerate(words, start=1):
        values = {"office": "city", "detail": "某局", "amount_fen": 12_345_678}
        world.act("penalty", number, 1 + number % 2, word["ground"], **values)
    back = there_and_back(world, "city_penalties")
    assert sorted(picked(back, "document_no", "ground")) == sorted(
        (f"N{number}", word["ground"]) for number, word in enumerate(words, start=1)
    )
    assert set(picked(back, "amount_yuan", "severity", "event_day", "authority")) == {
        (Decimal("123456.78"), "serious", D("2019-07-09"), "某局")
    }


def test_licences_go_out_and_come_back():
    world = world_of_two()
    words = code_list("licence_documents")
    for number, word in enumerate(words, start=1):
        values = {"office": "city", "detail": "驼铃市行政审批局", "due": "2024-07-09"}
        world.act("licence", number, 1, word["ground"], **values)
    rows = world.observed(feeds()["city_licences"])
    assert set(picked(rows, "xk_jdrq", "xk_yxqz", "xk_yxqzi")) == {
        ("2019/07/09", "2019/07/09", "2024/07/08")
    }
    kinds = {row["code"] for row in code_list("licence_kinds")}
    assert {row["xk_xklb"] for row in rows} <= kinds
    back = there_and_back(world, "city_licences")
    assert sorted(picked(back, "document_no", "ground")) == sorted(
        (f"N{number}", word["ground"]) for number, word in enumerate(words, start=1)
    )
    assert set(picked(back, "event_kind", "severity", "id_value", "valid_from", "valid_to")) == {
        ("licence", "positive", FIRM["uscc"], D("2019-07-09"), D("2024-07-09"))
    }
    assert {row["amount_yuan"] for row in back} == {None}


# County penalties


def test_the_counties_write_one_number_out_of_habit():
    world = world_of_two()
    for number in (3, 4, 5):
        world.act("penalty", number, 1, "noise", amount_fen=5_050, office="county", detail="某局")
    for number in (6, 7, 8):
        world.act("penalty", number, 4, "noise", office="county", detail="某局")
    world.act("penalty", 9, 2, "noise", office="county", detail="某局")
    world.act("penalty", 10, 2, "noise", office="city")
    rows = world.observed(feeds()["county_penalties"])
    assert picked(rows, "cf_wsh", "code_1", "code_2", "code_3", "code_5") == [
        ("N3", FIRM["uscc"], None, None, None),
        ("N4", None, FIRM["org_code"], None, None),
        ("N5", None, None, FIRM["registration_no"], None),
        ("N6", UNION["uscc"], None, None, None),
        ("N7", None, UNION["org_code"], None, None),
        ("N8", None, UNION["org_code"], None, None),
        ("N9", None, None, None, MAN["resident_no"]),
    ]
    assert picked(rows, "cf_sy", "cf_fkje", "cf_cflb", "cf_jdrq", "cf_xzjg", "dfbm")[0] == (
        "A07",
        "50.50",
        "罚款",
        "2019-07-09",
        "某局",
        "870101",
    )


def test_the_counties_labels_mean_other_numbers():
    rows: list[Row] = [
        {"code_1": "91870101PDY00001XE"},
        {"code_1": "51870000PDY042420A"},
        {"code_2": "PDY00001-X"},
        {"code_3": "870101100000014"},
        {"code_4": "870101PDY00001X"},
        {"code_5": "87010119850412012x"},
        {"cf_xdr_mc": "王小明", "dfbm": "870121"},
    ]
    found = events("county_penalties", county_penalties=rows)
    assert picked(found, "id_scheme", "id_value", "subject_kind") == [
        ("uscc", "91870101PDY00001XE", "enterprise"),
        ("uscc", "51870000PDY042420A", None),
        ("org_code", "PDY00001X", None),
        ("registration_no", "870101100000014", "enterprise"),
        ("tax_no", "870101PDY00001X", None),
        ("resident_no", "87010119850412012X", "resident"),
        (None, None, None),
    ]
    assert picked(found[-1:], "name", "division") == [("王小明", "870121")]


def test_penalties_of_the_counties_go_out_and_come_back():
    world = world_of_two()
    words = code_list("county_case_types")
    for number, word in enumerate(words, start=1):
        values = {"office": "county", "detail": "某局", "amount_fen": 123_456}
        world.act("penalty", number, 1 + number % 2, word["ground"], **values)
    back = there_and_back(world, "county_penalties")
    assert sorted(picked(back, "document_no", "ground")) == sorted(
        (f"N{number}", word["ground"]) for number, word in enumerate(words, start=1)
    )
    assert set(picked(back, "event_kind", "amount_yuan", "severity", "event_day")) == {
        ("penalty", Decimal("1234.56"), "general", D("2019-07-09"))
    }


# Abnormal operations


def test_a_row_outlives_the_entry_by_ninety_days():
    world = world_of_two()
    office = {"office": "风车区市场监督管理局"}
    world.act("abnormal", 1, 1, "unreachable", **office, held_to="2024-02-01")
    world.act("abnormal", 2, 1, "annual_report_missing", **office, decided="2023-07-01")
    rows = world.observed(feeds()["abnormal_operations"])
    assert picked(rows, "name", "inDate", "outDate", "outOrgan", "held_from", "held_to") == [
        ("风车粮油有限责任公司", "2023-07-01", None, None, D("2019-07-18"), None),
        ("风车面粉有限公司", "2019-07-09", None, None, D("2019-07-18"), D("2024-02-01")),
        (
            "风车面粉有限公司",
            "2019-07-09",
            "2024-02-01",
            office["office"],
            D("2024-02-01"),
            D("2024-05-01"),
        ),
    ]
    assert picked(rows, "type", "inReason", "inOrgan", "outReason")[2] == (
        "企业",
        "通过登记住所无法联系",
        office["office"],
        "依法办理住所变更或重新取得联系",
    )


def test_an_entry_taken_out_no_longer_holds():
    row: Row = {
        "name": "风车面粉有限公司",
        "unityCreditCode": "91870101pdy00001xe",
        "inReason": "通过登记住所无法联系",
        "inDate": "2019-07-09",
        "inOrgan": "风车区市场监督管理局",
    }
    still, gone = events(
        "abnormal_operations", abnormal_operations=[row, row | {"outDate": "2024-02-01"}]
    )
    assert (still["valid_from"], still["valid_to"]) == (D("2019-07-09"), None)
    assert (gone["valid_from"], gone["valid_to"]) == (D("2019-07-09"), D("2024-02-01"))
    assert picked([still], "id_scheme", "id_value", "subject_kind", "event_kind", "ground") == [
        ("uscc", "91870101PDY00001XE", "enterprise", "abnormal", "unreachable")
    ]
    assert (still["severity"], still["event_day"]) == ("general", D("2019-07-09"))
    assert (still["division"], still["authority"]) == ("870101", "风车区市场监督管理局")


def test_abnormal_operations_go_out_and_come_back():
    world = world_of_two()
    words = code_list("abnormal_reasons")
    for number, word in enumerate(words, start=1):
        world.act("abnormal", number, 1, word["ground"], office="某局")
    back = there_and_back(world, "abnormal_operations")
    assert sorted(row["ground"] for row in back) == sorted(word["ground"] for word in words)


# Tax bureau


def test_a_tax_case_names_the_officers_of_the_day():
    world = world_of_two()
    world.link("employment", 2, 1, "2015-01-01", "2019-07-09")
    world.link("employment", 3, 1, "2018-01-01")
    world.link("employment", 2, 1, "2019-07-09")
    case = {"amount_fen": 250_000_075, "office": "驼铃市税务局"}
    world.act("tax_violation", 1, 1, "false_invoices", **case)
    (row,) = world.observed(feeds()["tax_violations"])
    assert picked([row], "nsrmc", "nsrsbh", "zzjgdm", "zcdz", "fddbrxm", "cwfzrxm") == [
        (
            "风车面粉有限公司",
            "870101PDY00001X",
            "PDY00001X",
            "驼铃市风车区青石东街1号",
            "李梅",
            "李梅",
        )
    ]
    assert picked([row], "ajxz", "sjje", "jdrq", "jcjg") == [
        ("虚开发票", "2500000.75", "2019-07-09", "驼铃市税务局")
    ]


def test_a_firm_without_employees_names_nobody():
    world = world_of_two()
    world.act("tax_violation", 1, 1, "tax_evasion", amount_fen=1, office="驼铃市税务局")
    (row,) = world.observed(feeds()["tax_violations"])
    assert (row["fddbrxm"], row["cwfzrxm"]) == ("李梅", None)


TAX_ROW: Row = {
    "wsh": "驼铃税稽罚〔2019〕1号",
    "nsrmc": "风车面粉有限公司",
    "nsrsbh": "870101pdy00001X",
    "zzjgdm": "PDY00001-X",
    "zcdz": "驼铃市风车区青石东街1号",
    "ajxz": "偷税",
    "sjje": "250000.75",
    "jdrq": "2019-07-09",
    "jcjg": "驼铃市税务局",
}


def test_a_tax_number_of_eighteen_characters_is_the_unified_code():
    rows = [
        TAX_ROW,
        TAX_ROW | {"nsrsbh": "91870101PDY00001XE"},
        TAX_ROW | {"nsrsbh": None},
        TAX_ROW | {"nsrsbh": None, "zzjgdm": None},
    ]
    found = events("tax_bureau", tax_violations=rows)
    assert picked(found, "id_scheme", "id_value", "ground", "severity", "amount_yuan") == [
        ("tax_no", "870101PDY00001X", "tax_evasion", "serious", Decimal("250000.75")),
        ("uscc", "91870101PDY00001XE", "tax_evasion", "serious", Decimal("250000.75")),
        ("org_code", "PDY00001X", "tax_evasion", "serious", Decimal("250000.75")),
        (None, None, "tax_evasion", "serious", Decimal("250000.75")),
    ]
    assert set(picked(found, "event_kind", "event_day", "address", "division", "authority")) == {
        ("tax_violation", D("2019-07-09"), "驼铃市风车区青石东街1号", "870101", "驼铃市税务局")
    }


@pytest.mark.parametrize("join", ["none", "own-keys"])
def test_without_the_unified_code_a_tax_case_is_about_an_organisation_code(join):
    rows = [TAX_ROW, TAX_ROW | {"zzjgdm": None}, TAX_ROW | {"zcdz": "别处"}]
    found = events("tax_bureau", join=join, tax_violations=rows)
    assert picked(found, "id_scheme", "id_value", "division") == [
        ("org_code", "PDY00001X", "870101"),
        ("tax_no", "870101PDY00001X", "870101"),
        ("org_code", "PDY00001X", None),
    ]


def test_a_tax_case_also_says_name_and_seat():
    rows = conformed(
        islands()["tax_bureau"],
        "statements",
        {"tax_violations": [TAX_ROW, TAX_ROW | {"zcdz": None}]},
    )
    assert picked(rows, "record_id", "property", "value", "id_scheme", "valid_from") == [
        ("r1", "address", "驼铃市风车区青石东街1号", "tax_no", D("2019-07-09")),
        ("r1", "name", "风车面粉有限公司", "tax_no", D("2019-07-09")),
        ("r2", "name", "风车面粉有限公司", "tax_no", D("2019-07-09")),
    ]


def test_tax_cases_go_out_and_come_back():
    world = world_of_two()
    words = code_list("tax_violation_kinds")
    for number, word in enumerate(words, start=1):
        world.act("tax_violation", number, 1, word["ground"], amount_fen=100, office="某局")
    back = there_and_back(world, "tax_violations")
    assert sorted(picked(back, "document_no", "ground")) == sorted(
        (f"N{number}", word["ground"]) for number, word in enumerate(words, start=1)
    )


def test_a_class_taxpayers_go_out_and_come_back():
    world = world_of_two()
    for number, year in enumerate((2018, 2019), start=1):
        named = {"decided": f"{year + 1}-04-15", "office": "驼铃市税务局", "detail": f"{year}"}
        world.act("tax_a_class", number, 1, "tax_a_class", **named)
    rows = world.observed(feeds()["tax_a_class"])
    assert picked(rows, "nsrsbh", "nsrmc", "pddj", "pdnd", "gbrq") == [
        (FIRM["uscc"], "风车面粉有限公司", "A", "2018", "2019-04-15"),
        (FIRM["uscc"], "风车粮油有限责任公司", "A", "2019", "2020-04-15"),
    ]
    back = there_and_back(world, "tax_a_class")
    assert picked(back, "id_scheme", "event_kind", "ground", "severity", "event_day") == [
        ("uscc", "tax_a_class", "tax_a_class", "positive", D("2019-04-15")),
        ("uscc", "tax_a_class", "tax_a_class", "positive", D("2020-04-15")),
    ]


# Utility company


def test_the_utility_company_writes_names_and_addresses_its_own_way():
    world = world_of_two()
    bill = {
        "amount_fen": 8_640,
        "office": "驼铃市供电公司",
        "detail": "2019-05",
        "due": "2019-07-08",
    }
    world.act(
        "utility_arrears", 1, 1, "electricity_arrears", document_no="D000000001-201905", **bill
    )
    later = bill | {"decided": "2021-07-21", "detail": "2021-06"}
    world.act(
        "utility_arrears", 2, 1, "electricity_arrears", document_no="D000000001-202106", **later
    )
    world.act("utility_arrears", 3, 2, "water_arrears", document_no="S000000002-201905", **bill)
    rows = world.observed(feeds()["utility_company"])
    assert picked(rows, "hh", "zq", "lx", "hm", "dz", "qfje", "qfrq") == [
        ("D000000001", "201905", "D", "风车面粉有限公司", "风车区青石东街1", "86.40", "20190709"),
        ("D000000001", "202106", "D", "风车粮油有限公司", "风车区青石东街1", "86.40", "20210721"),
        ("S000000002", "201905", "S", "王小明", "风车区听泉里路2号3幢101室", "86.40", "20190709"),
    ]


def test_arrears_come_back_without_an_identifier():
    world = world_of_two()
    words = code_list("utility_kinds")
    for number, word in enumerate(words, start=1):
        bill = {"document_no": f"{word['code']}000000001-201905", "detail": "2019-05"}
        held = {"amount_fen": 8_640, "office": "驼铃市某公司"}
        world.act("utility_arrears", number, 1, word["ground"], **bill, **held)
    back = there_and_back(world, "utility_company")
    assert sorted(picked(back, "document_no", "ground", "severity")) == sorted(
        (f"{word['code']}000000001-201905", word["ground"], "minor") for word in words
    )
    assert set(
        picked(back, "id_scheme", "id_value", "subject_kind", "name", "address", "authority")
    ) == {(None, None, None, "风车面粉有限公司", "风车区青石东街1", "驼铃市某公司")}
    assert set(picked(back, "event_kind", "amount_yuan", "event_day", "valid_to")) == {
        ("utility_arrears", Decimal("86.40"), D("2019-07-09"), None)
    }
