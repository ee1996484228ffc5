"""`islands demo`: a story that can be counted by hand, then the same in a world of 60,000.

The story world lives in HOME/story, the demo world in HOME, where other commands look for one. Its last
lines name a page of the story to open, HOME/noodle_house.html.
"""

import hashlib
import json
import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from pipelines.announced import announce
from pipelines.home import Home, write_json
from pipelines.manifest import lock_hash
from pipelines.replay import FaultSpec, Replay, load, replay
from pipelines.replay.plan.edits import Edit, RowEdit, changed
from pipelines.replay.tell.page import write_page
from pipelines.run import build_home, generate_home
from pipelines.terminal import progress_bar, wide_console
from schemas.contract import ROOT
from schemas.progress import Progress
from schemas.version import project_version

STORY = ROOT / "labs" / "scenarios" / "noodle_house.yml"
DEMO_FAULT = FaultSpec("valid_code_of_another", feed="court", correct_after=30)
SIZE, DAYS = "demo", 365
CODE = ("schemas", "sources", "pipelines", "quality")
AROUND = 3  # filled cells shown on either side of a changed one


def run_demo(home: Path, seed: int) -> None:
    """Tell the story, then follow one fault through the demo world; end with what to type next.

    Args:
        seed: of the demo world; the story is written out and needs none.

    Raises:
        ValueError: in one sentence, if another run holds the home or it has files of other origin.
    """
    out = wide_console()
    story = Home(home / "story")
    with progress_bar("the story") as tell:
        told = tell_story(story, tell)
    print_story(told, out)
    page = home / "noodle_house.html"
    write_page(told, page)

    out.print()
    big = Home(home)
    if not is_ready(big, demo_manifest(seed)):
        announce(SIZE, home, "generate+build")
    with progress_bar("the demo world") as tell:
        reused = ready_demo(big, seed, tell)
    made = "as it was built before" if reused else "built anew"
    out.print(f"The demo world ({made}): 20,000 enterprises, 40,000 residents, {DAYS} days.")
    with progress_bar("replaying") as tell:
        found = replay(big, DEMO_FAULT, passing_over=True, progress=tell)
    print_record(found, out)
    found.print(out)

    out.print()
    out.print("The story as a page with pictures, which works offline; open it in a browser:")
    out.print(f"  {page.resolve()}", soft_wrap=True, highlight=False)
    out.print()
    out.print(
        "Next, why: follow the record forward to all it reached as it stood. Or break another."
    )
    record = found.edits[0].struck.record_id or ""
    for words in (
        ("trace", record[:12]),
        ("replay", "--fault", "same_name_mixup", "--seed", "2", "--correct-after", "30"),
    ):
        out.print("  " + command_line(home, words), soft_wrap=True, highlight=False)


# --- the story ------------------------------------------------------------------------------------


def make_story(home: Home, progress: Progress | None = None) -> None:
    """Make the story world, without dirt, and its database; what was there is replaced."""
    words = ("generate", "--size", "story", "--dirt", "0", "--home", home.path.as_posix())
    generate_home(home, size="story", seed=1, days=DAYS, dirt=0, progress=progress, command=words)
    build_home(home, progress=progress, command=words)


def tell_story(home: Home, progress: Progress | None = None) -> Replay:
    """Make the story world and follow its wrong cell, as its scenario file says."""
    make_story(home, progress)
    scenario = load(STORY)
    return replay(home, scenario.faults, scenario=scenario, paths=True, progress=progress)


def print_story(told: Replay, out: Console) -> None:
    """The story in words, the record before and after, the report."""
    out.print(told.scenario.title, style="bold")
    out.print(told.scenario.story)
    print_record(told, out)
    told.print(out)


# --- the record -----------------------------------------------------------------------------------


def print_record(found: Replay, out: Console) -> None:
    """The record of each fault before and after, in colour."""
    styles = {"-": "green", "+": "red"}
    for edit in found.edits:
        out.print()
        for line in record_lines(edit):
            out.print(Text(line, style=styles.get(line[0], "")), soft_wrap=True)
    out.print()


def record_lines(edit: Edit) -> list[str]:
    """A record as first delivered wrong: `-` what it should say, `+` what it says instead.

    Cells that are not filled and cells far from a changed one are left out, the natural key never.
    """
    first = next((e for e in edit.faulty if isinstance(e, RowEdit)), None)
    if first is None or first.before is None or first.after is None:
        return []
    feed = edit.struck.feed
    differ = changed(first.before, first.after)
    filled = [c for c in first.before if first.before[c] is not None or c in differ]
    shown = {c for c in filled if c in feed.natural_key}
    for at, name in enumerate(filled):
        if name in differ:
            shown |= set(filled[max(0, at - AROUND) : at + AROUND + 1])
    width = max(map(len, shown))
    lines = [f"  {first.file}, line {first.line}"]
    skipped = False
    for name in filled:
        if name not in shown:
            if not skipped:
                lines.append("    …")
            skipped = True
            continue
        skipped = False
        if name in differ:
            before, after = ("(empty)" if v is None else v for v in differ[name])
            lines += [f"-   {name:<{width}}  {before}", f"+   {name:<{width}}  {after}"]
        else:
            lines.append(f"    {name:<{width}}  {first.before[name]}")
    return lines


# --- the demo world -------------------------------------------------------------------------------


def ready_demo(home: Home, seed: int, progress: Progress | None = None) -> bool:
    """Have the demo world and its database in a home.

    Returns:
        Whether the very same was there already.
    """
    wanted = demo_manifest(seed)
    if is_ready(home, wanted):
        return True
    words = ("demo", "--seed", str(seed))
    generate_home(home, size=SIZE, seed=seed, days=DAYS, progress=progress, command=words)
    build_home(home, progress=progress, command=words)
    write_json(home.path / "demo.json", {**wanted, "database": home.current()})
    return False


def demo_manifest(seed: int) -> dict[str, Any]:
    """All that the demo world and its database follow from."""
    return {
        "size": SIZE,
        "seed": seed,
        "days": DAYS,
        "dirt": 1.0,
        "join": "full",
        "policy": {},
        "version": project_version(),
        "lock": lock_hash(),
        "code": code_digest(),
    }


def is_ready(home: Home, wanted: Mapping[str, Any]) -> bool:
    """Whether a home's database in force is the one this very code made of this very world."""
    try:
        noted = json.loads((home.path / "demo.json").read_text(encoding="utf-8"))
        home.database()
        return noted == {**wanted, "database": home.current()}
    except (OSError, ValueError, RecursionError):
        return False


def code_digest() -> str:
    """sha256 over every file that decides what a world or a database holds."""
    total = hashlib.sha256()
    for package in CODE:
        # Endings are written out, so that what is read here can be read off the program.
        found = [
            *(ROOT / package).rglob("*.csv"),
            *(ROOT / package).rglob("*.py"),
            *(ROOT / package).rglob("*.sql"),
            *(ROOT / package).rglob("*.yaml"),
            *(ROOT / package).rglob("*.yml"),
        ]
        for path in sorted(found):
            total.update(path.relative_to(ROOT).as_posix().encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def command_line(home: Path, words: tuple[str, ...]) -> str:
    """A command ready to paste, with the program as it was called if it is not on the path."""
    program = "islands"
    if shutil.which(program) is None and Path(sys.argv[0]).name.startswith(program):
        program = os.path.relpath(sys.argv[0])
    return f"{program} {shlex.join((*words, '--home', str(home)))}"
