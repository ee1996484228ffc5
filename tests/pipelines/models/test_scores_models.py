"""Scores: every change has its day and is taken back on its day; totals and grades follow."""

from tests.pipelines.models.conftest import rows_of


def event(lab, event_kind, ground="g", event_day="2024-02-10", from_day="2024-02-15", to_day=None,
          record="r", version="v", feed=None, document=None, subject="s"):  # fmt: skip
    feed = feed or ("city_penalties" if event_kind == "penalty" else "utility_company")
    told = {"record_id": record, "version": version, "from_day": from_day, "to_day": to_day}
    lab.given("conform.events", [told])
    lab.given(
        "merge.events",
        [{"subject_id": subject, "feed": feed, "event_kind": event_kind, "ground": ground,
          "document_no": document, "event_day": event_day, **told}],
    )  # fmt: skip


def shown(lab, holder, list_name, from_day="2024-03-01", to_day="2024-09-01", version="ev"):
    lab.given(
        "exchange.shown",
        [{"holder": holder, "list": list_name, "entry_id": "e", "entry_version": version,
          "subject_id": "s", "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip
    lab.given(
        "exchange.entries",
        [{"entry_id": "e", "entry_version": version, "list": list_name, "subject_id": "s",
          "ground": "g", "severity": "general", "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


COUNTED = ("scores.told", "scores.acts", "scores.points")


def points(lab):
    return rows_of(lab.run(*COUNTED), "keeper", "day", "change", "reason", "because")


def grades(lab):
    found = lab.run(*COUNTED, "scores.totals", "scores.grades")
    return rows_of(found, "keeper", "from_day", "to_day", "points", "grade")


def test_arrears_cost_ten_points_for_a_year(lab):
    event(lab, "utility_arrears")
    assert points(lab) == [
        ("city_portal", "2024-02-15", -10, "utility_arrears:g", "event:r:v"),
        ("city_portal", "2025-02-09", 10, "utility_arrears:g", "event:r:v"),
    ]


def test_a_term_runs_from_the_day_of_the_act_however_late_it_is_told(lab):
    event(lab, "utility_arrears", event_day="2023-03-01")
    assert [p[1:3] for p in points(lab)] == [("2024-02-15", -10), ("2024-02-29", 10)]


def test_what_is_told_after_its_term_never_counts(lab):
    event(lab, "utility_arrears", event_day="2023-02-15")
    event(lab, "platform_payment", event_day="2022-05-01", feed="payments_platform", record="r2")
    assert points(lab) == []


def test_an_act_told_again_counts_once_as_it_was_last_told(lab):
    """A sum that no score rests on was corrected: a further row of the same order."""
    told = {"feed": "payments_platform", "document": "order 1"}
    event(lab, "platform_late", **told)
    event(lab, "platform_late", version="w", from_day="2024-05-03", **told)
    assert points(lab) == [
        ("payments_platform", "2024-03-01", -12, "platform_late:g", "event:r:v"),
        ("payments_platform", "2024-06-01", -12, "platform_late:g", "event:r:w"),
        ("payments_platform", "2024-06-01", 12, "platform_late:g", "event:r:v"),
        ("payments_platform", "2026-03-01", 12, "platform_late:g", "event:r:w"),
    ]
    assert [row[1:4] for row in grades(lab)] == [
        ("2024-03-01", "2026-03-01", 638),
        ("2026-03-01", None, 650),
    ]


def test_an_act_that_turns_out_to_be_somebody_elses_is_taken_from_the_first(lab):
    event(lab, "utility_arrears", document="d")
    event(lab, "utility_arrears", document="d", record="r2", from_day="2024-04-01", subject="t")
    assert [p[1:3] + p[4:] for p in points(lab)] == [
        ("2024-02-15", -10, "event:r:v"),
        ("2024-04-01", -10, "event:r2:v"),
        ("2024-04-01", 10, "event:r:v"),
        ("2025-02-09", 10, "event:r2:v"),
    ]


def test_a_late_payment_told_again_as_one_in_time_is_one(lab):
    told = {"feed": "payments_platform", "document": "order 1"}
    event(lab, "platform_late", **told)
    event(lab, "platform_payment", version="w", from_day="2024-03-20", **told)
    assert [p[1:3] for p in points(lab)] == [
        ("2024-03-01", -12), ("2024-04-01", 1), ("2024-04-01", 12), ("2025-03-01", -1),
    ]  # fmt: skip


def test_two_acts_with_numbers_of_their_own_are_two(lab):
    event(lab, "utility_arrears", document="d")
    event(lab, "utility_arrears", document="d2", record="r2")
    assert [p[2] for p in points(lab)] == [-10, -10, 10, 10]


def test_without_a_number_and_a_key_subject_kind_and_day_tell_an_act(lab):
    event(lab, "utility_arrears", record="r")
    event(lab, "utility_arrears", record="r2", from_day="2024-03-05")
    assert [p[2] for p in points(lab)] == [-10, -10, 10, 10]  # the feed has a key, so they are two
    before = lab.engine.query("SELECT * FROM codes.feeds")
    lab.engine.execute("UPDATE codes.feeds SET natural_key = NULL")
    try:
        once = points(lab)
        event(lab, "utility_arrears", record="r3", event_day="2024-02-11", from_day="2024-03-05")
        again = points(lab)
    finally:
        lab.engine.insert_arrow("codes.feeds", before)
    assert [p[1:3] for p in once] == [
        ("2024-02-15", -10), ("2024-03-05", -10), ("2024-03-05", 10), ("2025-02-09", 10),
    ]  # fmt: skip
    assert len(again) == 6  # of another day, it cannot be told to be the same: counted twice


def test_of_a_feed_that_takes_back_a_record_is_an_act(lab):
    event(lab, "penalty", ground="drunk_driving", document="d", to_day="2024-04-01")
    event(lab, "penalty", ground="drunk_driving", document="d", record="r2", to_day="2024-04-01")
    assert [p[2] for p in points(lab)] == [-151, -151, 151, 151]


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


def test_no_rule_on_a_list_has_a_term_of_its_own(lab):
    """The entries of a list have terms; a second one, from whatever day, would say other than they do."""
    assert lab.engine.fetch(
        "SELECT count(*) FROM codes.points WHERE trigger_kind = 'list' AND term_days IS NOT NULL"
    ) == [(0,)]


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
    event(lab, "platform_late", feed="payments_platform")
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
        ("2024-05-01", "2029-02-08", 1030, "AA"),
        ("2029-02-08", None, 1000, "A"),
    ]


def test_below_the_level_of_joining_a_rule_asks_for_it_does_not_apply(lab_at):
    lab = lab_at("none")
    event(lab, "utility_arrears")
    event(lab, "platform_payment", record="r2")
    assert {p[0] for p in points(lab)} == {"payments_platform"}
