"""The numbers by which registers know organisations and people, and how to tell a false one.

Each scheme speaks the same four verbs, as python-stdnum's modules do: `compact` strips what only
serves the eye, `validate` returns the compact form or raises one of four named errors, `is_valid`
answers yes or no, `format` writes the usual printed form. `checksum_ok` asks less than `is_valid`:
length, alphabet and check character, but not whether the parts make sense.

>>> USCC.validate("91350100M000100Y43")  # the example printed in GB 32100-2015
'91350100M000100Y43'
>>> ORG_CODE.format("d2143569x")  # the example printed in GB 11714-1997
'D2143569-X'
>>> RESIDENT_NO.validate("11010519491231002X")  # the example printed in GB 11643-1999
'11010519491231002X'
>>> USCC.is_valid("91350100M000100Y44")  # another check character
False

No identifier made here can belong to anybody: divisions begin with 84 to 89, which GB/T 2260 leaves
unassigned, and organisation codes begin with PDY, which GB 11714 keeps for use inside one house.
The `make_*` functions work on whole numpy arrays at once and make nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from string import ascii_lowercase, ascii_uppercase

import numpy as np
from numpy.typing import ArrayLike, NDArray

from schemas.normal_form import normal_form


class ValidationError(ValueError):
    """An identifier that cannot be right; the message is one sentence saying why."""


class InvalidLength(ValidationError):
    """It has too few or too many characters."""


class InvalidFormat(ValidationError):
    """It holds a character that may not stand there."""


class InvalidComponent(ValidationError):
    """A part of it means nothing: a department, a date, the organisation code inside it."""


class InvalidChecksum(ValidationError):
    """Its check character does not follow from the others."""


# GB 32100-2015: 31 characters, the position is the value; I, O, S, V and Z are left out.
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

# GB 11714-1997: a letter's value here differs from its value above, from J upward.
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORG_CHECKS = "0X987654321"  # by the weighted sum mod 11

# GB 11643-1999, that is ISO 7064 MOD 11-2.
RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"  # by the weighted sum mod 11

# GB 32100-2015, table 1: registering department and the types of organisation it registers.
USCC_TYPES = {
    "1": "1239",  # staffing office: organ, public institution, mass organisation, other
    "2": "19",  # foreign affairs
    "3": "123459",  # justice: law firm, notary, grassroots legal, forensic, arbitration, other
    "4": "19",  # culture
    "5": "1239",  # civil affairs: social group, private non-enterprise, foundation, other
    "6": "129",  # tourism
    "7": "129",  # religion: place of worship, college, other
    "8": "19",  # unions
    "9": "123",  # industry and commerce: enterprise, household business, farmers' co-operative
    "A": "19",  # the military: public institution, other
    "N": "1239",  # agriculture: collective of a group, a village, a township, other
    "Y": "1",  # any other
}

SYNTHETIC_DIVISIONS = ("84", "85", "86", "87", "88", "89")  # unassigned in GB/T 2260
SYNTHETIC_BODY = "PDY"  # GB 11714: internal codes, not for exchange

DIGITS = "0123456789"
# Capitals for a to z alone: what upper() makes of other letters differs from engine to engine.
_PLAIN = str.maketrans(ascii_lowercase, ascii_uppercase, " -‐‒–—―−")


class Scheme:
    """One kind of identifier. Instances hold nothing but what stands here."""

    name: str  # as in a contract's `scheme`
    title: str  # as in an error message
    # Each lawful form, all of other lengths: how many characters, and which may stand there.
    forms: tuple[tuple[tuple[int, str], ...], ...]
    # The check character that follows from all others; a scheme may have none.
    check: staticmethod[[str], str] | None = None

    def compact(self, value: str) -> str:
        """Normal form in capitals, without spaces and hyphens, as the macro `compact` has it.

        Raises:
            InvalidFormat: if `value` is no text.
        """
        if not isinstance(value, str):
            raise InvalidFormat(f"{self.title} {value!r} is not text.")
        return (normal_form(value) or "").translate(_PLAIN)

    def validate(self, value: str) -> str:
        """The compact form of a valid identifier.

        Raises:
            InvalidLength, InvalidFormat, InvalidComponent, InvalidChecksum: with the reason.
        """
        compacted = self.compact(value)
        self._shape(compacted)
        self._checksum(compacted)
        self._components(compacted)
        return compacted

    def is_valid(self, value: str) -> bool:
        """Whether `validate` would return."""
        return self._passes(value, self._shape, self._checksum, self._components)

    def is_shaped(self, value: str) -> bool:
        """Whether length and alphabet are right and it is not one character over and over.

        What is not shaped is no key, whatever register holds it; see the macro `id_shaped`.
        """
        return self._passes(value, self._shape) and len(set(self.compact(value)) - {"*"}) > 1

    def checksum_ok(self, value: str) -> bool:
        """Whether length, alphabet and check character are right, whatever the parts mean."""
        return self._passes(value, self._shape, self._checksum)

    def format(self, value: str) -> str:
        """The usual printed form. Does not validate."""
        return self.compact(value)

    def is_synthetic(self, value: str) -> bool:
        """Whether it lies in the ranges that no real identifier can lie in. Does not validate."""
        return self.compact(value).startswith(SYNTHETIC_DIVISIONS)

    def _passes(self, value: str, *steps: Callable[[str], None]) -> bool:
        try:
            compacted = self.compact(value)
            for step in steps:
                step(compacted)
        except ValidationError:
            return False
        return True

    def _shape(self, value: str) -> None:
        """Raise InvalidLength or InvalidFormat."""
        alphabets = {sum(n for n, _ in form): form for form in self.forms}
        if len(value) not in alphabets:
            need = " or ".join(map(str, alphabets))
            raise InvalidLength(f"{self.title} {value!r} has {len(value)} characters, not {need}.")
        places = (allowed for n, allowed in alphabets[len(value)] for _ in range(n))
        for place, (character, allowed) in enumerate(zip(value, places, strict=True), start=1):
            if character not in allowed:
                raise InvalidFormat(
                    f"{self.title} {value!r} has {character!r} at position {place}, "
                    "where that may not stand."
                )

    def _checksum(self, value: str) -> None:
        """Raise InvalidChecksum."""
        if self.check and value[-1] != self.check(value[:-1]):
            raise InvalidChecksum(
                f"{self.title} {value!r} ends in {value[-1]!r}, but its check character is "
                f"{self.check(value[:-1])!r}."
            )

    def _components(self, value: str) -> None:
        """Raise InvalidComponent."""

    def _need_date(self, value: str, year: str, month: str, day: str) -> None:
        try:
            date(int(year), int(month), int(day))
        except ValueError:
            raise InvalidComponent(
                f"{self.title} {value!r} holds {year}-{month}-{day}, which is no date."
            ) from None


def uscc_check(first_17: str) -> str:
    """Check character of a USCC: 31 less the weighted sum, mod 31 (GB 32100-2015)."""
    total = sum(w * USCC_ALPHABET.index(c) for w, c in zip(USCC_WEIGHTS, first_17, strict=True))
    return USCC_ALPHABET[-total % 31]


def org_code_check(body: str) -> str:
    """Check character of an organisation code: 11 less the weighted sum, mod 11 (GB 11714)."""
    total = sum(w * ORG_ALPHABET.index(c) for w, c in zip(ORG_WEIGHTS, body, strict=True))
    return ORG_CHECKS[total % 11]


def resident_check(first_17: str) -> str:
    """Check character of a resident number, ISO 7064 MOD 11-2 (GB 11643-1999)."""
    total = sum(w * int(c) for w, c in zip(RESIDENT_WEIGHTS, first_17, strict=True))
    return RESIDENT_CHECKS[total % 11]


def mod_11_10_check(digits: str) -> str:
    """Check digit of ISO 7064 MOD 11,10, as the old registration number uses it.

    >>> mod_11_10_check("79462")
    '3'
    """
    rest = 10
    for digit in digits:
        rest = ((rest + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - rest) % 10)


class _OrgCode(Scheme):
    """Organisation code, GB 11714-1997: 8 characters of digits and capitals, and a check."""

    name, title = "org_code", "Organisation code"
    forms = (((8, ORG_ALPHABET), (1, ORG_CHECKS)),)
    check = staticmethod(org_code_check)

    def format(self, value: str) -> str:
        """The body, a hyphen and the check character."""
        compacted = self.compact(value)
        return f"{compacted[:-1]}-{compacted[-1:]}"

    def is_synthetic(self, value: str) -> bool:
        return self.compact(value).startswith(SYNTHETIC_BODY)


class _Uscc(Scheme):
    """Unified Social Credit Code, GB 32100-2015.

    Position 1 is the registering department, 2 the type of organisation, 3-8 the division, 9-17 the
    organisation code with its own check character, 18 the check character.
    """

    name, title = "uscc", "USCC"
    forms = (((2, USCC_ALPHABET), (6, DIGITS), (10, USCC_ALPHABET)),)
    check = staticmethod(uscc_check)

    def is_synthetic(self, value: str) -> bool:
        compacted = self.compact(value)
        return compacted[2:4] in SYNTHETIC_DIVISIONS and compacted[8:11] == SYNTHETIC_BODY

    def _components(self, value: str) -> None:
        if value[1] not in USCC_TYPES.get(value[0], ""):
            raise InvalidComponent(
                f"USCC {value!r} begins with {value[:2]!r}, which is no lawful department and type."
            )
        if not ORG_CODE.is_valid(value[8:17]):
            raise InvalidComponent(
                f"USCC {value!r} holds {value[8:17]!r}, which is no valid organisation code."
            )


class _RegistrationNo(Scheme):
    """Business registration number before 2015, GS15-2006: authority, sequence, MOD 11,10 check."""

    name, title = "registration_no", "Registration number"
    forms = (((15, DIGITS),),)
    check = staticmethod(mod_11_10_check)


class _ResidentNo(Scheme):
    """Resident identity number, GB 11643-1999: division, birthday, sequence, MOD 11-2 check."""

    name, title = "resident_no", "Resident number"
    forms = (((17, DIGITS), (1, RESIDENT_CHECKS)),)
    check = staticmethod(resident_check)

    def _components(self, value: str) -> None:
        self._need_date(value, value[6:10], value[10:12], value[12:14])


class _MaskedResidentNo(Scheme):
    """A resident number with month and day of birth starred out, as the court list prints it."""

    name, title = "masked_resident_no", "Masked resident number"
    forms = (((10, DIGITS), (4, "*"), (3, DIGITS), (1, RESIDENT_CHECKS)),)


class _TaxNo(Scheme):
    """Tax number in its four lawful lengths.

    15: division and organisation code. 18: the USCC since October 2015, or the resident number of a
    household business. 20: that resident number and two digits more. 17: the same with the older
    15-digit resident number, which had a two-digit year and no check character.
    """

    name, title = "tax_no", "Tax number"
    forms = (
        ((6, DIGITS), (8, ORG_ALPHABET), (1, ORG_CHECKS)),
        ((17, DIGITS),),
        ((18, USCC_ALPHABET),),
        ((17, DIGITS), (1, RESIDENT_CHECKS), (2, DIGITS)),
    )

    def is_synthetic(self, value: str) -> bool:
        compacted = self.compact(value)
        if len(compacted) == 18 and not RESIDENT_NO.checksum_ok(compacted):
            return USCC.is_synthetic(compacted)
        body_ok = len(compacted) != 15 or compacted[6:9] == SYNTHETIC_BODY
        return body_ok and compacted.startswith(SYNTHETIC_DIVISIONS)

    def _checksum(self, value: str) -> None:
        if len(value) == 15 and value[-1] != org_code_check(value[6:14]):
            raise InvalidChecksum(
                f"Tax number {value!r} ends in {value[-1]!r}, but its check character is "
                f"{org_code_check(value[6:14])!r}."
            )
        if len(value) == 20 and value[17] != resident_check(value[:17]):
            raise InvalidChecksum(
                f"Tax number {value!r} has {value[17]!r} at position 18, but the check "
                f"character of its resident number is {resident_check(value[:17])!r}."
            )
        if len(value) == 18 and not (RESIDENT_NO.checksum_ok(value) or USCC.checksum_ok(value)):
            raise InvalidChecksum(
                f"Tax number {value!r} fails the check of a USCC and that of a resident number."
            )

    def _components(self, value: str) -> None:
        if len(value) == 17:
            self._need_date(value, "19" + value[6:8], value[8:10], value[10:12])
        elif len(value) == 20:
            self._need_date(value, value[6:10], value[10:12], value[12:14])
        elif len(value) == 18 and not USCC.is_valid(value):
            if not RESIDENT_NO.checksum_ok(value):
                USCC._components(value)
            RESIDENT_NO._components(value)


ORG_CODE = _OrgCode()
USCC = _Uscc()
REGISTRATION_NO = _RegistrationNo()
TAX_NO = _TaxNo()
RESIDENT_NO = _ResidentNo()
MASKED_RESIDENT_NO = _MaskedResidentNo()

SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (USCC, ORG_CODE, REGISTRATION_NO, TAX_NO, RESIDENT_NO, MASKED_RESIDENT_NO)
}


def could_be_real(value: str, scheme: str | None = None) -> bool:
    """Whether `value` is a valid identifier outside the synthetic ranges, so that it may be one's.

    With `scheme`, only that kind is asked; without, every kind. One character over and over is
    nobody's, though nine zeros pass the check of an organisation code.
    """
    asked = SCHEMES.values() if scheme is None else (SCHEMES[scheme],)
    return any(
        one.is_shaped(value) and one.is_valid(value) and not one.is_synthetic(value)
        for one in asked
    )


def mask_resident_no(value: str) -> str:
    """Star out month and day of birth.

    >>> mask_resident_no("870101198504120111")
    '8701011985****0111'
    """
    compacted = RESIDENT_NO.compact(value)
    return compacted[:10] + "****" + compacted[-4:]


# --- making them, whole arrays at a time ----------------------------------------------------------

Text = NDArray[np.str_]

_NUMBERED_BODIES = 99_999  # PDY00001 to PDY99999
# Five characters with at least one letter, counted by where the first letter stands.
_BLOCKS = tuple(10**lead * 21 * 31 ** (4 - lead) for lead in range(5))
MAX_ORGANISATIONS = _NUMBERED_BODIES + sum(_BLOCKS)


def _table(alphabet: str) -> NDArray[np.int64]:
    """Character code -> value in `alphabet`, -1 for a stranger."""
    values = np.full(128, -1, dtype=np.int64)
    for value, character in enumerate(alphabet):
        values[ord(character)] = value
    return values


def _codes_of(alphabet: str) -> NDArray[np.uint32]:
    return np.array([ord(character) for character in alphabet], dtype=np.uint32)


_USCC_VALUE, _USCC_CODE = _table(USCC_ALPHABET), _codes_of(USCC_ALPHABET)
_ORG_VALUE, _ORG_CHECK_CODE = _table(ORG_ALPHABET), _codes_of(ORG_CHECKS)
_RESIDENT_CHECK_CODE = _codes_of(RESIDENT_CHECKS)


def _digits(values: ArrayLike, width: int, what: str) -> NDArray[np.uint32]:
    """Character codes, one row a value: integers zero-filled to `width`, or text of that width."""
    array = np.atleast_1d(np.asarray(values))
    if array.dtype.kind in "iu":
        numbers = array.astype(np.int64)
        if numbers.size and (numbers.min() < 0 or numbers.max() >= 10**width):
            raise ValueError(f"A {what} has {width} digits; {numbers.max()} does not fit.")
        powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
        return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint32)
    text = np.asarray(array, dtype=np.str_)
    if text.size and (np.char.str_len(text) != width).any():
        raise ValueError(f"A {what} has {width} characters; one here has not.")
    text = np.ascontiguousarray(text.astype(f"<U{width}"))
    return text.view(np.uint32).reshape(len(text), width)


def _join(*parts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Columns of character codes side by side; a part of one row serves every row."""
    rows = max((len(part) for part in parts if len(part) != 1), default=1)
    if any(len(part) == 0 for part in parts):
        rows = 0
    return np.hstack([np.broadcast_to(part, (rows, part.shape[1])) for part in parts])


