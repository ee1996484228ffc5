"""Scores: a change while the keeper shows an entry, taken back on its day; totals and grades follow."""

import pytest

from tests.ids import as_id
from tests.pipelines.models.conftest import rows_of


def shown(lab, holder, list_name, from_day="2024-03-01", to_day="2024-09-01", version="ev",
          entry="e", ground="g", subject="s", division="840102", kind="resident"):  # fmt: skip
    lives(lab, subject, division, kind)
    told = {"entry_id": entry, "entry_version": version, "list": list_name, "subject_id": subject}
    told |= {"from_day": from_day, "to_day": to_day}
    lab.given("exchange.owned_0", [{"holder": holder, **told}])
    lab.given("lists.entries", [{"ground": ground, "severity": "general", **told}])


def lives(lab, subject, division="840102", kind="resident", from_day="2020-01-01", to_day=None):
    """Where a register says somebody lives, and of what kind it is; said once."""
    who = {"subject_id": subject, "subject_kind": kind, "division": division}
    found = lab.engine.fetch(
        f"SELECT count(*) FROM resolve.names WHERE subject_id = as_id('{as_id(subject)}') "
        f"AND from_day = DATE '{from_day}'"
    )
    if not found[0][0]:
        lab.given("resolve.names", [{**who, "from_day": from_day, "to_day": to_day}])


COUNTED = (
    "exchange.held_by_keepers", "scores.accounts", "scores.members", "scores.tens",
    "scores.counted", "scores.changes", "scores.points",
)  # fmt: skip
GRADED = (*COUNTED, "scores.totals", "scores.grades")


def points(lab):
    return rows_of(lab.run(*COUNTED), "keeper", "day", "change", "reason", "because")


def grades(lab):
    return rows_of(lab.run(*GRADED), "keeper", "from_day", "to_day", "points", "grade")


def test_a_list_costs_points_while_the_keeper_shows_it(lab):
    shown(lab, "city_portal", "court_dishonest")
    assert points(lab) == [
        ("city_portal", "2024-03-01", -50, "court_dishonest", "entry:ev"),
        ("city_portal", "2024-09-01", 50, "court_dishonest", "entry:ev"),
    ]


def test_a_list_that_only_others_show_costs_nothing(lab):
    """The company has the bill in its files, a bank and the railway show the entry: no copy, no points."""
    shown(lab, "railway", "court_dishonest")
    shown(lab, "utility_company", "utility_arrears", version="ew", entry="f")
    assert points(lab) == []


def test_what_never_ends_is_never_given_back(lab):
    shown(lab, "city_portal", "utility_arrears", to_day=None)
    assert [p[1:3] for p in points(lab)] == [("2024-03-01", -10)]


def test_an_entry_shown_in_two_versions_counts_once(lab):
    shown(lab, "city_portal", "administrative_penalties", to_day=None)
    shown(lab, "city_portal", "administrative_penalties", "2024-05-01", "2024-07-01", version="ew")
    assert [p[1:3] + p[4:] for p in points(lab)] == [
        ("2024-03-01", -20, "entry:ev"),
        ("2024-05-01", -20, "entry:ew"),
        ("2024-05-01", 20, "entry:ev"),
        ("2024-07-01", -20, "entry:ev"),
        ("2024-07-01", 20, "entry:ew"),
    ]
    assert [row[3] for row in grades(lab)] == [980]


def test_two_entries_count_twice(lab):
    shown(lab, "city_portal", "utility_arrears")
    shown(lab, "city_portal", "utility_arrears", version="ew", entry="f")
    assert [p[2] for p in points(lab)] == [-10, -10, 10, 10]


def joins(lab, subject="s", from_day="2024-01-05", keeper="payments_platform"):
    """The platform keeps a payment: the account is known from that day on."""
    list_name = "platform_orders" if keeper == "payments_platform" else "wallet_payments"
    shown(lab, keeper, list_name, from_day, "2024-01-20", version=f"order {keeper} {subject}",
          entry=f"order {keeper} {subject}", subject=subject)  # fmt: skip


def test_who_never_joined_a_platform_has_no_score_there(lab):
    """It holds the court's list, and knows the listed man; he never signed up. Somebody else joins late."""
    shown(lab, "payments_platform", "court_dishonest", subject="never")
    shown(lab, "payments_platform", "court_dishonest", subject="late", version="ew", entry="f")
    joins(lab, "late", "2024-06-10")
    assert [p[1:4] for p in points(lab)] == [
        ("2024-07-01", -150, "court_dishonest"),
        ("2024-10-01", 150, "court_dishonest"),
    ]


