"""From landing files to the lists of the court, the tax bureau and the penalties, in pandas.

The same job as the SQL models do at the join level `full`, with frames in memory: whole columns at a
time, no query, no loop over rows but for hashes. Files are read by the project's own readers; what a
column must hold and how a feed is delivered comes from the contracts.

Remaining out is what cannot reach these lists. Nobody is sought by name and address nearly alike: that is
for records without identifier and division, which here come without an address too. By which number
somebody was found decides nothing but the order of the steps. What the lists publish in the islands' own
words (`value`) is not made either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.landing import deliveries_in
from schemas.contract import EARLIEST, MOST, ROOT, Column, Feed, feeds
from schemas.identifiers import ORG_CODE, REGISTRATION_NO, RESIDENT_NO, SCHEMES, TAX_NO, USCC
from sources.files import empty_table, read

MISSING = "∅"
NEVER = pd.Timestamp("9999-12-31").as_unit("s")  # the end of what still holds
ALLOWANCE = 100  # rows a delivery of changes may bring however small the first one was
PERIOD = ["from_day", "to_day"]

BLANKS = " \t\n\r　"
HALF = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in HALF)
HALF_WIDTH = str.maketrans(WIDE, HALF)
CAPITAL = str.maketrans(WIDE + HALF, 2 * HALF.upper())
PUNCTUATION = r"[ \t\n\r　()（）\[\]［］【】〔〕{}｛｝<>《》〈〉·・•‧.．。,，、\-－–—\x27\"“”‘’]"

# What an identifier looks like; the check is another question.
SHAPES = {
    "uscc": "[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}",
    "resident_no": "[0-9]{17}[0-9X]",
    "org_code": "[0-9A-Z]{8}[0-9X]",
    "registration_no": "[0-9]{15}",
    "tax_no": "[0-9]{6}[0-9A-Z]{8}[0-9X]|[0-9]{17}|[0-9A-HJ-NP-RTUWXY]{18}|[0-9]{17}[0-9X][0-9]{2}",
    "masked_resident_no": r"[0-9]{10}\*{4}[0-9]{3}[0-9X]",
}

READS_AS = {
    "day": "[1-9][0-9]{7}|[1-9][0-9]{3}(-[0-9]{2}-|/[0-9]{2}/)[0-9]{2}"
    "|[1-9][0-9]{3}年[0-9]{2}月[0-9]{2}日",
    "money": r"-?[0-9]{1,16}(\.[0-9]{1,2})?",
    "wan": r"-?[0-9]{1,12}(\.[0-9]{1,6})?",
    "integer": "-?[0-9]{1,18}",
}


def lists(landing: Path) -> dict[str, pd.DataFrame]:
    """The rows of the four lists, by the name of the list's table.

    Args:
        landing: folder of delivered files.
    """

    def conformed(islands: dict[str, Callable[[pd.DataFrame], pd.DataFrame]]) -> pd.DataFrame:
        parts = [conform(believed(landing, feeds()[name])) for name, conform in islands.items()]
        return pd.concat(parts, ignore_index=True)

    events = with_subjects(conformed(EVENTS), conformed(REGISTERS))
    penalty = np.where(events["severity"] == "minor", 90, 1095)
    return {
        "lists.court_dishonest": entries(events, "judgment_default", 730),
        "lists.tax_violations": entries(events, "tax_violation", 1095),
        "lists.tax_a_class": entries(events, "tax_a_class", 365),
        "lists.administrative_penalties": entries(events, "penalty", penalty),
    }


def believed(landing: Path, feed: Feed) -> pd.DataFrame:
    """What a feed's island is believed to say: versions of records with their periods of belief."""
    rows, deliveries = landed(landing, feed)
    bad, wrong_key = kept_aside(feed, rows)
    good = rows[~bad]
    if feed.mode == "snapshot":  # that says two things of a record, and so none
        several = good.groupby(["published", "record_id"])["version"].transform("nunique")
        bad[good.index[several > 1]] = True
    conformed = rows[~bad].groupby("published")["record_id"].nunique()
    deliveries["rows"] = deliveries["published"].map(conformed).fillna(0).astype("int64")
    deliveries["whole"] &= ~deliveries["published"].isin(rows["published"][wrong_key])
    deliveries = deliveries[~held(feed, deliveries)]
    rows = rows.assign(bad=bad)[rows["published"].isin(deliveries["published"])]
    believe = {"snapshot": believe_snapshot, "changes": believe_changes, "append": believe_append}
    # Of several rows of a record in one delivery the last counts.
    counts = rows[~rows["bad"]].drop_duplicates(["published", "record_id"], keep="last")
    return believe[feed.mode](feed, rows if feed.mode == "snapshot" else counts, deliveries)


