"""The command line: what it offers, what it prints for machines, and what it says when it cannot."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from pipelines.cli import main
from pipelines.home import Home, write_json
from pipelines.landing.folder import digests_in
from pipelines.listing import adoptions
from pipelines.manifest import digest_over
from schemas.contract import feeds

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = {
    "demo": ("--home", "--seed"),
    "build": (
        "--home",
        "--landing",
        "--join",
        "--engine",
        "--policy",
        "--links",
        "--master",
        "--spark-conf",
        "--spark-conf-file",
        "--parquet-only",
        "--json",
    ),  # fmt: skip
    "replay": (
        "--home",
        "--fault",
        "--seed",
        "--feed",
        "--record",
        "--delivery",
        "--set",
        "--scenario",
        "--scope",
        "--correct-after",
        "--remedy",
        "--join",
        "--policy",
        "--links",
        "--rebuild",
        "--json",
        "--html",
        "--save",
    ),
    "trace": ("--replay", "--state", "--home", "--json"),
    "check": ("--home", "--docs", "--no-docs", "--json"),
    "explore": ("--home", "--port"),
    "generate": (
        "--home",
        "--size",
        "--seed",
        "--days",
        "--dirt",
        "--for-students",
        "--shards",
        "--json",
    ),
    "experiment": (
        "--home",
        "--faults",
        "--by",
        "--n",
        "--worlds",
        "--seed",
        "--correct-after",
        "--remedy",
        "--policy",
        "--links",
        "--join",
        "--out",
        "--json",
    ),
    "matrix": ("--n", "--faults", "--gates", "--gate", "--worlds", "--pairs", "--json", "--html"),
    "diff": ("--json",),
    "subject": ("--home", "--as-of", "--audience", "--replay", "--state", "--json"),
    "ask": ("--list", "--sql", "--rows", "--seconds", "--home", "--json"),
    "key": ("--home", "--json"),
    "systems": ("--check", "--home", "--json"),
    "sources": ("--json",),
    "lists": ("--json",),
    "edges": ("--join", "--json"),
    "faults": ("--json",),
    "gates": ("--table", "--json"),
    "models": ("--sql", "--json"),
    "quarantine": ("list", "show", "correct", "release", "discard"),
    "lab": ("list", "start", "check", "submit", "grade", "exam"),
}
OF_QUARANTINE = {
    "list": ("--feed", "--rule", "--home", "--json"),
    "show": ("ROW", "--home", "--json"),
    "correct": ("ROW", "--set", "--feed", "--rule", "--who", "--why", "--home", "--json"),
    "release": ("ROW", "--feed", "--rule", "--who", "--why", "--home", "--json"),
    "discard": ("ROW", "--feed", "--rule", "--who", "--why", "--home", "--json"),
}  # fmt: skip

OF_LAB = {
    "list": ("--json",),
    "start": ("LAB", "--student", "--folder", "--salt"),
    "check": ("FOLDER", "--json"),
    "submit": ("FOLDER", "--out"),
    "grade": ("FOLDER", "--salt", "--out", "--cache", "--workers", "--export", "--json"),
    "exam": ("--student", "--salt", "--folder"),
}


@pytest.fixture
def run(capsys):
    """`run(*words)` -> exit code, standard output, standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as left:
            code = left.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def refused(run):
    """`refused(*words)`: the one sentence on standard error; nothing else, and a bad exit code."""

    def call(*words: object) -> str:
        code, out, err = run(*words)
        assert code == 2
        assert out == ""
        assert err.count("\n") == 1 and err.startswith("islands: "), err
        assert err.rstrip().endswith((".", ".`")), err
        return err

    return call


@pytest.fixture(scope="module")
def home(story, tmp_path_factory) -> Path:
    """A home whose database in force is the story's."""
    return story.home(tmp_path_factory.mktemp("home")).path


