"""Resolve, model by model: a few rows in, the rows that must come out."""

from hashlib import md5

import pytest

from tests.ids import as_id, named
from tests.pipelines.models.conftest import rows_of

USCC = "91870101PDY00001XE"
OTHER_USCC = "91870101PDY000028E"
ORG = "PDY00001X"
REGISTRATION = "870101100000014"
TAX = "870101PDY00001X"
RESIDENT = "870101198504120111"


def subject(feed, record):
    return md5(f"{feed}|{as_id(record)}".encode()).hexdigest()


def register(lab, record, properties, feed="market_registry", kind="enterprise", division="870101",
             from_day="2024-01-01", to_day=None, version="v1"):  # fmt: skip
    """A register's entry as statements of its own."""
    lab.given(
        "conform.statements",
        [
            {
                "record_id": record, "version": version, "feed": feed, "effect": "assert",
                "id_scheme": "record", "id_value": as_id(record), "name": properties.get("name"),
                "division": division, "subject_kind": kind, "property": name, "value": value,
                "from_day": from_day, "to_day": to_day,
            }
            for name, value in properties.items()
        ],
    )  # fmt: skip


def event(lab, record="e1", scheme=None, value=None, name=None, division=None, address=None,
          kind=None, from_day="2024-02-01", to_day=None, feed="court"):  # fmt: skip
    lab.given(
        "conform.events",
        [
            {
                "record_id": record, "version": "v1", "feed": feed, "effect": "assert",
                "id_scheme": scheme, "id_value": value, "name": name, "division": division,
                "address": address, "subject_kind": kind, "event_kind": "judgment_default",
                "ground": "evasion", "severity": "serious", "event_day": "2024-01-15",
                "from_day": from_day, "to_day": to_day,
            }
        ],
    )  # fmt: skip


CHAIN = (
    "resolve.identifiers",
    "resolve.names",
    "resolve.mentions",
    "resolve.designations",
    "resolve.fuzzy",
    "resolve.candidates",
    "resolve.decisions",
    "resolve.unmatched",
    "resolve.matches",
)


def matched(lab):
    return rows_of(
        [r for r in lab.run(*CHAIN) if r["role"] == "subject"],
        "subject_id", "method", "from_day", "to_day",
    )  # fmt: skip


def unmatched(lab):
    lab.run(*CHAIN)
    return rows_of(
        lab.engine.query("SELECT * FROM resolve.unmatched").to_pylist(),
        "reason", "candidates", "from_day", "to_day",
    )  # fmt: skip


def test_identifiers_join_versions_that_say_the_same(lab):
    register(lab, "r1", {"uscc": USCC}, to_day="2024-03-01")
    register(lab, "r1", {"uscc": USCC}, from_day="2024-03-01", to_day="2024-05-01", version="v2")
    register(lab, "r1", {"uscc": OTHER_USCC}, from_day="2024-05-01", version="v3")
    assert rows_of(lab.run("resolve.identifiers"), "value", "from_day", "to_day") == [
        (USCC, "2024-01-01", "2024-05-01"),
        (OTHER_USCC, "2024-05-01", None),
    ]


def test_names_carry_division_and_address(lab):
    register(lab, "r1", {"name": "青榆 面馆", "address": "柳巷1号"})
    assert rows_of(lab.run("resolve.names"), "subject_id", "name_key", "division", "address") == [
        (subject("market_registry", "r1"), "青榆面馆", "870101", "柳巷1号")
    ]


@pytest.mark.parametrize(
    ("scheme", "value", "method"),
    [
        ("uscc", USCC, "code"),
        ("registration_no", REGISTRATION, "crosswalk"),
        ("org_code", ORG, "substring"),
        ("tax_no", TAX, "substring"),
    ],
)
def test_a_code_is_found_by_its_own_method(lab, scheme, value, method):
    register(lab, "r1", {"uscc": USCC, "registration_no": REGISTRATION, "name": "甲"})
    event(lab, scheme=scheme, value=value, name="别的名字")
    assert matched(lab) == [(subject("market_registry", "r1"), method, "2024-02-01", None)]


def test_the_crosswalk_comes_before_the_substring(lab):
    register(lab, "r1", {"uscc": USCC, "org_code": ORG})
    event(lab, scheme="org_code", value=ORG)
    assert [m for _, m, *_ in matched(lab)] == ["crosswalk"]


def test_a_registered_code_that_fails_its_check_is_kept_and_flagged(lab):
    wrong = USCC[:-1] + "A"
    register(lab, "r1", {"uscc": wrong})
    event(lab, scheme="uscc", value=wrong)
    assert matched(lab) == [(subject("market_registry", "r1"), "code_flagged", "2024-02-01", None)]


def test_a_valid_code_that_belongs_to_nobody_waits_and_is_not_matched_by_name(lab):
    register(lab, "r1", {"uscc": USCC, "name": "甲"})
    event(lab, scheme="uscc", value=OTHER_USCC, name="甲", division="870101")
    assert matched(lab) == []
    assert unmatched(lab) == [("unknown_code", 0, "2024-02-01", None)]