def _text(codes: NDArray[np.uint32]) -> Text:
    width = codes.shape[1]
    return np.ascontiguousarray(codes, dtype="<u4").view(f"<U{width}").reshape(len(codes))


def org_body(n: ArrayLike) -> Text:
    """Body of the n-th synthetic organisation's code, eight characters.

    1 to 99,999 give PDY00001 to PDY99999, the range GB 11714 reserves; beyond, PDY is followed by
    five characters of the USCC's alphabet, at least one of them a letter, so that none comes twice.

    Raises:
        ValueError: if a number is below 1 or above `MAX_ORGANISATIONS` (28,629,150).

    >>> org_body([1, 99999, 100000, MAX_ORGANISATIONS]).tolist()
    ['PDY00001', 'PDY99999', 'PDYA0000', 'PDY9999Y']
    """
    number = np.atleast_1d(np.asarray(n, dtype=np.int64))
    if number.size and (number.min() < 1 or number.max() > MAX_ORGANISATIONS):
        raise ValueError(
            f"Synthetic organisations are numbered 1 to {MAX_ORGANISATIONS:,}; "
            f"{number.min():,} to {number.max():,} was asked for."
        )
    codes = np.empty((len(number), 5), dtype=np.uint32)
    numbered = number <= _NUMBERED_BODIES
    codes[numbered] = _digits(number[numbered], 5, "body")
    start = _NUMBERED_BODIES + 1
    for lead, size in enumerate(_BLOCKS):
        here = (number >= start) & (number < start + size)
        if here.any():
            rest = number[here] - start
            block = np.empty((len(rest), 5), dtype=np.uint32)
            for place in range(4, -1, -1):
                base, shift = (31, 0) if place > lead else (21, 10) if place == lead else (10, 0)
                block[:, place] = _USCC_CODE[rest % base + shift]
                rest = rest // base
            codes[here] = block
        start += size
    return _text(_join(_codes_of(SYNTHETIC_BODY)[None, :], codes))


