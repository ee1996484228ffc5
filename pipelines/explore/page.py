"""What a page of `islands explore` is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory


@dataclass(frozen=True)
class Answer:
    """What a page says."""

    told: Mapping[str, Any]  # plain values: the page's JSON, and what its template reads
    # More for the template alone, such as pictures; it is worked out only for people.
    beside: Callable[[], Mapping[str, Any]] | None = None


Look = Callable[[Laboratory, Asked], "Mapping[str, Any] | Answer"]
Act = Callable[[Laboratory, Asked], str]


@dataclass(frozen=True)
class Page:
    """One page."""

    path: str  # its address; `{name}` stands for one part of it, `{name:path}` for all that follows
    template: str  # in `templates`; it reads what `look` returns
    look: Look  # what the page says. It writes nothing.
    takes: Sequence[str] = ()  # names it heeds in a query; any other is refused
    act: Act | None = None  # what a form sent to the page does; it returns the address to go to
    sends: Sequence[str] = ()  # names that the form may hold
    # Its name in the menu, in English and Chinese; None: it stands in none.
    menu: tuple[str, str] | None = None
    place: int = 100  # where in the menu, from small to large