def test_a_code_that_fails_its_check_falls_through_to_name_and_division(lab):
    register(lab, "r1", {"uscc": USCC, "name": "甲"})
    event(lab, scheme="uscc", value=USCC[:-1] + "A", name="甲", division="870101")
    assert matched(lab) == [(subject("market_registry", "r1"), "name", "2024-02-01", None)]


def test_a_name_without_a_division_is_no_match(lab):
    register(lab, "r1", {"uscc": USCC, "name": "甲"})
    event(lab, name="甲")
    assert unmatched(lab) == [("unknown", 0, "2024-02-01", None)]


def test_a_masked_number_needs_the_name_too(lab):
    person = dict(feed="residents", kind="resident")
    register(lab, "p1", {"resident_no": RESIDENT, "name": "周明"}, **person)
    register(lab, "p2", {"resident_no": "870101198506120111", "name": "李青"}, **person)
    event(lab, scheme="masked_resident_no", value="8701011985****0111", name="周明")
    assert matched(lab) == [(subject("residents", "p1"), "masked", "2024-02-01", None)]


def test_two_candidates_are_ambiguous_and_nobody_is_matched(lab):
    for record in ("r1", "r2"):
        register(lab, record, {"name": "甲"}, version=record)
    event(lab, name="甲", division="870101")
    assert matched(lab) == []
    assert unmatched(lab) == [("ambiguous", 2, "2024-02-01", None)]


def test_ambiguity_ends_on_the_day_the_second_candidate_leaves(lab):
    register(lab, "r1", {"name": "甲"})
    register(lab, "r2", {"name": "甲"}, version="w", to_day="2024-04-01")
    event(lab, name="甲", division="870101")
    assert matched(lab) == [(subject("market_registry", "r1"), "name", "2024-04-01", None)]
    assert unmatched(lab) == [("ambiguous", 2, "2024-02-01", "2024-04-01")]


def test_a_match_is_decided_with_the_registry_as_believed_on_that_day(lab):
    register(lab, "r1", {"uscc": USCC}, to_day="2024-03-01")
    register(lab, "r2", {"uscc": USCC}, from_day="2024-03-01", version="w")
    event(lab, scheme="uscc", value=USCC)
    assert matched(lab) == sorted(
        [
            (subject("market_registry", "r1"), "code", "2024-02-01", "2024-03-01"),
            (subject("market_registry", "r2"), "code", "2024-03-01", None),
        ]
    )


def test_fuzzy_takes_a_near_address_with_the_same_name(lab):
    register(lab, "r1", {"name": "归舟货运", "address": "青榆市柳陌区渡口街南段128号"})
    event(lab, name="归舟货运", address="柳陌区渡口街南段129号")
    assert matched(lab) == [(subject("market_registry", "r1"), "fuzzy", "2024-02-01", None)]


def test_fuzzy_takes_a_near_name_at_the_very_address(lab):
    register(lab, "r1", {"name": "归舟货运", "address": "青榆市柳陌区渡口街南段128号"})
    event(lab, name="归丹货运", address="柳陌区渡口街南段128号")
    assert [m for _, m, *_ in matched(lab)] == ["fuzzy"]


def test_fuzzy_leaves_alone_what_differs_in_both(lab):
    register(lab, "r1", {"name": "归舟货运", "address": "青榆市柳陌区渡口街南段128号"})
    event(lab, name="归丹货运", address="柳陌区渡口街南段129号")
    assert matched(lab) == []


def test_where_nothing_is_joined_each_key_is_a_subject_of_its_island(lab_at):
    lab = lab_at("none")
    register(lab, "r1", {"uscc": USCC, "org_code": ORG})
    event(lab, scheme="org_code", value=ORG)
    own = md5(f"own|court|org_code|{ORG}".encode()).hexdigest()
    assert matched(lab) == [(own, "own_key", "2024-02-01", None)]


def test_by_own_keys_the_unified_code_is_no_key(lab_at):
    lab = lab_at("own-keys")
    register(lab, "r1", {"uscc": USCC, "name": "甲"})
    event(lab, scheme="uscc", value=USCC, name="甲", division="870101")
    assert matched(lab) == [(subject("market_registry", "r1"), "name", "2024-02-01", None)]


def test_by_own_keys_an_unknown_code_stays_a_key_of_its_island(lab_at):
    lab = lab_at("own-keys")
    event(lab, scheme="org_code", value=ORG)
    own = md5(f"own|court|org_code|{ORG}".encode()).hexdigest()
    assert matched(lab) == [(own, "own_key", "2024-02-01", None)]


PLACEHOLDERS = ("无", "/", "-", "0", "00000000-0", "不详", "NULL", "n/a", " ", "9" * 18, "0" * 15)


@pytest.mark.parametrize(
    ("scheme", "held"),
    [
        ("uscc", "uscc"),
        ("org_code", "org_code"),
        ("org_code", "uscc"),
        ("registration_no", "registration_no"),
        ("tax_no", "uscc"),
        ("resident_no", "resident_no"),
        ("masked_resident_no", "resident_no"),
    ],
)
def test_what_stands_in_place_of_a_code_is_no_key(lab, scheme, held):
    for n, placeholder in enumerate(PLACEHOLDERS):
        register(lab, f"r{n}", {held: placeholder, "name": f"甲{n}"}, version=f"v{n}")
        event(lab, record=f"e{n}", scheme=scheme, value=placeholder, name="乙丙丁戊")
    assert matched(lab) == []
    assert {reason for reason, *_ in unmatched(lab)} == {"unknown"}


