"""Random command lines, edits, policies, scenarios and damaged homes: one sentence, the right exit code.

Whatever is typed and whatever is broken, nobody sees a traceback: the answer comes, or one sentence on
standard error with exit code 2, and what was good before is as it was. Case n is the same on every
machine; a failure prints the command that shows it.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.exchange.network import JOINS, read_network
from pipelines.home import write_json
from schemas.contract import feeds
from sources.faults import kinds

SHORT, LONG, PARTS = 10, 1000, 5  # the short run: each of `CASES` once

NASTY = (
    "", " ", "0", "-1", "1", "00", "+1", "1e999", "nan", "inf", "∞", "½", "①", "１２３", "-0.00",
    "1,000", "9999999999999999", "99999999999999999999999", "0.0000000001", "2147483648", "1e308",
    "2024-02-30", "2024-04-01", "9999-12-31", "99991231", "0001-01-01", "00000000", "10000-01-01",
    "20240230", "1970-01-01T00:00:00Z", "null", "None", "true", "[]", "{}", "{x}", "{{", "}", "%s",
    "%n", "$1", "$$", "\\", "\\n", "\t", "\n", "\r\n", "\x01", "\x7f", "\u0085", "\u200b", "\ufeff",
    "\u202e", "\u3000", "\U00020bb7", "\udce6", "\0", "ß", "ŉ", "İ", "a" * 5000, "无", "/", "//",
    "..", "../..", ".", "*", "?", "|", "||", "a|b", "=", "a=b", "==", ",", ",,", "'", '"', "'; --",
    "x'; DROP TABLE lists.entries; --", "<b>", "[red]", "[/red]", "[/]", ":smile:", "-", "--", "--x",
    "王伟", "91110000000000000X", "PDY006219", "PDY00621X", "840103198503120013",
    "8401031985****1136", "court", "full", "story", "wrong_unit", "late", "lists.entries",
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What the cases are played on: a good home, records of it, and room for spoilt copies."""

    home: Path
    records: list[tuple[str, str]]
    names: list[str]
    ids: list[str]
    scratch: Path


@pytest.fixture(scope="module")
def ground(story, tmp_path_factory) -> Ground:
    folder = tmp_path_factory.mktemp("fuzz")
    home = folder / "home"
    (home / "databases").mkdir(parents=True)
    shutil.copyfile(story.database, home / "databases" / "000001.duckdb")
    shutil.copytree(story.landing, home / "landing")
    about = {"database": "databases/000001.duckdb", "join": "full", "policy": {}, "tier": "story"}
    write_json(home / "current.json", about)
    records = [
        (feed, record)
        for feed in sorted(feeds("story"))
        for (record,) in story.rows(f"SELECT DISTINCT record_id FROM landing.{feed} ORDER BY 1")
    ]
    names = [n for (n,) in story.rows("SELECT DISTINCT name FROM resolve.names ORDER BY 1")]
    ids = [i for (i,) in story.rows("SELECT entry_version FROM exchange.entries ORDER BY 1")]
    ids += [i for (i,) in story.rows("SELECT measure_id FROM consequences.measures ORDER BY 1")]
    return Ground(home, records, names, ids, folder)


# --- what is typed --------------------------------------------------------------------------------


def word(r: random.Random, *good: str) -> str:
    """One of the good words, or one that is not."""
    if good and r.random() < 0.6:
        return r.choice(good)
    nasty = r.choice(NASTY)
    return r.choice(good) + nasty if good and r.random() < 0.2 else nasty


def options(r: random.Random, choices: dict[str, Callable[[], str] | None]) -> list[str]:
    """Some options, each perhaps twice, with a value where they take one."""
    found: list[str] = []
    for name, value in choices.items():
        for _ in range(r.choice((0, 0, 0, 1, 1, 2) if r.random() < 0.1 else (0, 0, 1))):
            found += [name] if value is None else [name, value()]
    return found


def policies(r: random.Random) -> str:
    network = read_network("story", "full")
    names = [
        f"{edge.name}.{what}"
        for edge in network.edges
        for what in ("every", "offset", "lag", "expiry", "mode", "match")
    ]
    names += [f"adopt.{a.list}.term_days" for a in network.adoptions]
    names += ["corrections", "gates.out_of_bounds", "links.depth"]
    # Values that are right would each build a database: other tests do that.
    return f"{word(r, *names)}={r.choice([v for v in NASTY if v not in ('1', '+1')])}"