def test_help_names_the_one_path_first(run) -> None:
    for words in ((), ("--help",)):
        code, out, _ = run(*words)
        assert code == 0
        commands = [line.split()[0] for line in out.split("Commands:")[1].splitlines() if line]
        assert commands == list(OPTIONS)
        assert commands[:5] == ["demo", "build", "replay", "trace", "check"]


@pytest.mark.parametrize("command", OPTIONS)
def test_every_option_has_its_help(command, run) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    for option in OPTIONS[command]:
        assert re.search(f"{option}[ ,\n]", out), option


@pytest.mark.parametrize("command", OF_QUARANTINE)
def test_every_option_of_quarantine_has_its_help(command, run) -> None:
    code, out, _ = run("quarantine", command, "--help")
    assert code == 0
    for option in OF_QUARANTINE[command]:
        assert re.search(f"{option}[ ,\n\\]]", out), option


@pytest.mark.parametrize("command", OF_LAB)
def test_every_option_of_lab_has_its_help(command, run) -> None:
    code, out, _ = run("lab", command, "--help")
    assert code == 0
    for option in OF_LAB[command]:
        assert re.search(f"{option}[ ,\n\\]]", out), option


# Command -> the shape of what it prints, where that is another command's.
SAME_SHAPE = {
    "diff": "replay",
    "grade": "lab_grade",
    **dict.fromkeys(
        ("quarantine_correct", "quarantine_release", "quarantine_discard"), "quarantine_step"
    ),
}


def test_what_every_command_prints_for_machines_is_written_down(run) -> None:
    groups = {"quarantine": OF_QUARANTINE, "lab": OF_LAB}
    commands = [(name,) for name in (*OPTIONS, "grade") if name not in groups]
    commands += [(group, name) for group, names in groups.items() for name in names]
    for words in commands:
        if re.search("--json[ ,\n\\]]", run(*words, "--help")[1]):
            name = "_".join(words)
            shape(SAME_SHAPE.get(name, name))


def test_grade_is_lab_grade(refused) -> None:
    assert "'FOLDER'" in refused("grade", "--salt", "s")


