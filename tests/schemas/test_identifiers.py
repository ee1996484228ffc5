"""Identifiers: the standards' examples, what each check lets through, python-stdnum's opinion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.identifiers import (
    MASKED_RESIDENT_NO,
    MAX_ORGANISATIONS,
    ORG_ALPHABET,
    ORG_CODE,
    REGISTRATION_NO,
    RESIDENT_NO,
    SCHEMES,
    TAX_NO,
    USCC,
    USCC_ALPHABET,
    USCC_TYPES,
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    could_be_real,
    make_org_code,
    make_registration_no,
    make_resident_no,
    make_tax_no,
    make_uscc,
    mask_resident_no,
    mod_11_10_check,
    org_body,
    org_code_check,
    resident_check,
    uscc_check,
)
from tests.how_many import how_many

# Valid by every rule, and nobody's.
SYNTHETIC = {
    "uscc": [
        "91870101PDY00001XE",
        "91870101PDY000028E",
        "92880203PDY0001753",
        "93890000PDY999994Q",
        "11870000PDY001004U",
        "51870000PDY042420A",
        "91860305PDY1234580",
    ],
    "org_code": ["PDY00001X", "PDY000028", "PDY042420"],
    "registration_no": ["870101100000014", "870101200000011", "870101600000018"],
    "tax_no": [
        "870101PDY00001X",
        "91870101PDY00001XE",
        "870101198504120111",
        "87010119850412012X01",
        "87010185041201101",
    ],
    "resident_no": ["870101198504120111", "87010119850412012X", "890000200101010016"],
    "masked_resident_no": ["8701011985****0111", "8701011985****012X"],
}
VALID = [(scheme, value) for scheme, values in SYNTHETIC.items() for value in values]

# Examples printed in the standards: valid, and not in the synthetic ranges.
PRINTED = [
    ("uscc", "91350100M000100Y43"),  # GB 32100-2015
    ("org_code", "D2143569X"),  # GB 11714-1997
    ("resident_no", "11010519491231002X"),  # GB 11643-1999
]


def rng(seed):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("scheme", "value"), VALID + PRINTED)
def test_a_valid_identifier_validates_to_itself(scheme, value):
    assert SCHEMES[scheme].validate(value) == value
    assert SCHEMES[scheme].is_valid(value)
    assert SCHEMES[scheme].checksum_ok(value)


@pytest.mark.parametrize(("scheme", "value"), VALID)
def test_a_synthetic_identifier_cannot_be_real(scheme, value):
    assert SCHEMES[scheme].is_synthetic(value)
    assert not could_be_real(value, scheme)


@pytest.mark.parametrize(("scheme", "value"), PRINTED)
def test_a_real_looking_identifier_is_told_apart(scheme, value):
    assert not SCHEMES[scheme].is_synthetic(value)
    assert could_be_real(value, scheme)
    assert could_be_real(value)


@pytest.mark.parametrize(
    ("written", "scheme", "compact", "printed"),
    [
        ("d2143569-x", ORG_CODE, "D2143569X", "D2143569-X"),
        (" PDY00001-X ", ORG_CODE, "PDY00001X", "PDY00001-X"),
        ("９１８７０１０１ＰＤＹ００００１ＸＥ", USCC, "91870101PDY00001XE", "91870101PDY00001XE"),
        ("91 870101 pdy00001x e", USCC, "91870101PDY00001XE", "91870101PDY00001XE"),
        ("87010119850412012x", RESIDENT_NO, "87010119850412012X", "87010119850412012X"),
        ("870101-1985＊＊＊＊-0111", MASKED_RESIDENT_NO, *["8701011985****0111"] * 2),
        ("870101—PDY00001-X", TAX_NO, "870101PDY00001X", "870101PDY00001X"),
        ("870101 10000001 4\u3000", REGISTRATION_NO, "870101100000014", "870101100000014"),
    ],
)
def test_compact_and_format(written, scheme, compact, printed):
    assert scheme.compact(written) == compact
    assert scheme.validate(written) == compact
    assert scheme.format(written) == printed


@pytest.mark.parametrize(
    ("scheme", "value", "error", "says"),
    [
        ("uscc", "91870101PDY00001X", InvalidLength, "17 characters, not 18"),
        ("uscc", "91870101PDY00001OE", InvalidFormat, "'O' at position 17"),
        ("uscc", "91A70101PDY00001XE", InvalidFormat, "'A' at position 3"),
        ("uscc", "91870101PDY00001XF", InvalidChecksum, "its check character is 'E'"),
        ("uscc", "Z1870101PDY00001XE", InvalidFormat, "'Z' at position 1"),
        ("uscc", "14870101PDY00001X" + uscc_check("14870101PDY00001X"), InvalidComponent, "'14'"),
        ("uscc", "91870101PDY000010" + uscc_check("91870101PDY000010"), InvalidComponent, "PDY"),
        ("org_code", "PDY00001", InvalidLength, "8 characters, not 9"),
        ("org_code", "PDY0000-1-Y", InvalidFormat, "'Y' at position 9"),
        ("org_code", "PDY000010", InvalidChecksum, "its check character is 'X'"),
        ("registration_no", "8701011000000145", InvalidLength, "16 characters, not 15"),
        ("registration_no", "87010110000001X", InvalidFormat, "'X' at position 15"),
        ("registration_no", "870101100000015", InvalidChecksum, "its check character is '4'"),
        ("resident_no", "87010119850412011", InvalidLength, "17 characters"),
        ("resident_no", "X70101198504120111", InvalidFormat, "'X' at position 1"),
        ("resident_no", "870101198504120112", InvalidChecksum, "'1'"),
        ("resident_no", "880203199102300122", InvalidComponent, "1991-02-30, which is no date"),
        ("masked_resident_no", "870101198504120111", InvalidFormat, "'0' at position 11"),
        ("masked_resident_no", "8701011985***0111", InvalidLength, "17 characters"),
        ("tax_no", "8701019850412011", InvalidLength, "not 15 or 17 or 18 or 20"),
        ("tax_no", "870101PDY000010", InvalidChecksum, "'X'"),
        ("tax_no", "91870101PDY00001XF", InvalidChecksum, "USCC and that of a resident"),
        ("tax_no", "87010119850412011201", InvalidChecksum, "at position 18"),
        ("tax_no", "8701011985041201110A", InvalidFormat, "at position 20"),
        ("tax_no", "88020319910230012201", InvalidComponent, "no date"),
        ("tax_no", "880203199102300122", InvalidComponent, "no date"),
        ("tax_no", "87010185043101101", InvalidComponent, "1985-04-31"),
    ],
)
def test_each_error_names_what_is_wrong(scheme, value, error, says):
    with pytest.raises(error) as raised:
        SCHEMES[scheme].validate(value)
    message = str(raised.value)
    assert says in message
    assert message.endswith(".") and "\n" not in message
    assert isinstance(raised.value, ValueError)
    assert not SCHEMES[scheme].is_valid(value)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("value", [None, 91, "", "  ", "有限公司", "😀" * 18])
def test_nonsense_is_invalid_and_nothing_else(scheme, value):
    assert not SCHEMES[scheme].is_valid(value)
    assert not SCHEMES[scheme].checksum_ok(value)


def test_the_30th_of_february_passes_the_check_but_is_no_date():
    assert RESIDENT_NO.checksum_ok("880203199102300122")
    assert not RESIDENT_NO.is_valid("880203199102300122")


def test_departments_with_letters_are_lawful():
    for department in "ANY":
        front = department + "1870101PDY00001X"
        assert USCC.is_valid(front + uscc_check(front))


def test_only_lawful_departments_and_types_pass():
    lawful = {d + t for d, types in USCC_TYPES.items() for t in types}
    for department in USCC_ALPHABET:
        for kind in USCC_ALPHABET:
            front = department + kind + "870101PDY00001X"
            assert USCC.is_valid(front + uscc_check(front)) == (department + kind in lawful)


def test_check_digits_agree_with_their_standards():
    assert mod_11_10_check("79462") == "3"  # ISO 7064
    assert mod_11_10_check("11010800000001") == "6"
    assert org_code_check("D2143569") == "X"
    assert resident_check("11010519491231002") == "X"


def test_masking_hides_month_and_day_of_birth():
    assert mask_resident_no("870101198504120111") == "8701011985****0111"
    assert MASKED_RESIDENT_NO.is_valid(mask_resident_no("87010119850412012x"))


def test_an_identifier_of_another_kind_in_the_wrong_field_is_noticed():
    assert could_be_real("91350100M000100Y43") and not could_be_real(
        "91350100M000100Y43", "org_code"
    )
    assert could_be_real("D2143569X") and not could_be_real("D2143569X", "uscc")
    assert not could_be_real("not an identifier")


# --- makers ---------------------------------------------------------------------------------------


def test_made_identifiers_are_valid_synthetic_and_distinct():
    n = np.concatenate([np.arange(1, 400), rng(1).integers(1, MAX_ORGANISATIONS + 1, 400)])
    n = np.unique(n)
    division = np.resize(np.array(["870101", "880203", "890000"]), len(n))
    org = make_org_code(org_body(n))
    made = {
        "org_code": org,
        "uscc": make_uscc(np.resize(np.array(["91", "N1", "51"]), len(n)), division, org),
        "registration_no": make_registration_no(division, n),
        "resident_no": make_resident_no(division, 19850412, n % 1000),
        "tax_no": make_tax_no(division, org),
    }
    for scheme, values in made.items():
        for value in values.tolist():
            assert SCHEMES[scheme].validate(value) == value
            assert SCHEMES[scheme].is_synthetic(value)
    assert len(set(org.tolist())) == len(set(made["uscc"].tolist())) == len(n)


def test_org_bodies_never_repeat_across_the_seams():
    starts = np.cumsum([1, 99_999, 19_393_941, 6_256_110, 2_018_100, 651_000])
    n = np.unique(
        np.concatenate([np.clip(s + np.arange(-2000, 2000), 1, MAX_ORGANISATIONS) for s in starts])
    )
    bodies = org_body(n).tolist()
    assert len(set(bodies)) == len(n)
    for number, body in zip(n.tolist(), bodies, strict=True):
        assert body.startswith("PDY") and set(body) <= set(USCC_ALPHABET)
        assert body[3:].isdigit() == (number <= 99_999)
    assert MAX_ORGANISATIONS == 99_999 + 31**5 - 10**5


@pytest.mark.parametrize("n", [0, -1, MAX_ORGANISATIONS + 1])
def test_there_is_an_end_to_synthetic_organisations(n):
    with pytest.raises(ValueError, match="28,629,150"):
        org_body([5, n])


def test_makers_take_one_value_for_all_rows_and_refuse_bad_widths():
    assert make_uscc("91", 870101, ["PDY00001X", "PDY000028"]).shape == (2,)
    assert make_resident_no(["870101", "880203"], 19850412, 11).shape == (2,)
    assert make_org_code(org_body(np.array([], dtype=np.int64))).shape == (0,)
    with pytest.raises(ValueError, match="division has 6"):
        make_tax_no(["87010"], ["PDY00001X"])
    with pytest.raises(ValueError, match="sequence has 3 digits"):
        make_resident_no("870101", 19850412, [1000])


# --- what each check lets through -----------------------------------------------------------------
#
# Rates that follow from the arithmetic: a random code passes a check mod m once in m times; one
# substitution never passes where no two character values are congruent mod the modulus.


def codes(size, alphabet, width, seed):
    """Random codes, as rows of character values."""
    return rng(seed).integers(0, len(alphabet), (size, width))


def texts(values, alphabet):
    return ["".join(alphabet[v] for v in row) for row in values]


def near(count, size, rate):
    """Within five standard deviations of what `rate` leads to expect."""
    return abs(count - size * rate) <= 5 * (size * rate * (1 - rate)) ** 0.5 + 1


def made(kind, size, seed):
    n = rng(seed).integers(1, MAX_ORGANISATIONS + 1, size)
    if kind == "org":
        return make_org_code(org_body(n))
    if kind == "uscc":
        return make_uscc("91", 870101, make_org_code(org_body(n)))
    if kind == "resident":
        return make_resident_no(870101, 19500101 + rng(seed + 1).integers(0, 9, size), n % 1000)
    return make_registration_no(870101, n)


CHECKS = {
    "uscc": (uscc_check, USCC_ALPHABET, USCC_ALPHABET),
    "org": (org_code_check, ORG_ALPHABET, "0123456789X"),
    "resident": (resident_check, "0123456789", "0123456789X"),
    "registration": (mod_11_10_check, "0123456789", "0123456789"),
}


def substituted(kind, size, seed, times=1):
    """Share of `size` codes that still pass after `times` substitutions at different positions."""
    check, body, last = CHECKS[kind]
    draw = rng(seed + 100)
    through = 0
    for code in made(kind, size, seed).tolist():
        characters = list(code)
        for place in draw.choice(len(code), times, replace=False):
            alphabet = last if place == len(code) - 1 else body
            others = [c for c in alphabet if c != code[place]]
            characters[place] = others[draw.integers(len(others))]
        through += check("".join(characters[:-1])) == characters[-1]
    return through


def transposed(kind, size, seed):
    """(passed, tried) over codes with two unlike neighbours of the body exchanged."""
    check, _, _ = CHECKS[kind]
    draw = rng(seed + 200)
    through = tried = 0
    for code in made(kind, size, seed).tolist():
        place = int(draw.integers(len(code) - 2))
        if code[place] == code[place + 1]:
            continue
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        tried += 1
        through += check(swapped[:-1]) == swapped[-1]
    return through, tried


@pytest.mark.parametrize("kind", ["uscc", "resident", "registration"])
def test_one_substitution_never_passes(kind):
    assert substituted(kind, 3000, seed=11) == 0


def test_one_substitution_in_an_organisation_code_passes_once_in_fifteen():
    assert near(substituted("org", 6000, seed=12), 6000, 0.0667)


def test_two_substitutions_in_a_uscc_pass_once_in_thirty():
    assert near(substituted("uscc", 6000, seed=13, times=2), 6000, 1 / 30)


@pytest.mark.parametrize("kind", ["uscc", "resident"])
def test_exchanging_neighbours_never_passes(kind):
    assert transposed(kind, 3000, seed=14)[0] == 0


def test_exchanging_neighbours_in_a_registration_number_passes_once_in_45():
    draw = rng(15)
    through = tried = 0
    for digits in draw.integers(0, 10, (8000, 14)):
        code = "".join(map(str, digits))
        place = int(draw.integers(13))
        if code[place] != code[place + 1]:
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            tried += 1
            through += mod_11_10_check(swapped) == mod_11_10_check(code)
    assert near(through, tried, 0.0222)


@pytest.mark.parametrize(
    ("kind", "width", "rate"),
    [("uscc", 18, 1 / 31), ("org", 9, 1 / 11), ("resident", 18, 1 / 11), ("registration", 15, 0.1)],
)
def test_a_random_code_passes_by_chance(kind, width, rate):
    check, body, last = CHECKS[kind]
    draw = rng(16)
    fronts = texts(draw.integers(0, len(body), (20_000, width - 1)), body)
    ends = [last[i] for i in draw.integers(0, len(last), 20_000)]
    through = sum(check(front) == end for front, end in zip(fronts, ends, strict=True))
    assert near(through, 20_000, rate)


def test_uscc_and_organisation_check_together_pass_once_in_961():
    size = 60_000
    through = 0
    for code in texts(codes(size, USCC_ALPHABET, 18, seed=17), USCC_ALPHABET):
        through += uscc_check(code[:17]) == code[17] and org_code_check(code[8:16]) == code[16]
    assert near(through, size, 1 / 961)


def test_exchanging_first_and_last_is_the_one_swap_a_uscc_misses():
    code = "91350100M000100Y43"
    missed = []
    for i in range(18):
        for j in range(i + 1, 18):
            swapped = list(code)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            if code[i] != code[j] and uscc_check("".join(swapped[:17])) == swapped[17]:
                missed.append((i + 1, j + 1))
    assert missed == [(1, 18)]


# --- an independent opinion -----------------------------------------------------------------------


@settings(max_examples=how_many(200), deadline=None)
@given(st.text(alphabet=USCC_ALPHABET, min_size=8, max_size=8), st.sampled_from("159"))
def test_python_stdnum_agrees_on_the_uscc_check(body, department):
    stdnum = pytest.importorskip("stdnum.cn.uscc")
    code = make_uscc(department + "1", "870101", make_org_code([body])).item()
    assert stdnum.is_valid(code) and USCC.is_valid(code)
    wrong = code[:-1] + USCC_ALPHABET[(USCC_ALPHABET.index(code[-1]) + 1) % 31]
    assert not stdnum.is_valid(wrong) and not USCC.is_valid(wrong)


def test_python_stdnum_agrees_on_iso_7064():
    mod_11_10 = pytest.importorskip("stdnum.iso7064.mod_11_10")
    mod_11_2 = pytest.importorskip("stdnum.iso7064.mod_11_2")
    for digits in rng(18).integers(0, 10, (300, 17)):
        text = "".join(map(str, digits))
        assert resident_check(text) == mod_11_2.calc_check_digit(text)
        assert mod_11_10_check(text[:14]) == mod_11_10.calc_check_digit(text[:14])
