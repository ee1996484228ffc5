"""The words a model may use besides the macros, each with small trials: what `allowed.yml` says."""

from pathlib import Path
from string import Template

import yaml

_SAID = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))

# word -> (expression, what both engines give, cast to text), at least one each.
ALLOWED: dict[str, list[tuple[str, str | None]]] = {
    word: [(Template(trial).substitute(_SAID["tables"]), gives) for trial, gives in trials]
    for word, trials in _SAID["words"].items()
}
# Of the classes of sqlglot's expressions, by name: the word for one, those that are no word, and why
# one is refused.
CALLED: dict[str, str] = _SAID["called"]
PLAIN = frozenset(_SAID["plain"])
REFUSED: dict[str, str] = _SAID["refused"]