def test_a_record_with_a_placeholder_goes_on_as_if_it_gave_no_code(lab):
    register(lab, "r1", {"uscc": "无", "name": "甲公司"})
    event(lab, scheme="uscc", value="无", name="甲公司", division="870101")
    assert matched(lab) == [(subject("market_registry", "r1"), "name", "2024-02-01", None)]


@pytest.mark.parametrize("join", ["none", "own-keys"])
def test_a_placeholder_is_no_key_of_an_island_either(lab_at, join):
    lab = lab_at(join)
    for record, name in (("e1", "甲公司"), ("e2", "乙公司")):
        event(lab, record=record, scheme="org_code", value="00000000-0", name=name)
    assert len({one for one, *_ in matched(lab)}) == 2


@pytest.mark.parametrize("name", ["无", "不详", "/", "--", "0", "N/A", "（无）"])
def test_a_placeholder_is_nobodys_name(lab, name):
    register(lab, "r1", {"name": name, "address": "柳陌区渡口街南段128号"})
    event(lab, record="e1", name=name, division="870101")
    event(lab, record="e2", name=name, address="柳陌区渡口街南段129号")
    assert matched(lab) == []


def test_a_code_of_two_registered_subjects_is_ambiguous(lab):
    register(lab, "r1", {"uscc": USCC, "name": "甲"})
    register(lab, "r2", {"uscc": USCC, "name": "乙"}, version="w", to_day="2024-04-01")
    event(lab, scheme="uscc", value=USCC, name="甲", division="870101")
    assert matched(lab) == [(subject("market_registry", "r1"), "code", "2024-04-01", None)]
    assert unmatched(lab) == [("ambiguous", 2, "2024-02-01", "2024-04-01")]


@pytest.mark.parametrize(
    ("scheme", "held", "value"),
    [
        ("uscc", USCC, "９1870101ＰＤＹ00001xe\u200b"),
        ("org_code", ORG, "pdy00001－X\u00a0"),
        ("registration_no", REGISTRATION, "\ufeff870101 100000014\n"),
        ("resident_no", RESIDENT, "8701011985041201\u00ad11"),
    ],
)
def test_codes_are_compared_in_one_form(lab, scheme, held, value):
    register(lab, "r1", {scheme: held})
    event(lab, scheme=scheme, value=value)
    assert [one for one, *_ in matched(lab)] == [subject("market_registry", "r1")]


@pytest.mark.parametrize("name", ["周\u00a0明", "周明\u200b", "⽵⽯", "ＡＢ﹒"])
def test_names_are_compared_in_one_form(lab, name):
    person = dict(feed="residents", kind="resident")
    plain = {"⽵⽯": "竹石", "ＡＢ﹒": "ab"}.get(name, "周明")
    register(lab, "p1", {"resident_no": RESIDENT, "name": plain}, **person)
    event(lab, scheme="masked_resident_no", value="8701011985****0111", name=name)
    assert [m for _, m, *_ in matched(lab)] == ["masked"]


def test_what_gates_keep_aside(lab, monkeypatch) -> None:
    """From the day the first gate sees it, named after that gate; of registers nothing."""
    from pipelines.resolve import kept_aside
    from quality.expectations import Expectation

    def gate(name: str, query: str) -> Expectation:
        return Expectation(
            name, "conform.events", "no_rows", "warn", "", arguments={"query": query}
        )

    said = "SELECT record_id, version, {day} FROM conform.events WHERE {where}"
    gates = {
        "conform": (
            gate("late", said.format(day="from_day + 9 AS day", where="ground = 'both'")),
            gate("soon", said.format(day="from_day AS day", where="ground = 'both'")),
            gate("undated", said.format(day="ground", where="ground = 'undated'")),
            gate("of_all", said.format(day="from_day AS day", where="ground = 'registered'")),
        ),
        "resolve": (),
    }
    monkeypatch.setattr(kept_aside, "written", gates.__getitem__)
    for ground in ("both", "undated", "registered", "sound"):
        for from_day in ("2024-02-01", "2024-03-01"):
            row = {"record_id": ground, "version": "v", "from_day": from_day}
            lab.given("conform.events", [row | {"ground": ground}])
            scheme = "record" if ground == "registered" else "uscc"
            lab.given("resolve.mentions", [row | {"role": "subject", "id_scheme": scheme}])
    model = kept_aside.kept_aside_model({e.gate: "quarantine" for e in gates["conform"]})
    found = lab.engine.fetch(f"SELECT record_id, gate, from_day FROM ({model.sql}) AS kept")
    assert sorted((named(record), told, str(day)) for record, told, day in found) == [
        ("both", "conform.soon", "2024-02-01"),
        ("undated", "conform.undated", "2024-02-01"),
    ]
