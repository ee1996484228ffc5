"""`make ui`: what is started, said and stopped."""

import os
import select
import signal
import socket
import sys

import pytest

from pipelines import ui
from pipelines.ui import main, surroundings
from schemas.contract import ROOT

# Stands for the watcher and for Dagster: starts a program of its own, then says and does as it is told.
PROGRAM = """
import os, signal, subprocess, sys
fifo, does = sys.argv[1:]
holding = "import sys; f = open(sys.argv[1], 'w'); f.write('x'); f.flush(); print(1, flush=True); input()"
pipe = subprocess.PIPE
own = subprocess.Popen([sys.executable, "-c", holding, fifo], stdin=pipe, stdout=pipe)
own.stdout.readline()
print("ready", flush=True)
print("a library warns", file=sys.stderr, flush=True)
if does == "interrupts":
    os.kill(os.getppid(), signal.SIGINT)
if does == "fails":
    sys.exit(3)
own.wait()
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows stops programs in another way")


def test_the_pages_ask_and_tell_nobody(tmp_path):
    found = surroundings(tmp_path / "home", {"PATH": "x"})
    assert found["DAGSTER_DISABLE_TELEMETRY"] == "yes" and found["PATH"] == "x"
    assert found["ISLANDS_HOME"] == str(tmp_path / "home")
    settings = tmp_path / "home" / "dagster" / "dagster.yaml"
    assert found["DAGSTER_HOME"] == str(settings.parent)
    assert "telemetry:\n  enabled: false" in settings.read_text(encoding="utf-8")
    settings.write_text("# mine\n", encoding="utf-8")
    surroundings(tmp_path / "home", {})
    assert settings.read_text(encoding="utf-8") == "# mine\n"
    elsewhere = surroundings(tmp_path / "home", {"DAGSTER_HOME": str(tmp_path / "own")})
    assert elsewhere["DAGSTER_HOME"] == str(tmp_path / "own")


@pytest.fixture
def port():
    """A port of this machine that nobody listens at."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """`programs("interrupts")`: what Dagster does; gives a function that says whether all are gone."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def command(does):
        return [sys.executable, "-c", PROGRAM, str(fifo), does]

    def set_up(does):
        monkeypatch.setattr(ui, "watcher", lambda: command("waits"))
        monkeypatch.setattr(ui, "pages", lambda _: command(does))
        monkeypatch.delenv("DAGSTER_HOME", raising=False)

    def written():
        """What the programs wrote until the last of them was gone; None if one stays."""
        said = b""
        while select.select([reading], [], [], 60)[0]:
            more = os.read(reading, 100)
            if not more:
                return said
            said += more
        return None

    set_up.written = written
    # Where tests run behind a shell, an interrupt may be ignored, and the pages would be shown for ever.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield set_up
    signal.signal(signal.SIGINT, before)
    os.close(reading)


def test_the_commands_are_dagsters_own(port):
    assert ui.watcher() == [sys.executable, "-m", "pipelines.definitions.watched"]
    command = ui.pages(port)
    assert command[1:4] == ["-m", "dagster", "dev"]
    assert command[-4:] == ["-h", "127.0.0.1", "-p", str(port)], "nobody else can reach it"
    assert str(ROOT / "workspace.yaml") in command


@posix
def test_one_line_says_where_and_nothing_stays_behind(programs, port, tmp_path, capfd):
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    programs("interrupts")
    assert main(["--home", str(home), "--port", str(port)]) == 0
    assert programs.written() == b"xx"
    out, err = capfd.readouterr()
    assert out == (
        f"Dagster's pages of the home {home} open in some seconds at http://127.0.0.1:{port} "
        f"(Ctrl-C closes them; log: {home}/dagster/pages.log).\n"
    )
    assert err == ""
    assert "a library warns" in (home / "dagster" / "pages.log").read_text(encoding="utf-8")


@posix
def test_pages_that_stop_by_themselves_say_where_the_reason_is(programs, port, tmp_path, capfd):
    (tmp_path / "landing").mkdir()
    programs("fails")
    assert main(["--home", str(tmp_path), "--port", str(port)]) == 3
    assert programs.written() == b"xx"
    assert capfd.readouterr().err == (
        f"Dagster has stopped; {tmp_path}/dagster/pages.log says why.\n"
    )


def test_the_story_is_what_opens(monkeypatch, tmp_path):
    """The home that `make demo` leaves, unless another is named."""
    shown = []
    monkeypatch.setattr(ui, "show", lambda home, port: shown.append((home.as_posix(), port)) or 0)
    monkeypatch.setattr(ui, "see_home", lambda home: None)
    monkeypatch.setattr(ui, "see_port", lambda port: None)
    monkeypatch.delenv("ISLANDS_HOME", raising=False)
    assert main([]) == 0
    monkeypatch.setenv("ISLANDS_HOME", "elsewhere")
    assert main(["--port", "4000"]) == 0
    assert main(["--home", "third"]) == 0
    assert shown == [("build/story", 3000), ("elsewhere", 4000), ("third", 3000)]
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "UI_HOME ?= $(HOME_DIR)/story\n" in made and "--home $(UI_HOME)" in made


@pytest.mark.parametrize("number", ["0", "70000"])
def test_what_is_no_port_is_said(number, tmp_path, capfd):
    (tmp_path / "landing").mkdir()
    assert main(["--home", str(tmp_path), "--port", number]) == 2
    assert "--port takes a number from 1 to 65535" in capfd.readouterr().err


def test_a_taken_port_and_an_empty_home_are_said_in_one_sentence(tmp_path, capfd):
    assert main(["--home", str(tmp_path / "nothing")]) == 2
    said = capfd.readouterr().err
    assert said.count("\n") == 1 and "run `make demo`" in said
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "landing").mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert main(["--home", str(tmp_path), "--port", str(number)]) == 2
    said = capfd.readouterr().err
    assert said.count("\n") == 1 and f"Port {number} is taken" in said
