"""What a request asks of a page: names with values, each seen to be what it must be and no longer."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import parse_qsl, urlencode

from schemas.suggest import suggestion

LONGEST = 400  # characters of a value, unless a page says otherwise
MOST_VALUES = 80  # names with values in one request

OPTION = re.compile("--([a-z]+(?:-[a-z]+)*)")  # of the command line

Pairs = Sequence[tuple[str, str]]


class RequestError(ValueError):
    """What is asked cannot be answered; the message is one sentence.

    Attributes:
        status: the code of HTTP that says so.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def pairs_of(text: str) -> list[tuple[str, str]]:
    """The names and values of a query, or of a form sent as one.

    >>> pairs_of("a=1&a=%E5%BC%A0&b=")
    [('a', '1'), ('a', '张'), ('b', '')]

    Raises:
        RequestError: if there are too many, or they are not UTF-8.
    """
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_VALUES)
    except ValueError:
        raise RequestError(
            f"The request is not written as names with values in UTF-8, at most {MOST_VALUES} of them."
        ) from None


def query_of(pairs: Pairs) -> str:
    """Names with values as a query; those without a value are left out.

    >>> query_of([("q", "张"), ("day", "")])
    'q=%E5%BC%A0'
    """
    return urlencode([(name, value) for name, value in pairs if value])


def as_said_here(sentence: str, names: Collection[str]) -> str:
    """A sentence with the options of the command line called as pages call them.

    Args:
        names: that pages take; with an option that is none of them a sentence tells of a command, and
            stays as it is.

    >>> as_said_here("--day or --set COL=VALUE.", ["day", "set", "column", "value"])
    '`day` or `column` and `value`.'
    >>> as_said_here("Generate one with --days 9 --seed 1.", ["seed"])
    'Generate one with --days 9 --seed 1.'
    """
    if any(option.replace("-", "_") not in names for option in OPTION.findall(sentence)):
        return sentence
    sentence = re.sub(r"--set COL(UMN)?=VALUE", "`column` and `value`", sentence)
    return OPTION.sub(lambda option: f"`{option[1].replace('-', '_')}`", sentence)


@dataclass(frozen=True)
class Asked:
    """One request."""

    address: str  # the path, without `.json`
    # What stands in the path where the page's address has a name.
    places: Mapping[str, str] = field(default_factory=dict)
    pairs: Pairs = ()  # the query's names and values
    form: Pairs | None = None  # those of a form that was sent; None unless one was

    def texts(self, name: str, most: int = LONGEST) -> list[str]:
        """Every value of a name that is not empty.

        Args:
            most: characters of each.

        Raises:
            RequestError: if one is longer, or holds a control character other than a line's end.
        """
        found = [value for key, value in self._said() if key == name and value != ""]
        for value in found:
            if len(value) > most:
                raise RequestError(
                    f"`{name}` takes at most {most:,} characters, not {len(value):,}."
                )
            if any(ord(c) < 32 and c not in "\t\n\r" for c in value):
                raise RequestError(f"`{name}` holds a control character; leave it out.")
        return found

    def text(self, name: str, most: int = LONGEST) -> str | None:
        """The value of a name; None if it has none.

        Raises:
            RequestError: if it has several, or one that is too long.
        """
        found = self.texts(name, most)
        if len(found) > 1:
            raise RequestError(f"`{name}` is given {len(found)} times; give it once.")
        return found[0].strip() or None if found else None

    def day(self, name: str) -> date | None:
        """The day that a name is given; None if it is given none.

        Raises:
            RequestError: if it is no day.
        """
        text = self.text(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise RequestError(f"`{name}` takes a day as YYYY-MM-DD, not {text!r}.") from None

    def number(self, name: str, least: int, most: int) -> int | None:
        """The whole number that a name is given; None if it is given none.

        Raises:
            RequestError: if it is none, or lies outside of the two bounds.
        """
        text = self.text(name)
        if text is None:
            return None
        try:
            number = int(text) if len(text) < 12 else least - 1
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise RequestError(
                f"`{name}` takes a whole number from {least:,} to {most:,}, not {text!r}."
            )
        return number

    def one_of(self, name: str, known: Sequence[str]) -> str | None:
        """The value of a name, if it is one of those that are known; None if it has none.

        Raises:
            RequestError: if it is another.
        """
        text = self.text(name)
        if text is not None and text not in known:
            near = suggestion(text, known)
            raise RequestError(f"`{name}` is one of {', '.join(known)}, not {text!r}.{near}")
        return text

    def see_only(self, known: Sequence[str]) -> None:
        """See that nothing is asked that the page would not heed.

        Raises:
            RequestError: naming the first that it would not.
        """
        for name, _ in self._said():
            if name not in known:
                takes = f"it takes {', '.join(known)}" if known else "it takes nothing"
                raise RequestError(
                    f"This page does not know `{name[:LONGEST]}`; {takes}.{suggestion(name, known)}"
                )

    def link(self, *changes: tuple[str, str | None], to: str | None = None) -> str:
        """The address of the same with some names given other values; None: left out.

        Args:
            to: another page's address; None: this one's.
        """
        new = dict(changes)
        kept = [(name, value) for name, value in self.pairs if name not in new]
        query = query_of([*kept, *((name, value or "") for name, value in changes)])
        return (to or self.address) + (f"?{query}" if query else "")

    def _said(self) -> Pairs:
        return self.pairs if self.form is None else self.form
