"""Typed cells are read exactly, or their row is unreadable by column and value; never nearly."""

from __future__ import annotations

import datetime
import decimal
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from sources import files
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed, values

PARQUET, XLSX = tiny_feed("parquet"), tiny_feed("xlsx")
EAST = datetime.timezone(datetime.timedelta(hours=8))
DAY, HOUR = datetime.datetime(2024, 3, 9, tzinfo=EAST), datetime.timedelta(hours=1)
NO_END = datetime.datetime(9999, 12, 31)


def column(given: pa.Array, tmp_path, **options):
    """What is read of a Parquet column: texts by line, reasons by line."""
    path = tmp_path / "tiny.parquet"
    numbers = [str(n) for n in range(1, len(given) + 1)]
    table = pa.table({"no": numbers, "name": given, "note": numbers})
    pq.write_table(table, path, **options)
    found, unreadable = files.read(PARQUET, path)
    return (
        {line: name for line, _, name, _ in values(found)},
        {one.line: one.reason for one in unreadable},
    )


def test_a_day_is_the_day_in_its_own_zone(tmp_path) -> None:
    kind = pa.timestamp("us", "Asia/Shanghai")
    texts, reasons = column(pa.array([DAY, None, DAY + HOUR], kind), tmp_path)
    assert texts == {1: "20240309", 2: None}
    assert reasons == {
        3: "a time of day: column 'name' holds '2024-03-09 01:00:00.000000', not only a day"
    }


def test_a_local_midnight_written_as_universal_time_is_no_day(tmp_path) -> None:
    texts, reasons = column(pa.array([DAY], pa.timestamp("ms", "UTC")), tmp_path)
    assert texts == {}
    assert reasons[1].startswith("a time of day: column 'name' holds '2024-03-08 16:00")


@pytest.mark.parametrize("options", [{}, {"use_deprecated_int96_timestamps": True}])
def test_a_day_far_off_stays_that_day(options, tmp_path) -> None:
    given = pa.array([datetime.datetime(2024, 3, 9), NO_END, None], pa.timestamp("us"))
    assert column(given, tmp_path, **options) == ({1: "20240309", 2: "99991231", 3: None}, {})


def test_days_before_and_after_the_calendar(tmp_path) -> None:
    days = pa.array([-719163, -719162, 2932896, 2932897], pa.int32()).cast(pa.date32())
    texts, reasons = column(days, tmp_path)
    assert texts == {2: "00010101", 3: "99991231"}
    assert {line: why.split(":")[0] for line, why in reasons.items()} == {1: "no day", 4: "no day"}


def test_what_is_no_number_is_not_nought(tmp_path) -> None:
    given = [8000.0, 0.5, float("inf"), float("-inf"), float("nan"), 1e39, 2.0**53, -0.0, None]
    texts, reasons = column(pa.array(given, pa.float64(), from_pandas=False), tmp_path)
    assert texts == {1: "8000", 2: "0.5", 8: "0", 9: None}
    assert reasons[3] == "no number: column 'name' holds 'inf'"
    assert (
        reasons[6] == "digits lost: column 'name' holds '1e+39' is beyond what double holds exactly"
    )
    assert {line: why.split(":")[0] for line, why in reasons.items()} == {
        3: "no number",
        4: "no number",
        5: "no number",
        6: "digits lost",
        7: "digits lost",
    }


def test_a_sum_of_amounts_is_what_they_come_to(tmp_path) -> None:
    """And no other number is taken for another, nor written with a power of ten."""
    given = [0.1 + 0.2, 0.1 * 3 * 10, -0.1 - 0.2, sum([12.34] * 37), 0.000123 + 0.000456, 1 / 3, 2.675,
             12345678901.5, 12345678901234.56, 33000000000000.305, 1234567890123.4833, 1e-7]  # fmt: skip
    texts, reasons = column(pa.array(given), tmp_path)
    assert reasons == {}
    assert list(texts.values()) == [
        "0.3", "3", "-0.3", "456.58", "0.000579", "0.3333333333333333", "2.675",
        "12345678901.5", "12345678901234.56", "33000000000000.305", "1234567890123.4834", "0.0000001",
    ]  # fmt: skip
    assert column(pa.array([0.1, np.float32(0.1) + np.float32(0.2)], pa.float32()), tmp_path) == (
        {1: "0.1", 2: "0.3"},
        {},
    )


