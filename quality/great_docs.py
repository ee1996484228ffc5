"""Data Docs that work without a network: Great Expectations' pages, and an index of our own.

As they come, the pages load styles and scripts from half a dozen hosts, and the index is a table
that one of those scripts draws. Here everything from elsewhere is taken out, a small style is put
in, and the index is written as plain HTML.
"""

import html
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from quality.report import Validation
from schemas.notice import NOTICE

ICON = '<link rel="icon" href="data:,">'
STYLE = f"<style>\n{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"

ELSEWHERE = r"[\"'](?:https?:)?//[^\"'>]*[\"']"


def offline(page: str) -> str:
    """A page of Data Docs that asks nothing of the network and says that its data is synthetic.

    Scripts go, since what they do rests on libraries from elsewhere; so do the links that need one,
    styles, fonts, and images from elsewhere. Links one may click stay. The icon is an empty one: a
    browser asks for one if it is told of none, and of a validation's the path is wrong.
    """
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r"<link[^>]*>", "", page)
    page = re.sub(r"<a[^>]*\sdata-toggle=.*?</a>", "", page, flags=re.DOTALL)
    page = re.sub(rf"<img[^>]*\ssrc={ELSEWHERE}[^>]*>", "", page)
    page = re.sub(r"url\(\s*['\"]?(?:https?:)?//[^)]*\)", "none", page)
    page = re.sub(r"<a[^>]*>\s*</a>", "", page)  # what led home by a picture
    page = page.replace("<html>", '<html lang="en">', 1)
    page = page.replace("</head>", f"{ICON}\n{STYLE}\n</head>", 1)
    notice = f'<div id="synthetic">{html.escape(NOTICE)}</div>'
    return re.sub(r"(<body[^>]*>)", lambda found: found.group(1) + notice, page, count=1)


def write_docs(context: Any, docs_dir: Path, validations: Sequence[Validation]) -> None:
    """Write the pages of a Great Expectations context that has validated.

    Args:
        docs_dir: where the pages go; what was there is replaced.
        validations: what was found, for the index.
    """
    shutil.rmtree(docs_dir, ignore_errors=True)
    docs_dir.mkdir(parents=True)
    context.add_data_docs_site(
        site_name="checks",
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(docs_dir.resolve()),
            },
        },
    )
    context.build_data_docs(site_names=["checks"])
    shutil.rmtree(docs_dir / "static")
    for page in docs_dir.rglob("*.html"):
        page.write_text(offline(page.read_text(encoding="utf-8")), encoding="utf-8")
    (docs_dir / "index.html").write_text(_index(docs_dir, validations), encoding="utf-8")


def _index(docs_dir: Path, validations: Sequence[Validation]) -> str:
    rows = []
    for table in dict.fromkeys(v.table for v in validations):
        judged = [v for v in validations if v.table == table]
        kept = sum(v.success for v in judged)
        schema, name = table.split(".")
        pages = sorted((docs_dir / "validations" / schema / name).rglob("*.html"))
        page = pages[0].relative_to(docs_dir).as_posix() if pages else ""
        broken_after = re.sub(r"([._])", r"\1<wbr>", table)  # where a narrow screen breaks it
        mark = "check-circle" if kept == len(judged) else "times"
        rows.append(
            f'<tr><td><i class="fas fa-{mark}"></i></td>'
            f'<td><a href="{page}">{broken_after}</a></td>'
            f'<td class="number">{kept} of {len(judged)}</td>'
            f'<td class="number">{sum(v.unexpected for v in judged):,}</td>'
            f'<td><a href="expectations/{schema}/{name}.html">what is expected</a></td></tr>'
        )
    page = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))
    return page.substitute(style=ICON + STYLE, notice=html.escape(NOTICE), rows="\n".join(rows))
