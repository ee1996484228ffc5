"""YAML and JSON that people edit: a name is said once in a mapping, and what cannot be read is one sentence.

Read in the usual way, the last of two values is taken in silence, and the first is forgotten.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml


class SaidTwiceError(ValueError):
    """A name that is said twice in one object of JSON."""


class SaidOnce:
    """What makes a loader of YAML refuse a name that is said twice in one mapping; put it first."""

    def get_single_node(self) -> yaml.Node | None:
        """The document; read once more for what is said twice."""
        node = super().get_single_node()
        waiting, seen = [node], set()
        while waiting:
            one = waiting.pop()
            if id(one) in seen or not isinstance(one, yaml.CollectionNode):
                continue  # a part may be named again elsewhere, in itself too
            seen.add(id(one))
            if isinstance(one, yaml.MappingNode):
                _see_once([key for key, _ in one.value])
                waiting += [part for pair in reversed(one.value) for part in reversed(pair)]
            else:
                waiting += reversed(one.value)
        return node


def _see_once(keys: Sequence[yaml.Node]) -> None:
    said: set[tuple[str, str]] = set()
    for key in keys:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if (key.tag, key.value) in said:
            problem = f"{key.value!r} is said twice in one mapping; say it once"
            raise yaml.composer.ComposerError(None, None, problem, key.start_mark)
        said.add((key.tag, key.value))


class _Loader(SaidOnce, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """By libyaml where it is there, which is ten times as quick."""


def read_yaml(text: str, loader: type = _Loader) -> Any:
    """A YAML document.

    Args:
        loader: another than the usual one.

    Raises:
        yaml.YAMLError: if it is none, or a name is said twice.
    """
    return yaml.load(text, loader)


def read_yaml_file(path: Path, wrong: type[ValueError] = ValueError, loader: type = _Loader) -> Any:
    """The YAML document of a file in UTF-8.

    Args:
        wrong: what is raised where it cannot be read.
        loader: see `read_yaml`.

    Raises:
        ValueError: of the class given, naming the file and, if it is known, the line and what is wrong.
        OSError: if the file cannot be opened.
    """
    try:
        return read_yaml(path.read_text(encoding="utf-8"), loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise wrong(f"{path} is not readable as YAML{_place(error)}.") from error


def _place(error: Exception) -> str:
    """Where YAML could not go on, if it says."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return ""
    return f" at line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', '')}"


def read_json(text: str) -> Any:
    """A JSON document.

    Raises:
        SaidTwiceError: if a name is said twice in one object; it names it.
        ValueError, RecursionError: if it is none.
    """
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise SaidTwiceError(f"{name!r} is said twice in one object; say it once")
        found[name] = value
    return found