def test_the_same_copy_by_two_ways_counts_once(lab):
    joins(lab)
    copy = {
        "holder": "payments_platform",
        "list": "court_dishonest",
        "entry_id": "e",
        "subject_id": "s",
    }
    days = {"from_day": "2024-02-01", "to_day": "2024-05-01"}
    lab.given("exchange.passed_0_3", [{"entry_version": "ev", **copy, **days}])
    shown(lab, "payments_platform", "court_dishonest")
    assert [p[2] for p in points(lab)] == [-150, 150]


def test_the_commercial_score_moves_on_the_first_of_the_next_month(lab):
    shown(lab, "payments_platform", "platform_arrears", "2024-02-15", "2026-02-09")
    assert [p[:3] for p in points(lab)] == [
        ("payments_platform", "2024-03-01", -12),
        ("payments_platform", "2026-03-01", 12),
    ]


def test_what_is_over_within_the_month_never_moves_the_commercial_score(lab):
    shown(lab, "payments_platform", "platform_arrears", "2024-03-02", "2024-03-30")
    assert points(lab) == []


def test_drunk_driving_takes_a_resident_from_a_to_c_and_back(lab):
    """The rule for this ground takes the place of the rule for every penalty."""
    asked = {"from_day": "2024-02-15", "to_day": "2024-06-01", "ground": "drunk_driving"}
    shown(lab, "city_portal", "administrative_penalties", **asked)
    assert [p[1:4] for p in points(lab)] == [
        ("2024-02-15", -151, "administrative_penalties:drunk_driving"),
        ("2024-06-01", 151, "administrative_penalties:drunk_driving"),
    ]
    assert grades(lab) == [
        ("city_portal", "2024-02-15", "2024-06-01", 849, "C"),
        ("city_portal", "2024-06-01", None, 1000, "A"),
    ]


def test_not_yielding_costs_five(lab):
    shown(lab, "city_portal", "administrative_penalties", ground="not_yielding")
    assert [p[2] for p in points(lab)] == [-5, 5]


def test_credit_of_50_000_yuan_needs_more_than_666(lab):
    for n, points_given in enumerate((666, 667)):
        lab.given(
            "scores.totals",
            [{"keeper": "payments_platform", "subject_id": f"s{n}", "points": points_given,
              "from_day": "2024-03-01"}],
        )  # fmt: skip
    found = rows_of(lab.run("scores.grades"), "points", "grade")
    assert found == [(666, "deposit_650"), (667, "cash_667")]


def test_points_stop_at_the_floor_and_the_ceiling(lab):
    for n in range(30):
        asked = {"version": f"v{n}", "entry": f"e{n}"}
        shown(lab, "payments_platform", "platform_arrears", **asked)
    assert [row[3] for row in grades(lab)] == [350, 650]


def test_changes_of_one_day_are_one_step(lab):
    asked = {"from_day": "2024-02-15", "ground": "heroic_act"}
    shown(lab, "city_portal", "honours", to_day="2029-02-08", **asked)
    asked = {"from_day": "2024-02-15", "version": "ew", "entry": "f"}
    shown(lab, "city_portal", "utility_arrears", to_day="2024-05-01", **asked)
    assert [row[1:] for row in grades(lab)] == [
        ("2024-02-15", "2024-05-01", 1020, "A"),
        ("2024-05-01", "2029-02-08", 1030, "AA"),
        ("2029-02-08", None, 1000, "A"),
    ]


def test_an_honour_of_another_kind_gives_no_points(lab):
    shown(lab, "city_portal", "honours", ground="good_neighbour")
    assert points(lab) == []


def test_one_act_is_worth_something_else_in_each_city(lab):
    """Each resident belongs to one city; what another city's office holds of him counts for nothing there."""
    cities = {
        "city_portal": "840102", "luting_portal": "840221", "yueyu_portal": "860103",
        "yanhui_portal": "840321",
    }  # fmt: skip
    for city, division in cities.items():
        shown(lab, city, "administrative_penalties", ground="drunk_driving", version=city,
              entry=city, subject=city, division=division)  # fmt: skip
        shown(lab, "luting_portal", "administrative_penalties", ground="drunk_driving",
              version=city, entry=city, subject=city, division=division)  # fmt: skip
    found = [row for row in grades(lab) if row[1] == "2024-03-01"]
    assert [(row[0], *row[3:]) for row in found] == [
        ("city_portal", 849, "C"),
        ("luting_portal", 800, "C"),
        ("yanhui_portal", 75, "poor"),
        ("yueyu_portal", 900, "A"),
    ]


