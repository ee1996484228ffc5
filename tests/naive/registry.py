"""Whom a record speaks of, decided with the registries as they are believed on one day.

`Registry` is what the registries say on that day, and `Registry.resolve` walks the steps in order:

1. code: a unified code or resident number the registry knows (also if it fails its check)
2. crosswalk: another number, through the registry's own column
3. substring: the organisation code inside the unified code
4. masked: a masked resident number together with the name
5. name: the very same name in the very same division
6. fuzzy: name and address, nearly, for records that give nothing else

The first step that finds anybody decides: one subject is a match, several are `ambiguous`. A number
that passes its check and that nobody has is `unknown_code`; it is not matched by name.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from hashlib import md5
from typing import Any, NamedTuple

from tests.naive.identifiers import PASSES, SHAPES

NOT_COMPARED = set(" ()[]【】〔〕{}<>《》〈〉·・•‧.。,、-‐–—'\"“”‘’|\\∅")
SIGNS = set("、。〃〄々〆〇〈〉《》「」『』【】〔〕〖〗〘〙〚〛·‘’‚‛“”—…")
WORDS_FOR_NOTHING = {
    "无", "没有", "暂无", "空", "空白", "缺失", "不详", "不明", "不清", "未知", "未填", "未填写", "未登记",
    "待补", "待定", "待查", "不适用", "NULL", "NONE", "NIL", "NAN", "NA", "N/A", "#N/A", "UNKNOWN", "TBD",
}  # fmt: skip
IDENTIFIERS = ("uscc", "org_code", "registration_no", "resident_no")


class Reference(NamedTuple):
    """How a record names somebody: by number, by name, or by both."""

    scheme: str | None
    value: str | None
    name: str | None
    division: str | None
    address: str | None
    kind: str | None


def referring(
    scheme: str | None,
    value: str | None,
    name: str | None,
    division: str | None,
    address: str | None,
    kind: str | None,
) -> Reference:
    """A reference in the record's words, its number brought to one form; what is no key is not given."""
    number = key(scheme, value)
    return Reference(
        scheme if number is not None else None, number, name, division, normal(address), kind
    )


class Match(NamedTuple):
    """The subject found, and by which method."""

    subject: str
    method: str


class Unmatched(NamedTuple):
    """Nobody, and why."""

    reason: str


@cache
def subject_id(feed: str, record_id: str) -> str:
    """The id of the subject that a registry's record makes."""
    return md5(f"{feed}|{record_id}".encode()).hexdigest()


def own_key(island: str, ref: Reference) -> str | None:
    """The id of the subject that one island's own key stands for, to that island alone."""
    name = name_key(ref.name)
    value = ref.value or "|".join(part for part in (name, ref.division, ref.address) if part)
    if not (ref.value or name):
        return None
    parts = ["own", island, ref.scheme or "name", value]
    if ref.scheme == "masked_resident_no":
        parts.append(name or "∅")
    return md5("|".join(parts).encode()).hexdigest()


@cache
def plain(c: str) -> str:
    """A character as it is compared: its compatibility form if that is one character; none if unseen."""
    if c.isspace():
        return " "
    if unicodedata.category(c) in ("Cc", "Cf") or "\ufe00" <= c <= "\ufe0f":
        return ""
    form = unicodedata.normalize("NFKC", c)
    return form if len(form) == 1 else c


@cache
def normal(text: str | None) -> str | None:
    """Text as it is compared, without blanks around it."""
    return "".join(map(plain, text)).strip() or None if text else None


def capitals(text: str) -> str:
    """Capitals for a to z, other letters as they are."""
    return "".join(c.upper() if c.isascii() else c for c in text)


@cache
def name_key(name: str | None) -> str | None:
    """A name as it is compared: normal, in capitals, without blanks, brackets, dots and hyphens.

    A word for nothing, and zeros and signs alone, are no name.
    """
    kept = "".join(c for c in capitals(normal(name) or "") if c not in NOT_COMPARED)
    return None if says_nothing(kept) else kept


