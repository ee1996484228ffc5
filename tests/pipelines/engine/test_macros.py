"""Every macro, on both engines: a table of given and expected; identifiers also against Python."""

import re
from datetime import date
from decimal import Decimal
from hashlib import md5

import numpy as np
import pyarrow as pa
import pytest

from schemas.identifiers import (
    MASKED_RESIDENT_NO,
    ORG_CODE,
    REGISTRATION_NO,
    RESIDENT_NO,
    TAX_NO,
    USCC,
    make_org_code,
    make_registration_no,
    make_resident_no,
    make_tax_no,
    make_uscc,
    mask_resident_no,
    org_body,
)
from schemas.normal_form import clean_text, normal_form
from schemas.sql import SHARED
from tests.pipelines.engine.nasty import NASTY

# macro -> given text and what must come of it
GIVEN = {
    "capital(x)": [("abＣ1éß", "ABＣ1éß"), ("名", "名"), (None, None)],
    "clean_text(x)": [
        ("有限公司", "有限公司"),
        (" \t有限　公司　\n", "有限 公司"),
        ("　１２Ａｂ ", "12Ab"),
        ("云穗（８４）；甲，乙", "云穗（84）；甲，乙"),
        ("a b", "a b"),
        ("王\u00a0明\u200b", "王 明"),
        ("\ufeff\u2f2d⻓\uf9f4\U0002f800", "山长林丽"),
        ("e\u0301 ㈱ 😀", "e\u0301 ㈱ 😀"),  # what would be several characters, or one of several
        ("a\x00\x07b\x7f", "ab"),
        ("\u200b", None),
        ("", None),
        (" 　\r\n", None),
        (None, None),
    ],
    "normal_form(x)": [
        ("云穗（８４）；甲，乙", "云穗(84);甲,乙"),
        ("云穗〔2024〕１号\t", "云穗〔2024〕1号"),
        ("\u00ad撤\u2060销\u00a0", "撤销"),
        ("＊－／", "*-/"),
        ("", None),
        (None, None),
    ],
    "escaped(x)": [("a|b", "a\\|b"), ("\\", "\\\\"), ("∅", "\\∅"), ("a", "a"), (None, None)],
    "part_of_key(x)": [
        ("云穗〔2024〕1号", "云穗〔2024〕1号"),
        ("ａ｜ b ", "a\\| b"),
        ("\u3000", None),
        (None, None),
    ],
    "is_placeholder(x)": [
        ("无", True),
        ("N/A", True),
        ("--", True),
        ("0-0", True),
        ("", True),
        ("无锡", False),
        ("A0", False),
        (None, None),
    ],
    "compact(x)": [
        ("pdy00001－x", "PDY00001X"),
        ("9187 0101\u00a0PDY0\u2010001XE", "91870101PDY0001XE"),
        ("ß", "ß"),
        ("８７01", "8701"),
        (" ", ""),
        (None, None),
    ],
    "starred(x)": [
        ("8701011985＊＊＊＊012x", "8701011985****012X"),
        ("8701011985●●●●0123", "8701011985****0123"),
        ("PDY00001-X", "PDY00001X"),
        (None, None),
    ],
    "id_of('uscc', x)": [
        ("91870101PDY00001XE", "91870101PDY00001XE"),
        ("91870101pdy00001x e\u200b", "91870101PDY00001XE"),
        ("91870101PDY00001XF", "91870101PDY00001XF"),  # fails its check, is shaped
        ("91870101PDY00001XE\n", "91870101PDY00001XE"),
        ("000000000000000000", None),
        ("91870101PDY00001X", None),
        ("91870101PDY00001XI", None),
        ("无", None),
        ("/", None),
        ("", None),
        (None, None),
    ],
    "id_of('org_code', x)": [
        ("PDY00001-X", "PDY00001X"),
        ("00000000-0", None),
        ("不详", None),
        ("NULL", None),
    ],
    "id_of('registration_no', x)": [("870101100000014", "870101100000014"), ("0", None)],
    "id_of('tax_no', x)": [
        ("870101PDY00001X", "870101PDY00001X"),
        ("91870101PDY00001XE", "91870101PDY00001XE"),
        ("999999999999999", None),
        ("N/A", None),
    ],
    "id_of('resident_no', x)": [
        ("87010119850412012x", "87010119850412012X"),
        ("8701011985****012X", None),
        ("111111111111111111", None),
    ],
    "id_of('masked_resident_no', x)": [
        ("8701011985＊＊＊＊012X", "8701011985****012X"),
        ("8701011985***0123X", None),
        ("0000000000****0000", None),
    ],
    "id_of('card_no', x)": [("Ｄ-17", "D17"), ("--", None), ("0000", None), ("无", None)],
    "id_shaped('uscc', x)": [("91870101PDY00001XF", True), ("无", False), (None, None)],
    "key_value('record', x)": [("0", "0"), (None, None)],
    "key_value('uscc', x)": [("0", None), ("91870101pdy00001XE", "91870101PDY00001XE")],
    "name_key(x)": [
        ("荣城（８４）某某·贸易 有限公司", "荣城84某某贸易有限公司"),
        ("荣城(84)某某•贸易　有限公司", "荣城84某某贸易有限公司"),
        ("abc-Ｄ．ｅ, 《f》 【g】 “h” 'i'", "ABCDEFGHI"),
        ("王小明", "王小明"),
        ("王\u00a0小明\u200b", "王小明"),
        ("⺩小⽊", "王小木"),
        ("a|b\\∅", "AB"),
        ("无", None),
        ("（无）", None),
        ("／", None),
        ("null", None),
        ("（）", None),
        ("", None),
        (None, None),
    ],
    "edit_distance(x, '荣诚贸A')": [
        ("荣城贸易A", 2),
        ("荣诚贸A", 0),
        ("", 4),
        ("甲乙~丙", 4),
        ("A贸诚荣", 4),
        (None, None),
    ],
    "id_text(reference_key('uscc', x, ' 甲（乙）', '87', CAST(NULL AS VARCHAR), 'enterprise'))": [
        ("A", md5("uscc|A|甲乙|87|∅|enterprise".encode()).hexdigest()),
        (None, md5("∅|∅|甲乙|87|∅|enterprise".encode()).hexdigest()),
    ],
    "id_text(reference_key('org_code', x, '无', '87', '甲（1）', 'enterprise'))": [
        ("a|b", md5("org_code|a\\|b|∅|87|甲(1)|enterprise".encode()).hexdigest()),
        (None, md5("∅|∅|∅|87|甲(1)|enterprise".encode()).hexdigest()),
    ],
    "id_text(as_id(x))": [
        ("00ff456789abcdef00ff456789abcdef", "00ff456789abcdef00ff456789abcdef"),
        (None, None),
    ],
    "id_text(hash_id(x))": [
        ("甲|∅", md5("甲|∅".encode()).hexdigest()),
        ("", md5(b"").hexdigest()),
        (None, None),
    ],
    "parse_day(x)": [
        ("20190709", date(2019, 7, 9)),
        ("2019-07-09", date(2019, 7, 9)),
        ("2019/07/09", date(2019, 7, 9)),
        ("2019年07月13日", date(2019, 7, 13)),
        ("20240229", date(2024, 2, 29)),
        ("2019-02-29", None),
        ("20191301", None),
        ("2019-7-09", None),
        ("2019-07/09", None),
        ("2019年7月13日", None),
        ("20190709 ", None),
        (" 2019-1-02", None),
        ("2019-01-2 ", None),
        ("2019071 ", None),
        ("00000101", None),
        ("0999-01-01", None),
        ("89991231", date(8999, 12, 31)),
        ("90000101", None),
        ("99991231", None),  # without end
        ("9999-12-31", None),
        ("9999年12月31日", None),
        ("10000-01-01", None),
        ("2024-02-30", None),
        ("2024-00-10", None),
        ("20240101 00:00", None),
        ("２024-01-01", None),
        ("2024-01-01\u00a0", None),
        ("２０１９０７０９", None),
        ("20190709\n", None),
        ("2019-07-09T00:00", None),
        ("", None),
        (None, None),
    ],
    "parse_money(x)": [
        ("1234.5", Decimal("1234.50")),
        ("0", Decimal("0.00")),
        ("-0.01", Decimal("-0.01")),
        ("9999999999999999.99", Decimal("9999999999999999.99")),
        ("10000000000000000", None),
        ("1" * 60, None),
        ("-", None),
        ("+1", None),
        ("１２", None),
        ("٣", None),  # digits of another script
        ("一百", None),
        ("Infinity", None),
        ("NaN", None),
        ("0x10", None),
        ("1.005", None),
        ("1,234.50", None),
        ("1e3", None),
        (".5", None),
        ("5.", None),
        (" 5", None),
        ("1\n", None),
        ("", None),
        (None, None),
    ],
    "parse_wan(x)": [
        ("0.000001", Decimal("0.01")),
        ("3.5", Decimal("35000.00")),
        ("-12", Decimal("-120000.00")),
        ("999999999999.999999", Decimal("9999999999999999.99")),
        ("1000000000000", None),
        ("1,000", None),
        ("0.0000001", None),
        ("1e3", None),
        ("", None),
        (None, None),
    ],
    "parse_int(x)": [
        ("12", 12),
        ("-007", -7),
        ("999999999999999999", 999999999999999999),
        ("9999999999999999999", None),
        ("1.0", None),
        ("+1", None),
        ("１", None),
        ("", None),
        (None, None),
    ],
    "write_day(parse_day(x), '/')": [("20240102", "2024/01/02"), (None, None)],
    "write_day(parse_day(x), '')": [("20240102", "20240102"), ("20240230", None)],
    "yuan(parse_int(x))": [
        ("5", Decimal("0.05")),
        ("123456", Decimal("1234.56")),
        ("-1", Decimal("-0.01")),
        (None, None),
    ],
    "wan(parse_int(x))": [
        ("5", Decimal("0.000005")),
        ("123456789", Decimal("123.456789")),
        (None, None),
    ],
    "on_day(DATE '2024-01-02', DATE '2024-01-04', parse_day(x))": [
        ("20240101", False),
        ("20240102", True),
        ("20240103", True),
        ("20240104", False),
        (None, None),
    ],
    "on_day(DATE '2024-01-02', parse_day(x), DATE '2024-03-01')": [
        (None, True),  # still
        ("20240301", False),
        ("20240302", True),
    ],
    "meet(DATE '2024-01-02', DATE '2024-01-04', parse_day(x), CAST(NULL AS DATE))": [
        ("20230101", True),
        ("20240103", True),
        ("20240104", False),
    ],
    "meet(parse_day(x), CAST(NULL AS DATE), DATE '2024-01-02', DATE '2024-01-04')": [
        ("20230101", True),
        ("20240103", True),
        ("20240104", False),
    ],
    "meet(DATE '2024-01-02', CAST(NULL AS DATE), DATE '2023-01-02', parse_day(x))": [
        ("20240102", False),
        ("20240103", True),
        (None, True),
    ],
    "until(parse_day(x))": [("20240101", date(2024, 1, 1)), (None, date(9999, 12, 31))],
    "month_after(parse_day(x))": [
        ("20240101", date(2024, 2, 1)),
        ("20240131", date(2024, 2, 1)),
        ("20231231", date(2024, 1, 1)),
        (None, None),
    ],
    "mask_resident_no(x)": [
        ("87010119850412012X", "8701011985****012X"),
        ("8701011985", None),
        (None, None),
    ],
    "mask_numbers(x)": [
        ("魏安 · 87010119850412012X · 50.00", "魏安 · 8701011985****012X · 50.00"),
        ("店主魏安870101198504120111号", "店主魏安8701011985****0111号"),
        ("91840103PDY0061207", "91840103PDY0061207"),
        ("840103100006126", "840103100006126"),
        (None, None),
    ],
    "mask_words(x)": [
        ("店主魏安870101850412011号", "店主魏安87010185****011号"),
        ("870101850412011,87010119850412012X", "87010185****011,8701011985****012X"),
        ("87010185041201112", "87010185****01112"),  # a tax number made of one
        ("840103100006126", "840103100006126"),  # no month
        ("870101851332011", "870101851332011"),  # nor here
        ("91840103PDY0061207", "91840103PDY0061207"),
        ("青榆市人民法院", "青榆市人民法院"),
        (None, None),
    ],
    "org_code_ok(x)": [
        ("PDY00001X", True),
        ("D2143569X", True),
        ("D2143569-X", False),
        ("PDY000011", False),
        ("pdy00001x", False),
        (None, None),
    ],
    "uscc_ok(x)": [
        ("91870101PDY00001XE", True),
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("91870101pdy00001xe", False),
        ("有限公司有限公司有限公司有限公司有限", False),
        ("", False),
        (None, None),
    ],
    "registration_no_ok(x)": [
        ("870101100000014", True),
        ("870101100000015", False),
        ("87010110000001", False),
        (None, None),
    ],
    "resident_no_ok(x)": [
        ("87010119850412012X", True),
        ("880203199102300122", True),  # 30 February: only shape and check are looked at
        ("870101198504120112", False),
        ("87010119850412012x", False),
        (None, None),
    ],
    "masked_resident_no_ok(x)": [
        ("8701011985****012X", True),
        ("8701011985***0123X", False),
        ("870101198504120111", False),
        (None, None),
    ],
    "tax_no_ok(x)": [
        ("870101PDY00001X", True),
        ("870101PDY000011", False),
        ("87010185041201101", True),
        ("91870101PDY00001XE", True),
        ("870101198504120111", True),
        ("870101198504120112", False),
        ("87010119850412011101", True),
        ("8701011985041201110X", False),
        ("8701", False),
        (None, None),
    ],
    "id_ok('uscc', x)": [("91870101PDY00001XE", True), ("PDY00001X", False), (None, None)],
    "id_ok('org_code', x)": [("91870101PDY00001XE", False), ("PDY00001X", True), (None, None)],
    "id_ok('resident_no', x)": [("870101198504120111", True), ("PDY00001X", False)],
    "id_ok('registration_no', x)": [("870101100000014", True), ("PDY00001X", False)],
    "id_ok('tax_no', x)": [("870101PDY00001X", True), ("PDY00001X", False)],
    "id_ok('masked_resident_no', x)": [("8701011985****0111", True), ("8701", False)],
    "id_ok('record', x)": [("whatever", None), (None, None)],
    "id_ok(CAST(NULL AS VARCHAR), x)": [("91870101PDY00001XE", None)],
}

