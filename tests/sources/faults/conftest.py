"""A contract made by hand, so that these tests do not move when an island's does."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.contract import Column, Feed


def make_feed(mode: str = "changes", **given) -> Feed:
    """A feed of fines: key, code, name, number of a person, amount in 10,000 yuan."""
    columns = (
        Column("no", "文号", "Document number.", required=True),
        Column("code", "统一社会信用代码", "USCC.", scheme="uscc"),
        Column("name", "名称", "Name."),
        Column("person", "公民身份号码", "Resident number.", scheme="resident_no"),
        Column("fine", "罚款金额", "Fine in 10,000 yuan.", parse="wan"),
    )
    effects = {"A": "assert", "M": "change", "D": "withdraw", "C": "correct", "R": "repeat"}
    if mode == "changes":
        columns += (Column("mark", "变更标志", "What the row does."),)
    values = {
        "island": "fines",
        "name": "fines",
        "title_zh": "罚款",
        "description": "Fines.",
        "tier": "story",
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "cadence_days": 7,
        "cadence_offset": 0,
        "mode": mode,
        "natural_key": ("no",),
        "identifier_scheme": "uscc",
        "registry": None,
        "effect_column": "mark" if mode == "changes" else None,
        "effect_codes": effects if mode == "changes" else {},
        "sharing": "public",
        "area": "government",
        "first_delivery": {},
        "previous_ratio": {},
        "backlog_ratio": {},
        "fault_rates": {},
        "root_tag": "records",
        "record_tag": "record",
        "columns": columns,
        "folder": Path("fines"),
    }
    return Feed(**(values | given))


@pytest.fixture
def feed_of():
    return make_feed
