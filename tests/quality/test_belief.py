"""When a version is believed: gates and belief together, on tiny tables and against a naive walk."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from hashlib import md5

import pytest

from pipelines.conform.believed import believed_models, believed_sql, reads_of
from pipelines.engine.lint import lint
from pipelines.model import tables_read
from quality import judge
from quality.belief import believed as promised
from schemas.contract import Column, feeds
from tests.how_many import how_many
from tests.naive.belief import Delivery, Row, believed

DAY0 = date(2024, 1, 1)
EFFECTS = {"1": "assert", "2": "change", "3": "withdraw", "4": "correct", "5": "repeat"}
CODES = {effect: code for code, effect in EFFECTS.items()}
WIDE = {"min": 0, "max": 1000, "reason": "Any size will do."}


@pytest.fixture
def registers(make_feed):
    """A feed of each mode: number (two digits), what it does, what it says, and a coded column."""
    columns = (
        Column("no", "编号", "", required=True, pattern="[0-9]{2}"),
        Column("op", "操作", ""),
        Column("says", "内容", ""),
        Column("kind", "类别", "", valid_values="subject_kinds"),
    )

    def make(mode: str):
        coded = {"effect_column": "op", "effect_codes": EFFECTS} if mode != "snapshot" else {}
        return make_feed(
            mode=mode,
            columns=columns,
            first_delivery={},
            previous_ratio=WIDE,
            backlog_ratio={},
            may_be_empty="Nothing need be listed.",
            **coded,
        )

    return make


def cells(row: Row) -> dict:
    """A row as its island would deliver it."""
    number = row.record if row.named else f"{row.record} (?)"
    kind = "dragon" if row.aside and row.named else "resident"
    return {
        "no": number,
        "op": CODES[row.effect],
        "says": row.says,
        "kind": kind,
        "record": number,
        "version": f"{number}|{row.says}|{kind}",
    }


def put(bench, land, feed, deliveries: list[Delivery]) -> None:
    days = {str(DAY0 + timedelta(d.day)): [cells(row) for row in d.rows] for d in deliveries}
    bench.execute("DELETE FROM landing.deliveries")
    land(bench, feed, days)
    for d in deliveries:
        if not d.readable:
            bench.execute(
                "UPDATE landing.deliveries SET whole = FALSE, unreadable = 1 WHERE delivery = ?",
                [str(DAY0 + timedelta(d.day))],
            )
    judge(bench, [feed])


def periods(bench, feed) -> list[tuple]:
    found = bench.fetch(f"SELECT no, says, effect, from_day, to_day FROM ({believed_sql(feed)})")
    return sorted(
        (
            (no, says, effect, (a - DAY0).days, None if b is None else (b - DAY0).days)
            for no, says, effect, a, b in found
        ),
        key=str,
    )


def whole(*rows: Row, day: int, **given) -> Delivery:
    return Delivery(day, rows, **given)


A, B = Row("01", "a"), Row("02", "b")
ASIDE = replace(A, aside=True)
STILL = [("01", "a", "assert", 0, None), ("02", "b", "assert", 0, None)]


@pytest.mark.parametrize(
    ("second", "then"),
    [
        (whole(A, B, day=7), STILL),
        (whole(B, day=7), [("01", "a", "assert", 0, 7), STILL[1]]),
        # Something of it could not be read: nobody knows whether it was 01.
        (whole(B, day=7, readable=False), STILL),
        # A row kept aside still names its record.
        (whole(ASIDE, B, day=7), STILL),
        # A row whose number is no number may have been any record's.
        (whole(replace(ASIDE, record="03", named=False), B, day=7), STILL),
        # Two contents of one record: neither takes the other's place, and the state before stays.
        (whole(A, replace(A, says="other"), B, day=7), STILL),
        (whole(replace(A, says="x"), replace(A, says="y"), B, day=7), STILL),
        # A rejected row takes nobody's place, whatever it says.
        (whole(A, replace(ASIDE, says="zzz"), B, day=7), STILL),
        (whole(replace(ASIDE, says="zzz"), A, B, day=7), STILL),
    ],
)
def test_absence_from_a_snapshot_means_something_only_if_it_is_whole(
    bench, land, registers, second, then
):
    feed = registers("snapshot")
    put(bench, land, feed, [whole(A, B, day=0), second])
    assert periods(bench, feed) == then


def test_what_was_not_withdrawn_is_withdrawn_by_the_next_whole_snapshot(bench, land, registers):
    feed = registers("snapshot")
    history = [
        whole(A, B, day=0),
        whole(B, day=7, readable=False),
        whole(replace(ASIDE, says="no matter"), B, day=14),
        whole(B, day=21),
        whole(A, B, day=28),
    ]
    put(bench, land, feed, history)
    assert periods(bench, feed) == [
        ("01", "a", "assert", 0, 21),
        ("01", "a", "assert", 28, None),
        ("02", "b", "assert", 0, None),
    ]


def said(*steps: str) -> list[Row]:
    """Rows of one record: `assert a` is a row that asserts the content a."""
    return [Row("01", says, effect) for effect, says in (step.split() for step in steps)]


@pytest.mark.parametrize(
    ("rows", "then"),
    [
        (said("withdraw a", "assert a"), [("01", "a", "assert", 0, None)]),
        (said("withdraw a", "assert b"), [("01", "a", "assert", 0, 7), ("01", "b", "assert", 7, None)]),
        (said("assert b", "withdraw b"), [("01", "a", "assert", 0, 7)]),
        (said("change b", "change c"), [("01", "a", "assert", 0, 7), ("01", "c", "change", 7, None)]),
        (said("change c", "change b"), [("01", "a", "assert", 0, 7), ("01", "b", "change", 7, None)]),
        # The same said twice: what the record's state is due to does not hang on the order.
        (said("change b", "repeat b"), [("01", "a", "assert", 0, 7), ("01", "b", "change", 7, None)]),
        (said("repeat b", "change b"), [("01", "a", "assert", 0, 7), ("01", "b", "change", 7, None)]),
    ],
)  # fmt: skip
def test_within_a_delivery_of_changes_the_last_row_counts(bench, land, registers, rows, then):
    feed = registers("changes")
    put(bench, land, feed, [whole(A, day=0), Delivery(7, rows)])
    assert periods(bench, feed) == then
    assert bench.fetch(
        "SELECT expectation, outcome FROM quality.verdicts WHERE line IS NOT NULL"
    ) == [("one_row", "warn")]


def test_a_code_in_wide_digits_withdraws_and_breaks_no_promise(bench, land, registers):
    """A 3 as wide as a Chinese character; what is withdrawn says other things, and one was never told of."""
    feed = registers("changes")

    def row(one: Row, **other: str) -> dict:
        return (
            cells(one)
            | {"record": one.record * 16, "version": md5(one.says.encode()).hexdigest()}
            | other
        )

    gone = [row(replace(one, says="gone"), op="３") for one in (A, B)]
    land(bench, feed, {"2024-01-01": [row(A)], "2024-01-08": gone})
    judge(bench, [feed])
    bench.create_table("conform.permits", believed_sql(feed))
    assert periods(bench, feed) == [("01", "a", "assert", 0, 7)]
    assert [
        e.name
        for e in promised(feed)
        if e.kind == "no_rows" and e.name != "recounted" and bench.fetch(e.arguments["query"])
    ] == []
    assert feed.effect_of({"op": "３ "}) == "withdraw" and feed.effect_of({"op": "?"}) is None


def test_a_withdrawal_that_is_kept_aside_leaves_the_record_and_says_so(bench, land, registers):
    feed = registers("changes")
    put(bench, land, feed, [whole(A, day=0), whole(replace(ASIDE, effect="withdraw"), day=7)])
    assert periods(bench, feed) == [STILL[0]]
    found = bench.fetch("SELECT delivery, line, expectation, outcome FROM quality.verdicts")
    assert found == [("2024-01-08", 3, "valid_kind", "quarantine")]


def test_what_meets_no_record_is_told(bench, land, registers):
    feed = registers("changes")
    unknown = [Row("08", "x", "withdraw"), Row("09", "y", "correct")]
    history = [
        whole(A, B, day=0),
        whole(*unknown, replace(A, effect="withdraw"), day=1),
        whole(replace(A, effect="withdraw"), replace(B, effect="change", says="c"), day=2),
        whole(A, replace(A, effect="withdraw"), day=3),
    ]
    put(bench, land, feed, history)
    found = bench.fetch(
        "SELECT delivery, record_id FROM quality.verdicts WHERE expectation = 'meets_no_record' "
        "AND outcome = 'warn' ORDER BY ALL"
    )
    assert found == [("2024-01-02", "08"), ("2024-01-02", "09"), ("2024-01-03", "01")]


@pytest.mark.parametrize("mode", ["changes", "append"])
def test_a_repeat_of_what_is_not_believed_is_told(bench, land, registers, mode):
    """01 was withdrawn, 03 never came; each is believed from its repeat on, and told of once."""
    feed = registers(mode)
    again = [replace(A, effect="repeat"), replace(B, effect="repeat"), Row("03", "c", "repeat")]
    gone = whole(replace(A, effect="withdraw"), day=1)
    put(bench, land, feed, [whole(A, B, day=0), gone, whole(*again, day=2), whole(*again, day=3)])
    found = bench.fetch(
        "SELECT delivery, record_id, outcome FROM quality.verdicts "
        "WHERE expectation = 'meets_no_record' ORDER BY ALL"
    )
    assert found == [("2024-01-03", "01", "warn"), ("2024-01-03", "03", "warn")]


def test_a_record_that_only_a_held_delivery_asserted_is_not_known(bench, land, make_feed):
    columns = (Column("no", "编号", ""), Column("op", "操作", ""), Column("says", "内容", ""))
    feed = make_feed(
        mode="changes",
        columns=columns,
        effect_column="op",
        effect_codes=EFFECTS,
        first_delivery={},
        backlog_ratio={"max": 0, "reason": "Any more is the list sent again."},
    )
    many = [replace(A, record=f"{n}") for n in range(101)]
    history = [whole(Row("x", "x"), day=0), whole(*many, day=1)]
    put(bench, land, feed, [*history, whole(replace(many[7], effect="withdraw"), day=2)])
    assert bench.fetch("SELECT outcome FROM quality.deliveries ORDER BY delivery") == [
        ("pass",), ("hold",), ("pass",)
    ]  # fmt: skip
    found = bench.fetch("SELECT delivery, record_id, expectation FROM quality.verdicts")
    assert found == [("2024-01-03", "7", "meets_no_record")]


def test_a_held_snapshot_leaves_the_one_before_in_force(bench, land, registers):
    feed = replace(registers("snapshot"), previous_ratio={"min": 0.5, "max": 2, "reason": "So."})
    many = [replace(A, record=f"{n:02}") for n in range(100)]
    put(bench, land, feed, [whole(*many, day=0), whole(B, day=1), whole(*many[:99], day=2)])
    held = bench.fetch("SELECT published FROM quality.deliveries WHERE outcome = 'hold'")
    assert held == [(DAY0 + timedelta(days=1),)]
    ends = {no: until for no, _, _, first, until in periods(bench, feed) if first == 0}
    assert ends == {f"{n:02}": None if n < 99 else 2 for n in range(100)}
    assert len(periods(bench, feed)) == 100


def drawn(draw: random.Random, mode: str) -> list[Delivery]:
    """A history of a few records, with everything that can go wrong."""
    history = []
    for n in range(draw.randrange(2, 7)):
        rows = []
        for _ in range(draw.randrange(0, 6)):
            aside = draw.random() < 0.2
            effect = "assert" if mode == "snapshot" else draw.choice(tuple(CODES))
            if mode == "append" and effect == "withdraw":
                effect = "repeat"
            row = Row(f"0{draw.randrange(3)}", draw.choice("ab"), effect, aside)
            rows.append(replace(row, named=draw.random() < 0.7) if aside else row)
        history.append(Delivery(7 * n, rows, readable=draw.random() < 0.8))
    return history


@pytest.mark.parametrize("mode", ["snapshot", "changes", "append"])
def test_the_tables_say_what_a_walk_through_the_rows_says(bench, land, registers, mode):
    feed, draw = registers(mode), random.Random(mode)
    for _ in range(how_many(60)):
        history = drawn(draw, mode)
        put(bench, land, feed, history)
        expected = believed(mode, history)
        assert periods(bench, feed) == sorted(expected.periods, key=str), history
        found = bench.fetch(
            "SELECT published, line - 3 FROM quality.verdicts AS v INNER JOIN landing.deliveries "
            "USING (feed, delivery) WHERE expectation = 'meets_no_record' ORDER BY ALL"
        )
        assert [((day - DAY0).days, line) for day, line in found] == sorted(expected.strange), (
            history
        )


def test_a_day_that_means_without_end_says_nothing(bench, land, make_feed):
    until = Column("until", "有效期", "", parse="day", may_lie_ahead=True, means_open=("99991231",))
    feed = make_feed(columns=(Column("no", "编号", ""), until), first_delivery={})
    rows = [{"no": "1", "until": "99991231"}, {"no": "2", "until": "20990101"}]
    land(bench, feed, {"2024-01-01": [*rows, {"no": "3", "until": "89991230"}]})
    judge(bench, [feed])
    assert bench.fetch("SELECT record_id, expectation FROM quality.verdicts") == [
        ("3", "bounds_until")
    ]
    assert sorted(bench.fetch(f"SELECT no, until FROM ({believed_sql(feed)})")) == [
        ("1", None), ("2", "20990101")
    ]  # fmt: skip


@pytest.mark.parametrize("feed", feeds().values(), ids=lambda feed: feed.name)
def test_the_models_say_what_they_read_and_use_words_both_engines_know(feed):
    (model,) = believed_models([feed])
    assert tables_read(model.sql) == reads_of(feed)
    assert lint(model.sql) == []