# --- read ---


def landed(landing: Path, feed: Feed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every row of every delivery with its ids; the deliveries, and whether all of it could be read."""
    tables, days, whole = [], [], []
    for one in deliveries_in(landing, feed):
        table, unreadable = read(feed, one.path)
        if not any(record.line is None for record in unreadable):  # else it is no delivery
            tables.append(table)
            days.append(one.published)
            whole.append(not unreadable)
    counts = [len(table) for table in tables]
    published = pd.Series(pd.to_datetime(days), dtype="datetime64[s]")
    rows = pa.concat_tables([empty_table(feed), *tables]).to_pandas()
    rows["published"] = published.repeat(counts).to_numpy()
    rows["record_id"] = hashed(joined(feed.name, rows, feed.natural_key))
    rows["version"] = hashed(joined(rows["record_id"], rows, feed.content_columns))
    return rows, pd.DataFrame({"published": published, "whole": pd.Series(whole, dtype="bool")})


def joined(first: str | pd.Series, rows: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """A first text and those of some columns in one, with bars between them."""
    return reduce(lambda text, name: text + ("|" + rows[name].fillna(MISSING)), names, first)


def hashed(texts: pd.Series) -> pd.Series:
    """The MD5 of each text, in hexadecimal; equal texts are hashed once."""
    codes, once = pd.factorize(texts)
    found = [hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in once]
    return pd.Series(found, dtype="str").take(codes).set_axis(texts.index)


# --- gate ---


def held(feed: Feed, deliveries: pd.DataFrame) -> pd.Series:
    """Whether a delivery has too few rows that conform, or too many, to be believed."""
    rows, later = deliveries["rows"], deliveries.index > 0
    if feed.mode == "snapshot":
        none = (rows == 0) & (feed.may_be_empty is None)
        least = round(1000 * feed.previous_ratio.get("min", 0))
        return none | (later & (1000 * rows < least * rows.shift()))
    if "max" in feed.backlog_ratio:
        most = round(1000 * feed.backlog_ratio["max"])
        return later & (1000 * rows > most * rows[:1].sum() + 1000 * ALLOWANCE)
    return pd.Series(False, index=deliveries.index)


def kept_aside(feed: Feed, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Whether a row breaks its contract, and whether in what should name its record."""
    bad, wrong_key = (pd.Series(False, index=rows.index) for _ in range(2))
    for column in feed.columns:
        broken = breaks(feed, column, rows[column.name], rows["published"])
        bad |= broken
        if column.name in feed.natural_key:
            wrong_key |= broken
    return bad, wrong_key


def breaks(feed: Feed, column: Column, values: pd.Series, published: pd.Series) -> pd.Series:
    """Whether the value of one column is not what the contract asks for."""
    given, bad = values.notna(), pd.Series(False, index=values.index)
    does = column.name == feed.effect_column
    if column.required or does or column.name in feed.natural_key:
        bad |= ~given | (values.str.strip(BLANKS) == "")
    if does:
        bad |= given & ~values.isin(list(feed.effect_codes))
    elif column.valid_values:
        bad |= given & ~values.isin(codes(column.valid_values).index)
    if column.pattern:
        bad |= given & ~values.str.fullmatch(f"(?:{column.pattern})")
    if column.parse == "day":  # 20240230 looks like one and is none
        day = parse_day(values)
        last = published + pd.Timedelta(days=36_525 * column.may_lie_ahead)
        bad |= given & ~day.between(pd.Timestamp(column.not_before or EARLIEST), last)
    elif column.parse:
        reads = values.str.fullmatch(f"(?:{READS_AS[column.parse]})").fillna(False).astype("bool")
        least = 0 if column.at_least is None else column.at_least
        most = MOST[column.parse] if column.at_most is None else column.at_most
        number = pd.to_numeric(values.where(reads))
        bad |= given & ~(reads & number.between(float(least), float(most)))
    return bad


def codes(name: str) -> pd.DataFrame:
    """A code list by its codes, all text."""
    path = ROOT / "schemas" / "codes" / f"{name}.csv"
    return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""], index_col="code")


# --- believe ---


