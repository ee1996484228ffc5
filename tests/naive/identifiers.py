"""The four check-digit systems, written out once more, straight from the standards.

Nothing here is shared with ``schemas.identifiers``: the promises are proved by another route.
Codes are compact text (no hyphen, no blanks, upper case). Every function is total: text of another
shape is simply not valid.

Sources: GB 32100-2015 (unified code), GB 11714-1997 (organisation code), GS15-2006 with ISO/IEC
7064 MOD 11,10 (registration number), GB 11643-1999 with ISO/IEC 7064 MOD 11-2 (resident number).
"""

from __future__ import annotations

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = [pow(3, i, 31) for i in range(17)]
ORG_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
SYNTHETIC_DIVISIONS = {"84", "85", "86", "87", "88", "89"}
DIGITS = set("0123456789")


DEPARTMENTS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}


def uscc_passes(code: str) -> bool:
    """Whether 18 characters are a unified code as GB 32100-2015 has it.

    A lawful department and type, a division in digits, a valid organisation code, and the check
    character.
    """
    if len(code) != 18 or any(c not in USCC_ALPHABET for c in code):
        return False
    if code[1] not in DEPARTMENTS.get(code[0], "") or set(code[2:8]) - DIGITS:
        return False
    if not org_code_passes(code[8:17]):
        return False
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(code, USCC_WEIGHTS, strict=False))
    return USCC_ALPHABET[(31 - total) % 31] == code[17]


def org_code_passes(code: str) -> bool:
    """Whether 9 characters satisfy GB 11714-1997 (letters count A=10 … Z=35)."""
    if len(code) != 9 or any(not ("0" <= c <= "9" or "A" <= c <= "Z") for c in code):
        return False
    check = 11 - sum(int(c, 36) * w for c, w in zip(code, ORG_WEIGHTS, strict=False)) % 11
    return code[8] == {10: "X", 11: "0"}.get(check, str(check))


def registration_no_passes(code: str) -> bool:
    """Whether 15 digits satisfy ISO/IEC 7064 MOD 11,10."""
    if len(code) != 15 or set(code) - DIGITS:
        return False
    rest = 10
    for digit in code[:14]:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (rest + int(code[14])) % 10 == 1


def resident_no_passes(code: str) -> bool:
    """Whether 17 digits and a check character satisfy ISO/IEC 7064 MOD 11-2."""
    if len(code) != 18 or set(code[:17]) - DIGITS or code[17] not in "0123456789X":
        return False
    total = sum(int(c) * w for c, w in zip(code, RESIDENT_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == code[17]


def tax_no_passes(code: str) -> bool:
    """Whether a tax number is lawful, by its length.

    15 characters: six digits of a division and an organisation code. 17: digits. 18: a unified code
    or a resident number. 20: a resident number and two digits.
    """
    if len(code) == 15:
        return not set(code[:6]) - DIGITS and org_code_passes(code[6:])
    if len(code) == 18:
        return uscc_passes(code) or resident_no_passes(code)
    if len(code) == 20:
        return resident_no_passes(code[:18]) and not set(code[18:]) - DIGITS
    return len(code) == 17 and not set(code) - DIGITS


PASSES = {
    "uscc": uscc_passes,
    "org_code": org_code_passes,
    "registration_no": registration_no_passes,
    "resident_no": resident_no_passes,
    "tax_no": tax_no_passes,
}


def _of(alphabet: str, code: str) -> bool:
    return all(c in alphabet for c in code)


CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPES = {
    "uscc": lambda c: len(c) == 18 and _of(USCC_ALPHABET, c) and not set(c[2:8]) - DIGITS,
    "org_code": lambda c: len(c) == 9 and org_shaped(c),
    "registration_no": lambda c: len(c) == 15 and not set(c) - DIGITS,
    "resident_no": lambda c: len(c) == 18 and resident_shaped(c),
    "masked_resident_no": lambda c: (
        len(c) == 18 and c[10:14] == "****" and resident_shaped(c[:10] + "0000" + c[14:])
    ),
    "tax_no": lambda c: (
        (len(c) == 15 and not set(c[:6]) - DIGITS and org_shaped(c[6:]))
        or (len(c) == 17 and not set(c) - DIGITS)
        or (len(c) == 18 and _of(USCC_ALPHABET, c))
        or (len(c) == 20 and resident_shaped(c[:18]) and not set(c[18:]) - DIGITS)
    ),
}


def org_shaped(code: str) -> bool:
    """Whether nine characters are digits and capitals, the last a digit or X."""
    return _of("0123456789" + CAPITALS, code[:-1]) and code[-1] in "0123456789X"


def resident_shaped(code: str) -> bool:
    """Whether 18 characters are 17 digits and a digit or X."""
    return not set(code[:17]) - DIGITS and code[17] in "0123456789X"


def is_synthetic(scheme: str, code: str) -> bool:
    """Whether a valid code lies in the ranges that no real body or person can hold.

    Organisation codes whose body begins with PDY are reserved for internal use by GB 11714;
    divisions 84–89 are unassigned in GB/T 2260.
    """
    if scheme == "uscc":
        return code[2:4] in SYNTHETIC_DIVISIONS | {"10"} and code[8:11] == "PDY"
    if scheme == "org_code":
        return code.startswith("PDY")
    if scheme == "tax_no" and len(code) == 15:
        return code[:2] in SYNTHETIC_DIVISIONS and code[6:9] == "PDY"
    return code[:2] in SYNTHETIC_DIVISIONS
