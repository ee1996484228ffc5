"""Who the holders are, for people: names in both languages, a nickname, and a sentence about each.

Tables and commands name a holder by its code, `ncisp`; a reader who meets it first is told whom it means.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from schemas.code_lists import CODES, read_csv


@dataclass(frozen=True)
class Holder:
    """Whoever keeps a copy of a list; a row of `schemas/codes/holders.csv`."""

    code: str  # as tables have it
    # `title_en`, `title_zh`: names in English and in Chinese.
    title_en: str
    title_zh: str
    nickname: str  # a short English name for reports
    sentence: str  # what it is and does, in one English sentence

    @property
    def plain(self) -> bool:
        """Whether the code itself says who it is.

        >>> holders()["bank"].plain, holders()["ncisp"].plain
        (True, False)
        """
        return self.nickname == self.code.replace("_", " ")


@cache
def holders() -> dict[str, Holder]:
    """Every holder by its code, in the order of the code list."""
    return {
        row["holder"]: Holder(
            row["holder"], row["title_en"], row["title_zh"], row["nickname"], row["sentence"]
        )
        for row in read_csv(CODES / "holders.csv")
    }


def nickname(code: str) -> str:
    """A holder's short English name; of one that is in no code list, its code in words.

    >>> nickname("ncisp"), nickname("street_office")
    ('national platform', 'street office')
    """
    known = holders().get(code)
    return known.nickname if known else code.replace("_", " ")


def introduced(code: str) -> str:
    """A holder's code, with its nickname where the code does not say who it is.

    >>> introduced("ncisp"), introduced("bank")
    ('ncisp (national platform)', 'bank')
    """
    known = holders().get(code)
    return f"{code} ({known.nickname})" if known and not known.plain else code


def introduced_in(text: str) -> str:
    """A text in which each holder's code is followed by its nickname where it is first met.

    >>> introduced_in("edges from ncisp to bank; ncisp keeps them")
    'edges from ncisp (national platform) to bank; ncisp keeps them'
    """
    for code, holder in holders().items():
        if not holder.plain:
            text = re.sub(rf"\b{code}\b(?! \()", introduced(code), text, count=1)
    return text


def who_is_who(codes: Iterable[str]) -> str:
    """Of the codes that do not say themselves who is meant, whom they mean; empty if all do.

    >>> who_is_who(["bank", "ncisp", "credit_china"])
    'ncisp is the national platform (全国信用信息共享平台); credit_china is Credit China (信用中国)'
    """
    met = (holders()[code] for code in dict.fromkeys(codes) if code in holders())
    return "; ".join(
        f"{one.code} is {'' if one.nickname[0].isupper() else 'the '}{one.nickname} ({one.title_zh})"
        for one in met
        if not one.plain
    )
