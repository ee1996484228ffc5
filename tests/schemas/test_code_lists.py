"""A row that names what there is not is told of before a build, since it would apply to nobody in silence."""

import shutil

import pytest

from schemas.code_lists import CODES, see_code_lists

MEASURE = "m,bank,court_dishonest,general,,,,,,,,ours"


@pytest.fixture
def folder(tmp_path):
    """The code lists, to be changed."""
    return shutil.copytree(CODES, tmp_path / "codes")


def add(folder, name, row):
    with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="\n") as file:
        file.write(row + "\n")


def test_the_code_lists_name_only_what_there_is(folder):
    see_code_lists()
    add(folder, "measures", MEASURE)
    see_code_lists(folder)


@pytest.mark.parametrize(
    ("name", "row", "told"),
    [
        (
            "measures",
            MEASURE.replace("bank", "bnak"),
            "agency 'bnak' is not known; it has no row in holders",
        ),
        ("measures", MEASURE.replace("dishonest", "dishonst"), "Perhaps court_dishonest is meant"),
        ("measures", MEASURE.replace("general", "grave"), "min_severity 'grave' is not known"),
        (
            "measures",
            MEASURE.replace("general,,", "general,leads,"),
            "step1 'leads' is no link to follow",
        ),
        (
            "measures",
            MEASURE.replace("general,,", "general,employment:a>b:minor,"),
            "is no link to follow",
        ),
        ("points", "city_portal,honors,,5,day,t,ours", "list 'honors' is not known"),
        (
            "points",
            "city_portal,honours,,5,month,t,ours",
            "effective 'month' .* one of day, next_month",
        ),
        (
            "score_lists",
            "city_red_list,strong,positive,ours",
            "grade 'strong' is none that city_portal gives, who owns city_red_list",
        ),
        (
            "score_lists",
            "city_low_grades,A,minor,ours",
            "grade 'A' is the one that everybody has at city_portal to start with",
        ),
        ("points", "city_portal,honours,,five,day,t,ours", "change 'five' is no whole number"),
        (
            "points",
            "city_portal,honours,,,day,t,ours",
            "change is empty; say it, or take the row out",
        ),
        ("points", ",honours,,5,day,t,ours", "keeper is empty; say it"),
        ("grades", "city_portal,E,,ours", "min_points is empty"),
        ("measures", MEASURE.replace("court_dishonest", ""), "list is empty"),
        ("holidays", "2026-1-1,t,t,no", "day '2026-1-1' is no day; write YYYY-MM-DD"),
        ("keepers", "bank,100,0,200,,,no,t,t,s", "go down to 0, and no grade there begins so low"),
        (
            "lists",
            "l,court,good,public,social,core,t,t,no,,",
            "polarity 'good' is not known; it is one of",
        ),
    ],
)
def test_what_is_not_there_is_told_with_its_line(folder, name, row, told):
    """Blank lines, which say nothing, are counted all the same."""
    add(folder, name, "")
    line = len((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()) + 1
    add(folder, name, row)
    with pytest.raises(ValueError, match=f"{name}.csv, line {line}: .*{told}"):
        see_code_lists(folder)