CHECKED = {
    "uscc": USCC.is_valid,
    "org_code": ORG_CODE.is_valid,
    "registration_no": REGISTRATION_NO.is_valid,
    "resident_no": RESIDENT_NO.checksum_ok,
    "masked_resident_no": MASKED_RESIDENT_NO.is_valid,
    # Of a USCC in its place the SQL asks all, as everywhere.
    "tax_no": lambda text: (
        TAX_NO.checksum_ok(text)
        and (len(text) != 18 or USCC.is_valid(text) or RESIDENT_NO.checksum_ok(text))
    ),
}


def defined(file):
    """Names of the macros a file defines."""
    text = (SHARED / file).read_text(encoding="utf-8")
    return set(
        re.findall(r"^CREATE OR REPLACE TEMP(?:ORARY)? (?:MACRO|FUNCTION) (\w+)", text, re.M)
    )


def computed(engine, call, texts):
    """`call` over the column x, one result for each text, in order."""
    table = pa.table({"n": range(len(texts)), "x": pa.array(texts, pa.string())})
    engine.insert_arrow("given.texts", table)
    return [value for _, value in engine.fetch(f"SELECT n, {call} FROM given.texts ORDER BY n")]


def test_every_macro_is_tried():
    tried = {name for call in GIVEN for name in re.findall(r"(\w+)\(", call)}
    helpers = {"in_letters", "org_place", "org_sum_ok", "uscc_place"}  # parts of DuckDB's macros
    assert defined("duckdb.sql") - helpers <= tried
    assert defined("spark.sql") - {"name_letters"} == defined("duckdb.sql") - helpers


