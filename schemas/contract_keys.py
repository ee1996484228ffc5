"""What a contract may say: its keys, each with a value of its kind, and a sentence for any other.

What sees a value raises `ContractError`, beginning with `where`: the part of a contract it stands in.
"""

import difflib
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


class ContractError(ValueError):
    """A contract that cannot be used; the message names the file, the place and the rule."""


# Every key a contract may have, so that a misspelt or unknown one is named and never passed over.
# The standard has more; what no stage would heed is refused, with what to write instead.
_ABOUT = ("apiVersion", "kind", "id", "name", "version", "status", "domain", "tenant")
KEYS = {
    "contract": (*_ABOUT, "description", "customProperties", "schema"),
    "description": ("purpose", "usage", "limitations"),
    "feed": (
        "name", "physicalName", "physicalType", "businessName", "description",
        "dataGranularityDescription", "customProperties", "properties",
    ),
    "column": (
        "name", "businessName", "description", "logicalType", "physicalType", "required",
        "primaryKey", "primaryKeyPosition", "classification", "examples", "customProperties",
    ),
    "custom property": ("property", "value", "description"),
}  # fmt: skip
CUSTOM = {
    "contract": ("tier", "publisher", "synthetic"),
    "feed": (
        "format", "encoding", "delimiter", "root_tag", "record_tag", "cadence_days",
        "cadence_offset", "mode", "natural_key", "identifier_scheme", "registry", "effect_column",
        "effect_codes", "sharing", "area", "first_delivery", "previous_ratio", "backlog_ratio",
        "may_be_empty", "fault_rates", "takes_tip_offs", "office",
    ),
    "column": (
        "width", "valid_values", "scheme", "parse", "pattern", "content", "not_before",
        "may_lie_ahead", "means_open", "at_least", "at_most", "expected_where",
    ),
}  # fmt: skip
BOUNDS = {
    "first_delivery": ("min_rows", "reason"),
    "previous_ratio": ("min", "max", "reason"),
    "backlog_ratio": ("max", "reason"),
    "may_be_empty": ("reason",),
}

# What a feed's custom properties say in words.
OF_TEXT = (
    "format", "mode", "encoding", "delimiter", "identifier_scheme", "registry", "effect_column",
    "office", "sharing", "area", "root_tag", "record_tag",
)  # fmt: skip

# Rules of the standard's `quality` blocks -> what says the same here.
INSTEAD = {
    "nullValues": "`required: true` on the column",
    "missingValues": "`required: true` on the column",
    "invalidValues": "the custom property `valid_values` or `pattern` of the column",
    "duplicateValues": "the columns in `natural_key`",
    "rowCount": "the custom properties `first_delivery` and `previous_ratio` or `backlog_ratio`",
    "sql": "an expectation in the stage's file under quality/",
}


def see_keys(node: Any, known: Collection[str], where: str, what: str) -> None:
    """Refuse a part of a contract that has a key nobody heeds.

    Args:
        node: the part, as read.
        known: the keys it may have.
        where: which part it is, for the message.
        what: the kind of key, for the message.

    Raises:
        ContractError: naming the first such key, and the nearest that is known.
    """
    if not isinstance(node, Mapping):
        raise ContractError(f"{where}: this must be keys with values, not {node!r}.")
    for key in node:
        if key in known:
            continue
        if key == "quality":
            raise ContractError(f"{where}: {_rules(node[key])}")
        near = difflib.get_close_matches(str(key), known, 1)
        hint = f"write {near[0]!r}" if near else f"it may have {', '.join(known)}"
        raise ContractError(
            f"{where}: the {what} {key!r} is not known and would do nothing; {hint}."
        )


def _rules(block: Any) -> str:
    """What to write instead of a `quality` block."""
    rules = block if isinstance(block, list) else [block]
    asked = [
        word
        for rule in rules
        if isinstance(rule, Mapping)
        for word in (rule.get("metric"), rule.get("rule"), rule.get("type"))
        if word in INSTEAD
    ]
    wanted = dict.fromkeys(asked or INSTEAD)
    said = "; ".join(f"for {word} write {INSTEAD[word]}" for word in wanted)
    return f"a `quality` block is not used here and would do nothing; {said}."


def custom_properties(node: Mapping[str, Any], level: str, where: str) -> dict[str, Any]:
    """Custom property -> its value, of a part of a contract: `contract`, `feed` or `column`."""
    found: dict[str, Any] = {}
    for item in as_list(node.get("customProperties"), "customProperties", where):
        see_keys(item, KEYS["custom property"], where, "key of a custom property")
        name = as_text(item.get("property"), "the `property` of a custom property", where)
        see_keys({name: None}, CUSTOM[level], where, "custom property")
        if name in found:
            raise ContractError(f"{where}: the custom property {name!r} is given twice; keep one.")
        found[name] = item.get("value")
    return found


def as_list(value: Any, name: str, where: str) -> list[Any]:
    """A list; empty if it is left out."""
    if not isinstance(value, list | None):
        raise ContractError(f"{where}: {name} is a list, a line with a hyphen each, not {value!r}.")
    return value or []


def as_mapping(value: Any, name: str, where: str) -> dict[Any, Any]:
    """Names with their values; none if it is left out."""
    if not isinstance(value, dict | None):
        raise ContractError(f"{where}: {name} is names with their values, not {value!r}.")
    return value or {}


def as_text(value: Any, name: str, where: str) -> str | None:
    """A text; None if it is left out."""
    if not isinstance(value, str | None):
        raise ContractError(f"{where}: {name} is a text, not {value!r}; write it in quotes.")
    return value


def as_yes_or_no(value: Any, name: str, where: str) -> bool:
    """Whether something is so."""
    if not isinstance(value, bool):
        raise ContractError(f"{where}: {name} is true or false, not {value!r}.")
    return value


def as_number(custom: Mapping[str, Any], name: str, where: str) -> Decimal | None:
    """A number among custom properties; None if it is left out."""
    if name not in custom:
        return None
    try:
        value = Decimal(str(custom[name]))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ContractError(f"{where}: {name} is a number, not {custom[name]!r}.")
    return value


def as_whole(value: Any, name: str, least: int, where: str, most: int | None = None) -> int:
    """A whole number from `least` on; at most `most`, if that is given."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        to = "" if most is None else f" to {most}"
        raise ContractError(f"{where}: {name} is a whole number from {least}{to}, not {value!r}.")
    return value
