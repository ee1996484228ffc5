"""What the worlds are made to meet: nine adults of ten at grade A, and no child with a grade."""

from __future__ import annotations

import pytest

from tests.conftest import SEEDS

# Residents of the city by the truth, with their grade on the last day; who has none has the one
# everybody starts with.
GRADED = """
    SELECT
        s.born + INTERVAL 18 YEAR <= r.last_day AS of_age,
        coalesce(g.grade, 'A') AS grade,
        g.grade IS NOT NULL AS graded
    FROM '{world}/subjects.parquet' AS s
    CROSS JOIN codes.run AS r
    LEFT JOIN merge.subjects AS known ON known.resident_no = s.resident_no
    LEFT JOIN scores.grades AS g
        ON g.keeper = 'city_portal' AND g.subject_id = known.subject_id
        AND g.from_day <= r.last_day AND coalesce(g.to_day > r.last_day, true)
    WHERE s.kind = 'resident' AND starts_with(s.division, '8401')
        AND coalesce(s.ended > r.last_day, true)
"""


def shares(built) -> dict[str, float]:
    """Grade -> percent of the city's adults."""
    graded = GRADED.format(world=built.world)
    found = built.rows(f"SELECT grade, count(*) FROM ({graded}) WHERE of_age GROUP BY grade")
    adults = sum(n for _, n in found)
    return {grade: 100 * n / adults for grade, n in found}


def test_about_nine_adults_of_ten_are_at_a(one_tiny) -> None:
    """Some 450 adults: three standard deviations on either side. Some are above, more are below."""
    found = shares(one_tiny)
    assert 86 <= found["A"] <= 94.5
    above = found.get("AAA", 0) + found.get("AA", 0)
    assert 1 < above < 100 - found["A"] - above


@pytest.mark.long
def test_of_eighteen_thousand_adults_nine_of_ten_are_at_a(built) -> None:
    assert 89 <= shares(built("demo", 1))["A"] <= 91


def test_no_child_has_a_grade_where_nothing_is_wrong(built) -> None:
    clean = built("tiny", SEEDS[0], dirt=0.0)
    found = clean.rows(
        "SELECT of_age, count(*), count(*) FILTER (graded) "
        f"FROM ({GRADED.format(world=clean.world)}) GROUP BY of_age ORDER BY of_age"
    )
    (_, children, graded_children), (_, adults, graded_adults) = found
    assert children > 30 and graded_children == 0
    assert adults > graded_adults > 30