def believe_changes(feed: Feed, rows: pd.DataFrame, _: pd.DataFrame) -> pd.DataFrame:
    """Believed until the record's next version, or its withdrawal; a repeat changes nothing."""
    withdraws = rows[feed.effect_column].map(feed.effect_codes) == "withdraw"
    steps = rows.assign(withdraws=withdraws, state=rows["version"].mask(withdraws, MISSING))
    steps = steps.sort_values("published", kind="stable")
    turns = steps[steps["state"] != steps.groupby("record_id")["state"].shift()]
    ends = turns.groupby("record_id")["published"].shift(-1)
    turns = turns.assign(from_day=turns["published"], to_day=ends.fillna(NEVER))
    return turns[~turns["withdraws"]]


def believe_snapshot(_: Feed, rows: pd.DataFrame, deliveries: pd.DataFrame) -> pd.DataFrame:
    """Believed until another version comes, or a whole delivery without the record.

    A row that is kept aside is of no version, and names its record all the same.
    """
    whole, days = deliveries["whole"], deliveries["published"]
    calendar = deliveries.assign(
        upto=whole.cumsum(),
        before=whole.cumsum() - whole,
        next_whole=days.where(whole).shift(-1).bfill().fillna(NEVER),
    )
    named = rows.merge(calendar[["published", "upto", "before", "next_whole"]], on="published")
    named = named.sort_values(["record_id", "published"], kind="stable")
    gap = named["before"] > named.groupby("record_id")["upto"].shift()
    named["stretch"] = gap.groupby(named["record_id"]).cumsum()
    stretch = ["record_id", "stretch"]
    named["end"] = named.groupby(stretch)["next_whole"].transform("max")
    good = named[~named["bad"]].drop_duplicates(["record_id", "published"])
    turns = good[good["version"] != good.groupby(stretch)["version"].shift()]
    ends = turns.groupby(stretch)["published"].shift(-1).fillna(turns["end"])
    return turns.assign(from_day=turns["published"], to_day=ends)


def believe_append(_: Feed, rows: pd.DataFrame, __: pd.DataFrame) -> pd.DataFrame:
    """Believed for good: nothing can be taken back."""
    first = rows.sort_values("published", kind="stable").drop_duplicates("version")
    return first.assign(from_day=first["published"], to_day=NEVER)


# --- conform: texts ---


def where_needed(
    texts: pd.Series, pattern: str, work: Callable[[pd.Series], pd.Series]
) -> pd.Series:
    """The texts with those in which a pattern is found worked on; most need nothing."""
    found = texts.str.contains(pattern)
    return texts.mask(found, work(texts[found])) if found.any() else texts


def clean(texts: pd.Series) -> pd.Series:
    """Half-width text without blanks around it; nothing left is missing."""
    texts = where_needed(texts, "[０-９Ａ-Ｚａ-ｚ]", lambda wide: wide.str.translate(HALF_WIDTH))
    texts = texts.str.strip(BLANKS)
    return texts.mask(texts == "")


def name_key(names: pd.Series) -> pd.Series:
    """Names as they are compared: half-width capitals without blanks and punctuation."""

    def compared(odd: pd.Series) -> pd.Series:
        return odd.str.translate(CAPITAL).str.replace(PUNCTUATION, "", regex=True)

    keys = where_needed(names, "[^一-龥]", compared)
    return keys.mask(keys == "")


def parse_day(texts: pd.Series) -> pd.Series:
    """Days as islands write them; anything else is missing."""
    fits = texts.str.fullmatch(f"(?:{READS_AS['day']})")
    digits = texts.where(fits).str.replace("[-/年月日]", "", regex=True)
    return pd.to_datetime(digits, format="%Y%m%d", errors="coerce").astype("datetime64[s]")


def number(texts: pd.Series, scheme: str) -> pd.Series:
    """Identifiers without blanks and hyphens, in capitals; what has not the shape of one is missing."""
    compact = clean(texts).str.upper().str.replace("[ -]", "", regex=True)
    unlike = compact.str.replace("*", "").str.fullmatch(r"(.)\1*")
    return compact.where(compact.str.fullmatch(f"(?:{SHAPES[scheme]})") & ~unlike)


# --- conform: registers ---