def test_help_loads_nothing_heavy() -> None:
    """The cause of slow help is an import; this names it, where a stopwatch would only blame."""
    heavy = "duckdb pandas pyarrow numpy dagster great_expectations sqlglot faker yaml lxml"
    code = (
        "import sys; from pipelines.cli import main\n"
        "try: main(['replay', '--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


LISTING = ("sources", "lists", "edges", "faults", "gates", "models")


def shape(name: str) -> Draft202012Validator:
    """The written shape of what a command prints for machines."""
    text = (ROOT / "schemas" / "json" / f"{name}.schema.json").read_text(encoding="utf-8")
    node = json.loads(text)
    Draft202012Validator.check_schema(node)
    return Draft202012Validator(node)


def keys(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
    for child in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from keys(child)


def test_the_labs_as_json_and_as_a_table(run) -> None:
    code, out, err = run("lab", "list", "--json")
    rows = json.loads(out)
    assert code == 0 and [row["lab"] for row in rows] == list(range(1, 11)) and err == ""
    shape("lab_list").validate(rows)
    assert rows[2]["starters"] == ["solution.ipynb", "solution.py"]
    code, out, _ = run("lab", "list")
    assert code == 0 and all(row["title"].split()[0] in out for row in rows)
    assert "solution.py" in out


@pytest.mark.parametrize("command", LISTING)
def test_what_there_is_as_json_and_as_a_table(command, run) -> None:
    code, out, err = run(command, "--json")
    rows = json.loads(out)
    assert code == 0 and rows and err == ""
    shape(command).validate(rows)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", key) for key in keys(rows))
    # A list is a list and no text with commas, a number no text.
    for row in rows:
        for key, value in row.items():
            if isinstance(value, str):
                assert not re.fullmatch(r"-?[0-9]+", value), key
                assert not re.fullmatch(r"[\w.]+(, [\w.]+)+", value), key
    code, out, _ = run(command)
    shown = next(
        name for name in ("feed", "list", "edge", "fault", "gate", "model") if name in rows[0]
    )
    assert code == 0 and all(str(row[shown]) in out for row in rows)
    if command == "sources":
        assert all(row["title_en"].split()[0] in out for row in rows) and "title_en" in out


@pytest.mark.parametrize("command", LISTING)
def test_what_there_is_reads_no_home(command, refused) -> None:
    assert "No such option: --home" in refused(command, "--home", "anywhere")


def test_each_kind_of_fault_says_where_it_happens_and_how_it_is_put_right(run) -> None:
    rows = {row["fault"]: row for row in json.loads(run("faults", "--json")[1])}
    for row in rows.values():
        where = {"edge": "edges", "holder": "holders"}.get(row["level"], "feeds")
        assert [key for key in ("feeds", "edges", "holders") if row[key]] == [where], row["fault"]
        assert row["correction"].endswith(".")
    lost = rows["lost_withdrawal"]["correction"]
    assert lost == (
        "snapshot: the row is absent from the next delivery. changes: the withdrawal arrives, late."
    )
    every = {row["edge"] for row in json.loads(run("edges", "--json")[1])}
    assert set(rows["sync_missed"]["edges"]) == every
    # To a poster on a wall somebody can add; nobody takes anything down from it, with a sync or by hand.
    assert "city_portal-village_board" not in rows["deletion_not_processed"]["edges"]
    assert "village_board" in rows["entered_by_hand"]["holders"]
    assert "village_board" not in rows["deleted_by_hand"]["holders"]
    out = run("faults")[1]
    assert re.search("sync_missed .* any edge ", out) and re.search(
        "deleted_by_hand .* holders ", out
    )


def test_the_edges_of_a_level_and_the_gates_of_a_table(run, refused) -> None:
    assert json.loads(run("edges", "--join", "none", "--json")[1]) == []
    own = json.loads(run("edges", "--join", "own-keys", "--json")[1])
    assert own and {row["match"] for row in own} == {"name_division"}
    assert not any(row["adopts"] for row in own)
    rows = json.loads(run("edges", "--json")[1])
    full = {(row["edge"], *row["lists"]): row["adopts"] for row in rows}
    (adopted,) = full["court-bank", "court_dishonest"]
    assert (adopted["list"], adopted["from_lists"]) == ("bank_watchlist", ["court_dishonest"])
    assert (adopted["min_severity"], adopted["term_days"]) == ("general", 1095)
    assert full["court-railway", "court_dishonest"] == []
    # None is made of what no edge brings.
    out = run("edges")[1]
    for row in adoptions():
        bring = [a for edge in rows for a in edge["adopts"] if a["list"] == row["list"]]
        assert {name for a in bring for name in a["from_lists"]} == set(row["from_lists"])
        assert re.search(rf"{row['list']} .* {row['by']} .* {row['term_days']} ", out)
    assert re.search("Adoptions: [^:]*: none", run("edges", "--join", "own-keys")[1])
    court = json.loads(run("gates", "--table", "landing.court", "--json")[1])
    assert court and {row["table"] for row in court} == {"landing.court"}
    gates = json.loads(run("gates", "--json")[1])
    by_gate = {row["gate"]: row["rule"] for row in gates}
    assert all(
        by_gate[row["gate"]] == row["rule"] for row in gates
    )  # of a gate, whatever the table
    assert "Perhaps landing.court is meant." in refused("gates", "--table", "landing.cort")


def test_the_sql_of_a_model(run) -> None:
    code, out, _ = run("models", "--sql", "lists.court_dishonest")
    assert code == 0 and out.startswith("-- ") and "event_day + 730" in out
    code, out, _ = run("models", "--sql", "lists.court_dishonest", "--engine", "spark", "--json")
    model = json.loads(out)
    shape("model").validate(model)
    assert model["model"] == "lists.court_dishonest"


def test_trace_and_subject(home, run) -> None:
    code, out, _ = run("subject", "柳陌鼎远装饰工程有限公司", "--home", home, "--json")
    held = json.loads(out)
    assert code == 0 and held["name"] == "柳陌鼎远装饰工程有限公司"
    version = held["shown_by"][0]["entry_version"]
    code, out, _ = run("trace", version, "--home", home, "--json")
    assert code == 0 and json.loads(out)["entry_version"] == version
    code, out, _ = run("trace", version[:10], "--home", home)
    assert code == 0 and "Rests on" in out and " line " in out
    code, out, _ = run("subject", "沈青禾", "--home", home, "--as-of", "2024-03-20")
    assert code == 0 and "A is 沈青禾 (resident), subject " in out
    assert "A as believed on 2024-03-20" in out
    code, out, _ = run("subject", "贺振邦", "--home", home, "--audience", "public")
    assert code == 0 and "Seen by public on 2024-12-30: 贺振邦, 8401031976****053X" in out
    code, _, err = run("subject", "贺振邦", "--audience", "public", "--as-of", "2024-03-20")
    assert code and "give it without --as-of" in err


def test_check_as_json(home, run) -> None:
    """Our checks of all tables."""
    code, out, _ = run("check", "--no-docs", "--home", home, "--json")
    alone = json.loads(out)
    shape("check").validate(alone)
    assert code == 0 and alone["totals"]["checks"] == alone["totals"]["checks_passed"] > 100
    assert alone["docs"] is None and not alone["great_expectations"]


@pytest.mark.long  # its pages are written in every run in tests/quality/test_great.py
def test_check_writes_pages(story, run, tmp_path, monkeypatch) -> None:
    """Great Expectations is given the tables of one stage."""
    from quality import great

    database = tmp_path / "its own.duckdb"  # what Great Expectations opens it keeps open
    shutil.copyfile(story.database, database)
    write_json(tmp_path / "current.json", {"database": str(database)})
    every = great.suites
    monkeypatch.setattr(
        great, "suites", lambda *of: {t: s for t, s in every(*of).items() if t.startswith("lists.")}
    )
    code, out, _ = run("check", "--no-docs", "--home", tmp_path, "--json")
    alone = json.loads(out)
    code, out, _ = run("check", "--docs", "--home", tmp_path, "--json")
    told = json.loads(out)
    shape("check").validate(told)
    assert code == 0 and told["checks"] == alone["checks"]
    assert told["totals"]["validated"] > 0 and Path(told["docs"]).is_file()


@pytest.mark.long  # Great Expectations validates every table
def test_check_in_a_process_of_its_own(home) -> None:
    """What Great Expectations opens it keeps open until the end."""
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "check", "--home", str(home), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["totals"]["checks"] == told["totals"]["checks_passed"] > 0
    assert told["totals"]["validated"] > 0
    shape("check").validate(told)
    assert Path(told["docs"]).is_file() and told["out_of_date"] is None
    assert done.stderr == ""  # nor a library's warning


@pytest.mark.parametrize("command", ["trace", "subject"])
def test_a_world_of_no_replay_is_not_looked_at(refused, command) -> None:
    told = refused(command, "c2cbcc5f", "--state", "corrected")
    assert "give it with --replay" in told


def test_quarantine_as_json_and_in_words(one_tiny, run, refused, tmp_path) -> None:
    """A row is looked at, corrected wrongly, and discarded; a home that holds nothing aside says so."""
    home = tmp_path / "home"
    write_json(home / "current.json", {"database": str(one_tiny.database)})
    place = ("--home", home)
    log = ("--who", "Li", "--why", "seen", *place)
    found = json.loads(run("quarantine", "list", *place, "--json")[1])
    shape("quarantine_list").validate(found)
    row = next(row for row in found["rows"] if any(v["column"] for v in row["verdicts"]))
    verdict = next(v for v in row["verdicts"] if v["column"] and v["outcome"] == "quarantine")
    _, out, _ = run("quarantine", "list", *place)
    assert row["row"] in out and "Kept aside for" in out
    change = ("--set", f"{verdict['column']}=没有")
    _, out, _ = run("quarantine", "correct", row["row"], *change, *log)
    assert f"{row['row']} will be read with {verdict['column']}=没有" in out
    assert "It is still kept aside, since it breaks" in out
    told = json.loads(run("quarantine", "discard", row["row"], *log, "--json")[1])
    shape("quarantine_step").validate(told)
    assert "is discarded already" in refused("quarantine", "discard", row["row"], *log)
    told = json.loads(run("quarantine", "show", row["row"], *place, "--json")[1])
    shape("quarantine_show").validate(told)
    assert told["state"] == "discarded" and [s["what"] for s in told["log"]] == [
        "correct",
        "discard",
    ]
    _, out, _ = run("quarantine", "show", row["row"], *place)
    assert "): discarded" in out and "没有" in out
    assert "COL=VALUE, not 'a'" in refused("quarantine", "correct", "x", "--set", "a", *log)
    assert "Missing option '--who'" in refused("quarantine", "release", row["row"], *place)
    assert "--feed 'cort' is none of" in refused("quarantine", "list", "--feed", "cort", *place)


def test_diff_of_a_database_with_itself(story, run) -> None:
    code, out, _ = run("diff", story.database, story.database, "--json")
    told = json.loads(out)
    assert code == 0 and told["mode"] == "diff" and told["lists"] == []


def test_replay_writes_json_a_page_and_a_scenario(home, run, tmp_path) -> None:
    page, scenario = tmp_path / "report.html", tmp_path / "slip.yaml"
    code, out, _ = run(
        "replay", "--home", home, "--feed", "court", "--record", "0000000001",
        "--set", "cardNum=PDY006219", "--correct-after", 30, "--json",
        "--html", page, "--save", scenario,
    )  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert {"fault", "lists", "measures", "scores", "totals", "gain", "mode", "seconds"} <= set(
        told
    )
    assert told["fault"]["changed"] == {"cardNum": ["PDY006120", "PDY006219"]}
    assert "SYNTHETIC DATA" in page.read_text(encoding="utf-8")
    assert "PDY006219" in page.read_text(encoding="utf-8")
    assert "0000000001" in scenario.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nosuch"], "No such command 'nosuch'"),
        (["trace"], "Missing argument 'ID'"),
        (["trace", "abc", "--nosuch"], "No such option: --nosuch"),
        (["generate", "--days", "many"], "Invalid value for '--days'"),
        (["generate", "--days", "0"], "at least one day"),
        (["generate", "--size", "huge"], "There is no size 'huge'"),
        (["generate", "--dirt", "much"], "--dirt takes a number from 0, not 'much'"),
        (["generate", "--dirt", "-1"], "--dirt takes a number from 0"),
        (["generate", "--shards", "0"], "--shards takes a number of processes from 1, not 0"),
        (["build", "--join", "all"], "--join 'all' is none of none, own-keys"),
        (["build", "--engine", "excel"], "--engine 'excel' is none of duckdb, spark"),
        (["build", "--policy", "court"], "--policy takes NAME=VALUE, not 'court'"),
        (["build", "--policy", "links.scores=none", "--links", "today"], "say two things"),
        (["build"], "There is no landing folder"),
        (["build", "--landing", "nowhere"], "There is no landing folder nowhere"),
        (["build", "--landing", "file:///no/where"], "There is no landing folder /no/where"),
        (
            ["build", "--landing", "nosuch://a/b"],
            "nosuch://a cannot be reached (Protocol not known",
        ),
        (["build", "--tables", "there"], "--tables and --parquet-only are Spark's; give --engine"),
        (["trace", "abcdef", "--home", "s3a://a/b"], "s3a://a/b is an address, and databases"),
        (["replay", "--fault", "late"], "No database in"),
        (["check"], "No database in"),
        (["check", "--engine", "excel"], "--engine 'excel' is none of duckdb, spark"),
        (["check", "--engine", "spark"], "holds no tables of Spark's; run `islands build --engine"),
        (["check", "--master", "yarn"], "are Spark's; give --engine spark with them"),
        (["trace", "abcdef"], "No database in"),
        (["subject", "abcdef"], "No database in"),
        (["diff", "a.duckdb", "b.duckdb"], "a.duckdb is no file"),
        (["models", "--sql", "lists.nosuch"], "There is no model 'lists.nosuch'"),
        (["models", "--join", "all"], "join 'all' is none of"),
    ],
)
def test_bad_words_without_a_home(words, sentence, refused, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ISLANDS_HOME", str(tmp_path / "none yet"))
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(*words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["trace", "zzzzzzzz"], "Nothing here has an id that begins with 'zzzzzzzz'"),
        (["trace", "abc"], "too short"),
        (["subject", "nobody"], "Nobody here is 'nobody'"),
        (["subject", "周明"], "'周明' is 2 subjects"),
        (["subject", "沈青禾", "--as-of", "2024-02-30"], "--as-of must be a day as YYYY-MM-DD"),
        (["replay"], "Say what goes wrong"),
        (["replay", "--fault", "gremlin"], "There is no fault 'gremlin'"),
        (["replay", "--fault", "late", "--scope", "some"], "--scope 'some' is none of"),
        (["replay", "--fault", "late", "--correct-after", "0"], "--correct-after takes"),
        (["replay", "--fault", "late", "--remedy", "hope"], "--remedy 'hope' is none of source, notice"),
        (
            ["replay", "--fault", "late", "--remedy", "dispute", "--text", "x" * 2001],
            "A dispute has at most 2,000 characters; this one has 2,001",
        ),
        (["replay", "--fault", "late", "--join", "all"], "--join 'all' is none of"),
        (["replay", "--fault", "late", "--html", "no/such/r.html"], "There is no folder no/such"),
        (["replay", "--fault", "late", "--policy", "x"], "--policy takes NAME=VALUE"),
        (["replay", "--feed", "pets", "--set", "a=b"], "--feed 'pets' is none of"),
        (["replay", "--feed", "court", "--record", "nobody", "--set", "age=1"], "no record 'nobody'"),
        (["replay", "--feed", "court", "--record", "0000000001", "--set", "age"], "COLUMN=VALUE"),
        (["replay", "--feed", "court", "--record", "0000000001", "--set", "a=1"], "no column 'a'"),
        (
            ["replay", "--feed", "court", "--record", "0000000001", "--set", "age=1",
             "--delivery", "2030-01-01"],
            "delivers nothing on 2030-01-01",
        ),
        (["replay", "--scenario", "nowhere.yaml"], "nowhere.yaml"),
    ],
)  # fmt: skip
def test_bad_words_in_a_home(words, sentence, refused, home) -> None:
    assert sentence in refused(*words, "--home", home)