def make_org_code(bodies: ArrayLike) -> Text:
    """Organisation codes, nine characters without hyphen, from bodies of eight.

    >>> make_org_code(["PDY00001", "D2143569"]).tolist()
    ['PDY00001X', 'D2143569X']
    """
    body = _digits(bodies, 8, "body")
    check = _ORG_CHECK_CODE[_ORG_VALUE[body] @ np.array(ORG_WEIGHTS) % 11]
    return _text(_join(body, check[:, None]))


def make_uscc(dept_type: ArrayLike, division: ArrayLike, org_codes: ArrayLike) -> Text:
    """USCCs from department and type ("91"), division (six digits) and organisation code (nine).

    Each argument is an array, or one value for all rows.

    >>> make_uscc("91", "870101", ["PDY00001X"]).tolist()
    ['91870101PDY00001XE']
    """
    front = _join(
        _digits(dept_type, 2, "department and type"),
        _digits(division, 6, "division"),
        _digits(org_codes, 9, "organisation code"),
    )
    check = _USCC_CODE[-(_USCC_VALUE[front] @ np.array(USCC_WEIGHTS)) % 31]
    return _text(_join(front, check[:, None]))


def make_registration_no(division: ArrayLike, seq: ArrayLike) -> Text:
    """15-digit registration numbers from authority (six digits) and sequence (eight).

    The sequence's first digit tells the kind: 0-3 domestic, 4-5 foreign-invested, 6-9 household.

    >>> make_registration_no("870101", [10000001, 60000001]).tolist()
    ['870101100000014', '870101600000018']
    """
    front = _join(_digits(division, 6, "division"), _digits(seq, 8, "sequence"))
    rest = np.full(len(front), 10, dtype=np.int64)
    for place in range(14):
        rest = (rest + front[:, place] - ord("0")) % 10
        rest = np.where(rest == 0, 10, rest) * 2 % 11
    check = ((11 - rest) % 10 + ord("0")).astype(np.uint32)
    return _text(_join(front, check[:, None]))


def make_resident_no(division: ArrayLike, yyyymmdd: ArrayLike, seq: ArrayLike) -> Text:
    """18-character resident numbers from division, birthday and sequence (three digits, odd male).

    >>> make_resident_no("870101", 19850412, [11, 12]).tolist()
    ['870101198504120111', '87010119850412012X']
    """
    front = _join(
        _digits(division, 6, "division"),
        _digits(yyyymmdd, 8, "birthday"),
        _digits(seq, 3, "sequence"),
    )
    total = (front.astype(np.int64) - ord("0")) @ np.array(RESIDENT_WEIGHTS)
    return _text(_join(front, _RESIDENT_CHECK_CODE[total % 11][:, None]))


def make_tax_no(division: ArrayLike, org_codes: ArrayLike) -> Text:
    """15-character tax numbers from division and organisation code.

    >>> make_tax_no("870101", ["PDY00001X"]).tolist()
    ['870101PDY00001X']
    """
    return _text(
        _join(_digits(division, 6, "division"), _digits(org_codes, 9, "organisation code"))
    )