def says_nothing(text: str) -> bool:
    """Whether text in capitals stands where there was nothing to write."""
    signs = all(c == "0" or (c.isascii() and not c.isalnum()) or c in SIGNS for c in text)
    return signs or text in WORDS_FOR_NOTHING


@cache
def key(scheme: str | None, value: str | None) -> str | None:
    """The number a text gives, if it has the shape that its scheme asks for; what has not is no key."""
    if value is None or scheme == "record":
        return value
    number = "".join(c for c in capitals(normal(value) or "") if c not in " -‐‒–—―−")
    if len(set(number.replace("*", ""))) < 2:
        return None
    shaped = SHAPES.get(scheme or "")
    ok = shaped(number) if shaped else not says_nothing(number)
    return number if ok else None


@cache
def address_end(address: str | None) -> str | None:
    """Street and number: the last ten characters of an address as it is compared."""
    key = name_key(address)
    return key[-10:] if key else None


@cache
def masked(resident_no: str) -> str | None:
    """A resident number with month and day of birth hidden."""
    return resident_no[:10] + "****" + resident_no[14:] if len(resident_no) == 18 else None


@cache
def edits(a: str, b: str) -> int:
    """Levenshtein's distance: the fewest insertions, deletions and substitutions from a to b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


class Registry:
    """What the registries say on one day."""

    def __init__(
        self,
        statements: Iterable[Any],
        methods: set[tuple[str, str | None]],
        weights: dict[tuple[str, str | None], int],
    ) -> None:
        """Read the registries.

        Args:
            statements: the registries' statements believed on the day (`id_scheme` is `record`).
            methods: which (method, scheme) may be used: how far the islands are joined.
            weights: (comparison, level) -> points of the fuzzy step.
        """
        self.methods = methods
        self.weights = weights
        self.schemes = {scheme for _, scheme in methods if scheme}
        self.kinds: dict[str, str] = {}
        self.names: dict[str, str] = {}  # subject -> name as compared
        self.divisions: dict[str, str | None] = {}
        self.addresses: dict[str, str | None] = {}
        self.by_number: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.by_org_code_inside: dict[str, set[str]] = defaultdict(set)
        self.by_mask: dict[str | None, set[str]] = defaultdict(set)
        self.by_name: dict[str, set[str]] = defaultdict(set)
        self.by_address: dict[str | None, set[str]] = defaultdict(set)
        for said in statements:
            subject = subject_id(said.feed, said.record_id)
            self.kinds[subject] = said.subject_kind
            if said.property in IDENTIFIERS:
                number = key(said.property, said.value)
                if number is None:
                    continue
                self.by_number[said.property, number].add(subject)
                if said.property == "uscc":
                    self.by_org_code_inside[number[8:17]].add(subject)
                elif said.property == "resident_no":
                    self.by_mask[masked(number)].add(subject)
            elif said.property == "name":
                self.names[subject] = name_key(said.value)
                self.divisions[subject] = said.division
            elif said.property == "address":
                self.addresses[subject] = said.value
        for subject, name in self.names.items():
            self.by_name[name].add(subject)
            self.by_address[address_end(self.addresses.get(subject))].add(subject)

    def namesakes(self, subject: str, match: str) -> set[str]:
        """Everybody of the subject's kind who bears its name; itself if it has none.

        Args:
            match: `name`, or `name_division` if they must live in the same division too.
        """
        name = self.names.get(subject)
        if name is None:
            return {subject}
        return {
            other
            for other in self.by_name[name]
            if other == subject
            or self.kinds[other] == self.kinds[subject]
            and (match == "name" or same(self.divisions[other], self.divisions[subject]))
        }

    def resolve(self, ref: Reference) -> Match | Unmatched:
        """Walk the steps; the first that finds anybody decides."""
        for method, step in self.STEPS:
            found = step(self, ref)
            if len(found) == 1:
                if method == "code" and not passes(ref):
                    method = "code_flagged"
                return Match(min(found), method)
            if found:
                return Unmatched("ambiguous")
        if self.vouched(ref):
            return Unmatched("unknown_code")
        if ref.name is None and ref.value is None:
            return Unmatched("nothing_to_go_by")
        return Unmatched("unknown")

    def vouched(self, ref: Reference) -> bool:
        """Whether the number is good enough to wait for, rather than to look for the name."""
        return ref.scheme != "masked_resident_no" and ref.scheme in self.schemes and passes(ref)

    def _code(self, ref: Reference) -> set[str]:
        method = "code" if passes(ref) else "code_flagged"
        if ref.scheme not in ("uscc", "resident_no") or (method, ref.scheme) not in self.methods:
            return set()
        return self.by_number.get((ref.scheme, ref.value), set())

    def _crosswalk(self, ref: Reference) -> set[str]:
        if ref.scheme not in ("registration_no", "org_code"):
            return set()
        if ("crosswalk", ref.scheme) not in self.methods:
            return set()
        return self.by_number.get((ref.scheme, ref.value), set())

    def _substring(self, ref: Reference) -> set[str]:
        if ("substring", ref.scheme) not in self.methods:
            return set()
        if ref.scheme == "org_code":
            return self.by_org_code_inside.get(ref.value, set())
        if ref.scheme == "tax_no" and len(ref.value) == 15:
            return self.by_org_code_inside.get(ref.value[6:15], set())
        return set()

    def _masked(self, ref: Reference) -> set[str]:
        if ref.scheme != "masked_resident_no" or ("masked", ref.scheme) not in self.methods:
            return set()
        name = name_key(ref.name)
        return {s for s in self.by_mask.get(ref.value, set()) if self.names.get(s) == name}

    def _name(self, ref: Reference) -> set[str]:
        if ("name", None) not in self.methods or self.vouched(ref) or ref.division is None:
            return set()
        return {
            subject
            for subject in self.by_name.get(name_key(ref.name), set())
            if self.divisions[subject] == ref.division and ref.kind in (None, self.kinds[subject])
        }

    def _fuzzy(self, ref: Reference) -> set[str]:
        if ("fuzzy", None) not in self.methods or ref.scheme is not None:
            return set()
        if ref.division is not None or ref.name is None or ref.address is None:
            return set()
        name, address = name_key(ref.name), address_end(ref.address)
        points: dict[int, set[str]] = defaultdict(set)
        alike = self.by_name.get(name, set()) | self.by_address.get(address, set())
        for subject in alike:
            if ref.kind in (None, self.kinds[subject]) and self.addresses.get(subject):
                points[self._points(name, address, subject)].add(subject)
        best = max(points, default=0)
        return points[best] if best >= self.weights["threshold", None] else set()

    def _points(self, name: str, address: str, subject: str) -> int:
        """How well name and address agree with a subject's, in thousandths."""
        total = 0
        other = self.names[subject]
        if name == other:
            total += self.weights["name", "exact"]
        elif edits(name, other) <= 1:
            total += self.weights["name", "one_off"]
        other = address_end(self.addresses[subject])
        if address == other:
            total += self.weights["address", "exact"]
        elif edits(address, other) <= 2:
            total += self.weights["address", "two_off"]
        return total

    STEPS = (
        ("code", _code),
        ("crosswalk", _crosswalk),
        ("substring", _substring),
        ("masked", _masked),
        ("name", _name),
        ("fuzzy", _fuzzy),
    )


def same(one: str | None, other: str | None) -> bool:
    """Whether both are known and alike."""
    return one is not None and one == other


@cache
def passes(ref: Reference) -> bool:
    """Whether the number a record gives satisfies the check digit of its scheme."""
    check = PASSES.get(ref.scheme or "")
    return bool(check and ref.value and check(ref.value))