def looks(r: random.Random, on: Ground) -> list[str]:
    """A command that lists or looks something up."""
    json_ = {"--json": None}
    command = r.choice(
        ("sources", "lists", "edges", "faults", "models", "trace", "subject", "diff")
    )
    home = ["--home", str(on.home)]
    if command == "edges":
        return [command, *options(r, json_ | {"--join": lambda: word(r, *JOINS)})]
    if command == "models":
        more = {
            "--sql": lambda: word(r, "lists.court_dishonest", "merge.events"),
            "--join": lambda: word(r, *JOINS),
            "--engine": lambda: word(r, "duckdb", "spark"),
            "--tier": lambda: word(r, "story", "core"),
        }
        return [command, *options(r, json_ | more)]
    if command == "trace":
        some = r.choice(on.ids) if r.random() < 0.5 else r.choice(on.records)[1]
        some = r.choice(
            (some, some[: r.randrange(33)], f"court>bank|{some}", f"bank|{some}|2024-04-01")
        )
        return [command, word(r, some), *options(r, json_), *home]
    if command == "subject":
        day = {"--as-of": lambda: word(r, "2024-04-01", "2027-12-30", "2027-12-31")}
        return [command, word(r, *on.names), *options(r, json_ | day), *home]
    if command == "diff":
        database = str(on.home / "databases" / "000001.duckdb")
        return [command, word(r, database), word(r, database, str(on.home)), *options(r, json_)]
    return [
        command,
        *options(r, json_ | {"--nosuch": lambda: word(r)} if r.random() < 0.1 else json_),
    ]


def edits(r: random.Random, on: Ground) -> list[str]:
    """A free edit with odd values, in columns of a record that is there."""
    feed, record = r.choice(on.records)
    columns = feeds()[feed].column_names
    words = ["replay", "--feed", feed, "--record", record, "--home", str(on.home)]
    for _ in range(r.choice((1, 1, 2, 3))):
        words += ["--set", f"{r.choice(columns)}={word(r)}"]
    more = {
        "--correct-after": lambda: word(r, "1", "30"),
        "--scope": lambda: r.choice(("source", "once")),
        "--delivery": lambda: word(r, "2024-01-01", "2024-03-13"),
        "--json": None,
    }
    return words + options(r, more)


def replays(r: random.Random, on: Ground) -> list[str]:
    """A replay of a kind, with options that may not go together."""
    more = {
        "--fault": lambda: word(r, *kinds()),
        "--seed": lambda: word(r, "2", "7"),
        "--feed": lambda: word(r, *feeds("story")),
        "--record": lambda: word(r, r.choice(on.records)[1]),
        "--delivery": lambda: word(r, "2024-03-13"),
        "--set": lambda: word(r, "iname=王伟", "age=1"),
        "--scope": lambda: word(r, "source", "once"),
        "--correct-after": lambda: word(r, "1", "400"),
        "--policy": lambda: policies(r),
        "--scenario": lambda: scenario(r, on),
        "--html": lambda: word(r, str(on.scratch / "page.html"), str(on.home), "no/where.html"),
        "--save": lambda: word(r, str(on.scratch / "saved.yml"), str(on.home)),
        "--json": None,
    }
    if r.random() < 0.5:
        del more["--scenario"], more["--set"]
    return ["replay", *options(r, more), "--home", str(on.home)]


def scenario(r: random.Random, on: Ground) -> str:
    """A scenario file that is right, or not."""

    def value() -> object:
        plain = [n for n in NASTY if "\udce6" not in n and "\0" not in n]
        return r.choice(
            (r.choice(plain), 1, -1, 1.5, True, None, [], {}, [1], {"a": 1}, "2024-03-13")
        )

    feed, record = r.choice(on.records)
    fault = {"kind": "free_edit", "feed": feed, "record": record, "set": {"age": value()}}
    node: dict[str, object] = {"title": "t", "faults": [fault]}
    for _ in range(r.randrange(3)):
        where = r.choice((node, fault))
        where[r.choice((*node, *fault, "join", "policy", "world", "seed", "nosuch"))] = value()
    text = json.dumps(node, ensure_ascii=r.random() < 0.5)
    if r.random() < 0.2:
        at = r.randrange(len(text))
        text = text[:at] + r.choice(("[", "}", ":", "\t", "&a ", "*a", "!!x", "'")) + text[at + 1 :]
    path = on.scratch / "scenario.yml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def makes(r: random.Random, on: Ground) -> list[str]:
    """A command that makes something, asked in a way that makes no sense, so that it ends soon."""
    bad = [v for v in NASTY if v not in ("1", "+1", "00", "0", "１２３", "①")]
    here = ["--home", str(on.scratch / "made")]
    command = r.choice(("generate", "build", "experiment"))
    if command == "generate":
        name = r.choice(("--size", "--days", "--dirt", "--seed", "--nosuch"))
        bad = [v for v in bad if v not in ("story", "-0.00", "0.0000000001", "-1", "2147483648")]
        if name == "--seed":
            bad = [v for v in bad if not v.lstrip("-").isdecimal()]
        return [command, name, r.choice(bad), *here]
    if command == "build":
        name = r.choice(("--join", "--engine", "--policy", "--landing"))
        value = policies(r) if name == "--policy" else r.choice([v for v in bad if v not in JOINS])
        landing = [] if name == "--landing" else ["--landing", str(on.home / "landing")]
        return [command, name, value, *landing, *here]
    name = r.choice(("--faults", "--n", "--worlds", "--correct-after", "--join", "--size", "--days",
                     "--dirt", "--frame", "--scope", "--workers", "--policy"))  # fmt: skip
    sound = {"--faults": "late", "--out": str(on.scratch / "experiment"), "--n": "1"}
    words = [part for pair in sound.items() for part in pair if pair[0] != name]
    value = r.choice([v for v in NASTY if v.startswith(("-", "1e", "x", "n")) and v != "-0.00"])
    return [command, *words, name, value]


