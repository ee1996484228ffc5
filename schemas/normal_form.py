"""One form for what identifies: the same text, however its characters were written.

Two texts that look alike may differ in characters: full-width digits, a radical where the ideograph
is meant, a no-break space, a character of no width that came along with a copy. Natural keys, codes,
identifiers and names are compared in one normal form, and `normal_form.csv` is its only definition:
SQL on both engines and Python are made from it. A row says which character is written, and what it
is brought to (nothing: it is left out), both as hexadecimal code points, and why:

- `nfkc`: its compatibility form is one other character (Unicode Standard Annex 15, NFKC)
- `wide`: the same, for punctuation as wide as a Chinese character. Text that is shown keeps it,
  since Chinese is printed so; what is compared does not
- `space`: white space of any kind is one space
- `unseen`: a control or format character, a variation selector, a filler: nothing to be seen
- `radical`: a radical of the supplement U+2E80 for the ideograph it is a form of (Unicode's
  EquivalentUnifiedIdeograph)

What would become several characters (a ligature, a circled ten) stays as it is, and so do combining
marks: no engine but Python composes characters. Unicode never changes the compatibility form of a
character it has assigned, so the table only grows with new versions.

`python -m schemas.normal_form` writes the table anew from this Python's Unicode data; the radicals,
which Python's data lack, are taken over from the table as it is.
"""

import csv
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("normal_form.csv")

# Variation selectors and fillers: like control and format characters they show nothing
# (Unicode's Default_Ignorable_Code_Point).
FILLERS = (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0)
SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


@cache
def table() -> tuple[tuple[str, str, str], ...]:
    """(character as written, what it is brought to, why), in order of code points."""
    with TABLE.open(encoding="ascii", newline="") as lines:
        return tuple(
            (
                chr(int(row["written"], 16)),
                chr(int(row["normal"], 16)) if row["normal"] else "",
                row["why"],
            )
            for row in csv.DictReader(lines)
        )


@cache
def _changes(wide: bool) -> dict[int, str]:
    return {ord(a): b for a, b, why in table() if (why == "wide") <= wide}


def clean_text(text: str | None) -> str | None:
    """Text as it is shown, as the macro `clean_text` makes it; None if nothing is left.

    >>> clean_text(" 云穗（84）\\u200b\\u00a0")
    '云穗（84）'
    """
    return text.translate(_changes(wide=False)).strip(" ") or None if text else None


def normal_form(text: str | None) -> str | None:
    """Text as it is compared, as the macro `normal_form` makes it; None if nothing is left.

    >>> normal_form("\\ufeffＡ（１）\\t")
    'A(1)'
    """
    return text.translate(_changes(wide=True)).strip(" ") or None if text else None


def see_normal(name: str, where: str, what: str, error: type[ValueError]) -> None:
    """See that a text stands in the form in which rows are compared with it."""
    if (normal := normal_form(name)) != name:
        instead = f"write {normal!r}" if normal else "write something that can be seen"
        raise error(
            f"{where}: {what} {name!r} would be met by no row, since texts are compared in one "
            f"form; {instead}."
        )


def escaped(text: str) -> str:
    r"""A text as one part of an id whose parts are joined by `|`, with `∅` for a missing one.

    A backslash stands before what has a meaning there, so that no two rows of parts join to the same.

    >>> escaped("a|b")
    'a\\|b'
    """
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("∅", "\\∅")


def part_of_key(text: str | None) -> str | None:
    """Any text as one part of an id: its normal form, escaped; None if nothing is left.

    >>> part_of_key("ａ１ "), part_of_key(" ")
    ('a1', None)
    """
    plain = normal_form(text)
    return plain and escaped(plain)


def characters(why: frozenset[str] | None = None) -> tuple[str, str]:
    """Characters as written and what they become, as `translate` takes them: those left out last.

    Args:
        why: the reasons asked for; all by default.
    """
    rows = [row for row in table() if why is None or row[2] in why]
    kept = [(a, b) for a, b, _ in rows if b]
    lost = [a for a, b, _ in rows if not b]
    return "".join(a for a, _ in kept) + "".join(lost), "".join(b for _, b in kept)


def filled(sql: str, doubled: bool = False) -> str:
    """SQL of a macro file with the table's characters in place of its marks.

    A mark is `{{written}}` or `{{normal}}` for the table without punctuation, `{{written, wide}}` or
    `{{normal, narrow}}` for all of it; each becomes a string literal, as `translate` takes them.

    Args:
        doubled: whether a backslash in a literal must be doubled, as Spark wants it.
    """

    def literal(text: str) -> str:
        text = text.replace("\\", "\\\\") if doubled else text
        return "'" + text.replace("'", "\\'" if doubled else "''") + "'"

    shown = characters(frozenset({"nfkc", "space", "unseen", "radical"}))
    marks = (("written", "normal"), shown), (("written, wide", "normal, narrow"), characters())
    for names, texts in marks:
        for name, text in zip(names, texts, strict=True):
            sql = sql.replace("{{" + name + "}}", literal(text))
    return sql


def _drawn() -> Iterator[tuple[int, str, str]]:
    """The rows that this Python's Unicode data give."""
    for point in range(sys.maxunicode + 1):
        character = chr(point)
        kind = unicodedata.category(character)
        if kind == "Cs":
            continue
        plain = unicodedata.normalize("NFKC", character)
        if character.isspace() or plain == " ":
            if character != " ":
                yield point, " ", "space"
        elif (
            kind in ("Cc", "Cf")
            or point in FILLERS
            or any(point in selectors for selectors in SELECTORS)
        ):
            yield point, "", "unseen"
        elif plain != character and len(plain) == 1:
            wide = 0xFF00 < point < 0xFF5F and not plain.isalnum()
            yield point, plain, "wide" if wide else "nfkc"


def write() -> None:
    """Write the table anew."""
    rows = list(_drawn()) + [(ord(a), b, why) for a, b, why in table() if why == "radical"]
    with TABLE.open("w", encoding="ascii", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["written", "normal", "why"])
        for point, normal, why in sorted(set(rows)):
            out.writerow([f"{point:04X}", f"{ord(normal):04X}" if normal else "", why])


if __name__ == "__main__":
    write()
