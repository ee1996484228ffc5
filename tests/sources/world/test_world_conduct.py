"""Conduct: what must hold in every world, and how much there is of it."""

from __future__ import annotations

import csv

import duckdb
import pytest

from schemas.contract import ROOT
from sources.world.conduct import KINDS

NO_END = "DATE '9999-12-31'"

# Rows in the demo world (20,000 enterprises, 40,000 residents, seven years), least and most.
VOLUMES = {
    "judgment_default": (1_200, 1_800),
    "penalty": (9_500, 12_500),
    "licence": (5_000, 7_000),
    "abnormal": (1_300, 1_800),
    "tax_violation": (240, 360),
    "tax_a_class": (17_000, 24_000),
    "loan": (7_000, 9_000),
    "loan_overdue": (650, 1_100),
    "utility_arrears": (2_600, 3_800),
    "platform_payment": (46_000, 60_000),
    "platform_late": (5_500, 8_500),
    "volunteering": (3_500, 4_500),
    "honour": (4_500, 6_200),
    "wallet_payment": (11_000, 15_000),
    "wallet_late": (1_300, 2_000),
}


def none(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Fail with the first rows of a query that should give none."""
    assert connection.execute(sql).fetchmany(5) == []


def test_decided_then_held_then_gone(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        """
        SELECT * FROM conduct
        WHERE NOT decided < held_from
            OR held_to <= held_from
            OR decided < DATE '2018-01-01' OR decided >= DATE '2024-12-31'
            OR held_to >= DATE '2024-12-31'
            OR due <= decided AND conduct_kind <> 'utility_arrears'
            OR amount_fen < 0
        """,
    )


def test_who_acts_is_there_and_of_age(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        f"""
        SELECT * FROM conduct JOIN subjects USING (subject_no)
        WHERE decided < born OR decided >= coalesce(ended, {NO_END})
            OR kind = 'resident' AND decided < born + INTERVAL 6574 DAY
        """,
    )
    none(any_world, "SELECT * FROM conduct ANTI JOIN subjects USING (subject_no)")


def test_grounds_are_listed_and_give_the_severity(any_world: duckdb.DuckDBPyConnection):
    with (ROOT / "schemas/codes/grounds.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["event_kind"], row["code"], row["severity"]) for row in csv.DictReader(file)}
    used = any_world.execute("SELECT DISTINCT conduct_kind, ground, severity FROM conduct")
    assert set(used.fetchall()) <= listed


def test_every_listed_ground_occurs(demo_world: duckdb.DuckDBPyConnection):
    with (ROOT / "schemas/codes/grounds.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["code"] for row in rows}) == len(rows)
    # Nobody commits a list's own words for what it rests on, a property or a relation.
    no_acts = ("listing", "basic", "relation")
    listed = {row["code"] for row in rows if row["event_kind"] not in no_acts}
    used = {
        ground for (ground,) in demo_world.execute("SELECT DISTINCT ground FROM conduct").fetchall()
    }
    assert used == listed


def test_numbers_are_unique(any_world: duckdb.DuckDBPyConnection):
    none(any_world, "SELECT conduct_no FROM conduct GROUP BY ALL HAVING count(*) > 1")
    none(
        any_world,
        """
        SELECT conduct_kind, office, document_no FROM conduct
        GROUP BY ALL HAVING count(*) > 1
        """,
    )


@pytest.mark.parametrize("office", ["city", "county"])
def test_most_penalties_are_road_and_transport(demo_world: duckdb.DuckDBPyConnection, office: str):
    """By the bureau that decides: the traffic police or the transport bureau."""
    ((road, all_of_them),) = demo_world.execute(
        """
        SELECT count(*) FILTER (
            WHERE ends_with(detail, '公安局交通警察支队') OR ends_with(detail, '交通运输局')
        ), count(*)
        FROM conduct WHERE conduct_kind = 'penalty' AND office = ?
        """,
        [office],
    ).fetchall()
    assert 2 * road > all_of_them > 20


def test_documents_are_numbered_in_order_of_day(demo_world: duckdb.DuckDBPyConnection):
    none(
        demo_world,
        r"""
        WITH papers AS (
            SELECT
                *,
                CAST(regexp_extract(document_no, '([0-9]+)号$', 1) AS BIGINT) AS serial,
                lag(serial) OVER file AS before
            FROM conduct
            WHERE conduct_kind IN ('judgment_default', 'licence', 'tax_violation', 'honour')
            WINDOW file AS (
                PARTITION BY conduct_kind, regexp_replace(document_no, '[0-9]+号$', '')
                ORDER BY decided, conduct_no
            )
        )
        SELECT * FROM papers WHERE serial <> coalesce(before, 0) + 1
        """,
    )


def test_offices(any_world: duckdb.DuckDBPyConnection):
    none(
        any_world,
        """
        SELECT * FROM conduct JOIN subjects USING (subject_no)
        WHERE CASE
            WHEN conduct_kind = 'penalty' THEN office NOT IN ('city', 'county')
            WHEN conduct_kind = 'licence' THEN office <> 'city'
            ELSE office IS NULL
        END
        """,
    )


def test_an_enterprise_is_abnormal_once_at_a_time(demo_world: duckdb.DuckDBPyConnection):
    none(
        demo_world,
        f"""
        SELECT * FROM conduct AS one JOIN conduct AS two
            ON one.subject_no = two.subject_no AND one.conduct_no < two.conduct_no
            AND one.decided < coalesce(two.held_to, {NO_END})
            AND two.decided < coalesce(one.held_to, {NO_END})
        WHERE one.conduct_kind = 'abnormal' AND two.conduct_kind = 'abnormal'
        """,
    )


def test_some_are_abnormal_for_over_three_years(demo_world: duckdb.DuckDBPyConnection):
    ((long,),) = demo_world.execute(
        """
        SELECT count(*) FROM conduct WHERE conduct_kind = 'abnormal'
            AND coalesce(held_to, DATE '2024-12-31') - decided > 1095
        """
    ).fetchall()
    assert long > 100


def test_overdue_loans_are_loans(demo_world: duckdb.DuckDBPyConnection):
    none(
        demo_world,
        """
        SELECT * FROM conduct AS late
        LEFT JOIN conduct AS loan
            ON loan.conduct_kind = 'loan' AND loan.document_no = late.detail
            AND loan.subject_no = late.subject_no AND loan.office = late.office
            AND loan.decided < late.decided AND late.decided < loan.due
            AND late.amount_fen <= loan.amount_fen
        WHERE late.conduct_kind = 'loan_overdue' AND loan.conduct_no IS NULL
        """,
    )


def test_monthly_registers_turn_on_the_first(demo_world: duckdb.DuckDBPyConnection):
    none(
        demo_world,
        """
        SELECT * FROM conduct
        WHERE conduct_kind IN ('loan', 'loan_overdue')
            AND (day(held_from) <> 1 OR day(coalesce(held_to, held_from)) <> 1)
            OR conduct_kind = 'utility_arrears' AND day(held_from) <> 1
        """,
    )


def test_no_a_class_taxpayer_violated_lately(demo_world: duckdb.DuckDBPyConnection):
    none(
        demo_world,
        """
        SELECT * FROM conduct AS red JOIN conduct AS black USING (subject_no)
        WHERE red.conduct_kind = 'tax_a_class' AND black.conduct_kind = 'tax_violation'
            AND year(black.decided) IN (year(red.decided) - 1, year(red.decided) - 2)
        """,
    )


def test_one_bill_an_account_and_month(demo_world: duckdb.DuckDBPyConnection):
    none(
        demo_world,
        """
        SELECT subject_no, ground, detail FROM conduct WHERE conduct_kind = 'utility_arrears'
        GROUP BY ALL HAVING count(*) > 1
        """,
    )


def test_published_seven_working_days_after(demo_world: duckdb.DuckDBPyConnection):
    waits = demo_world.execute(
        """
        SELECT DISTINCT held_from - decided FROM conduct
        WHERE conduct_kind IN ('judgment_default', 'penalty', 'licence', 'tax_violation')
        """
    ).fetchall()
    assert {wait for (wait,) in waits} == {9, 10, 11}


@pytest.mark.parametrize("kind", KINDS)
def test_volumes_are_as_declared(demo_world: duckdb.DuckDBPyConnection, kind: str):
    ((rows,),) = demo_world.execute(
        "SELECT count(*) FROM conduct WHERE conduct_kind = ?", [kind]
    ).fetchall()
    least, most = VOLUMES[kind]
    assert least <= rows <= most


def test_persons_and_companies_both_default_and_some_pay(demo_world: duckdb.DuckDBPyConnection):
    shares = dict(
        demo_world.execute(
            """
            SELECT kind, count(held_to) / count(*) FROM conduct JOIN subjects USING (subject_no)
            WHERE conduct_kind = 'judgment_default' GROUP BY kind
            """
        ).fetchall()
    )
    assert {"enterprise", "resident"} <= set(shares)
    assert all(0.15 < shares[kind] < 0.5 for kind in ("enterprise", "resident"))


def test_a_few_do_much_of_what_goes_wrong(demo_world: duckdb.DuckDBPyConnection):
    counts = [
        n
        for (n,) in demo_world.execute(
            """
            SELECT count(*) AS n FROM conduct
            WHERE conduct_kind IN ('penalty', 'judgment_default', 'abnormal', 'loan_overdue')
            GROUP BY subject_no ORDER BY n DESC
            """
        ).fetchall()
    ]
    worst = sum(counts[: len(counts) // 20])
    assert counts[0] >= 8
    assert worst / sum(counts) > 0.15
    # and the same few in several kinds
    ((several,),) = demo_world.execute(
        """
        SELECT count(*) FROM (
            SELECT subject_no FROM conduct
            WHERE conduct_kind IN ('penalty', 'judgment_default', 'abnormal', 'tax_violation')
            GROUP BY subject_no HAVING count(DISTINCT conduct_kind) >= 3
        )
        """
    ).fetchall()
    assert several > 15
