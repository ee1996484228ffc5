"""Write all that is generated: `python -m docs.generate`, or `make docs`.

In place: the blocks and outcomes shown in the README and the pages, and the picture. In build/pages:
the data dictionary and the network, which follow from the contracts and are not kept.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.dictionary import dictionary
from docs.figures import blocks
from docs.lab import Lab, make_copy, make_lab
from docs.network import network_page
from docs.pages import Example, block_names, with_blocks, with_outcomes
from docs.picture import draw
from schemas.contract import ROOT

README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "picture.svg"
BUILT = ROOT / "build" / "pages"
# The page that adds to the project: it is walked from top to bottom in a copy of it.
WALKED = ROOT / "docs" / "first-steps.md"
TOOK = re.compile(r"\b[0-9]+ ms\b")


def pages() -> list[Path]:
    """The README and every page of docs/."""
    return [README, *sorted((ROOT / "docs").glob("*.md"))]


def generated() -> dict[str, str]:
    """Name -> content of the pages that are generated whole."""
    return {"data-dictionary.md": dictionary(), "network.md": network_page()}


def rewritten(page: str, lab: Lab, filled: Mapping[str, str]) -> str:
    """A page with its blocks and outcomes as they are now."""
    if block_names(page):
        page = with_blocks(page, filled)
    names: dict[str, Any] = {}
    return with_outcomes(page, lambda example: outcome(example, lab, names))


def walked(page: str, lab: Lab) -> str:
    """A page with its outcomes as they are now, all of it done in order: files written, commands run.

    Milliseconds are left out, since no two runs agree in them.
    """
    return with_outcomes(page, lambda e: TOOK.sub("… ms", outcome(e, lab, {})), every=True)


def outcome(example: Example, lab: Lab, names: dict[str, Any]) -> str:
    """What comes out of an example.

    Args:
        names: what the page's Python has defined so far; its next lines add theirs.
    """
    if example.file:
        (lab.folder / example.file).write_text(example.body, encoding="utf-8", newline="\n")
        return ""
    if example.kind == "python":
        return lab.python(example.body, names)
    if example.kind == "sql":
        return lab.query(example.body)
    return "\n".join(filter(None, (lab.run(line) for line in example.commands())))


def write(path: Path, text: str) -> None:
    """Write a file if it is not what it should be, and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {path.relative_to(ROOT).as_posix()}")


def main() -> None:
    """Write everything."""
    write(PICTURE, draw())
    for name, text in generated().items():
        write(BUILT / name, text)
    with tempfile.TemporaryDirectory() as folder:
        lab = make_lab(Path(folder), tell=True)
        filled = blocks(lab)
        for path in pages():
            if path != WALKED:
                write(path, rewritten(path.read_text(encoding="utf-8"), lab, filled))
        copy = make_copy(Path(folder) / "copy")
        write(WALKED, walked(WALKED.read_text(encoding="utf-8"), copy))


if __name__ == "__main__":
    main()