def test_places_of_a_level_of_joining_are_told_and_written_down(
    run, home, tmp_path, monkeypatch
) -> None:
    """One place of each kind is enough to see it."""
    from pipelines.experiment import places

    names, all_places = ("court", "court-bank", "bank"), places.places
    monkeypatch.setattr(places, "places", lambda u: [p for p in all_places(u) if p.name in names])
    places_in = tmp_path / "places"
    shutil.copytree(home, places_in / "world")
    world = Home(places_in / "world")
    landing = Path(world.current()["landing"])
    digest = digest_over(digests_in(landing, feeds("story").values()))
    write_json(world.pointer, world.current() | {"landing_digest": digest})
    given = ("--by", "place", "--n", "2", "--size", "story", "--dirt", "0", "--join", "own-keys")
    code, out, _ = run("experiment", *given, "--home", tmp_path, "--json")
    told = json.loads(out)
    shape("places").validate(told)
    assert code == 0 and (told["n"], told["join"]) == (2, "own-keys")
    rows = {(row["where"], row["place"]): row for row in told["places"]}
    assert rows.keys() >= {("feed", "court"), ("edge", "court-bank"), ("holder", "bank")}
    assert {where for (where, _), row in rows.items() if row["beyond"] is not None} == {"edge"}
    edge = rows["edge", "court-bank"]
    assert edge["reached"] and edge["beyond"] == 0, "the bank hands nothing on"
    assert len(pd.read_parquet(places_in / "places.parquet")) == len(rows)
    manifest = json.loads((places_in / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["join"], manifest["n"]) == ("own-keys", 2) and manifest["notice"]
    assert manifest["landing_digest"] == digest


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--worlds", "2"), "--worlds"),
        (("--remedy", "notice"), "--remedy"),
        (("--correct-after", "7", "--faults", "late"), "--faults, --correct-after"),
        (("--frame", "feed", "--scope", "once"), "--frame, --scope"),
    ],
)
def test_what_has_no_part_in_places_is_refused(words, named, refused, tmp_path) -> None:
    said = refused("experiment", "--by", "place", "--out", tmp_path / "none", *words)
    assert said.rstrip().endswith(f"leave out {named}.") and not (tmp_path / "none").exists()
    joins = ("--by", "place", "--join", "none,full", "--out", tmp_path / "none")
    assert "--join 'none,full' is none of" in refused("experiment", *joins)


