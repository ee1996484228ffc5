"""Publication: what each audience sees of a subject on the last day of deliveries (2024-12-30)."""

from __future__ import annotations

import pytest

from tests.pipelines.models.conftest import rows_of


def shown(lab, list_name="court_dishonest", holder="court", from_day="2024-03-01", to_day=None):
    lab.given(
        "exchange.shown",
        [{"holder": holder, "list": list_name, "entry_id": "e", "entry_version": "ev",
          "subject_id": "s", "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip
    lab.given(
        "exchange.entries",
        [{"entry_id": "e", "entry_version": "ev", "list": list_name, "subject_id": "s",
          "ground": "g", "severity": "grave", "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def fact(lab, value="新名", won=True, valid_from=None, valid_to=None):
    lab.given(
        "merge.facts",
        [{"subject_id": "s", "property": "name", "value": value, "won": won, "rank": 1,
          "feed": "market_registry", "record_id": "r", "version": "v", "from_day": "2024-01-01",
          "valid_from": valid_from, "valid_to": valid_to}],
    )  # fmt: skip


def items(lab):
    return rows_of(
        lab.run("publication.items"), "item_kind", "item", "about", "reason", "sharing", "since"
    )


ENTRY = ("entry", "court_dishonest", "ev", "g", "public", "2024-03-01")


def test_an_owners_entry_is_published_with_its_ground(lab):
    shown(lab)
    assert items(lab) == [ENTRY]


def test_a_copy_is_not_published_beside_its_owners_entry(lab):
    shown(lab, holder="city_portal")
    assert items(lab) == []


@pytest.mark.parametrize(
    ("from_day", "to_day", "seen"),
    [
        ("2024-12-30", None, True),
        ("2024-12-31", None, False),
        ("2024-03-01", "2024-12-31", True),
        ("2024-03-01", "2024-12-30", False),
    ],
)
def test_what_holds_on_the_last_day_is_published(lab, from_day, to_day, seen):
    shown(lab, from_day=from_day, to_day=to_day)
    assert bool(items(lab)) == seen


def test_a_red_list_gives_no_reason(lab):
    shown(lab, "tax_a_class", "tax_bureau")
    assert items(lab) == [("entry", "tax_a_class", "ev", None, "public", "2024-03-01")]


def test_an_act_is_published_as_its_feed_may_be_seen(lab):
    lab.given(
        "merge.events",
        [{"subject_id": "s", "feed": "court", "event_kind": "judgment_default", "ground": "g",
          "record_id": "r", "version": "v", "event_day": "2024-02-01", "from_day": "2024-02-08"}],
    )  # fmt: skip
    assert items(lab) == [("act", "judgment_default", "r:v", "g", "public", "2024-02-01")]


def test_a_measure_is_published_with_the_list_it_follows_from(lab):
    lab.given(
        "consequences.measures",
        [{"measure_id": "m", "measure": "no_flights", "agency": "airline", "subject_id": "s",
          "list": "court_dishonest", "from_day": "2024-04-01"}],
    )  # fmt: skip
    assert items(lab) == [("measure", "no_flights", "m", "court_dishonest", "public", "2024-04-01")]


def test_basic_information_is_published_of_those_who_are_on_a_list(lab):
    fact(lab)
    assert items(lab) == []
    shown(lab)
    assert items(lab) == [("basic", "name", "新名", None, "public", "2024-01-01"), ENTRY]


@pytest.mark.parametrize(
    "given", [{"won": False}, {"valid_from": "2024-12-31"}, {"valid_to": "2024-12-30"}]
)
def test_only_what_won_and_is_valid_on_the_day_is_published(lab, given):
    shown(lab)
    fact(lab, **given)
    assert items(lab) == [ENTRY]


def test_a_narrower_audience_sees_the_public_class_and_more(lab):
    for sharing in ("public", "limited", "intergovernmental"):
        lab.given(
            "publication.items",
            [{"subject_id": "s", "item_kind": "entry", "item": sharing, "about": "a",
              "sharing": sharing, "area": "judicial", "since": "2024-03-01"}],
        )  # fmt: skip
    assert rows_of(lab.run("publication.pages"), "audience", "item") == [
        ("intergovernmental", "intergovernmental"),
        ("intergovernmental", "limited"),
        ("intergovernmental", "public"),
        ("limited", "limited"),
        ("limited", "public"),
        ("public", "public"),
    ]