def test_a_float_of_fewer_digits_is_exact_for_less(tmp_path) -> None:
    texts, reasons = column(pa.array([0.1, 2.0**24 - 1, 2.0**24], pa.float32()), tmp_path)
    assert texts == {1: "0.1", 2: "16777215"}
    assert list(reasons) == [3]


def test_numbers_kept_apart_from_their_rows(tmp_path) -> None:
    """Values that a column keeps once for many rows are judged in each of them."""
    given = pa.array([1.5, float("inf"), 1.5, float("inf")]).dictionary_encode()
    texts, reasons = column(given, tmp_path)
    assert texts == {1: "1.5", 3: "1.5"}
    assert list(reasons) == [2, 4]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (pa.array([-(2**63), 2**63 - 1]), {1: "-9223372036854775808", 2: "9223372036854775807"}),
        (pa.array([True, None]), {1: "true", 2: None}),
        (pa.array([decimal.Decimal("8000.00")]), {1: "8000.00"}),
        (pa.array([decimal.Decimal(12)], pa.decimal128(5, 0)), {1: "12"}),
        (pa.array([b"ab"], pa.binary(2)), {1: "ab"}),
        (pa.array(["a"], pa.large_string()), {1: "a"}),
        (pa.array([None, None]), {1: None, 2: None}),
        (pa.array([datetime.date(2024, 3, 9)], pa.date64()), {1: "20240309"}),
    ],
)
def test_other_types_are_read_exactly(given, texts, tmp_path) -> None:
    assert column(given, tmp_path) == (texts, {})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (pa.array(np.zeros(2, np.float16)), "halffloat"),
        (pa.array([datetime.timedelta(1)]), "duration[us]"),
        (pa.array([[1], [2]]), "list<element: int64>"),
        (pa.array([{"a": 1}]), "struct<a: int64>"),
    ],
)
def test_a_type_without_a_text_refuses_the_file_by_column(given, kind, tmp_path) -> None:
    texts, reasons = column(given, tmp_path)
    assert texts == {}
    assert reasons[None].startswith(f"unknown type: column 'name' is of type {kind}")


# --- workbooks ----------------------------------------------------------------------------------


def sheet_of(tmp_path, *write):
    """What is read of a workbook whose rows 2, 3, … have the column `name` written so."""
    path = tmp_path / "tiny.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("one")
        for place, name in enumerate(XLSX.column_names):
            sheet.write_string(0, place, name)
        for row, put in enumerate(write, start=1):
            sheet.write_string(row, 0, str(row))
            put(book, sheet, row)
    found, unreadable = files.read(XLSX, path)
    return (
        {line: name for line, _, name, _ in values(found)},
        {one.line: one.reason for one in unreadable},
    )


def formatted(value, code):
    return lambda book, sheet, row: sheet.write(
        row, 1, value, book.add_format({"num_format": code})
    )


@pytest.mark.parametrize("error", ["#VALUE!", "#N/A", "#REF!", "#DIV/0!"])
def test_an_error_cell_is_not_an_empty_one(error, tmp_path) -> None:
    texts, reasons = sheet_of(
        tmp_path,
        lambda book, sheet, row: sheet.write_string(row, 1, "good"),
        lambda book, sheet, row: sheet.write_formula(row, 1, "=1/0", None, error),
        lambda book, sheet, row: sheet.write_string(row, 1, "good"),
    )
    assert texts == {2: "good", 4: "good"}
    assert reasons == {3: f"error cell: column 'name' holds '{error}'"}


def test_a_formula_never_worked_out_is_not_an_empty_cell(tmp_path) -> None:
    texts, reasons = sheet_of(
        tmp_path,
        lambda book, sheet, row: sheet.write_formula(row, 1, "=1+1", None, 2),
        lambda book, sheet, row: sheet.write_formula(row, 1, "=1+1", None, ""),
    )
    assert texts == {2: "2"}
    assert reasons == {3: "formula without a value: column 'name' holds '='"}


def test_one_value_for_several_rows_is_no_value_for_each(tmp_path) -> None:
    def merged(book, sheet, row) -> None:
        sheet.merge_range(row, 1, row + 1, 1, "both")

    texts, reasons = sheet_of(
        tmp_path, merged, lambda *_: None, lambda book, sheet, row: sheet.write(row, 1, "own")
    )
    assert texts == {4: "own"}
    reason = "merged cells: column 'name' holds one value for rows 2 to 3"
    assert reasons == {2: reason, 3: reason}