# --- what is broken -------------------------------------------------------------------------------


def spoil(r: random.Random, on: Ground) -> Path:
    """A copy of the home in which something is damaged."""
    home = on.scratch / "spoilt"
    if home.is_file():
        home.unlink()
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(on.home, home, ignore=shutil.ignore_patterns("landing", "prepared", "levels"))
    pointer, database = home / "current.json", home / "databases" / "000001.duckdb"
    data = database.read_bytes()

    def hole() -> None:
        at = 4096 * r.randrange(len(data) // 4096)
        size = 4096 * r.randrange(1, 40)
        database.write_bytes(data[:at] + b"\0" * min(size, len(data) - at) + data[at + size :])

    def a_folder(path: Path) -> None:
        path.unlink()
        path.mkdir()

    damages: tuple[Callable[[], object], ...] = (
        hole,
        hole,
        lambda: database.write_bytes(data[: r.randrange(len(data))]),
        lambda: database.write_bytes(b""),
        lambda: database.write_bytes(b"x" * 20_000),
        lambda: database.unlink(),
        lambda: a_folder(database),
        lambda: pointer.unlink(),
        lambda: a_folder(pointer),
        lambda: pointer.write_bytes(pointer.read_bytes()[: r.randrange(60)]),
        lambda: pointer.write_bytes(b"\xff\xfe\0"),
        lambda: pointer.write_text(r.choice(("[]", "{}", "null", "7", '{"database": ["x"]}'))),
        lambda: pointer.write_text(json.dumps({"database": r.choice(("", ".", "..", "x", "a\n"))})),
        lambda: shutil.rmtree(home),
        lambda: (shutil.rmtree(home), home.write_text("a file")),
        lambda: None,  # its landing folder is gone in any case
    )
    r.choice(damages)()
    return home


def broken(r: random.Random, on: Ground) -> list[str]:
    """A sound command in a home that is not."""
    home = ["--home", str(spoil(r, on))]
    feed, record = r.choice(on.records)
    command = r.choice(("trace", "subject", "replay", "edit", "build"))
    if command == "trace":
        return [command, r.choice(on.ids), *home]
    if command == "subject":
        return [command, r.choice(on.names), *home]
    if command == "edit":
        column = r.choice(feeds()[feed].column_names)
        return ["replay", "--feed", feed, "--record", record, "--set", f"{column}=x", *home]
    return [command, *(["--fault", "valid_code_of_another"] if command == "replay" else []), *home]


CASES = (looks, looks, looks, edits, edits, replays, replays, makes, broken, broken)


def words_of(n: int, on: Ground) -> list[str]:
    r = random.Random(n)
    return CASES[n % len(CASES)](r, on)


def wrong(words: list[str], capsys: pytest.CaptureFixture) -> str | None:
    """What is not as it should be with one command line; None if all is."""
    code: object = 0
    try:
        main(words)
    except SystemExit as left:
        code = left.code or 0
    except BaseException as error:  # any at all is what this test is about
        capsys.readouterr()
        return f"raised {type(error).__name__}: {error}"
    out, err = capsys.readouterr()
    lines = err.splitlines()
    if code == 0 and "--json" in words:
        json.loads(out)
    if code == 0 and not lines:
        return None
    if (
        code == 2
        and len(lines) == 1
        and err.startswith("islands: ")
        and len(lines[0]) > 20
        and not out
    ):
        return None
    return f"exit {code}: {err[-400:]!r}{', and printed' if out and code else ''}"


def played(numbers: range, on: Ground, capsys: pytest.CaptureFixture) -> list[str]:
    """The cases that went wrong, each with its command."""
    before = (on.home / "databases" / "000001.duckdb").read_bytes()
    found = []
    for n in numbers:
        words = words_of(n, on)
        told = wrong(words, capsys)
        if told:
            found.append(f"case {n}: {[word[:80] for word in words]}\n    {told}")
    if (on.home / "databases" / "000001.duckdb").read_bytes() != before:
        found.append("the database in force was changed")
    left = [p for p in (on.scratch / "made").rglob("*") if p.is_file() and p.name != ".lock"]
    found += [f"{path} was left behind" for path in left]
    return found


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch) -> None:
    """What is named by chance lies in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ISLANDS_HOME", raising=False)


def test_whatever_is_typed_and_whatever_is_broken(ground, capsys) -> None:
    found = played(range(SHORT), ground, capsys)
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_a_thousand_of_them(part, ground, capsys) -> None:
    size = LONG // PARTS
    found = played(range(part * size, (part + 1) * size), ground, capsys)
    assert not found, "\n".join(found)