def test_who_moves_takes_his_acts_along_to_the_other_citys_rules(lab):
    lives(lab, "s", "840102", to_day="2024-05-01")
    lives(lab, "s", "840202", from_day="2024-05-01")
    for city in ("city_portal", "luting_portal"):
        shown(lab, city, "court_dishonest")
    assert [p[:3] for p in points(lab)] == [
        ("city_portal", "2024-03-01", -50),
        ("city_portal", "2024-05-01", 50),
        ("luting_portal", "2024-05-01", -100),
        ("luting_portal", "2024-09-01", 100),
    ]


def test_a_rating_of_firms_rates_no_resident_and_nobody_scores_whom_no_register_knows(lab):
    shown(lab, "firm_rating", "court_dishonest")
    shown(lab, "firm_rating", "court_dishonest", version="ew", entry="f", subject="firm",
          kind="enterprise")  # fmt: skip
    assert [p[1:4] for p in points(lab)] == [
        ("2024-04-01", -120, "court_dishonest"),
        ("2024-10-01", 120, "court_dishonest"),
    ]
    lab.engine.execute("DELETE FROM resolve.names")
    assert points(lab) == []


def test_a_grade_that_acts_is_a_list_like_any_other(lab):
    """Drunk driving takes him to C: he stands on two lists of the city, with his grade, until it ends."""
    shown(lab, "city_portal", "administrative_penalties", ground="drunk_driving")
    found = lab.run(*GRADED, "scores.listed", "exchange.graded")
    columns = ("list", "subject_id", "ground", "severity", "value", "from_day", "to_day")
    assert rows_of(found, *columns) == [
        ("city_blacklist", "s", "grade", "general", "C", "2024-03-01", "2024-09-01"),
        ("city_low_grades", "s", "grade", "general", "C", "2024-03-01", "2024-09-01"),
    ]
    assert {e["parent_id"] for e in lab.run("exchange.graded_evidence")} == {"ev"}


def test_more_points_of_the_same_grade_are_one_entry_and_another_grade_another_version(lab):
    shown(lab, "city_portal", "court_dishonest", to_day=None)
    shown(
        lab, "city_portal", "utility_arrears", "2024-04-01", "2024-05-01", version="ew", entry="f"
    )
    shown(lab, "city_portal", "joint_punishment", "2024-06-01", None, version="ex", entry="g")
    shown(lab, "city_portal", "utility_arrears", "2024-07-01", None, version="ey", entry="h")
    for n in range(5):
        asked = {
            "version": f"p{n}",
            "entry": f"p{n}",
            "from_day": "2024-08-01",
            "to_day": "2024-10-01",
        }
        shown(lab, "city_portal", "administrative_penalties", **asked)
    found = lab.run(*GRADED, "scores.listed", "exchange.graded")
    low = [row for row in found if row["list"] == "city_low_grades"]
    assert rows_of(low, "value", "severity", "from_day", "to_day") == [
        ("B", "minor", "2024-03-01", "2024-08-01"),
        ("B", "minor", "2024-10-01", None),
        ("C", "general", "2024-08-01", "2024-10-01"),
    ]
    assert len({row["entry_id"] for row in low}) == 1
    rests = lab.run("exchange.graded_evidence")
    middle = next(row["entry_version"] for row in low if row["value"] == "C")
    assert {e["parent_id"] for e in rests if e["entry_version"] == middle} == {
        "ev", "ex", "ey", *(f"p{n}" for n in range(5)),
    }  # fmt: skip


def linked(lab, kind, a, b, from_day="2024-01-01", to_day=None):
    steps = {f"{kind}:a>b": (a, b), f"{kind}:b>a": (b, a)}
    days = {"from_day": from_day, "to_day": to_day}
    lab.given(
        "consequences.relations",
        [{"step": s, "from_id": one, "to_id": other, **days} for s, (one, other) in steps.items()],
    )


