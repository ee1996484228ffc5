"""Publication: what each audience sees of a subject on the last day of deliveries (2024-12-30)."""

from __future__ import annotations

import pytest

from tests.pipelines.models.conftest import rows_of


def shown(lab, list_name="court_dishonest", holder="court", from_day="2024-03-01", to_day=None,
          value=None, version="ev"):  # fmt: skip
    lab.given(
        "exchange.shown",
        [{"holder": holder, "list": list_name, "entry_id": "e", "entry_version": version,
          "subject_id": "s", "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip
    lab.given(
        "exchange.entries",
        [{"entry_id": "e", "entry_version": version, "list": list_name, "subject_id": "s",
          "ground": "g", "severity": "grave", "value": value, "from_day": from_day,
          "to_day": to_day}],
    )  # fmt: skip


def items(lab):
    return rows_of(
        lab.run("publication.items"), "holder", "item", "about", "reason", "sharing", "since"
    )


ENTRY = ("court", "court_dishonest", "ev", "g", "public", "2024-03-01")


def test_an_owners_entry_is_published_with_its_ground(lab):
    shown(lab)
    assert items(lab) == [ENTRY]


@pytest.mark.parametrize(
    ("holder", "sharing"),
    [("credit_china", "public"), ("bank", "limited"), ("city_portal", "intergovernmental")],
)
def test_a_copy_is_published_to_whoever_reads_its_holder(lab, holder, sharing):
    shown(lab, holder=holder, from_day="2024-03-04")
    assert items(lab) == [(holder, "court_dishonest", "ev", "g", sharing, "2024-03-04")]


def test_a_site_shows_what_it_holds_whatever_its_owner_says(lab):
    """The court has taken the entry down; a site that learns of it later still shows it."""
    shown(lab, to_day="2024-12-29")
    lab.given(
        "exchange.shown",
        [{"holder": "republisher", "list": "court_dishonest", "entry_id": "e", "subject_id": "s",
          "entry_version": "ev", "from_day": "2024-03-06"}],
    )  # fmt: skip
    assert [row[0] for row in items(lab)] == ["republisher"]


def test_basic_information_is_published_of_those_of_whom_more_is_told(lab):
    """What a register says of its own: at a holder that shows the subject for another reason too."""
    for holder in ("ncisp", "necips"):
        shown(lab, "enterprise_register", holder, version=holder, value="新名")
        lab.given(
            "exchange.evidence",
            [{"entry_version": holder, "parent_kind": "statement", "parent_id": "r:v"}],
        )
    assert items(lab) == []
    shown(lab, holder="ncisp")
    found = lab.run("publication.items")
    assert rows_of(found, "holder", "item_kind", "item", "reason", "value") == [
        ("ncisp", "basic", "enterprise_register", "g", "新名"),
        ("ncisp", "entry", "court_dishonest", "g", None),
    ]


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
    assert items(lab) == [("tax_bureau", "tax_a_class", "ev", None, "public", "2024-03-01")]


def test_a_measure_is_published_with_the_list_it_follows_from(lab):
    lab.given(
        "consequences.measures",
        [{"measure_id": "m", "measure": "no_flights", "agency": "railway", "subject_id": "s",
          "list": "court_dishonest", "from_day": "2024-04-01"}],
    )  # fmt: skip
    assert items(lab) == [("railway", "no_flights", "m", "court_dishonest", "public", "2024-04-01")]


def test_the_public_reads_no_whole_number_of_a_person(lab):
    """Wherever it stands in what an entry says; government bodies read it as it is."""
    lab.given(
        "publication.items",
        [{"holder": "h", "subject_id": "s", "item_kind": "entry", "item": "i", "about": "a",
          "value": "店主870101198504120111号", "sharing": "public", "area": "judicial"}],
    )  # fmt: skip
    read = {row["audience"]: row["value"] for row in lab.run("publication.pages")}
    assert read["public"] == "店主8701011985****0111号"
    assert read["intergovernmental"] == "店主870101198504120111号"


def test_a_narrower_audience_sees_the_public_class_and_more(lab):
    for sharing in ("public", "limited", "intergovernmental"):
        lab.given(
            "publication.items",
            [{"holder": "h", "subject_id": "s", "item_kind": "entry", "item": sharing, "about": "a",
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


def test_the_public_sees_a_persons_number_masked_and_a_firms_code_whole(lab):
    for subject, scheme, value in (
        ("person", "resident_no", "840103198503121136"),
        ("firm", "uscc", "91840103PDY0061207"),
        ("firm", "org_code", "PDY006120"),
        ("body", "org_code", "PDY00001X"),
    ):
        period = {"from_day": "2024-01-01", "to_day": None}
        lab.given(
            "resolve.identifiers",
            [{"subject_id": subject, "scheme": scheme, "value": value, **period}],
        )
        for audience in ("public", "limited", "intergovernmental"):
            lab.given("publication.pages", [{"audience": audience, "subject_id": subject}])
    lab.given(
        "resolve.names",
        [{"subject_id": "person", "name": "旧", "from_day": "2024-01-01", "to_day": "2024-12-30"},
         {"subject_id": "person", "name": "周明", "from_day": "2024-12-30"}],
    )  # fmt: skip
    told = rows_of(lab.run("publication.names"), "audience", "name", "number")
    numbers = {"public": "8401031985****1136"}
    assert told == sorted(
        ((audience, name, number) for audience in ("public", "limited", "intergovernmental")
         for name, number in (("周明", numbers.get(audience, "840103198503121136")),
                              (None, "91840103PDY0061207"), (None, "PDY00001X"))),
        key=lambda row: (row[0], row[1] is not None, str(row[1]), row[2]),
    )  # fmt: skip


def test_who_is_on_no_page_is_not_named(lab):
    lab.given("resolve.names", [{"subject_id": "s", "name": "周明", "from_day": "2024-01-01"}])
    lab.given("publication.pages", [{"audience": "limited", "subject_id": "s"}])
    assert rows_of(lab.run("publication.names"), "audience", "name") == [("limited", "周明")]


def test_a_number_in_a_name_is_masked_for_the_public(lab):
    name = "周明870101198504120111"
    lab.given("resolve.names", [{"subject_id": "s", "name": name, "from_day": "2024-01-01"}])
    for audience in ("public", "limited"):
        lab.given("publication.pages", [{"audience": audience, "subject_id": "s"}])
    assert rows_of(lab.run("publication.names"), "audience", "name") == [
        ("limited", name),
        ("public", "周明8701011985****0111"),
    ]