def registered(
    rows: pd.DataFrame, feed: str, name: str, division: str, kind: str | pd.Series, **numbers: str
) -> pd.DataFrame:
    """What a register says of its entries; a subject is an entry, whatever code stands in it.

    Args:
        rows: believed versions.
        feed: the register's.
        name, division: columns of the register.
        kind: of its subjects.
        numbers: scheme and column of the identifiers in it.
    """
    return rows[PERIOD].assign(
        subject_id=hashed(feed + "|" + rows["record_id"]),
        subject_kind=kind,
        name_key=name_key(rows[name]),
        division=clean(rows[division]),
        **{scheme: number(rows[column], scheme) for scheme, column in numbers.items()},
    )


def enterprises(rows: pd.DataFrame) -> pd.DataFrame:
    """The enterprise register."""
    numbers = {"uscc": "tyshxydm", "org_code": "zzjgdm", "registration_no": "zch"}
    return registered(rows, "market_registry", "jgmc", "zcdzxzqhdm", "enterprise", **numbers)


def public_bodies(rows: pd.DataFrame) -> pd.DataFrame:
    """The register of public bodies."""
    kind = clean(rows["jglb"]).map(codes("body_kinds")["subject_kind"])
    numbers = {"uscc": "tyshxydm", "org_code": "zzjgdm"}
    return registered(rows, "public_bodies", "jgmc", "xzqhdm", kind, **numbers)


def residents(rows: pd.DataFrame) -> pd.DataFrame:
    """The register of residents."""
    return registered(rows, "residents", "xm", "xzqh", "resident", resident_no="gmsfhm")


REGISTERS = {
    "market_registry": enterprises,
    "public_bodies": public_bodies,
    "residents": residents,
}


# --- conform: events ---


def event(
    rows: pd.DataFrame, kind: str, name: str, day: str, ground: pd.Series, **said: str | pd.Series
) -> pd.DataFrame:
    """Events in one shape; how grave they are is said of their ground, if not of themselves.

    Args:
        rows: believed versions.
        kind: of event.
        name, day: the columns that say who it was and when it happened.
        ground: what for.
        said: identifier and its scheme, and what else is known.
    """
    return rows[["record_id", "version", *PERIOD]].assign(
        event_kind=kind,
        name_key=name_key(rows[name]),
        event_day=parse_day(rows[day]),
        ground=ground,
        **{"severity": ground.map(codes("grounds")["severity"]), **said},
    )


def first_given(rows: pd.DataFrame, **columns: str) -> dict[str, pd.Series]:
    """Of the numbers of each row the first that is given, and its scheme.

    Args:
        rows: believed versions.
        columns: scheme and column, in order.
    """
    scheme = value = pd.Series(np.nan, index=rows.index, dtype="str")
    for name, column in columns.items():
        given = number(rows[column], name)
        scheme = scheme.mask(value.isna() & given.notna(), name)
        value = value.fillna(given)
    return {"id_scheme": scheme, "id_value": value}


def court(rows: pd.DataFrame) -> pd.DataFrame:
    """Judgments not performed: persons by masked number, organisations by organisation code."""
    whom = first_given(rows, masked_resident_no="cardNum", org_code="cardNum")
    ground = rows["disruptTypeName"].map(codes("disrupt_types")["ground"])
    return event(rows, "judgment_default", "iname", "regDate", ground, **whom)


def with_tax_numbers(rows: pd.DataFrame) -> pd.DataFrame:
    """A tax number of 18 characters is the unified code, any other the bureau's own."""
    given = clean(rows["nsrsbh"])
    unified = given.str.len() == 18
    return rows.assign(uscc=given.where(unified), tax_no=given.mask(unified))


def tax_violations(rows: pd.DataFrame) -> pd.DataFrame:
    """Major tax violations; the seat begins with city and district, which place the taxpayer."""
    divisions = codes("divisions")
    inner = divisions[divisions["level"].isin(["district", "county"])]
    begins = inner["parent"].map(divisions["name_zh"]) + inner["name_zh"]
    place = clean(rows["zcdz"]).str.extract(f"^({'|'.join(begins)})", expand=False)
    whom = first_given(with_tax_numbers(rows), uscc="uscc", tax_no="tax_no", org_code="zzjgdm")
    whom |= {"division": place.map(pd.Series(begins.index, index=begins))}
    ground = rows["ajxz"].map(codes("tax_violation_kinds")["ground"])
    return event(rows, "tax_violation", "nsrmc", "jdrq", ground, **whom, subject_kind="enterprise")


