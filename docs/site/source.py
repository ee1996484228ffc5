"""What the site is made of: pages whose links hold in it, and what mkdocs is told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from docs.generate import README, generated, pages
from schemas.contract import ROOT

SOURCE = ROOT / "build" / "site-source"
BUILT = ROOT / "build" / "site"
CONFIG = ROOT / "build" / "site.json"  # mkdocs reads YAML, of which JSON is a part
OWN = Path(__file__).parent
LINK = re.compile(r"(?P<before>!?\[(?P<said>[^\]]*)\])\((?P<target>[^)\s#]+)(?P<part>#[^)\s]*)?\)")
FENCE = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
COPIES = "files"  # where files of the project that pages link to stand in the site

# Module -> what it is for, in the order in which somebody would meet them.
REFERENCE: Mapping[str, str] = {
    "pipelines.api": "Open a home, ask it, follow faults",
    "pipelines.replay": "One fault, or several, followed",
    "pipelines.replay.plan.faults": "What goes wrong, written out",
    "pipelines.replay.tell.result": "What a replay found",
    "pipelines.replay.tell.figures": "Pictures of a replay",
    "pipelines.experiment": "Faults by the thousand",
    "pipelines.experiment.design": "What an experiment varies",
    "pipelines.experiment.summary": "What an experiment found",
    "pipelines.matrix": "Which gate catches which fault",
    "pipelines.matrix.summary": "What the matrix found",
    "pipelines.subject": "All that is held about one subject",
    "pipelines.trace": "From an id to all it rests on or reached",
    "schemas.identifiers": "Numbers and their check digits",
}


def address(path: Path) -> str:
    """Where a page of the project stands in the site's source."""
    return "index.md" if path == README else path.name


def relinked(text: str, page: Path, paged: Iterable[Path], copied: set[Path]) -> str:
    """A page with its links as they hold in the site; one to a folder becomes plain text.

    Args:
        page: where it stands in the project.
        paged: files that are pages of the site.
        copied: takes in every other file of the project that is linked to.
    """
    known = {path.resolve(): address(path) for path in paged}

    def link(found: re.Match[str]) -> str:
        target, part = found["target"], found["part"] or ""
        there = (page.parent / target).resolve()
        if "://" in target:
            return found[0]
        if there in known:
            return f"{found['before']}({known[there]}{part})"
        if there.is_file():
            copied.add(there)
            return f"{found['before']}({COPIES}/{there.relative_to(ROOT).as_posix()})"
        return found["said"]

    return "".join(
        piece if n % 2 else LINK.sub(link, piece) for n, piece in enumerate(FENCE.split(text))
    )


def reference(module: str) -> str:
    """The page of one module, which mkdocstrings fills from its docstrings."""
    return f"# {module}\n\n{REFERENCE[module]}.\n\n::: {module}\n"


def title(text: str) -> str:
    """What a page calls itself."""
    return text.partition("# ")[2].partition("\n")[0].strip()


def site() -> tuple[dict[str, str], set[Path]]:
    """Address -> text of every page, in the order of the menu, and the files they link to."""
    copied: set[Path] = set()
    told = {
        address(page): relinked(page.read_text(encoding="utf-8"), page, pages(), copied)
        for page in pages()
    }
    told |= generated()
    told |= {f"reference/{module}.md": reference(module) for module in REFERENCE}
    return told, copied


def config(told: Mapping[str, str]) -> dict[str, Any]:
    """What mkdocs is told; nothing of it lies on another machine."""
    menu: list[dict[str, Any]] = [{"Joined Islands": "index.md"}]
    menu += [{title(text): at} for at, text in told.items() if "/" not in at and at != "index.md"]
    menu.append({"Reference": [{module: f"reference/{module}.md"} for module in REFERENCE]})
    shown = {
        "docstring_style": "google",
        "show_source": False,
        "show_root_heading": False,
        "show_root_toc_entry": False,
        "members_order": "source",
        "filters": ["!^_"],
    }
    return {
        "site_name": "Joined Islands (all data is synthetic)",
        "site_url": "",
        "docs_dir": str(SOURCE),
        "site_dir": str(BUILT),
        "nav": menu,
        "theme": {
            "name": "material",
            "font": False,
            "features": ["navigation.footer", "content.code.copy", "toc.follow"],
            "palette": [
                {"media": f"(prefers-color-scheme: {way})", "scheme": scheme, "primary": "indigo"}
                for way, scheme in (("light", "default"), ("dark", "slate"))
            ],
        },
        "plugins": [
            {"search": {"lang": ["en"]}},
            "offline",
            {"mkdocstrings": {"handlers": {"python": {"paths": [str(ROOT)], "options": shown}}}},
        ],
        "markdown_extensions": [
            "tables",
            "attr_list",
            "pymdownx.superfences",
            "pymdownx.highlight",
        ],
        "extra": {"polyfills": ["assets/iframe-worker.js"], "generator": False},
    }


def write_source() -> None:
    """Write the pages and what they link to into `SOURCE`, and `CONFIG`."""
    told, copied = site()
    shutil.rmtree(SOURCE, ignore_errors=True)
    for at, text in told.items():
        path = SOURCE / at
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    for path in sorted(copied):
        copy = SOURCE / COPIES / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (SOURCE / "assets").mkdir()
    shutil.copyfile(OWN / "iframe-worker.js", SOURCE / "assets" / "iframe-worker.js")
    CONFIG.write_text(json.dumps(config(told), indent=1), encoding="utf-8")