@pytest.fixture(scope="module")
def found(engine):
    """(macro, given text) -> what the engine makes of it, as text: all of it in one query."""
    rows = [(call, text) for call, pairs in GIVEN.items() for text, _ in pairs]
    calls, texts = zip(*rows, strict=True)
    engine.insert_arrow("given.calls", pa.table({"call": calls, "x": pa.array(texts, pa.string())}))
    parts = []
    for call in GIVEN:
        name = call.replace("'", "''")
        parts.append(
            f"SELECT call, x, CAST({call} AS VARCHAR) AS y FROM given.calls WHERE call = '{name}'"
        )
    return {(call, x): y for call, x, y in engine.fetch(" UNION ALL ".join(parts))}


def as_text(value):
    """A value as both engines cast it to text."""
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)


@pytest.mark.parametrize("call", GIVEN)
def test_macro(found, call):
    expected = {text: as_text(value) for text, value in GIVEN[call]}
    assert {text: found[call, text] for text, _ in GIVEN[call]} == expected


def near_misses(seed, size):
    """Valid identifiers of every kind, each also with one or two characters changed, and noise."""
    draw = np.random.default_rng(seed)
    n = draw.integers(1, 200_000, size)
    org = make_org_code(org_body(n))
    resident = make_resident_no("870101", 19850412, n % 1000).tolist()
    valid = [
        *make_uscc(np.resize(["91", "N1", "A9", "14"], size), "870101", org).tolist(),
        *org.tolist(),
        *make_registration_no("870101", n).tolist(),
        *make_tax_no("870101", org).tolist(),
        *resident,
        *[r + f"{i % 100:02d}" for i, r in enumerate(resident)],
        *[r[:6] + r[8:17] + "01" for r in resident],
        *[mask_resident_no(r) for r in resident],
    ]
    found = list(valid)
    for text in valid:
        characters = list(text)
        for _ in range(int(draw.integers(1, 3))):
            characters[draw.integers(len(text))] = "0123456789XYABPDI*x有 "[draw.integers(21)]
        found.append("".join(characters))
    # Shapes that nearly hold, so that chance lets some of them through.
    for width, alphabet in [(9, "0123456789X"), (15, "0123456789"), (18, "0123456789")]:
        picks = draw.integers(0, len(alphabet), (size * 4, width))
        found += ["".join(alphabet[i] for i in row) for row in picks]
    return [*found, "", " ", "有限公司"]