def tax_a_class(rows: pd.DataFrame) -> pd.DataFrame:
    """Taxpayers graded A for a year."""
    whom = first_given(with_tax_numbers(rows), uscc="uscc", tax_no="tax_no")
    ground = pd.Series("tax_a_class", index=rows.index, dtype="str")
    return event(rows, "tax_a_class", "nsrmc", "gbrq", ground, **whom)


def by_fine(yuan: pd.Series, kind: pd.Series) -> pd.Series:
    """How grave a penalty is: by its fine, or without one by its kind."""
    grave = kind.map(codes("penalty_kinds")["without_fine"]).fillna("general").astype("str")
    grave = grave.mask(yuan > 0, "minor")
    return grave.mask(yuan >= 1_000, "general").mask(yuan >= 100_000, "serious")


def city_penalties(rows: pd.DataFrame) -> pd.DataFrame:
    """Penalties of the city, in the layout of 2018; fines are in units of 10,000 yuan."""
    numbers = {"uscc": "code_1", "registration_no": "code_2", "org_code": "code_3"}
    whom = first_given(rows, **numbers, tax_no="code_4", resident_no="cf_xdr_zjhm")
    ground = rows["cf_sy"].map(codes("penalty_reasons")["ground"])
    grave = by_fine((10_000 * pd.to_numeric(rows["cf_nr_fk"])).round(2), rows["cf_cflb"])
    return event(rows, "penalty", "cf_xdr_mc", "cf_jdrq", ground, severity=grave, **whom)


def county_penalties(rows: pd.DataFrame) -> pd.DataFrame:
    """Penalties of the counties, in the layout of 2015: the same labels with other meanings."""
    numbers = {"uscc": "code_1", "registration_no": "code_3", "org_code": "code_2"}
    whom = first_given(rows, **numbers, tax_no="code_4", resident_no="code_5")
    scheme, value = whom["id_scheme"], whom["id_value"]
    # A unified code tells the kind by its first character; an organisation code tells none.
    enterprise = (scheme == "registration_no") | (scheme == "uscc") & value.str.startswith("9")
    kind = pd.Series(np.nan, index=rows.index, dtype="str").mask(enterprise, "enterprise")
    whom |= {"subject_kind": kind.mask(scheme == "resident_no", "resident")}
    whom |= {
        "division": clean(rows["dfbm"]),
        "severity": by_fine(pd.to_numeric(rows["cf_fkje"]), rows["cf_cflb"]),
    }
    ground = rows["cf_sy"].map(codes("county_case_types")["ground"])
    return event(rows, "penalty", "cf_xdr_mc", "cf_jdrq", ground, **whom)


EVENTS = {
    "court": court,
    "tax_violations": tax_violations,
    "tax_a_class": tax_a_class,
    "city_penalties": city_penalties,
    "county_penalties": county_penalties,
}


# --- resolve and merge ---


