"""All that is held about one subject, as of a day."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.engine import open_engine
from pipelines.subject import about, published
from pipelines.trace import NotFound

DINGYUAN = "柳陌鼎远装饰工程有限公司"


@pytest.fixture(scope="module")
def engine(story):
    with open_engine("duckdb", story.database, read_only=True) as opened:
        yield opened


@pytest.mark.parametrize(
    "given",
    [
        *(DINGYUAN, "柳陌鼎远 装饰工程有限公司 "),
        *(
            "91840103PDY0061207",
            "91840103pdy0061207",
            " 9184 0103 PDY0 0612 07",
            "９１840103PDY0061207",
        ),
        *("PDY006120", "PDY00612-0"),
    ],
)
def test_found_by_name_or_number_however_it_is_written(given, engine) -> None:
    assert about(engine, given)["name"] == DINGYUAN


def test_found_by_the_start_of_its_id(engine) -> None:
    whole = about(engine, DINGYUAN)["subject_id"]
    with_hyphens = "-".join((whole[:8], whole[8:12], whole[12:16], whole[16:20], whole[20:]))
    for given in (
        whole,
        whole[:8],
        whole.upper(),
        whole[:9].upper(),
        with_hyphens,
        with_hyphens[:13],
    ):
        assert about(engine, given)["subject_id"] == whole, given


def test_the_day_before_and_the_day_of_publication(engine) -> None:
    """The court publishes on 13 March 2024; the penalty of 2023 was there from the first day."""
    before = about(engine, DINGYUAN, date(2024, 3, 12))
    after = about(engine, DINGYUAN, date(2024, 3, 13))
    assert "court" not in {row["holder"] for row in before["shown_by"]}
    (court,) = [row for row in after["shown_by"] if row["holder"] == "court"]
    assert (court["since"], court["to_day"]) == ("2024-03-13", "2026-03-04")
    kinds = [[event["event_kind"] for event in state["events"]] for state in (before, after)]
    assert kinds == [["penalty"], ["penalty", "judgment_default"]]
    assert after["events"][1]["amount_yuan"] == 480000


def test_a_name_is_the_one_of_the_day(engine) -> None:
    """On 20 May 2024 Lu's Noodle House takes another name."""
    number = "91840103PDY006219P"
    assert about(engine, number, date(2024, 5, 19))["name"] == "柳陌陆记面馆有限公司"
    assert about(engine, number, date(2024, 5, 20))["name"] == "柳陌小满面馆有限公司"


def test_links_are_told_with_names(engine) -> None:
    links = about(engine, "陆小满")["links"]
    assert [(link["link_kind"], link["a_name"], link["b_name"]) for link in links] == [
        ("parent_child", "沈青禾", "陆小满")
    ]


def test_a_shared_name_is_no_one(engine) -> None:
    with pytest.raises(NotFound, match="'周明' is 2 subjects; give one subject_id") as caught:
        about(engine, "周明")
    assert "灯芯南街" in str(caught.value) and "听泉中街" in str(caught.value)


def test_nobody(engine) -> None:
    with pytest.raises(NotFound, match="Nobody here is 'nobody'"):
        about(engine, "nobody")


def test_the_public_sees_a_masked_number_and_less_than_agencies(engine) -> None:
    seen = {a: published(engine, "贺振邦", a) for a in ("public", "intergovernmental")}
    numbers = {audience: page["number"] for audience, page in seen.items()}
    assert numbers == {"public": "8401031976****053X", "intergovernmental": "84010319760212053X"}
    public, agencies = (
        {(i["holder"], i["item"], i["since"]) for i in page["items"]} for page in seen.values()
    )
    assert public < agencies
    assert published(engine, DINGYUAN, "public")["number"] == "91840103PDY0061207"


def test_of_whom_nothing_is_told_there_is_no_name(engine) -> None:
    page = published(engine, "沈青禾", "public")
    assert (page["name"], page["number"], page["items"]) == (None, None, [])


def test_an_audience_that_is_none(engine) -> None:
    with pytest.raises(ValueError, match="no audience 'all'; there are intergovernmental, limited"):
        published(engine, DINGYUAN, "all")


def test_no_whole_number_of_a_person_is_public(one_tiny) -> None:
    """Nor does anything else a public page shows hold one."""
    told = one_tiny.rows(
        "SELECT count(*), count(*) FILTER (pages.about IS NOT NULL AND EXISTS (SELECT 1 FROM "
        "merge.subjects AS s WHERE contains(concat_ws(' ', names.number, names.name, pages.value, "
        "pages.reason), s.resident_no))) FROM publication.names INNER JOIN publication.pages "
        "USING (audience, subject_id) WHERE audience = 'public'"
    )
    assert told[0][0] > 100 and told[0][1] == 0