def test_digits_that_a_spreadsheet_has_lost(tmp_path) -> None:
    texts, reasons = sheet_of(
        tmp_path,
        lambda book, sheet, row: sheet.write_number(row, 1, 870101100000014),
        lambda book, sheet, row: sheet.write_number(row, 1, 870101198504120111),
        lambda book, sheet, row: sheet.write_number(row, 1, 1e300),
    )
    assert texts == {2: "870101100000014"}
    assert reasons[3].startswith("digits lost: column 'name' holds 8.7010119850412e+17")
    assert list(reasons) == [3, 4]


def test_a_formula_comes_to_what_its_cell_shows(tmp_path) -> None:
    """Of a sum the file holds 17 digits, of which a spreadsheet shows 15: else no such sum reads as money."""

    def formula(comes_to: float):
        return lambda book, sheet, row: sheet.write_formula(row, 1, "=A1*B1", None, comes_to)

    texts, reasons = sheet_of(
        tmp_path,
        *map(formula, (30000.000000000004, 1234.3000000000002, 0.30000000000000004, 12.345)),
    )
    assert (texts, reasons) == ({2: "30000", 3: "1234.3", 4: "0.3", 5: "12.345"}, {})


def test_zeros_that_a_number_format_shows(tmp_path) -> None:
    texts, _ = sheet_of(
        tmp_path, formatted(123, "000000"), formatted(123, "0"), formatted(1234567, "000000")
    )
    assert texts == {2: "000123", 3: "123", 4: "1234567"}


def test_days_and_times_in_a_workbook(tmp_path) -> None:
    texts, reasons = sheet_of(
        tmp_path,
        formatted(datetime.datetime(2024, 3, 9), "yyyy-mm-dd"),
        formatted(datetime.datetime(2024, 3, 9, 14, 5), "yyyy-mm-dd"),
    )
    assert texts == {2: "20240309"}
    assert reasons == {
        3: "a time of day: column 'name' holds '2024-03-09 14:05:00', not only a day"
    }


# --- every format -------------------------------------------------------------------------------


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("#N/A", "error cell: column 'name' holds '#N/A'"),
        ("x" * 30, "too long: column 'name' holds 30 bytes, and a value at most 20"),
    ],
)
def test_values_no_format_may_give(
    format, encoding, delimiter, value, reason, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("sources.files.base.LONGEST", 20)
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    path = tmp_path / f"tiny.{feed.extension}"
    files.write(feed, rows(feed, ("1", "a", "x"), ("2", value, "y"), ("3", "b", "z")), path)
    found, unreadable = files.read(feed, path)
    assert [row[1:] for row in values(found)] == [("1", "a", "x"), ("3", "b", "z")]
    assert [one.reason for one in unreadable] == [reason]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12345678901234567890123", "12345678901234567890123"),
        ("1.10", "1.10"),
        ("1e400", "1e400"),
        ("true", "true"),
        ("null", None),
    ],
)
@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_a_number_of_json_is_the_text_that_stands_there(format, written, read, tmp_path) -> None:
    feed = tiny_feed(format)
    record = f'{{"no":"1","name":{written},"note":"x"}}'
    content = record + "\n" if format == "jsonl" else f'{{"records": [{record}]}}'
    found, unreadable = files.read(feed, tmp_path / "x", content.encode())
    assert (values(found)[0][2], unreadable) == (read, [])


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", '"\\ud800"', '"\\u0000"', "[1]"])
@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_what_json_has_no_word_for_is_unreadable(format, word, tmp_path) -> None:
    feed = tiny_feed(format)
    record = f'{{"no":"1","name":{word},"note":"x"}}'
    good = '{"no":"2","name":"b","note":"y"}'
    content = (
        f"{record}\n{good}\n" if format == "jsonl" else f'{{"records": [\n{record},\n{good}]}}'
    )
    found, unreadable = files.read(feed, tmp_path / "x", content.encode())
    assert [row[1:] for row in values(found)] == [("2", "b", "y")]
    assert len(unreadable) == 1


def test_a_workbook_in_memory_is_read_as_one_on_disk(tmp_path) -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for place, name in enumerate(XLSX.column_names):
            sheet.write_string(0, place, name)
            sheet.write_string(1, place, "x")
    found, unreadable = files.read(XLSX, tmp_path / "none", data.getvalue())
    assert (values(found), unreadable) == ([(2, "x", "x", "x")], [])
