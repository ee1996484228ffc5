"""With quarantine on, a fault that a gate catches before matching lists nobody wrongly, and is told.

Where every gate keeps aside what it can, promises 4 (replay equals rebuild) and 11 (no foresight) hold too.
"""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from pipelines.build import build
from pipelines.home import Home
from pipelines.replay import FaultSpec, replay
from quality.policies import all_told
from tests.promises.databases import told, unlike, until
from tests.promises.test_no_foresight import clipped

GATE = "resolve.name_agrees"
KEPT = all_told(True)

# The clerk of the court writes the number of the noodle house beside the decorator's name.
CLERK = FaultSpec(
    "free_edit",
    feed="court",
    record="0000000001",
    values={"cardNum": "PDY006219"},
)


@pytest.fixture(scope="module")
def home(story, tmp_path_factory) -> Home:
    return story.home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def followed(home) -> dict[str, dict]:
    return {
        "warn": replay(home, [CLERK]).json(),
        "quarantine": replay(home, [CLERK], policy=KEPT).json(),
        "rebuilt": replay(home, [CLERK], policy=KEPT, rebuild=True).json(),
    }


def test_it_lists_somebody_wrongly_while_the_gate_only_warns(followed):
    assert followed["warn"]["totals"]["wrongly_listed"] > 0
    assert not followed["warn"]["fault"]["kept_back"]


def test_with_quarantine_it_lists_nobody_wrongly_and_says_who_is_missing(followed):
    told = followed["quarantine"]
    assert told["totals"]["wrongly_listed"] == 0
    assert told["totals"]["wrongly_missing"] > 0  # the decorator, until the right row comes
    kept = told["fault"]["kept_back"]
    assert {one["gate"] for one in kept} == {GATE}
    assert {(one["state"], one["feed"], one["outcome"]) for one in kept} == {
        ("faulty", "court", "quarantine")
    }


def test_a_rebuild_tells_the_same(followed):
    told = [
        {k: v for k, v in followed[way].items() if k not in ("mode", "seconds")}
        for way in ("quarantine", "rebuilt")
    ]
    assert told[0] == told[1]


# A row that is kept aside by contract, and believed where the run only warns.
UNKNOWN = FaultSpec(
    "free_edit",
    feed="court",
    record="0000000001",
    values={"performance": "nobody knows"},
    correct_after=30,
)


def believed(home: Home, rebuild: bool = False) -> dict:
    """What is told of it where the gates of the run let it through."""
    return replay(home, [UNKNOWN], policy={"gate.landing.in_set": "warn"}, rebuild=rebuild).json()


def test_a_correction_goes_by_what_the_gates_of_the_run_let_through(home):
    told = believed(home)["fault"]
    assert told["kept_back"] == []
    assert told["correction_sent"] is not None


@pytest.mark.long  # with all gates keeping aside what they can, a rebuild is compared in every run
def test_a_rebuild_tells_the_same_of_what_the_gates_of_the_run_let_through(home):
    told = [believed(home), believed(home, rebuild=True)]
    same = [{k: v for k, v in one.items() if k not in ("mode", "seconds")} for one in told]
    assert same[0] == same[1]


# --- a row that bears a name before the register has it ----------------------------------------------

FORMER, LATER = "柳陌陆记面馆有限公司", "柳陌小满面馆有限公司"  # as of 2024-05-20


@pytest.fixture(scope="module")
def too_early(generated, tmp_path_factory):
    """The story's files, built, but that a licence bears the later name from the start."""
    from schemas.contract import feeds
    from sources.files import read, write

    folder, feed = tmp_path_factory.mktemp("early"), feeds()["city_licences"]
    shutil.copytree(generated("story", 1, dirt=0.0).landing, folder / "landing")
    for path in sorted((folder / "landing" / feed.name).iterdir()):
        table = read(feed, path)[0].select(list(feed.column_names))
        rows = [
            {k: LATER if v == FORMER else v for k, v in row.items()} for row in table.to_pylist()
        ]
        write(feed, table.from_pylist(rows, table.schema), path)
    build(folder / "landing", folder / "built.duckdb", policy=KEPT, checks=False, threads=1)
    return folder


def test_what_a_gate_saw_stays_seen(too_early, tmp_path) -> None:
    day = date(2024, 4, 1)
    landing = until(too_early / "landing", tmp_path / "landing", day)
    build(landing, tmp_path / "built.duckdb", policy=KEPT, checks=False)
    wrong = unlike(too_early / "built.duckdb", tmp_path / "built.duckdb", clipped(day))
    assert not wrong, told(wrong)