def with_subjects(events: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Events with whom they are about, while both the event and the match are believed."""
    # Records that say the same of whom they mean are looked up once.
    said = ["id_scheme", "id_value", "name_key", "division", "subject_kind"]
    events = events.assign(reference=events.groupby(said, dropna=False).ngroup())
    decided = decisions(candidates(events.drop_duplicates("reference"), register))
    pairs = events.merge(decided, on="reference", suffixes=("", "_match"))
    from_day = pairs["from_day"].clip(lower=pairs["from_day_match"])
    to_day = pairs["to_day"].clip(upper=pairs["to_day_match"])
    return pairs.assign(from_day=from_day, to_day=to_day)[from_day < to_day]


def candidates(sought: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Who could be meant by each reference, step by step, while the register believes it.

    By number as it stands; by the organisation code within a unified code; by masked number and
    name; by name and division, if no identifier vouches for somebody.
    """
    whole = register["resident_no"].where(register["resident_no"].str.len() == 18)
    register = register.assign(
        part=register["uscc"].str.slice(8, 17),
        masked=whole.str.slice(0, 10) + "****" + whole.str.slice(14),
    )

    def under(scheme: str, column: str) -> pd.DataFrame:
        return sought[sought["id_scheme"] == scheme].rename(columns={"id_value": column})

    exact = ("uscc", "resident_no", "registration_no", "org_code")
    found = [meeting(1, under(scheme, scheme), register, [scheme]) for scheme in exact]
    found.append(meeting(2, under("org_code", "part"), register, ["part"]))
    old = under("tax_no", "part")  # a division and the organisation code
    old = old.assign(part=old["part"].where(old["part"].str.len() == 15).str.slice(6))
    found.append(meeting(2, old, register, ["part"]))
    masked = under("masked_resident_no", "masked")
    found.append(meeting(3, masked, register, ["masked", "name_key"]))
    by_name = ["name_key", "division"]
    named = sought.dropna(subset=by_name)
    named = named[~vouched(named)]
    no_kind = named["subject_kind"].isna()
    found.append(meeting(4, named[no_kind], register, by_name))
    found.append(meeting(4, named[~no_kind], register, [*by_name, "subject_kind"]))
    return pd.concat(found, ignore_index=True)


def meeting(step: int, sought: pd.DataFrame, register: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """References and register entries that agree; what is missing agrees with nothing."""
    entries = register[["subject_id", *PERIOD, *on]].dropna()
    pairs = sought[["reference", *on]].dropna().merge(entries, on=on)
    return pairs[["reference", "subject_id", *PERIOD]].assign(step=step)


def vouched(sought: pd.DataFrame) -> pd.Series:
    """Whether the identifier passes its check; a masked one vouches for nobody."""
    passes = {
        "uscc": USCC.is_valid,
        "org_code": ORG_CODE.is_valid,
        "registration_no": REGISTRATION_NO.is_valid,
        "resident_no": RESIDENT_NO.checksum_ok,
        "tax_no": tax_no_ok,
    }
    # One by one, which is quick enough for the few who come with both name and division.
    found = [
        scheme in passes and SCHEMES[scheme].compact(value) == value and passes[scheme](value)
        for scheme, value in zip(sought["id_scheme"], sought["id_value"], strict=True)
    ]
    return pd.Series(found, index=sought.index, dtype="bool")


def tax_no_ok(value: str) -> bool:
    """Whether a tax number passes its check, and the unified code that it may be passes all."""
    own = len(value) != 18 or USCC.is_valid(value) or RESIDENT_NO.checksum_ok(value)
    return own and TAX_NO.checksum_ok(value)


def decisions(found: pd.DataFrame) -> pd.DataFrame:
    """Who is meant by each reference, day by day: the only candidate of the first step that has one.

    Where several of one step stand, nobody is meant.
    """
    ends = [found[["reference", day]].rename(columns={day: "from_day"}) for day in PERIOD]
    days = pd.concat(ends).drop_duplicates().sort_values(["reference", "from_day"])
    # Cut where any candidate comes or goes: within a piece the candidates stay the same.
    pieces = days.assign(to_day=days.groupby("reference")["from_day"].shift(-1)).dropna()
    standing = pieces.merge(found, on="reference", suffixes=("", "_match"))
    standing = standing[
        (standing["from_day_match"] <= standing["from_day"])
        & (standing["to_day_match"] >= standing["to_day"])
    ]
    piece = ["reference", "from_day"]
    first = standing.groupby(piece)["step"].transform("min")
    best = standing[standing["step"] == first].drop_duplicates([*piece, "subject_id"])
    return in_one(best[~best.duplicated(piece, keep=False)].sort_values(piece))


def in_one(pieces: pd.DataFrame) -> pd.DataFrame:
    """Pieces that touch and decide alike, by the same step, as one period."""
    alike = ["reference", "subject_id", "step"]
    before = pieces.shift()
    goes_on = (pieces[alike] == before[alike]).all(axis=1)
    begins = ~(goes_on & (pieces["from_day"] == before["to_day"]))
    last = pieces[begins.shift(-1, fill_value=True)]
    periods = pieces.loc[begins, ["reference", "subject_id", "from_day"]]
    return periods.assign(to_day=last["to_day"].to_numpy())


# --- list ---


def entries(events: pd.DataFrame, kind: str, term: int | np.ndarray) -> pd.DataFrame:
    """Events of a kind as entries: from the day they happened, for as many days as they are shown."""
    over = events["event_day"] + pd.to_timedelta(term, unit="D")
    from_day = events["from_day"].clip(lower=events["event_day"])
    to_day = events["to_day"].clip(upper=over)
    shown = events.assign(
        entry_key=events["record_id"],
        from_day=from_day,
        to_day=to_day.mask(to_day == NEVER),
        parent_kind="event",
        parent_id=events["record_id"] + ":" + events["version"],
    )[(events["event_kind"] == kind) & (from_day < to_day)]
    columns = ["entry_key", "subject_id", "ground", "severity", *PERIOD, "parent_kind", "parent_id"]
    return shown[columns].reset_index(drop=True)
