"""Subjects, their attributes and links: what must hold in every world, the written one included."""

from __future__ import annotations

import duckdb
import pytest

from schemas.identifiers import SCHEMES, could_be_real
from sources.world import divisions
from sources.world.columns import COLUMNS

NO_END = "DATE '9999-12-31'"
IDENTIFIERS = ("uscc", "org_code", "registration_no", "tax_no", "resident_no")


def none(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Fail with the first rows of a query that should give none."""
    assert connection.execute(sql).fetchmany(5) == []


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_are_as_declared(any_world: duckdb.DuckDBPyConnection, table: str):
    found = [(name, kind) for name, kind, *_ in any_world.execute(f"DESCRIBE {table}").fetchall()]
    names = {"int64": "BIGINT", "string": "VARCHAR", "date32[day]": "DATE"}
    assert found == [(name, names[str(kind)]) for name, kind in COLUMNS[table].items()]


@pytest.mark.parametrize("scheme", IDENTIFIERS)
def test_identifiers_are_valid_unique_and_nobodys(
    any_world: duckdb.DuckDBPyConnection, scheme: str
):
    query = f"SELECT {scheme} FROM subjects WHERE {scheme} IS NOT NULL"
    values = [value for (value,) in any_world.execute(query).fetchall()]
    assert values and len(set(values)) == len(values)
    for value in values:
        assert SCHEMES[scheme].validate(value) == value
        assert not could_be_real(value, scheme)


def test_identifiers_hang_together(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        """
        SELECT * FROM subjects
        WHERE substr(uscc, 9, 9) <> org_code
            OR substr(uscc, 3, 6) <> division AND kind <> 'resident'
            OR tax_no <> CASE WHEN born < DATE '2015-10-01' THEN division || org_code ELSE uscc END
            OR substr(resident_no, 7, 8) <> strftime(born, '%Y%m%d')
            OR (CAST(substr(resident_no, 17, 1) AS INTEGER) % 2 = 1) <> (sex = 'M')
        """,
    )


def test_each_kind_has_what_it_should(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        """
        SELECT * FROM subjects
        WHERE (kind = 'resident') <> (resident_no IS NOT NULL)
            OR (kind = 'resident') <> (sex IS NOT NULL)
            OR (kind <> 'resident') <> (uscc IS NOT NULL AND org_code IS NOT NULL)
            OR (kind = 'enterprise') <> (registration_no IS NOT NULL AND tax_no IS NOT NULL)
            OR (kind = 'enterprise') <> (capital_fen IS NOT NULL)
            OR (kind = 'enterprise') <> starts_with(coalesce(uscc, ''), '9')
            OR ended <= born
            OR division NOT IN (SELECT unnest($codes))
        """.replace("$codes", repr(list(divisions.load().codes))),
    )
    (rows, numbers, files) = any_world.execute(
        "SELECT count(*), count(DISTINCT subject_no), count(DISTINCT file_no) FROM subjects"
    ).fetchall()[0]
    assert rows == numbers == files


def test_each_property_is_a_partition_of_a_life(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        f"""
        WITH spells AS (
            SELECT
                *,
                lag(valid_to) OVER life AS before,
                row_number() OVER life = 1 AS is_first,
                lead(valid_from) OVER life IS NULL AS is_last
            FROM attributes
            WINDOW life AS (PARTITION BY subject_no, property ORDER BY valid_from)
        )
        SELECT * FROM spells JOIN subjects USING (subject_no)
        WHERE value = ''
            OR valid_from >= coalesce(valid_to, {NO_END})
            OR is_first AND valid_from <> born
            OR NOT is_first AND before IS DISTINCT FROM valid_from
            OR is_last AND valid_to IS DISTINCT FROM ended
        """,
    )


def test_everyone_has_name_and_address_and_enterprises_more(
    any_world: duckdb.DuckDBPyConnection,
):
    none(
        any_world,
        """
        SELECT s.subject_no, p.property FROM subjects AS s
        CROSS JOIN (VALUES ('name'), ('address'), ('phone'), ('status'), ('scope')) AS p (property)
        WHERE (s.kind = 'enterprise' OR p.property IN ('name', 'address', 'phone'))
            AND NOT EXISTS (
                SELECT 1 FROM attributes AS a
                WHERE a.subject_no = s.subject_no AND a.property = p.property
            )
        """,
    )


def test_no_two_organisations_of_a_division_ever_bore_one_name(
    any_world: duckdb.DuckDBPyConnection,
):
    none(
        any_world,
        """
        SELECT division, value, count(DISTINCT subject_no)
        FROM attributes JOIN subjects USING (subject_no)
        WHERE property = 'name' AND kind <> 'resident'
        GROUP BY ALL HAVING count(*) > 1
        """,
    )


def test_people_share_names(demo_world: duckdb.DuckDBPyConnection):
    shared, people = demo_world.execute(
        """
        WITH called AS (
            SELECT division, value, count(*) AS n
            FROM attributes JOIN subjects USING (subject_no)
            WHERE property = 'name' AND kind = 'resident' AND valid_to IS NULL
            GROUP BY ALL
        )
        SELECT sum(n) FILTER (n > 1), sum(n) FROM called
        """
    ).fetchall()[0]
    assert 0.05 < shared / people < 0.4


def test_someone_leads_every_enterprise_and_body_on_every_day(
    any_world: duckdb.DuckDBPyConnection,
):
    none(
        any_world,
        f"""
        WITH posts AS (
            SELECT
                b_no AS subject_no,
                valid_from,
                valid_to,
                lag(valid_to) OVER life AS before,
                lag(a_no) OVER life = a_no AS same,
                row_number() OVER life = 1 AS is_first,
                lead(valid_from) OVER life IS NULL AS is_last
            FROM links
            WHERE link_kind = 'legal_representative'
            WINDOW life AS (PARTITION BY b_no ORDER BY valid_from)
        )
        SELECT * FROM subjects LEFT JOIN posts USING (subject_no)
        WHERE kind <> 'resident'
            AND (
                valid_from IS NULL
                OR same
                OR valid_from >= coalesce(valid_to, {NO_END})
                OR is_first AND valid_from <> born
                OR NOT is_first AND before IS DISTINCT FROM valid_from
                OR is_last AND valid_to IS DISTINCT FROM ended
            )
        """,
    )


def test_links_join_those_who_are_there_and_of_the_right_kind(
    any_world: duckdb.DuckDBPyConnection,
):
    none(
        any_world,
        f"""
        SELECT l.* FROM links AS l
        LEFT JOIN subjects AS a ON l.a_no = a.subject_no
        LEFT JOIN subjects AS b ON l.b_no = b.subject_no
        WHERE a.kind IS NULL OR b.kind IS NULL OR a.subject_no = b.subject_no
            OR l.valid_from < a.born OR l.valid_from < b.born
            OR l.valid_from >= coalesce(l.valid_to, {NO_END})
            OR coalesce(l.valid_to, {NO_END})
                > least(coalesce(a.ended, {NO_END}), coalesce(b.ended, {NO_END}))
            OR l.link_kind IN ('legal_representative', 'director', 'employment', 'parent_child')
                AND a.kind <> 'resident'
            OR l.link_kind IN ('parent_child', 'friend') <> (b.kind = 'resident')
            OR l.link_kind = 'friend' AND NOT (a.kind = 'resident' AND a_no < b_no)
            OR l.link_kind = 'business_partner'
                AND NOT (a.kind = 'enterprise' AND b.kind = 'enterprise' AND a_no < b_no)
            OR l.link_kind NOT IN ('parent_child', 'business_partner', 'shareholder')
                AND l.valid_from < a.born + INTERVAL 6574 DAY
            OR l.link_kind = 'parent_child' AND b.born < a.born + INTERVAL 6500 DAY
            OR (l.link_kind = 'shareholder') <> (share_permille IS NOT NULL)
        """,
    )
    none(
        any_world,
        """
        SELECT link_kind, a_no, b_no, valid_from FROM links
        GROUP BY ALL HAVING count(*) > 1
        """,
    )
    none(any_world, "SELECT link_no FROM links GROUP BY ALL HAVING count(*) > 1")


def test_shares_sum_to_the_whole_on_every_day(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        f"""
        WITH turns AS (
            SELECT DISTINCT b_no, valid_from AS day FROM links WHERE link_kind = 'shareholder'
        )
        SELECT t.b_no, t.day, sum(l.share_permille) FROM turns AS t
        JOIN links AS l ON l.b_no = t.b_no AND l.link_kind = 'shareholder'
            AND l.valid_from <= t.day AND t.day < coalesce(l.valid_to, {NO_END})
        GROUP BY ALL HAVING sum(l.share_permille) <> 1000
        """,
    )
    # between two first days shares could only be lost; so none may end but where another begins
    none(
        any_world,
        """
        SELECT * FROM links AS l JOIN subjects AS s ON l.b_no = s.subject_no
        WHERE link_kind = 'shareholder' AND valid_to IS DISTINCT FROM s.ended
            AND NOT EXISTS (
                SELECT 1 FROM links AS n WHERE n.link_kind = 'shareholder' AND n.b_no = l.b_no
                    AND n.valid_from = l.valid_to AND n.share_permille = l.share_permille
            )
        """,
    )


def test_nobody_works_in_two_places_at_once(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        f"""
        SELECT * FROM links AS one JOIN links AS two
            ON one.a_no = two.a_no AND one.link_no < two.link_no
            AND one.valid_from < coalesce(two.valid_to, {NO_END})
            AND two.valid_from < coalesce(one.valid_to, {NO_END})
        WHERE one.link_kind = 'employment' AND two.link_kind = 'employment'
        """,
    )


def test_a_child_has_at_most_a_mother_and_a_father_who_come_first(
    any_world: duckdb.DuckDBPyConnection,
):
    none(
        any_world,
        """
        SELECT b_no, count(*), count(DISTINCT sex) FROM links JOIN subjects ON a_no = subject_no
        WHERE link_kind = 'parent_child'
        GROUP BY b_no HAVING count(*) > count(DISTINCT sex)
        """,
    )


def test_ages(demo_world: duckdb.DuckDBPyConnection):
    youngest, oldest, minors, orphans = demo_world.execute(
        """
        WITH people AS (
            SELECT
                subject_no,
                date_diff('day', born, DATE '2024-01-01') / 365.2425 AS age
            FROM subjects WHERE kind = 'resident'
        )
        SELECT
            min(age), max(age), avg(CAST(age < 18 AS INTEGER)),
            count(*) FILTER (
                age < 18 AND subject_no NOT IN (
                    SELECT b_no FROM links WHERE link_kind = 'parent_child'
                )
            )
        FROM people
        """
    ).fetchall()[0]
    assert youngest >= 3 and oldest <= 90.01
    assert 0.08 < minors < 0.25
    assert orphans == 0


def test_few_have_many_links(demo_world: duckdb.DuckDBPyConnection):
    for kind in ("legal_representative", "business_partner", "employment"):
        column = "b_no" if kind == "employment" else "a_no"
        counts = [
            n
            for (n,) in demo_world.execute(
                f"SELECT count(*) AS n FROM links WHERE link_kind = '{kind}' "
                f"GROUP BY {column} ORDER BY n DESC"
            ).fetchall()
        ]
        assert counts[0] >= 10 and counts[len(counts) // 2] <= 2, kind