def test_a_partners_score_lowers_the_firms_by_one_bounded_step(lab):
    """50 points from the one are 10 from its partner while they are partners, and none from the next."""
    for firm in ("firm", "partner", "next", "away"):
        lives(lab, firm, "840202" if firm == "away" else "840102", "enterprise")
    linked(lab, "business_partner", "firm", "partner", to_day="2024-05-01")
    linked(lab, "business_partner", "partner", "next")
    linked(lab, "business_partner", "firm", "away")
    shown(lab, "city_portal", "court_dishonest", subject="firm", kind="enterprise")
    found = rows_of(lab.run(*COUNTED), "subject_id", "day", "change", "reason")
    assert [row for row in found if row[0] != "firm"] == [
        ("partner", "2024-03-01", -10, "court_dishonest:business_partner:a>b"),
        ("partner", "2024-05-01", 10, "court_dishonest:business_partner:a>b"),
    ]
    with lab.under(score_links="none"):
        assert {row["subject_id"] for row in lab.run(*COUNTED)} == {"firm"}


def test_the_familys_score_at_a_platform_moves_by_the_month_and_only_of_who_joined(lab):
    for child in ("child", "other"):
        lives(lab, child)
        linked(lab, "parent_child", "s", child, from_day="2024-03-20")
    for who in ("s", "child"):
        joins(lab, who)
    shown(lab, "payments_platform", "loan_arrears", to_day=None)
    found = rows_of(lab.run(*COUNTED), "subject_id", "day", "change")
    assert found == [("child", "2024-04-01", -5), ("s", "2024-04-01", -40)]


def test_friends_scores_move_each_other_on_the_platform_that_knows_them(lab):
    """40 points for a frozen account cost each friend who joined 8, and a friend's friend none."""
    for who in ("friend", "next", "away"):
        lives(lab, who)
    linked(lab, "friend", "s", "friend")
    linked(lab, "friend", "friend", "next")
    linked(lab, "friend", "away", "s")
    for who in ("s", "friend", "next"):
        joins(lab, who, keeper="messaging_platform")
    joins(lab, "away")
    shown(lab, "messaging_platform", "wallet_arrears", ground="account_frozen", to_day=None)
    shown(
        lab,
        "payments_platform",
        "court_dishonest",
        version="ew",
        entry="f",
        subject="away",
        to_day=None,
    )
    found = rows_of(lab.run(*COUNTED), "keeper", "subject_id", "change", "reason")
    assert [row for row in found if row[1] != "s"] == [
        ("messaging_platform", "friend", -8, "wallet_arrears:account_frozen:friend:a>b"),
        ("payments_platform", "away", -150, "court_dishonest"),
    ]


@pytest.mark.parametrize(
    ("list_name", "ground", "change"),
    [
        ("wallet_payments", "purchase_paid", 1),  # consumption
        ("wallet_payments", "credit_repaid", 3),
        ("wallet_arrears", "account_frozen", -40),  # security
        ("wallet_arrears", "credit_late", -10),
        ("loan_arrears", "mortgage_overdue", -30),
        ("loans", "mortgage", 20),  # material condition
        ("loans", "consumer_loan", None),
        ("court_dishonest", "evasion", -120),  # law-abiding
    ],
)
def test_the_second_platform_counts_by_factors_of_its_own(lab, list_name, ground, change):
    joins(lab, keeper="messaging_platform")
    shown(lab, "messaging_platform", list_name, ground=ground, to_day=None)
    expected = [] if change is None else [("messaging_platform", change)]
    assert rows_of(lab.run(*COUNTED), "keeper", "change") == expected


def test_ten_households_answer_for_each_other_where_they_must(lab):
    """Numbers 11 and 19 are of one ten of houses, 20 and another street are not; 50 points at most."""
    homes = {"s": "甲街11号1幢", "near": "甲街19号", "far": "甲街20号", "street": "乙街11号"}
    for who, address in homes.items():
        lives(lab, who)
        lab.engine.execute(
            f"UPDATE resolve.names SET address = '{address}' WHERE subject_id = as_id('{as_id(who)}')"
        )
    linked(lab, "parent_child", "s", "far")
    shown(lab, "city_portal", "administrative_penalties", ground="drunk_driving", to_day=None)
    with lab.under(score_links="baojia"):
        found = rows_of(lab.run(*COUNTED), "subject_id", "day", "change")
    assert found == [("near", "2024-03-01", -50), ("s", "2024-03-01", -151)]
