"""A contract is heeded to the letter, or refused in one sentence that says where and what to write."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from schemas.contract import SOURCES, read_contract
from schemas.contract_keys import ContractError
from schemas.said_once import read_yaml

TEMPLATE = SOURCES / "_template" / "contract.odcs.yaml"


@pytest.fixture
def write(tmp_path: Path):
    """Read the template's contract after a change of it."""

    def read(change):
        node = read_yaml(TEMPLATE.read_text(encoding="utf-8"))
        change(node)
        path = tmp_path / "library" / "contract.odcs.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(node, allow_unicode=True), encoding="utf-8")
        return read_contract(path)

    return read


def column(node, name: str = "charge"):
    return next(c for c in node["schema"][0]["properties"] if c["name"] == name)


def custom(part, name: str, value) -> None:
    part.setdefault("customProperties", [])
    part["customProperties"] = [c for c in part["customProperties"] if c["property"] != name]
    part["customProperties"].append({"property": name, "value": value})


def null_values(node) -> None:
    column(node)["quality"] = [{"type": "library", "metric": "nullValues", "mustBe": 0}]


def row_count(node) -> None:
    node["schema"][0]["quality"] = [{"metric": "rowCount", "mustBeGreaterThan": 5}]


def sql_rule(node) -> None:
    node["quality"] = [{"type": "sql", "query": "SELECT 1", "mustBe": 0}]


REFUSED = [
    (null_values, "library/contract.odcs.yaml, feed library_fines, column charge: a `quality` block "
     "is not used here and would do nothing; for nullValues write `required: true` on the column"),
    (row_count, "feed library_fines: a `quality` block .*for rowCount write the custom properties "
     "`first_delivery` and"),
    (sql_rule, "contract.odcs.yaml: a `quality` block .*for sql write an expectation in the stage"),
    (lambda n: n.update(slaProperties=[]), "the key 'slaProperties' is not known"),
    (lambda n: n["description"].update(usages="x"), "description: the key 'usages' .*write 'usage'"),
    (lambda n: n["schema"][0].update(propertys=[]), "the key 'propertys' .*write 'properties'"),
    (lambda n: column(n).update(requird=True), "column charge: the key 'requird' .*write 'required'"),
    (lambda n: column(n).update(unique=True), "column charge: the key 'unique' is not known"),
    (lambda n: column(n).update(required="yes"), "required is true or false, not 'yes'"),
    (lambda n: custom(column(n), "patern", "x"), "property 'patern' .*write 'pattern'"),
    (lambda n: custom(column(n), "parse", "money2"), "parse 'money2' is none of day"),
    (lambda n: custom(column(n), "scheme", "org"), "column charge: scheme 'org' is none of uscc"),
    (lambda n: custom(n["schema"][0], "identifier_scheme", "org"), "identifier_scheme 'org' is none of"),
    (lambda n: custom(n["schema"][0], "registry", "firms"), "registry 'firms' is none of enterprise"),
    (lambda n: custom(n["schema"][0], "sharing", "publick"), "sharing 'publick' is none of public"),
    (lambda n: custom(n["schema"][0], "area", "judical"), "area 'judical' is none of government"),
    (lambda n: custom(n["schema"][0], "encoding", "utf-9"), "encoding 'utf-9' is not known"),
    (lambda n: custom(n["schema"][0], "encoding", "base64"), "encoding 'base64' is not known"),
    (lambda n: custom(n["schema"][0], "mode", None), "the custom property 'mode' is missing"),
    (lambda n: custom(n["schema"][0], "first_delivery", {"min_rows": "one", "reason": "x"}),
     "first_delivery, min_rows is a whole number from 0, not 'one'"),
    (lambda n: custom(n["schema"][0], "previous_ratio", {"min": "half", "reason": "x"}),
     "previous_ratio: min is a number, not 'half'"),
    (lambda n: custom(n["schema"][0], "backlog_ratio", {"max": -1, "reason": "x"}),
     "backlog_ratio: max is a share from 0, not -1"),
    (lambda n: custom(column(n), "may_lie_ahead", True), "may_lie_ahead is for a day"),
    (lambda n: custom(column(n, "returned_on"), "at_most", 3), "at_most is for a number"),
    (lambda n: custom(column(n), "at_most", "lots"), "at_most is a number, not 'lots'"),
    (lambda n: custom(column(n, "returned_on"), "not_before", "then"), "not_before is a day"),
    (lambda n: custom(column(n), "expected_where", {"column": "x", "value": "L"}), "is no column"),
    (lambda n: custom(n["schema"][0], "previous_ratios", {}), "write 'previous_ratio'"),
    (lambda n: custom(n["schema"][0], "previous_ratio", {"mim": 1, "reason": "x"}), "write 'min'"),
    (lambda n: custom(n["schema"][0], "previous_ratio", {"min": 1}), "needs a `reason`"),
    (lambda n: custom(n["schema"][0], "may_be_empty", {"reason": " "}), "needs a `reason`"),
    (lambda n: custom(n["schema"][0], "cadence_days", 0), "cadence_days is a whole number from 1"),
    (lambda n: custom(n["schema"][0], "cadence_days", 3651), "is a whole number from 1 to 3650, not 3651"),
    (lambda n: custom(n["schema"][0], "cadence_offset", 3651), "cadence_offset is .* 0 to 3650, not 3651"),
    (lambda n: custom(n["schema"][0], "natural_key", []), "marked `primaryKey` are not those"),
    (lambda n: custom(n["schema"][0], "effect_codes", {"1": "assert"}), "together or not"),
    (lambda n: custom(n["schema"][0], "effect_codes", {"1 ": "assert"}), "'1 ' would be met by no row"),
    (lambda n: n.update(schema=7), "contract.odcs.yaml: schema is a list, .* not 7"),
    (lambda n: n["schema"][0].pop("name"), "every feed needs a `name`"),
    (lambda n: n["schema"][0].update(properties="x"), "properties is a list, .* not 'x'"),
    (lambda n: n["schema"][0].update(customProperties={"a": 1}), "customProperties is a list"),
    (lambda n: n["schema"][0]["customProperties"].append({"property": [1]}), "custom property is a text"),
    (lambda n: custom(n["schema"][0], "mode", ["snapshot"]), "mode is a text, .* in quotes"),
    (lambda n: custom(n["schema"][0], "fault_rates", [1]), "fault_rates is names with their values"),
    (lambda n: custom(column(n), "pattern", 7), "column charge: pattern is a text, not 7"),
    (lambda n: n["schema"][0]["properties"][0].update(primaryKeyPosition=[1]), "Position is a whole"),
    (lambda n: custom(n, "tears", "core"), "property 'tears' .*write 'tier'"),
    (lambda n: custom(n, "synthetic", False), "all data here is synthetic"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), REFUSED)
def test_what_nobody_would_heed_is_refused_in_one_sentence(write, change, says):
    with pytest.raises(ContractError, match=says) as found:
        write(change)
    assert "\n" not in str(found.value)


def test_bounds_are_read_as_days_and_numbers(write):
    def change(node):
        custom(column(node), "at_most", 12.5)
        custom(column(node, "returned_on"), "not_before", date(1990, 1, 1))
        custom(column(node, "returned_on"), "means_open", ["31.12.9999"])
        custom(node["schema"][0], "may_be_empty", {"reason": "Nobody need be late."})

    (feed,) = write(change).feeds
    assert feed.column("charge").at_most == Decimal("12.5")
    assert feed.column("returned_on").not_before == date(1990, 1, 1)
    assert feed.column("returned_on").means_open == ("31.12.9999",)
    assert feed.may_be_empty == "Nobody need be late."
