"""Imports go one way and in no circle, files read by path included.

The graph is drawn from the files as they stand: every import, at the top of a module, inside a function
or for types alone; modules that a package finds by their file names; and the data files that a module
reads by a path it writes out. Which room may use which is said once, in `ORDER`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The rooms, each of which may use itself and those before it. A module belongs to the room with the
# longest name that its own begins with.
ORDER = (
    "schemas",
    "sources.files", "sources.world", "sources.faults", "sources",
    "quality",
    "pipelines.surroundings", "pipelines.json_text", "pipelines.places", "pipelines.terminal",
    "pipelines.layered", "pipelines.manifest", "pipelines.options", "pipelines.remembered",
    "pipelines.intervals", "pipelines.engine", "pipelines.model", "pipelines.trouble",
   
    "pipelines.landing", "pipelines.conform", "pipelines.resolve", "pipelines.merge", "pipelines.lists",
    "pipelines.exchange", "pipelines.consequences", "pipelines.scores", "pipelines.publication",
    "pipelines.changes", "pipelines.graph", "pipelines.lineage", "pipelines.made_by", "pipelines.codes",
    "pipelines.described", "pipelines.home", "pipelines.data_package", "pipelines.in_force",
    "pipelines.build", "pipelines.made_again", "pipelines.from_parquet", "pipelines.trace",
    "pipelines.subject", "pipelines.systems", "pipelines.key", "pipelines.announced", "pipelines.told",
    "pipelines.printed",
    "pipelines.run", "pipelines.ask", "pipelines.quarantine",
    "pipelines.replay.plan", "pipelines.replay.recompute", "pipelines.replay.compare",
    "pipelines.replay.tell", "pipelines.replay",
    "pipelines.experiment", "pipelines.matrix", "pipelines.api", "pipelines.demo", "pipelines.listing",
    "pipelines.definitions", "pipelines.ui", "pipelines.lab", "pipelines.explore",
    "pipelines.cli", "pipelines",
)  # fmt: skip
PACKAGES = ("schemas", "sources", "quality", "pipelines")

# Slow to import, so that a command loads them, and what needs them, only when it does.
SLOW = {
    "calamine", "dagster", "duckdb", "duckdb_engine", "great_expectations", "jinja2", "lxml", "numpy",
    "pandas", "plotly", "pyarrow", "pyspark", "rich", "sqlalchemy", "sqlglot", "starlette", "uvicorn",
    "yaml",
}  # fmt: skip


@dataclass
class Tree:
    """The packages under a folder, and what uses what in them.

    Attributes:
        root: the folder that holds the packages.
        order: names of the rooms, each after those it may use.
    """

    root: Path
    order: tuple[str, ...] = ORDER

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Dotted name -> file."""
        found = {}
        for package in PACKAGES:
            for path in sorted((self.root / package).rglob("*.py")):
                parts = path.relative_to(self.root).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    @cached_property
    def parsed(self) -> dict[str, ast.Module]:
        """Module -> what it says."""
        return {
            name: ast.parse(path.read_text(encoding="utf-8")) for name, path in self.modules.items()
        }

    @cached_property
    def nodes(self) -> dict[str, list[ast.AST]]:
        """Module -> all that stands in it."""
        return {name: list(ast.walk(module)) for name, module in self.parsed.items()}

    @cached_property
    def imports(self) -> dict[str, dict[str, ast.stmt]]:
        """Module -> module of ours it imports -> the first statement that does."""
        return {name: dict(self._imported(name)) for name in self.modules}

    def _imported(self, name: str) -> Iterator[tuple[str, ast.stmt]]:
        statements = [n for n in self.nodes[name] if isinstance(n, ast.stmt)]
        for statement in reversed(statements):  # of several, the first is kept
            wanted = []
            if isinstance(statement, ast.Import):
                wanted = [alias.name for alias in statement.names]
            elif isinstance(statement, ast.ImportFrom):
                wanted = [
                    self._meant(statement.module or "", alias.name) for alias in statement.names
                ]
            yield from ((one, statement) for one in wanted if one in self.modules and one != name)
        for call in self.nodes[name]:  # a package that finds its modules by file name
            if isinstance(call, ast.Call) and "import_module" in ast.unparse(call.func):
                found = [m for m in self.modules if m.rpartition(".")[0] == name]
                yield from ((one, self.parsed[name].body[0]) for one in found)

    def _meant(self, module: str, name: str) -> str:
        """The module that `from module import name` leads to: a submodule, unless a name hides it."""
        own = self.parsed[module].body if module in self.modules else []
        hidden = any(getattr(node, "name", None) == name for node in own)
        return module if hidden or f"{module}.{name}" not in self.modules else f"{module}.{name}"

    @cached_property
    def files(self) -> dict[str, set[str]]:
        """Module -> data files of ours, relative to the root, that it reads by a path written in it.

        The text of a program is not among them: what hashes it does not use what it says.
        """
        data = [
            path.relative_to(self.root).as_posix()
            for package in PACKAGES
            for path in (self.root / package).rglob("*")
            if path.is_file() and path.suffix not in (".py", ".pyc")
        ]
        return {
            name: {file for wanted in self._paths(name) for file in data if _matches(file, wanted)}
            for name in self.modules
        }

    def _paths(self, name: str) -> set[str]:
        """Patterns of the paths that a module writes out, relative to the root."""
        found = set()
        for node in self.nodes[name]:
            if isinstance(node, ast.Constant | ast.JoinedStr):
                said = _text(node)
                if said and said.partition("/")[0] in PACKAGES and " " not in said:
                    found.add(said)
            elif isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Attribute):
                path = self._path(name, node)
                if path:
                    found.add(path)
        return found

    def _path(self, name: str, node: ast.expr) -> str | None:
        """The path an expression names, relative to the root; None if it is none that is known."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            before, after = self._path(name, node.left), _text(node.right)
            return None if before is None else _joined(before, after or "*")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of, verb = self._path(name, node.func.value), node.func.attr
            said = _text(node.args[0]) if node.args else None
            if of is None:
                return None
            if verb == "resolve":
                return of
            if verb == "glob":
                return _joined(of, said or "*")
            if verb == "rglob":
                return _joined(of, "**/" + (said or "*"))
            if verb == "with_name" and said:
                return _joined(_folder(of), said)
            if verb == "with_suffix" and said:
                return of.rpartition(".")[0] + said
        if _is_here(node):
            return self.modules[name].relative_to(self.root).as_posix()
        if isinstance(node, ast.Attribute) and node.attr == "parent":
            of = self._path(name, node.value)
            return None if of is None else _folder(of)
        if isinstance(node, ast.Name):
            where, value = self._said_of(name, node.id)
            return self._path(where, value) if value is not None else None
        return None

    def _said_of(self, name: str, constant: str) -> tuple[str, ast.expr | None]:
        """The module in which a constant is said, and what is said; None if it is none of ours."""
        said = self._said[name].get(constant)
        if isinstance(said, tuple):
            return self._said_of(*said)
        return name, said

    @cached_property
    def _said(self) -> dict[str, dict[str, ast.expr | tuple[str, str]]]:
        """Module -> constant -> what is said first; or the module and the name it is imported from."""
        found: dict[str, dict[str, ast.expr | tuple[str, str]]] = {}
        for name, module in self.parsed.items():
            own = found.setdefault(name, {})
            for node in module.body:
                if isinstance(node, ast.Assign):
                    own.setdefault(ast.unparse(node.targets[0]), node.value)
                elif isinstance(node, ast.ImportFrom) and node.module in self.modules:
                    for alias in node.names if node.module != name else ():
                        own.setdefault(alias.asname or alias.name, (node.module, alias.name))
        return found

    def room(self, name: str) -> str:
        """The room of a module, or of a data file under its dotted path."""
        rooms = [r for r in self.order if name == r or name.startswith(f"{r}.")]
        return max(rooms, key=len, default=name)

    def arrows_up(self) -> list[str]:
        """Every use of a later room, by import or by path."""
        rank = {room: n for n, room in enumerate(self.order)}
        found = []
        for name in self.modules:
            own = rank[self.room(name)]
            for other, statement in self.imports[name].items():
                if rank[self.room(other)] > own:
                    found.append(f"{name} line {statement.lineno} imports {other}")
            for file in sorted(self.files[name]):
                if rank[self.room(file.replace("/", "."))] > own:
                    found.append(f"{name} reads {file}")
        return found

    def circle(self) -> list[str]:
        """Modules that import each other in a circle, if any do."""
        try:
            TopologicalSorter(self.imports).prepare()
        except CycleError as error:
            return list(error.args[1])
        return []

    def hidden(self) -> list[str]:
        """Imports inside functions of modules that bring nothing slow with them."""
        return [
            f"{name} line {statement.lineno} imports {other}"
            for name in self.modules
            for other, statement in self.imports[name].items()
            if statement not in self.parsed[name].body
            and not _for_types(self.parsed[name], statement)
            and not self._brings(other, set()) & SLOW
        ]

    def _brings(self, name: str, seen: set[str]) -> set[str]:
        """Names of all outside packages that are imported with a module."""
        if name in seen or name not in self.modules:
            return set()
        seen.add(name)
        found = self._brings(name.rpartition(".")[0], seen)
        for statement in self.parsed[name].body:
            if isinstance(statement, ast.Import):
                found |= {alias.name.split(".")[0] for alias in statement.names}
            elif isinstance(statement, ast.ImportFrom):
                found.add((statement.module or "").split(".")[0])
        for other, statement in self.imports[name].items():
            if statement in self.parsed[name].body:
                found |= self._brings(other, seen)
        return found


def _is_here(node: ast.expr) -> bool:
    """Whether it is `Path(__file__)`."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
    return called == "Path" and ast.unparse(node) == "Path(__file__)"


