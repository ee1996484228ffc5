"""Scores: every change has its day and is taken back on its day; totals and grades follow."""

from tests.pipelines.models.conftest import rows_of


def event(lab, event_kind, ground="g", event_day="2024-02-10", from_day="2024-02-15", to_day=None,
          record="r"):  # fmt: skip
    lab.given(
        "merge.events",
        [{"subject_id": "s", "record_id": record, "version": "v", "event_kind": event_kind,
          "ground": ground, "event_day": event_day, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def shown(lab, holder, list_name, from_day="2024-03-01", to_day="2024-09-01"):
    lab.given(
        "exchange.shown",
        [{"holder": holder, "list": list_name, "entry_version": "ev", "subject_id": "s",
          "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def points(lab):
    return rows_of(
        lab.run("scores.acts", "scores.points"), "keeper", "day", "change", "reason", "because"
    )


def grades(lab):
    found = lab.run("scores.acts", "scores.points", "scores.totals", "scores.grades")
    return rows_of(found, "keeper", "from_day", "to_day", "points", "grade")


def test_arrears_cost_ten_points_for_a_year(lab):
    event(lab, "utility_arrears")
    assert points(lab) == [
        ("city_portal", "2024-02-15", -10, "utility_arrears:g", "event:r:v"),
        ("city_portal", "2025-02-14", 10, "utility_arrears:g", "event:r:v"),
    ]


def test_what_is_withdrawn_is_given_back_on_the_day(lab):
    event(lab, "utility_arrears", to_day="2024-04-01")
    assert [p[1:3] for p in points(lab)] == [("2024-02-15", -10), ("2024-04-01", 10)]


def test_a_list_costs_points_while_the_keeper_shows_it(lab):
    shown(lab, "city_portal", "court_dishonest")
    assert points(lab) == [
        ("city_portal", "2024-03-01", -50, "court_dishonest", "entry:ev"),
        ("city_portal", "2024-09-01", 50, "court_dishonest", "entry:ev"),
    ]


def test_a_list_only_another_holder_shows_costs_nothing(lab):
    shown(lab, "railway", "court_dishonest")
    assert points(lab) == []


def test_the_commercial_score_moves_on_the_first_of_the_next_month(lab):
    event(lab, "platform_late")
    assert [p[:3] for p in points(lab)] == [
        ("payments_platform", "2024-03-01", -12),
        ("payments_platform", "2026-03-01", 12),
    ]


def test_drunk_driving_takes_a_resident_from_a_to_c_and_back(lab):
    event(lab, "penalty", ground="drunk_driving", to_day="2024-06-01")
    assert grades(lab) == [
        ("city_portal", "2024-02-15", "2024-06-01", 849, "C"),
        ("city_portal", "2024-06-01", None, 1000, "A"),
    ]


def test_points_stop_at_the_floor_and_the_ceiling(lab):
    for n in range(30):
        event(lab, "platform_late", record=f"r{n}")
    assert [row[3] for row in grades(lab)] == [350, 650]


def test_changes_of_one_day_are_one_step(lab):
    event(lab, "honour", ground="heroic_act")
    event(lab, "utility_arrears", record="r2", to_day="2024-05-01")
    assert [row[1:] for row in grades(lab)] == [
        ("2024-02-15", "2024-05-01", 1020, "A"),
        ("2024-05-01", "2029-02-13", 1030, "AA"),
        ("2029-02-13", None, 1000, "A"),
    ]


def test_below_the_level_of_joining_a_rule_asks_for_it_does_not_apply(lab_at):
    lab = lab_at("none")
    event(lab, "utility_arrears")
    event(lab, "platform_payment", record="r2")
    assert {p[0] for p in points(lab)} == {"payments_platform"}