def test_a_file_that_is_no_database(refused, story, tmp_path) -> None:
    other = tmp_path / "letter.duckdb"
    other.write_text("Dear Sir or Madam, this is not a database.")
    assert f"{other} is no database" in refused("diff", story.database, other)
    write_json(tmp_path / "current.json", {"database": "letter.duckdb", "tier": "story"})
    for words in (["trace", "abcdef"], ["subject", "x"], ["check"], ["replay", "--fault", "late"]):
        assert "is no database" in refused(*words, "--home", tmp_path)


def test_a_database_of_somebody_else(refused, story, tmp_path) -> None:
    import duckdb

    other = tmp_path / "sales.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE sales AS SELECT 1 AS n")
    assert "but not one that `islands build` made" in refused("diff", story.database, other)


def test_a_build_that_cannot_be_leaves_the_last_good_one(run, refused, generated, tmp_path) -> None:
    """Built once; then every kind of refusal, after which pointer and database are as they were."""
    home = tmp_path / "home"
    source = generated("story", 1, dirt=0.0)
    shutil.copytree(source.landing, home / "landing")
    code, out, _ = run("build", "--home", home, "--json")
    built = json.loads(out)
    assert code == 0 and built["join"] == "full" and built["gates"] == []
    shape("build").validate(built)
    pointer = (home / "current.json").read_bytes()
    database = home / json.loads(pointer)["database"]
    stamp = database.stat()

    bad = tmp_path / "landing"
    shutil.copytree(source.landing, bad)
    assert "means no edge" in refused("build", "--home", home, "--policy", "a-b.every=3")
    assert "whole number of days" in refused(
        "build", "--home", home, "--policy", "court-bank.every=x"
    )
    (bad / "court" / "court_20240101.xml").write_text("<x/>")
    assert "must be named" in refused("build", "--home", home, "--landing", bad)
    (bad / "court" / "court_20240101.xml").unlink()
    (bad / "pets").mkdir()
    assert "no contract has a feed 'pets'" in refused("build", "--home", home, "--landing", bad)
    (bad / "pets").rmdir()
    (bad / "manifest.json").write_text("{")
    assert "is not readable" in refused("build", "--home", home, "--landing", bad)

    assert (home / "current.json").read_bytes() == pointer
    now = database.stat()
    assert (now.st_size, now.st_mtime_ns) == (stamp.st_size, stamp.st_mtime_ns)
    assert [path.name for path in database.parent.iterdir()] == [database.name]


@pytest.mark.parametrize(
    "words",
    [
        ("trace", "zzzzzzzz"),
        ("subject", "nobody"),
        ("replay", "--feed", "court", "--record", "nobody", "--set", "age=1"),
    ],
)
def test_where_nothing_was_found_is_told(words, home, refused) -> None:
    """A new terminal asks the home that is meant if none is named."""
    assert refused(*words, "--home", home).rstrip().endswith(f" Looked for in {home}.")