@pytest.mark.parametrize("scheme", CHECKED)
def test_identifier_checks_agree_with_python(engine, scheme):
    size = 150 if engine.name == "duckdb" else 25
    texts = near_misses(seed=7, size=size)
    check = CHECKED[scheme]
    # The SQL looks at the text as it stands, Python at its compact form.
    expected = [check(text) and text == USCC.compact(text) for text in texts]
    assert computed(engine, f"{scheme}_ok(x)", texts) == expected
    assert any(expected) and not all(expected)


def edits(a, b):
    """Levenshtein's distance, from its definition."""
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
        before = row
    return before[-1]


def test_edit_distance_counts_characters(engine):
    draw = np.random.default_rng(9)
    alphabet = "荣城贸易有限aA~!é😀1"
    size = 2000 if engine.name == "duckdb" else 200
    pairs = [
        tuple("".join(alphabet[i] for i in draw.integers(0, len(alphabet), n)) for n in lengths)
        for lengths in draw.integers(0, 12, (size, 2))
    ]
    pairs += [("甲" * 95, "甲" * 90 + "乙" * 5), ("甲乙" * 50, "乙甲" * 50)]
    a, b = zip(*pairs, strict=True)
    engine.insert_arrow("given.pairs", pa.table({"n": range(len(pairs)), "a": a, "b": b}))
    found = engine.fetch("SELECT n, edit_distance(a, b) FROM given.pairs ORDER BY n")
    assert [distance for _, distance in found] == [edits(x[:90], y[:90]) for x, y in pairs]


