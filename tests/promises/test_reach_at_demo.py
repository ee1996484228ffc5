"""How far single records reach in the world of `demo`, where everything is joined."""

from __future__ import annotations

import pytest

from pipelines.home import Home
from pipelines.replay import FaultSpec
from pipelines.replay.compare.universes import Universes
from pipelines.run import make_home
from schemas.contract import CODES, read_csv
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
    """25 holders' lists, every kind of link a firm has, three keepers of scores, and a grade that acts.

    Nobody is listed as an employee of a firm and as a firm at once: that link is seen of a resident.
    """
    graded = {row["list"] for row in read_csv(CODES / "score_lists.csv")}
    acting = {row["measure"] for row in read_csv(CODES / "measures.csv") if row["list"] in graded}
    of_firms = {"business_partner", "legal_representative", "parent_child", "shareholder"}
    found = [reach(f.faulty) for f in followed(universes, "court", ("valid_code_of_another",))]
    assert any(
        pairs >= 25 and of_firms <= links and keepers >= 3 and measures & acting
        for pairs, links, keepers, measures in found
    )
    assert "employment" in set().union(*(links for _, links, _, _ in found))


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
