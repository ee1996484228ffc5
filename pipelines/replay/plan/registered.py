"""The other subjects that a record could be taken for: codes and names in the registers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pipelines.engine.databases import Databases
from pipelines.replay.plan.laid_out import LaidOut
from quality.from_contract import effect_sql
from schemas.contract import Feed
from schemas.identifiers import SCHEMES, mask_resident_no
from schemas.sql import literal
from sources.faults import Row
from sources.faults.identifiers import part_of_code

REGISTERED, BEARERS = "registered", "bearers"  # the tables of `registered_sql` and `bearers_sql`


def _said(feeds: Iterable[Feed], db: str) -> str:
    """SELECT of what registers say of their own records: `feed`, `record_id`, `property`, `value`."""
    named = ", ".join(literal(feed.name) for feed in feeds if feed.registry) or "''"
    return (
        "SELECT DISTINCT s.feed, s.record_id, s.property, s.value "
        f"FROM {db}conform.statements AS s WHERE s.id_scheme = 'record' AND s.feed IN ({named})"
    )


def registered_sql(feeds: Iterable[Feed], db: str = "") -> str:
    """SELECT of every code that a register gives: `feed`, `property` (its scheme), `value`, `name`, `n`.

    `name` stands beside the code, the first in order if there are several; `n` counts from 0 within register
    and scheme.

    Args:
        feeds: contracts; those with a `registry` are the registers.
        db: the database, with a dot.
    """
    return f"""
        WITH said AS ({_said(feeds, db)}), named AS (
            SELECT feed, record_id, min(value) AS name FROM said WHERE property = 'name' GROUP BY ALL
        )
        SELECT feed, property, value, min(name) AS name,
            row_number() OVER (PARTITION BY feed, property ORDER BY value) - 1 AS n
        FROM said LEFT JOIN named USING (feed, record_id)
        WHERE property IN ('uscc', 'org_code', 'registration_no', 'resident_no')
        GROUP BY feed, property, value
        ORDER BY property, feed, value
        """


def bearers_sql(feeds: Iterable[Feed], db: str = "") -> str:
    """SELECT of who bears which resident number: `number`, `name`, one row for each pair.

    Args:
        feeds, db: as of `registered_sql`.
    """
    return f"""
        WITH said AS ({_said(feeds, db)}), numbers AS (
            SELECT feed, record_id, value FROM said WHERE property = 'resident_no'
        ), names AS (
            SELECT feed, record_id, value FROM said WHERE property = 'name'
        )
        SELECT DISTINCT r.value AS number, n.value AS name
        FROM numbers AS r INNER JOIN names AS n USING (feed, record_id)
        ORDER BY number, name
        """


class Codes(Sequence[str]):
    """Codes in their order, each fetched when it is asked for; written anew by `write`.

    Args:
        rows: FROM and WHERE of one register's codes of one scheme, in the table of `registered_sql`.
        count: how many those are.
        write: how a code is to be written.
        known: (rows, n) -> code, of all that were fetched before; added to.
    """

    def __init__(
        self,
        db: Databases,
        rows: str,
        count: int,
        write: Callable[[str], str],
        known: dict[tuple[str, int], str],
    ) -> None:
        self._db, self._rows, self._length, self._write = db, rows, count, write
        self._known = known

    def __len__(self) -> int:
        """How many there are."""
        return self._length

    def __getitem__(self, n: Any) -> Any:
        """The n-th of them."""
        place = (self._rows, int(n))
        if place not in self._known:
            sql = f"SELECT value {self._rows} AND n = {int(n)}"
            self._known[place] = self._db.rows(sql)[0][0]
        return self._write(self._known[place])


class Joined(Sequence[str]):
    """Several sequences as one."""

    def __init__(self, parts: Sequence[Sequence[str]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        """How many there are in all."""
        return sum(map(len, self._parts))

    def __getitem__(self, n: Any) -> Any:
        """The n-th of them, one part after the other."""
        for part in self._parts:
            if n < len(part):
                return part[n]
            n -= len(part)
        raise IndexError(n)


class Registered:
    """The others a record could be taken for: whoever the registers say there is.

    Args:
        name: the one to read.
        feeds: contracts; those with a `registry` are the registers.
    """

    def __init__(self, db: Databases, name: str, feeds: Mapping[str, Feed]) -> None:
        self.db = db
        self._name = name
        self._laid_out = LaidOut(db, name)
        self._holders: dict[str, dict[str, int]] | None = None  # scheme -> register -> codes
        self._found: dict[tuple[str, str], list[str]] = {}
        self._codes: dict[tuple[str, int], str] = {}
        self._names: dict[tuple[str, str], str | None] = {}
        self._linked: dict[str, set[str]] | None = None  # unified code -> those of linked firms
        self._struck_off: list[tuple[str, date, date | None]] | None = None
        self._feeds = list(feeds.values())

    def codes(self, scheme: str, like: str) -> Sequence[str]:
        """Codes of a scheme borne by entities of the same register as the bearer of `like`."""
        if scheme == "masked_resident_no":
            return self._of("resident_no", None, mask_resident_no)
        if scheme == "tax_no":
            return self._tax_numbers(like)
        return self._of(scheme, like)

    def _tax_numbers(self, like: str) -> Sequence[str]:
        """Tax numbers of other organisations, in the form that `like` has."""
        if len(like) == 15:
            return self._of("org_code", like[6:], lambda code: like[:6] + code)
        if len(like) == 18 and SCHEMES["uscc"].checksum_ok(like):
            return self._of("uscc", like)
        return ()

    def _of(
        self, scheme: str, like: str | None, write: Callable[[str], str] = str
    ) -> Sequence[str]:
        registered = self._registered()
        if self._holders is None:
            self._holders = {}
            for one, feed, count in self.db.rows(
                f"SELECT property, feed, count(*) FROM {registered} GROUP BY ALL ORDER BY property, feed"
            ):
                self._holders.setdefault(one, {})[feed] = count
        counts = self._holders.get(scheme, {})
        feeds = list(counts)
        if like is not None:
            holding = self.db.rows(
                f"SELECT DISTINCT feed FROM {registered} WHERE property = ? AND value = ? ORDER BY feed",
                scheme,
                like,
            )
            feeds = [row[0] for row in holding] or feeds
        # A code stands in one register; where two hold it, or none does, all that hold such codes.
        rows = f"FROM {registered} WHERE property = '{scheme}' AND feed = "
        parts = [
            Codes(self.db, f"{rows}'{feed}'", counts[feed], write, self._codes) for feed in feeds
        ]
        return parts[0] if len(parts) == 1 else Joined(parts)

    def _registered(self) -> str:
        """The table of codes and names."""
        return self._laid_out.table(REGISTERED, lambda db: registered_sql(self._feeds, db))

    def name(self, scheme: str, code: str) -> str | None:
        """The name that a register gives beside a code; None if none gives any."""
        if scheme == "tax_no":  # no register gives it, but what it is made of
            scheme, code = ("org_code", code[6:]) if len(code) == 15 else ("uscc", code)
        if (scheme, code) not in self._names:
            self._names[scheme, code] = self.db.rows(
                f"SELECT min(name) FROM {self._registered()} WHERE property = ? AND value = ?",
                scheme,
                code,
            )[0][0]
        return self._names[scheme, code]

    def standing(self, feed: Feed, column: str, day: date) -> Sequence[str]:
        """Keys of the records of a feed of changes that fill a column and stand on a day, in order."""
        (key,) = feed.natural_key
        return [
            row[0]
            for row in self.db.rows(
                f'SELECT l."{key}" FROM {self._name}.landing.{feed.name} AS l WHERE l.published < ? '
                f'GROUP BY l."{key}" HAVING count(l."{column}") > 0 '
                f"AND NOT bool_or({effect_sql(feed)} = 'withdraw') ORDER BY l.\"{key}\"",
                day,
            )
        ]

    def next_to(self, feed: Feed, row: Row, day: date) -> Row | None:
        """What was last delivered up to a day of the record after a row's, in the order of their keys.

        After the last record comes the first; None if there is no other.
        """
        columns = ", ".join(f'"{name}"' for name in feed.column_names)
        key = " || '|' || ".join(f"""coalesce("{name}", '')""" for name in feed.natural_key)
        own = "|".join(row[name] or "" for name in feed.natural_key)
        found = self.db.rows(
            f"SELECT {columns} FROM {self._name}.landing.{feed.name} "
            f"WHERE published <= ? AND {key} <> ? "
            f"ORDER BY {key} < ?, {key}, published DESC, {columns} LIMIT 1",
            day,
            own,
            own,
        )
        return dict(zip(feed.column_names, found[0], strict=True)) if found else None

    def namesakes(self, scheme: str, like: str) -> Sequence[str]:
        """Numbers of other people who bear the name of a bearer of `like`, written as it is."""
        if (scheme, like) not in self._found:
            self._found[scheme, like] = self._namesakes(scheme, like)
        return self._found[scheme, like]

    def _namesakes(self, scheme: str, like: str) -> list[str]:
        masked = scheme == "masked_resident_no"
        same = (
            "substr(number, 1, 10) || '****' || substr(number, 15, 4) = ?"
            if masked
            else "number = ?"
        )
        bearers = self._laid_out.table(BEARERS, lambda db: bearers_sql(self._feeds, db))
        numbers = self.db.rows(
            f"""
            SELECT DISTINCT number FROM {bearers}
            WHERE name IN (SELECT name FROM {bearers} WHERE {same}) ORDER BY number
            """,
            like,
        )
        written = [mask_resident_no(row[0]) if masked else row[0] for row in numbers]
        return sorted({code for code in written if code != like})

    def linked(self, scheme: str, like: str) -> Sequence[str]:
        """Codes of firms that filings link with the bearer of `like`, written in its scheme."""
        if self._linked is None:
            self._linked = {}
            for one, other in self.db.rows(
                f"SELECT DISTINCT a_value, b_value FROM {self._name}.conform.links "
                "WHERE a_scheme = 'uscc' AND b_scheme = 'uscc' AND a_value <> b_value"
            ):
                for a, b in ((one, other), (other, one)):
                    for length in (9, 15, 18):
                        key = part_of_code(a, length)
                        self._linked.setdefault(key, set()).add(part_of_code(b, length))
        if scheme not in ("uscc", "org_code", "tax_no"):
            return ()
        return sorted(self._linked.get(SCHEMES[scheme].compact(like), ()))

    def struck_off(self, scheme: str, day: date | None) -> Sequence[str]:
        """Codes of firms that a register says on a day are revoked or deregistered (GB/T 36104-2018)."""
        if self._struck_off is None:
            self._struck_off = self.db.rows(
                f"""
                WITH said AS ({_said(self._feeds, f"{self._name}.")})
                SELECT codes.value, states.from_day, states.to_day
                FROM said AS codes
                INNER JOIN {self._name}.conform.statements AS states USING (feed, record_id)
                WHERE codes.property = 'uscc' AND states.property = 'status'
                    AND states.id_scheme = 'record' AND states.value IN ('3', '4')
                ORDER BY ALL
                """
            )
        length = {"uscc": 18, "org_code": 9, "tax_no": 15}.get(scheme, 0)
        then = (
            code
            for code, since, ends in self._struck_off
            if day is None or (since <= day and (ends is None or day < ends))
        )
        return [part_of_code(code, length) for code in dict.fromkeys(then) if length]