def _text(node: ast.expr) -> str | None:
    """A text an expression says, with `*` for what is filled in; None if it says none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values
        )
    return None


def _matches(file: str, pattern: str) -> bool:
    """Whether a pattern is met by a file; `*` stands for any part of one name, `**` for any folders."""
    parts = (re.escape(part).replace(r"\*", "[^/]*") for part in pattern.split("**/"))
    return re.fullmatch("(?:.*/)?".join(parts), file) is not None


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _for_types(module: ast.Module, statement: ast.stmt) -> bool:
    """Whether a statement stands under TYPE_CHECKING."""
    return any(
        statement in node.body
        for node in module.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )


OURS = Tree(ROOT)


def test_every_module_has_a_room() -> None:
    without = [name for name in OURS.modules if OURS.room(name) not in ORDER]
    assert not without, f"say in ORDER what {without} may use"
    assert {OURS.room(name) for name in OURS.modules} >= {"schemas", "sources", "quality"}


def test_no_arrow_leads_up() -> None:
    assert not OURS.arrows_up()


def test_there_is_no_circle() -> None:
    assert not OURS.circle()


def test_an_import_inside_a_function_spares_something_slow() -> None:
    assert not OURS.hidden()


def test_files_read_by_path_are_seen() -> None:
    assert "schemas/sql/duckdb.sql" in OURS.files["schemas.sql"]
    assert "schemas/codes/lists.csv" in OURS.files["pipelines.exchange.network"]
    assert "pipelines/exchange/network.yml" in OURS.files["pipelines.exchange.network"]
    assert "pipelines/lists/court_dishonest.sql" in OURS.files["pipelines.exchange.network"]
    assert "schemas/normal_form.csv" in OURS.files["schemas.normal_form"]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param(
            {"pipelines/a.py": "def late():\n    from pipelines import b", "pipelines/b.py": ""},
            {"arrows": ["pipelines.a line 2 imports pipelines.b"], "hidden": 1},
            id="up, inside a function",
        ),
        pytest.param(
            {
                "pipelines/b/__init__.py": "import pipelines.b.x",
                "pipelines/b/x.py": "from pipelines import b",
            },
            {"circle": {"pipelines.b", "pipelines.b.x"}},
            id="a circle in one room",
        ),
        pytest.param(
            {
                "pipelines/b/__init__.py": "from importlib import import_module\nimport_module(name)",
                "pipelines/b/x.py": "import pipelines.b",
            },
            {"circle": {"pipelines.b", "pipelines.b.x"}},
            id="a circle through modules found by file name",
        ),
        pytest.param(
            {
                "schemas/c.py": "from pathlib import Path\nROOT = Path(__file__).resolve().parent.parent",
                "pipelines/a.py": "from schemas.c import ROOT\nB = ROOT / 'pipelines' / 'b'\nB.glob('*.sql')",
                "pipelines/b/rule.sql": "",
            },
            {"arrows": ["pipelines.a reads pipelines/b/rule.sql"]},
            id="up, by a path",
        ),
        pytest.param(
            {
                "pipelines/b/y.py": "",
                "pipelines/b/x.py": "def late():\n    from pipelines.b.y import one\n    import duckdb",
                "pipelines/a.py": "",
            },
            {"hidden": 1},
            id="hidden for nothing",
        ),
    ],
)
def test_what_is_wrong_is_found(files: dict, found: dict, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    tree = Tree(tmp_path, ("schemas", "pipelines.a", "pipelines.b", "pipelines"))
    assert tree.arrows_up() == found.get("arrows", [])
    assert set(tree.circle()) == found.get("circle", set())
    assert len(tree.hidden()) == found.get("hidden", 0)
