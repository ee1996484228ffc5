"""Little worlds drawn at random, full of what real ones seldom have.

A dozen subjects share three names and a handful of numbers; registries change their minds, records
come, go and come back, say something else, or speak of somebody nobody has heard of. The rows are
those of `conform`: the simulator takes them as they are, and `fill` puts them into a database.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.ids import as_id
from tests.naive.simulator import Heard, Row

NAMES = ["王伟", "李娜", "张敏"]
FIRMS = ["云穗金石商贸有限公司", "云穗金石商贸公司", "麦浪 百川（集团）"]
DIVISIONS = ["840102", "840202"]  # of two cities, with rules of their own
ADDRESSES = ["云穗市晚晴中街1号", "云穗市晚晴中街12号", "麦浪市长堤路7号"]
USCCS = ["91870101PDY00001XE", "91870101PDY000028E", "91870101PDY00001XX"]  # the last is no code
RESIDENTS = ["870101198504120111", "87010119850412012X", "870101198504120110"]  # likewise
REGISTRATIONS = ["870101100000014", "870101200000011"]
KINDS = {
    "judgment_default": ["property_report", "evasion"],
    "penalty": ["speeding", "fire_safety", "drunk_driving", "emissions"],
    "abnormal": ["unreachable", "false_information"],
    "tax_violation": ["tax_evasion", "tax_arrears"],
    "tax_a_class": ["tax_a_class"],
    "utility_arrears": ["gas_arrears"],
    "volunteering": ["elder_care"],
    "honour": ["heroic_act", "honest_trader"],
    "platform_payment": ["rent_paid"],
    "platform_late": ["rent_late"],
    "wallet_payment": ["purchase_paid", "credit_repaid"],
    "wallet_late": ["credit_late", "account_frozen"],
    "loan_overdue": ["mortgage_overdue"],
}
FEEDS = ["court", "city_penalties", "tax_violations", "central_bank", "utility_company"]
FEEDS += ["payments_platform", "messaging_platform", "honours"]  # these append, as does the utility
FEEDS += ["county_penalties"]
DOCUMENTS = [None, None, "云穗〔2024〕1号", "云穗〔2024〕2号", "云穗〔2024〕3号"]
DETAILS = [None, "法定代表人韦波楠 870101198504120111", "8小时"]
SUBJECT_KINDS = ["enterprise", "resident", "government_body", None]
LINKS = ["legal_representative", "shareholder", "business_partner", "parent_child", "employment"]
LINKS += ["friend"]
COLUMNS = {
    "statements": "record_id version feed effect id_scheme id_value name division subject_kind "
    "property value valid_from valid_to from_day to_day",
    "events": "record_id version feed effect id_scheme id_value name division address "
    "subject_kind event_kind ground severity amount_yuan document_no authority details event_day "
    "valid_from valid_to from_day to_day",
    "links": "record_id version feed effect link_kind a_scheme a_value a_name a_division a_kind "
    "b_scheme b_value b_name b_division b_kind valid_from valid_to from_day to_day",
}
IDS = {"record_id", "version"}
DAYS = {"valid_from", "valid_to", "from_day", "to_day", "event_day"}


def little_world(seed: int, day0: int, days: int) -> Heard:
    """Draw one. Beliefs begin within `days` days from `day0`."""
    draw = Random(seed)
    heard = Heard([], [], [])
    for n in range(10):
        firm = n % 2 == 0
        feed, kind = ("market_registry", "enterprise") if firm else ("residents", "resident")
        record = f"{feed}-{n}"
        for version, from_day, to_day in believed(draw, day0, days, often=0.9):
            said = {"name": draw.choice(FIRMS if firm else NAMES)}
            if draw.random() < 0.8:
                said["address"] = draw.choice(ADDRESSES)
            if draw.random() < 0.9:
                said["uscc" if firm else "resident_no"] = draw.choice(USCCS if firm else RESIDENTS)
            if firm and draw.random() < 0.7:
                said["registration_no"] = draw.choice(REGISTRATIONS)
                said["org_code"] = draw.choice(USCCS)[8:17]
            division = draw.choice(DIVISIONS)
            for prop, value in said.items():
                row = {"name": said["name"], "division": division, "subject_kind": kind}
                row |= {"id_scheme": "record", "id_value": record, "property": prop, "value": value}
                heard.statements.append(
                    a_row("statements", record, version, feed, from_day, to_day, **row)
                )
    for n in range(30):
        feed, kind = draw.choice(FEEDS), draw.choice(list(KINDS))
        meant, event_day = somebody(draw), day0 + draw.randint(-1200, days)
        document = draw.choice(DOCUMENTS)  # others may tell of the same
        for version, from_day, to_day in believed(draw, day0, days, often=0.7):
            if draw.random() < 0.2:
                meant = somebody(draw)  # the record was about somebody else
            ground = draw.choice(KINDS[kind])
            valid_to = event_day + draw.randint(0, 1500) if draw.random() < 0.3 else None
            severity = draw.choice(["minor", "general", "serious"])
            heard.events.append(
                a_row(
                    "events",
                    f"{feed}-{n}",
                    version,
                    feed,
                    from_day,
                    to_day,
                    event_kind=kind,
                    ground=ground,
                    severity="positive" if kind == "tax_a_class" else severity,
                    document_no=document,
                    details=DETAILS[n % len(DETAILS)],
                    event_day=event_day,
                    valid_from=event_day,
                    valid_to=valid_to,
                    **meant,
                )
            )
    for n in range(20):
        record, feed = f"link-{n}", draw.choice(["market_shareholders", "market_registry"])
        for version, from_day, to_day in believed(draw, day0, days, often=0.8):
            sides = {}
            for side in "ab":
                meant = somebody(draw)
                if draw.random() < 0.3:
                    # A registry speaks of its own entry, which need not be known any more.
                    meant |= {"id_scheme": "record", "id_value": f"{feed}-{draw.randrange(0, 10)}"}
                for ours, theirs in (
                    ("scheme", "id_scheme"),
                    ("value", "id_value"),
                    ("name", "name"),
                    ("division", "division"),
                    ("kind", "subject_kind"),
                ):
                    sides[f"{side}_{ours}"] = meant[theirs]
            valid_from = day0 + draw.randint(-300, days + 60) if draw.random() < 0.7 else None
            valid_to = day0 + draw.randint(-10, days + 200) if draw.random() < 0.3 else None
            heard.links.append(
                a_row(
                    "links",
                    record,
                    version,
                    feed,
                    from_day,
                    to_day,
                    link_kind=draw.choice(LINKS),
                    valid_from=valid_from,
                    valid_to=valid_to,
                    **sides,
                )
            )
    return heard


def believed(draw: Random, day0: int, days: int, often: float) -> list[tuple[str, int, int | None]]:
    """Versions of a record in turn: (version, from_day, to_day); a version may come back."""
    day, found = day0 + draw.randrange(0, days // 2), []
    for n in range(draw.randint(1, 4)):
        until = day + draw.randint(1, days // 2)
        last = until >= day0 + days
        version = f"v{draw.choice([n, 0, 1])}"
        if found and found[-1][0] == version and found[-1][2] == day:
            version = f"w{n}"  # belief in one version is never cut in two
        found.append((version, day, None if last or draw.random() < 0.3 else until))
        if found[-1][2] is None:
            break
        day = until if draw.random() < often else until + draw.randint(1, 20)
        if day >= day0 + days:
            break
    return found


def somebody(draw: Random) -> dict[str, str | None]:
    """Somebody, named as records name people and firms: by number, by name, by both, or badly."""
    way = draw.randrange(9)
    who: dict[str, str | None] = dict.fromkeys(
        ("id_scheme", "id_value", "name", "division", "address", "subject_kind")
    )
    if way <= 1:
        who |= {"id_scheme": "uscc", "id_value": draw.choice(USCCS), "subject_kind": "enterprise"}
    elif way <= 3:
        number = draw.choice(RESIDENTS)
        who |= {"id_scheme": "resident_no", "id_value": number, "subject_kind": "resident"}
    elif way == 4:
        who |= {"id_scheme": "org_code", "id_value": draw.choice(USCCS)[8:17]}
    elif way == 5:
        who |= {"id_scheme": "tax_no", "id_value": "870101" + draw.choice(USCCS)[8:17]}
    elif way == 6:
        who |= {"id_scheme": "registration_no", "id_value": draw.choice(REGISTRATIONS)}
    elif way == 7:
        number = draw.choice(RESIDENTS)
        masked = number[:10] + "****" + number[14:]
        who |= {"id_scheme": "masked_resident_no", "id_value": masked, "name": draw.choice(NAMES)}
    else:
        who |= {"name": draw.choice(NAMES + FIRMS), "address": draw.choice(ADDRESSES)}
    if way < 7 and draw.random() < 0.6:
        who |= {"name": draw.choice(FIRMS + NAMES), "division": draw.choice(DIVISIONS)}
    if way >= 4:
        who["subject_kind"] = draw.choice(SUBJECT_KINDS)  # what it is, some say rightly
    return who


def a_row(
    shape: str,
    record: str,
    version: str,
    feed: str,
    from_day: int,
    to_day: int | None,
    **given: Any,
) -> Row:
    """A row with every column of its shape."""
    row = dict.fromkeys(COLUMNS[shape].split())
    row |= {"record_id": as_id(record), "version": as_id(version), "feed": feed, "effect": "assert"}
    return Row(**row | {"from_day": from_day, "to_day": to_day} | given)


def as_tables(heard: Heard) -> dict[str, tuple[str, list[tuple]]]:
    """Shape -> its columns with their types as SQL, and its rows, days as dates."""
    found = {}
    for shape, columns in COLUMNS.items():
        names = columns.split()
        types = {
            name: "DATE" if name in DAYS else "UUID" if name in IDS else "VARCHAR" for name in names
        }
        if shape == "events":
            types["amount_yuan"] = "DECIMAL(18, 2)"
        rows = [
            tuple(as_date(getattr(row, n)) if n in DAYS else getattr(row, n) for n in names)
            for row in getattr(heard, shape)
        ]
        found[shape] = (", ".join(f"{name} {kind}" for name, kind in types.items()), rows)
    return found


def as_date(day: int | None) -> date | None:
    """A day number as a date."""
    return None if day is None else date.fromordinal(day)
