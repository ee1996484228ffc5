"""Merge, model by model: a few rows in, the rows that must come out."""

import pytest

from tests.pipelines.models.conftest import rows_of


def stated(lab, record, value, feed="market_registry", subject="s", valid_from=None, valid_to=None,
           from_day="2024-01-01", to_day=None, version="v1", prop="name"):  # fmt: skip
    lab.given(
        "conform.statements",
        [{"record_id": record, "version": version, "feed": feed, "property": prop, "value": value,
          "valid_from": valid_from, "valid_to": valid_to, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip
    lab.given(
        "resolve.matches",
        [{"record_id": record, "version": version, "role": "stated", "subject_id": subject,
          "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def facts(lab):
    columns = ("value", "won", "rank", "valid_from", "valid_to", "from_day", "to_day")
    return rows_of(lab.run("merge.statements", "merge.facts"), *columns)


def test_a_fact_nobody_contests_wins(lab):
    stated(lab, "r", "甲", valid_from="2015-01-01")
    assert facts(lab) == [("甲", True, 1, "2015-01-01", None, "2024-01-01", None)]


def test_the_more_trusted_source_wins_while_both_are_believed(lab):
    stated(lab, "r", "甲")
    stated(lab, "c", "乙", feed="court", from_day="2024-02-01", to_day="2024-03-01")
    assert facts(lab) == [
        ("乙", False, 2, None, None, "2024-02-01", "2024-03-01"),
        ("甲", True, 1, None, None, "2024-01-01", "2024-02-01"),
        ("甲", True, 1, None, None, "2024-02-01", "2024-03-01"),
        ("甲", True, 1, None, None, "2024-03-01", None),
    ]


def test_the_less_trusted_one_wins_where_the_other_does_not_claim_to_hold(lab):
    stated(lab, "r", "甲", valid_from="2020-01-01")
    stated(lab, "c", "乙", feed="court", valid_from="2010-01-01")
    assert facts(lab) == [
        ("乙", False, 2, "2020-01-01", None, "2024-01-01", None),
        ("乙", True, 1, "2010-01-01", "2020-01-01", "2024-01-01", None),
        ("甲", True, 1, "2020-01-01", None, "2024-01-01", None),
    ]


def test_among_equals_the_later_claim_wins_then_the_smaller_record(lab):
    stated(lab, "b", "old", valid_from="2010-01-01")
    stated(lab, "c", "new", valid_from="2012-01-01")
    stated(lab, "a", "newer record", valid_from="2012-01-01")
    won = [
        (r["value"], str(r["valid_from"]))
        for r in lab.run("merge.statements", "merge.facts")
        if r["won"]
    ]
    assert sorted(won) == [("newer record", "2012-01-01"), ("old", "2010-01-01")]


def test_versions_of_one_record_that_follow_each_other_all_win(lab):
    stated(lab, "r", "甲", to_day="2024-06-01")
    stated(lab, "r", "乙", from_day="2024-06-01", version="v2")
    assert [row[1:3] for row in facts(lab)] == [(True, 1), (True, 1)]


def test_a_statement_is_known_while_it_and_its_match_are_believed(lab):
    stated(lab, "r", "甲", from_day="2024-02-01", to_day="2024-09-01")
    match = {"record_id": "r", "version": "v1", "role": "stated", "subject_id": "other"}
    lab.given("resolve.matches", [match | {"from_day": "2024-08-01"}])
    assert rows_of(lab.run("merge.statements"), "subject_id", "from_day", "to_day") == [
        ("other", "2024-08-01", "2024-09-01"),
        ("s", "2024-02-01", "2024-09-01"),
    ]


def test_an_event_is_known_while_it_and_its_match_are_believed(lab):
    lab.given(
        "conform.events",
        [{"record_id": "e", "version": "v", "feed": "court", "event_kind": "judgment_default",
          "from_day": "2024-02-01", "to_day": "2024-09-01"}],
    )  # fmt: skip
    for subject, start, end in (("s1", "2024-01-01", "2024-04-01"), ("s2", "2024-04-01", None)):
        lab.given(
            "resolve.matches",
            [{"record_id": "e", "version": "v", "role": "subject", "subject_id": subject,
              "method": "code", "from_day": start, "to_day": end}],
        )  # fmt: skip
    assert rows_of(lab.run("merge.events"), "subject_id", "from_day", "to_day") == [
        ("s1", "2024-02-01", "2024-04-01"),
        ("s2", "2024-04-01", "2024-09-01"),
    ]


@pytest.mark.parametrize(
    ("given", "as_told"),
    [
        ({"name": "帆影公司", "id_scheme": "uscc", "id_value": "91"}, "帆影公司 · 91"),
        ({"id_scheme": "resident_no", "id_value": "870101198504120111"}, "8701011985****0111"),
        ({"id_scheme": "uscc", "id_value": "870101198504120111"}, "8701011985****0111"),
        ({"name": "韦波楠", "id_scheme": "resident_no", "id_value": "8701"}, "韦波楠 · 8701"),
        # Of what may be a person's old number what is free text alone: the rest is told as what it is.
        (
            {
                "name": "店主870101850412011",
                "id_scheme": "registration_no",
                "id_value": "840103185041202",
            },
            "店主87010185****011 · 840103185041202",
        ),
        (
            {"name": "魏安", "amount_yuan": "50.00", "document_no": "No. 7", "authority": "法院"},
            "魏安 · 50.00 · No. 7 · 法院",
        ),
        # Who leads a firm is named beside it; a person's number is masked there too.
        (
            {"name": "帆影公司", "details": "法定代表人韦波楠 870101198504120111"},
            "帆影公司 · 法定代表人韦波楠 8701011985****0111",
        ),
    ],
)
def test_an_event_is_published_in_its_own_words_and_a_number_masked(lab, given, as_told):
    lab.given(
        "conform.events", [{"record_id": "e", "version": "v", "from_day": "2024-02-01"} | given]
    )
    lab.given(
        "resolve.matches",
        [{"record_id": "e", "version": "v", "role": "subject", "from_day": "2024-01-01"}],
    )
    assert [row["as_told"] for row in lab.run("merge.events")] == [as_told]


A, B, C = "870101198504120111", "87010119850412012X", "890000200101010016"


def link(lab, a_value=A, b_value=B, kind="parent_child", record="l"):
    lab.given(
        "conform.links",
        [{"record_id": record, "version": "v", "feed": "residents", "link_kind": kind,
          "a_scheme": "resident_no", "a_value": a_value, "b_scheme": "resident_no",
          "b_value": b_value, "from_day": "2024-01-01", "to_day": "2024-12-01"}],
    )  # fmt: skip


def side(lab, role, value, subject, from_day="2024-01-01", to_day=None, record="l"):
    key = lab.engine.fetch(
        "SELECT reference_key('resident_no', ?, NULL, NULL, NULL, NULL)", [value]
    )[0][0]
    lab.given(
        "resolve.matches",
        [{"record_id": record, "version": "v", "role": role, "reference_id": key,
          "subject_id": subject, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def test_a_link_is_known_while_both_sides_are(lab):
    link(lab)
    side(lab, "a", A, "parent", from_day="2024-02-01")
    side(lab, "b", B, "child", to_day="2024-11-01")
    assert rows_of(lab.run("merge.links"), "a_id", "b_id", "from_day", "to_day") == [
        ("parent", "child", "2024-02-01", "2024-11-01")
    ]


@pytest.mark.parametrize(
    ("scheme", "value", "name", "as_told"),
    [
        ("resident_no", A, None, "8701011985****0111"),
        ("uscc", "91840103PDY0061207", "帆影公司", "帆影公司 · 91840103PDY0061207"),
        (
            "record",
            "r",
            "帆影公司",
            "帆影公司",
        ),  # a register's own entry has no number in its words
    ],
)
def test_a_side_is_told_in_the_words_of_the_record(lab, scheme, value, name, as_told):
    link = {"record_id": "l", "version": "v", "link_kind": "shareholder", "from_day": "2024-01-01"}
    link |= {"a_scheme": scheme, "a_value": value, "a_name": name, "b_name": "b"}
    lab.given("conform.links", [link])
    for role, given in (("a", (scheme, value, name)), ("b", (None, None, "b"))):
        key = lab.engine.fetch(
            "SELECT reference_key(?, key_value(?, ?), ?, NULL, NULL, NULL)",
            [given[0], given[0], given[1], given[2]],
        )[0][0]
        lab.given(
            "resolve.matches",
            [{"record_id": "l", "version": "v", "role": role, "reference_id": key,
              "subject_id": role, "from_day": "2024-01-01"}],
        )  # fmt: skip
    assert rows_of(lab.run("merge.links"), "a_as_told", "b_as_told") == [(as_told, "b")]


def test_two_links_of_one_record_do_not_mix_their_sides(lab):
    link(lab, a_value=C)
    link(lab, a_value=A)
    side(lab, "a", C, "M")
    side(lab, "a", A, "F")
    side(lab, "b", B, "child")
    assert rows_of(lab.run("merge.links"), "a_id", "b_id") == [("F", "child"), ("M", "child")]


def test_subjects_are_as_the_registry_believes_on_the_last_day(lab):
    common = {"subject_id": "s", "subject_kind": "enterprise", "scheme": "uscc"}
    lab.given(
        "resolve.identifiers",
        [common | {"value": "OLD", "from_day": "2024-01-01", "to_day": "2024-12-30"},
         common | {"value": "NEW", "from_day": "2024-12-30", "to_day": None},
         common | {"value": "LATER", "from_day": "2024-12-31", "to_day": None}],
    )  # fmt: skip
    lab.given(
        "resolve.names",
        [{"subject_id": "s", "subject_kind": "enterprise", "name": "甲", "division": "870101",
          "from_day": "2024-01-01", "to_day": None}],
    )  # fmt: skip
    assert rows_of(lab.run("merge.subjects"), "subject_id", "uscc", "name") == [("s", "NEW", "甲")]


# --- acts: what feeds that can take nothing back have told -----------------------------------------


def told(lab, record="r", version="v", kind="utility_arrears", feed="utility_company",
         document=None, subject="s", event_day="2024-02-10", from_day="2024-02-15", to_day=None):  # fmt: skip
    spell = {"record_id": record, "version": version, "from_day": from_day, "to_day": to_day}
    lab.given("conform.events", [spell])
    lab.given(
        "merge.events",
        [{"subject_id": subject, "feed": feed, "event_kind": kind, "ground": "g",
          "document_no": document, "event_day": event_day, **spell}],
    )  # fmt: skip


def acts(lab):
    columns = ("record_id", "version", "event_kind", "subject_id", "from_day", "to_day")
    return rows_of(lab.run("merge.told", "merge.acts"), *columns)


def test_an_act_told_once_is_an_act(lab):
    told(lab)
    assert acts(lab) == [("r", "v", "utility_arrears", "s", "2024-02-15", None)]


def test_an_act_told_again_holds_as_it_was_last_told(lab):
    """A sum was corrected, and a late payment is told as one in time: further rows of one order."""
    order = {"feed": "payments_platform", "document": "order 1"}
    told(lab, kind="platform_late", **order)
    told(lab, kind="platform_payment", version="w", from_day="2024-05-03", **order)
    assert acts(lab) == [
        ("r", "v", "platform_late", "s", "2024-02-15", "2024-05-03"),
        ("r", "w", "platform_payment", "s", "2024-05-03", None),
    ]
    assert len({row["act_id"] for row in lab.run("merge.told", "merge.acts")}) == 1


def test_an_act_that_turns_out_to_be_somebody_elses_leaves_the_first(lab):
    told(lab, document="d")
    told(lab, document="d", record="r2", from_day="2024-04-01", subject="t")
    assert acts(lab) == [
        ("r", "v", "utility_arrears", "s", "2024-02-15", "2024-04-01"),
        ("r2", "v", "utility_arrears", "t", "2024-04-01", None),
    ]


def test_two_acts_with_numbers_of_their_own_are_two(lab):
    told(lab, document="d")
    told(lab, document="d2", record="r2")
    assert len(acts(lab)) == 2


def test_without_a_number_and_a_key_subject_kind_and_day_tell_an_act(lab):
    told(lab)
    told(lab, record="r2", from_day="2024-03-05")
    assert len(acts(lab)) == 2  # the feed has a key, so they are two
    before = lab.engine.query("SELECT * FROM codes.feeds")
    lab.engine.execute("UPDATE codes.feeds SET natural_key = NULL")
    try:
        once = acts(lab)
        told(lab, record="r3", event_day="2024-02-11", from_day="2024-03-05")
        again = acts(lab)
    finally:
        lab.engine.insert_arrow("codes.feeds", before)
    assert once == [
        ("r", "v", "utility_arrears", "s", "2024-02-15", "2024-03-05"),
        ("r2", "v", "utility_arrears", "s", "2024-03-05", None),
    ]
    assert len(again) == 3  # of another day, it cannot be told to be the same


def test_a_feed_that_takes_back_tells_of_records_not_of_acts(lab):
    told(lab, kind="penalty", feed="city_penalties", document="d")
    assert acts(lab) == []
