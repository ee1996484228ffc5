"""How far single records reach in the world of `demo`, where everything is joined."""

from __future__ import annotations

import pytest

from pipelines.home import Home
from pipelines.replay import FaultSpec
from pipelines.replay.compare.universes import Universes
from pipelines.run import make_home
from schemas.code_lists import CODES, read_csv
from schemas.identifiers import mask_resident_no
from sources.faults import FaultError

pytestmark = pytest.mark.long

SEEDS = range(120)
BLOCK = 40

# A feed, the kinds of fault tried in it, and what its records are.
ELSEWHERE = {
    "utility_company": ("wrong_unit", "missing_value"),  # a bill
    "city_licences": ("valid_code_of_another",),  # a licence
    "market_shareholders": ("valid_code_of_another",),  # a shareholding
    "honours": ("valid_code_of_another",),  # an honour
}


# The first judgment of a person who could pay and will not, still standing, by its record.
JUDGMENT = """
SELECT min(CAST(events.record_id AS VARCHAR))
FROM base.merge.events
INNER JOIN base.merge.subjects ON subjects.subject_id = events.subject_id
WHERE events.feed = 'court' AND events.ground = 'able_but_refuses'
    AND events.event_day > DATE '2024-02-01'
    AND events.to_day IS NULL AND events.valid_to IS NULL
    AND subjects.resident_no IS NOT NULL
"""
# People who lead a firm with a partner, direct one, own a share, have a job and a child: name and number.
WELL_LINKED = """
WITH linked AS (
    SELECT DISTINCT a_id, b_id, link_kind FROM base.merge.links WHERE to_day IS NULL
),
found AS (
    SELECT a_id FROM linked WHERE link_kind = 'legal_representative'
        AND b_id IN (SELECT a_id FROM linked WHERE link_kind = 'business_partner')
    INTERSECT SELECT a_id FROM linked WHERE link_kind = 'shareholder'
    INTERSECT SELECT a_id FROM linked WHERE link_kind = 'director'
    INTERSECT SELECT a_id FROM linked WHERE link_kind = 'employment'
    INTERSECT SELECT a_id FROM linked WHERE link_kind = 'parent_child'
)
SELECT subjects.name, subjects.resident_no
FROM base.merge.subjects
INNER JOIN found ON found.a_id = subjects.subject_id
WHERE subjects.resident_no IS NOT NULL
ORDER BY subjects.subject_id
LIMIT 40
"""


@pytest.fixture(scope="module")
def universes(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("demo"))
    make_home(home, size="demo", seed=1, days=365, command=("test",))
    with Universes(home) as opened:
        yield opened


def followed(universes, feed, kinds, **more):
    """What random faults in a feed do, one after the other."""
    for start in range(0, len(SEEDS), BLOCK):
        cases = []
        for seed in SEEDS[start : start + BLOCK]:
            try:
                spec = FaultSpec(kinds[seed % len(kinds)], feed=feed, seed=seed, **more)
                cases.append(universes.case([spec]))
            except FaultError:
                continue
        yield from universes.follow(cases)


def reach(faulty):
    """Holders' lists, kinds of link, keepers of scores and measures that differ."""
    links = {
        step.split(":")[0]
        for way in faulty.tied["link_path"].dropna()
        for step in way.split(" ")
        if ":" in step
    }
    pairs = faulty.lists.groupby(["holder", "list"]).ngroups
    return pairs, links, faulty.scores["keeper"].nunique(), set(faulty.measures["measure"])


def test_a_court_record_reaches_far(universes):
    """25 holders' lists, every link that a measure follows, three keepers of scores, a grade that acts.

    A judgment is laid on somebody who leads a firm with a partner, directs one, owns a share, has a job
    and a child.
    """
    steps = [row[step] for row in read_csv(CODES / "measures.csv") for step in ("step1", "step2")]
    kinds = {step.split(":")[0] for step in steps if step}
    assert len(kinds) == 6
    graded = {row["list"] for row in read_csv(CODES / "score_lists.csv")}
    acting = {row["measure"] for row in read_csv(CODES / "measures.csv") if row["list"] in graded}
    ((record,),) = universes.db.rows(JUDGMENT)
    cases = []
    for name, number in universes.db.rows(WELL_LINKED):
        masked = {"iname": name, "cardNum": mask_resident_no(number)}
        cases.append(universes.case([FaultSpec(feed="court", record=record, values=masked)]))
    found = [reach(one.faulty) for one in universes.follow(cases)]
    assert any(
        pairs >= 25 and kinds <= links and keepers >= 3 and taken & acting
        for pairs, links, keepers, taken in found
    )


@pytest.mark.parametrize("feed", ELSEWHERE)
def test_any_record_reaches_two_other_holders(feed, universes):
    most = 0
    for found in followed(universes, feed, ELSEWHERE[feed]):
        lists = found.faulty.lists
        others = lists[lists["holder"] != lists["list"].map(found.faulty.owners)]
        most = max(most, others["holder"].nunique())
    assert most >= 2


def test_a_birth_date_reaches_two_other_holders(universes):
    ((record, born),) = universes.db.rows(
        "SELECT CAST(record_id AS VARCHAR), csrq FROM base.landing.residents "
        "WHERE csrq IS NOT NULL ORDER BY record_id LIMIT 1"
    )
    spec = FaultSpec(
        feed="residents", record=record, values={"csrq": born[:-1] + str((int(born[-1]) + 1) % 10)}
    )
    (found,) = universes.follow([universes.case([spec])])
    lists = found.faulty.lists
    assert lists[lists["holder"] != "police"]["holder"].nunique() >= 2