def test_every_character_has_one_form_on_either_engine_and_in_python(duckdb_engine, spark_engine):
    points = [chr(p) for p in range(1, 0x30000) if not 0xD800 <= p < 0xE000]
    points += [chr(p) for p in range(0xE0000, 0xE0200)]
    texts = [f"甲{''.join(points[n : n + 50])}x" for n in range(0, len(points), 50)]
    texts += [f"{point} 某" for point in points[:0x100]]
    for call in ("name_key(x)", "clean_text(x)", "normal_form(x)", "compact(x)", "capital(x)"):
        one = computed(duckdb_engine, call, texts)
        two = computed(spark_engine, call, texts)
        differ = [(t, a, b) for t, a, b in zip(texts, one, two, strict=True) if a != b]
        assert differ == []
        own = {"clean_text(x)": clean_text, "normal_form(x)": normal_form}.get(call)
        if own:
            assert one == [own(text) for text in texts]


def test_engines_agree_on_texts_that_they_read_otherwise(duckdb_engine, spark_engine):
    calls = [c for c in GIVEN if not c.startswith(("until", "month_after", "id_text(as_id"))]
    texts = [*NASTY, *(text + end for text in NASTY[:200] for end in ("\n", "\u00a0", "|", "ß"))]
    given = pa.table({"n": range(len(texts)), "x": pa.array(texts, pa.string())})
    parts = [f"SELECT {k} AS k, n, CAST({call} AS VARCHAR) AS y FROM given.nasty"
             for k, call in enumerate(calls)]  # fmt: skip
    found = []
    for engine in (duckdb_engine, spark_engine):
        engine.insert_arrow("given.nasty", given)
        found.append({(k, n): y for k, n, y in engine.fetch(" UNION ALL ".join(parts))})
    one, other = found
    differ = [
        (calls[k], texts[n], one[k, n], other[k, n]) for k, n in one if one[k, n] != other[k, n]
    ]
    assert differ == []
