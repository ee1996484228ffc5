"""Consequences: who is meant, over which links, on which days, and for how long."""

from tests.ids import named
from tests.pipelines.models.conftest import rows_of


def shown(lab, holder, list_name, subject="listed", severity="serious", from_day="2024-02-01",
          to_day="2024-06-01", version="ev"):  # fmt: skip
    lab.given(
        "exchange.shown",
        [{"holder": holder, "list": list_name, "entry_id": "e", "entry_version": version,
          "subject_id": subject, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip
    lab.given(
        "exchange.entries",
        [{"entry_id": "e", "entry_version": version, "list": list_name, "subject_id": subject,
          "ground": "g", "severity": severity, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def link(lab, kind, a, b, from_day="2024-01-01", to_day=None, valid_from=None, valid_to=None):
    lab.given(
        "merge.links",
        [{"link_kind": kind, "a_id": a, "b_id": b, "record_id": "l", "version": "v",
          "valid_from": valid_from, "valid_to": valid_to, "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def kind(lab, **kinds):
    lab.given(
        "consequences.kinds",
        [
            {"subject_id": who, "subject_kind": what, "from_day": "2023-01-01"}
            for who, what in kinds.items()
        ],
    )


def measures(lab, *only):
    found = lab.run(
        "consequences.relations",
        "consequences.grounds",
        "consequences.ways",
        "consequences.called",
        "consequences.measures",
    )
    found = [m for m in found if not only or m["measure"] in only]
    return rows_of(found, "measure", "agency", "subject_id", "from_day", "to_day")


def test_a_listed_resident_may_not_fly_while_the_airline_holds_the_copy(lab):
    shown(lab, "civil_aviation", "court_dishonest", subject="p")
    kind(lab, p="resident")
    assert measures(lab) == [("air_ban", "civil_aviation", "p", "2024-02-01", "2024-06-01")]


def test_a_firm_does_not_fly_but_its_leader_is_banned_while_he_leads(lab):
    shown(lab, "civil_aviation", "court_dishonest", subject="firm")
    kind(lab, firm="enterprise", boss="resident")
    link(lab, "legal_representative", "boss", "firm", to_day="2024-04-01")
    assert measures(lab) == [
        ("air_ban_leader", "civil_aviation", "boss", "2024-02-01", "2024-04-01")
    ]


def test_a_link_counts_only_for_the_days_it_says_it_holds(lab):
    shown(lab, "civil_aviation", "court_dishonest", subject="firm")
    kind(lab, firm="enterprise", boss="resident")
    link(
        lab, "legal_representative", "boss", "firm", valid_from="2024-03-01", valid_to="2024-03-11"
    )
    assert measures(lab) == [
        ("air_ban_leader", "civil_aviation", "boss", "2024-03-01", "2024-03-11")
    ]


def test_the_child_of_a_listed_firms_leader_is_two_steps_away(lab):
    shown(lab, "education_bureau", "court_dishonest", subject="firm")
    kind(lab, firm="enterprise", boss="resident", child="resident")
    link(lab, "legal_representative", "boss", "firm")
    link(lab, "parent_child", "boss", "child", from_day="2024-03-01")
    assert measures(lab) == [
        ("private_school_barred_leader", "education_bureau", "child", "2024-03-01", "2024-06-01")
    ]
    path = lab.engine.fetch("SELECT link_path FROM consequences.measures")[0][0]
    assert named(path) == "legal_representative:b>a firm parent_child:a>b:minor boss"


def test_a_school_is_closed_to_a_child_until_it_is_eighteen(lab):
    """Birthdays given, since which somebody is a parent: expected is until when the children are barred."""
    shown(lab, "education_bureau", "court_dishonest", subject="p")
    born = {"grown": "1984-05-01", "young": "2006-03-11", "unknown": None}
    kind(lab, p="resident", **dict.fromkeys(born, "resident"))
    for child, day in born.items():
        link(lab, "parent_child", "p", child, valid_from=day)
    assert measures(lab) == [
        ("private_school_barred", "education_bureau", "unknown", "2024-02-01", "2024-06-01"),
        ("private_school_barred", "education_bureau", "young", "2024-02-01", "2024-03-11"),
    ]
    family = {who for step, who in rows_of(lab.run("consequences.relations"), "step", "to_id")
              if step == "parent_child:a>b"}  # fmt: skip
    assert family == set(born), "one stays somebody's child"


def test_nobody_is_linked_to_himself(lab):
    """A filing that names one firm on both sides ties it to nobody."""
    shown(lab, "bank", "court_dishonest", subject="firm")
    kind(lab, firm="enterprise", owner="resident")
    link(lab, "shareholder", "firm", "firm")
    assert [(m[0], m[2]) for m in measures(lab)] == [("loan_refused", "firm")]
    link(lab, "shareholder", "owner", "firm")
    assert ("guarantee_called_shareholder", "owner") in [(m[0], m[2]) for m in measures(lab)]


def test_a_policy_says_over_how_many_links_measures_follow(lab):
    for agency in ("civil_aviation", "education_bureau"):
        shown(lab, agency, "court_dishonest", subject="firm")
    shown(lab, "civil_aviation", "court_dishonest", subject="p")
    kind(lab, firm="enterprise", boss="resident", child="resident", p="resident")
    link(lab, "legal_representative", "boss", "firm")
    link(lab, "parent_child", "boss", "child")
    reached = {}
    for depth in (0, 1, 2):
        with lab.under(link_depth=depth):
            reached[depth] = sorted({m[2] for m in measures(lab)})
    assert reached == {0: ["p"], 1: ["boss", "p"], 2: ["boss", "child", "p"]}


def test_a_measure_with_a_term_outlasts_the_entry(lab):
    shown(lab, "market_regulator", "joint_punishment", subject="firm")
    kind(lab, firm="enterprise", boss="resident")
    link(lab, "legal_representative", "boss", "firm")
    assert measures(lab, "senior_post_barred_leader") == [
        ("senior_post_barred_leader", "market_regulator", "boss", "2024-02-01", "2027-01-31")
    ]


def test_a_mild_entry_moves_nobody_who_asks_for_a_grave_one(lab):
    shown(lab, "bank", "court_dishonest", subject="p", severity="general")
    kind(lab, p="resident", firm="enterprise")
    link(lab, "employment", "p", "firm")
    assert [m[0] for m in measures(lab)] == ["loan_refused"]


def test_partners_are_reached_from_either_side(lab):
    shown(lab, "city_bureau", "joint_punishment", subject="firm")
    kind(lab, firm="enterprise", left="enterprise", right="enterprise")
    link(lab, "business_partner", "left", "firm")
    link(lab, "business_partner", "firm", "right")
    assert [(m[0], m[2]) for m in measures(lab)] == [
        ("inspection_raised", "firm"),
        ("inspection_raised_partner", "right"),
        ("inspection_raised_partner_b", "left"),
    ]


def test_a_body_in_default_is_not_honoured_and_its_head_not_promoted(lab):
    shown(lab, "civil_affairs", "bodies_in_default", subject="body", severity="general")
    kind(lab, body="government_body", head="resident")
    link(lab, "legal_representative", "head", "body")
    assert [(m[0], m[2]) for m in measures(lab)] == [
        ("body_not_honoured", "body"),
        ("head_not_promoted", "head"),
    ]


def test_a_reward_is_given_by_each_agency_that_holds_the_list_to_firms_and_people(lab):
    for agency in ("bank", "city_bureau", "procurement_office"):
        for version, who in (("ev", "firm"), ("ew", "p")):
            shown(lab, agency, "joint_reward", subject=who, severity="positive", version=version)
    kind(lab, firm="enterprise", boss="resident", p="resident")
    link(lab, "legal_representative", "boss", "firm")
    assert [(m[0], m[2]) for m in measures(lab)] == [
        ("approvals_first", "firm"),
        ("approvals_first", "p"),
        ("approvals_first_leader", "boss"),
        ("loan_cost_lowered", "firm"),
        ("loan_cost_lowered", "p"),
        ("procurement_preferred", "firm"),
    ]


def said(lab, reference, what, from_day, to_day=None):
    lab.given("resolve.designations", [{"reference_id": reference, "subject_kind": what}])
    lab.given(
        "resolve.matches",
        [{"reference_id": reference, "subject_id": "own", "method": "own_key",
          "from_day": from_day, "to_day": to_day}],
    )  # fmt: skip


def kinds(lab):
    return rows_of(
        lab.run("consequences.kinds"), "subject_id", "subject_kind", "from_day", "to_day"
    )


def test_a_firm_known_by_an_own_key_alone_is_a_firm_still(lab):
    said(lab, "q", "enterprise", "2024-01-05")
    assert kinds(lab) == [("own", "enterprise", "2024-01-05", None)]
    shown(lab, "court", "court_dishonest", subject="own")
    assert measures(lab) == []


def test_what_somebody_is_said_to_be_later_changes_nothing_before(lab):
    said(lab, "q", "resident", "2024-01-05")
    said(lab, "p", "enterprise", "2024-04-01", "2024-05-01")
    assert kinds(lab) == [
        ("own", "enterprise", "2024-04-01", "2024-05-01"),
        ("own", "resident", "2024-01-05", "2024-04-01"),
        ("own", "resident", "2024-05-01", None),
    ]
    shown(lab, "court", "court_dishonest", subject="own")
    assert measures(lab) == [
        ("high_spending_ban", "court", "own", "2024-02-01", "2024-04-01"),
        ("high_spending_ban", "court", "own", "2024-05-01", "2024-06-01"),
    ]


def test_who_leaves_a_register_stays_what_he_was(lab):
    lab.given(
        "resolve.names",
        [{"subject_id": "p", "subject_kind": "resident", "name_key": "n", "name": "n",
          "from_day": "2024-01-01", "to_day": "2024-03-01"}],
    )  # fmt: skip
    assert kinds(lab) == [("p", "resident", "2024-01-01", None)]


def test_a_measure_for_one_kind_is_called_for_while_nobody_says_of_what_kind_somebody_is(lab):
    shown(lab, "court", "court_dishonest", subject="own")
    assert [m[3:] for m in measures(lab)] == [("2024-02-01", "2024-06-01")]
    said(lab, "q", "resident", "2024-03-01")
    kinds(lab)
    assert [m[3:] for m in measures(lab)] == [("2024-02-01", "2024-06-01")]


def test_of_a_firm_that_turns_out_to_be_one_nothing_more_is_asked(lab):
    said(lab, "q", "enterprise", "2024-03-01")
    kinds(lab)
    shown(lab, "court", "court_dishonest", subject="own")
    assert [m[3:] for m in measures(lab)] == [("2024-02-01", "2024-03-01")]


def test_a_list_that_stands_against_a_measure_suspends_it(lab):
    """The bank lends on grade and history: not from 1 March to 1 May, nor while a second loan is overdue."""
    shown(lab, "bank", "city_red_list", subject="p", severity="positive", to_day="2024-12-01")
    for version, from_day, to_day in (
        ("late", "2024-03-01", "2024-05-01"),
        ("later", "2024-04-01", "2024-04-10"),
        ("last", "2024-11-01", None),
    ):
        shown(
            lab,
            "bank",
            "loan_arrears",
            subject="p",
            from_day=from_day,
            to_day=to_day,
            version=version,
        )
    shown(lab, "ncisp", "loan_arrears", subject="p", from_day="2024-06-01", version="elsewhere")
    assert measures(lab, "credit_loan") == [
        ("credit_loan", "bank", "p", "2024-02-01", "2024-03-01"),
        ("credit_loan", "bank", "p", "2024-05-01", "2024-11-01"),
    ]


def test_a_loan_for_a_strong_firm_is_for_those_without_a_bank_history(lab):
    kind(lab, old="enterprise", new="enterprise")
    for firm in ("old", "new"):
        shown(lab, "bank", "rated_strong", subject=firm, severity="positive", version=firm)
    shown(lab, "bank", "loans", subject="old", severity=None, from_day="2024-01-01", version="loan")
    assert measures(lab) == [("credit_loan_small_firm", "bank", "new", "2024-02-01", "2024-06-01")]


def test_a_low_grade_bars_where_it_is_known(lab):
    kind(lab, p="resident", child="resident")
    link(lab, "parent_child", "p", "child")
    for agency in ("hotels", "railway", "education_bureau", "city_bureau", "bank"):
        shown(lab, agency, "city_low_grades", subject="p", severity="general")
    assert [m[:3] for m in measures(lab)] == [
        ("double_check_grade", "bank", "p"),
        ("hotel_refused", "hotels", "p"),
        ("post_needs_a", "city_bureau", "p"),
        ("rail_ban_low_grade", "railway", "p"),
        ("top_school_barred", "education_bureau", "child"),
    ]
