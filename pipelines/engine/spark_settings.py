"""How a user's own Spark is told to run: which master, and further settings of Spark.

By default Spark runs in this process, on this machine. With a master it runs on the user's cluster, or on a
server that takes work by Spark Connect. Tables and landing must then be folders that all reach by the same
path, or addresses, and executors, which read the delivered files, need this project in the Python that they
run.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

SAID = Path(__file__).with_name("spark.yml")
# https://spark.apache.org/docs/latest/submitting-applications.html#master-urls
MASTERS = (
    r"local", r"local\[(\d+|\*)(,\d+)?\]", r"local-cluster\[\d+,\d+,\d+\]", r"spark://.+", r"yarn",
    r"k8s://.+", r"sc://.+",
)  # fmt: skip


class SparkSettingsError(ValueError):
    """Settings that cannot be; the message says which and what to do."""


@dataclass(frozen=True)
class SparkSettings:
    """How Spark is to run."""

    master: str = ""  # a URL of Spark's; empty: this machine, on all its cores
    settings: Mapping[str, str] = field(default_factory=dict)  # name -> value of further settings
    # Whether there are so few rows that planning takes longer; see `small` in `spark.yml`.
    small: bool = False

    @property
    def given(self) -> bool:
        """Whether anything is said at all."""
        return bool(self.master or self.settings)

    @property
    def connect(self) -> bool:
        """Whether Spark is a server that takes work by Spark Connect."""
        return self.master.startswith("sc://")

    @property
    def local(self) -> bool:
        """Whether Spark runs in this process."""
        return not self.master or bool(re.fullmatch(r"local(\[.*\])?", self.master))


@cache
def own() -> Mapping[str, Any]:
    """What `spark.yml` says: `agreement`, `settings`, `unseen`, `local`, `small`, `planning_java`, `log`."""
    import yaml  # not before somebody asks for Spark

    return yaml.safe_load(SAID.read_text(encoding="utf-8"))


def spark_settings(
    master: str | None = None, pairs: Iterable[str] = (), file: Path | None = None
) -> SparkSettings:
    """What the options of a command ask for; an option goes before the file.

    >>> spark_settings("spark://here:7077", ["spark.executor.memory=2g"]).settings
    {'spark.executor.memory': '2g'}

    Args:
        master: see `SparkSettings`; None: as `SPARK_REMOTE` says, or this machine.
        pairs: texts NAME=VALUE.
        file: of lines `NAME VALUE` or `NAME=VALUE`, as Spark's own `spark-defaults.conf`; `#` begins a
            comment.

    Raises:
        SparkSettingsError: if one of them cannot be, in one sentence.
    """
    if master and not any(re.fullmatch(one, master) for one in MASTERS):
        raise SparkSettingsError(
            f"--master {master!r} is no master of Spark's; give local[2], spark://HOST:PORT, yarn, "
            "k8s://HOST:PORT or sc://HOST:PORT."
        )
    found = dict(_of_file(file)) if file else {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not value.strip():
            raise SparkSettingsError(f"--spark-conf takes NAME=VALUE, not {pair!r}.")
        found[_name(name.strip(), "--spark-conf")] = value.strip()
    if "spark.master" in found:
        if master:
            raise SparkSettingsError("The master is said twice; give --master or spark.master.")
        return spark_settings(found.pop("spark.master"), [f"{n}={v}" for n, v in found.items()])
    return SparkSettings(master or _remote(), found)


def _remote() -> str:
    """The server that the environment names for Spark Connect, as Spark itself reads it; empty if none."""
    remote = os.environ.get("SPARK_REMOTE", "")
    if remote and not remote.startswith("sc://"):
        raise SparkSettingsError(
            f"SPARK_REMOTE says {remote!r}, which is no sc://HOST:PORT; correct or unset it."
        )
    return remote


def _of_file(file: Path) -> Iterable[tuple[str, str]]:
    """Name and value of each line of a file."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text in UTF-8"
        raise SparkSettingsError(f"--spark-conf-file {file} cannot be read: {why}.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{file}, line {number}"
        name, *rest = re.split(r"\s*=\s*|\s+", line.strip(), maxsplit=1)
        if not rest or not rest[0]:
            raise SparkSettingsError(f"{where}: {line.strip()!r} is no line NAME VALUE.")
        yield _name(name, where), rest[0]


def _name(name: str, where: str) -> str:
    """A setting's name, if it is one that may be given."""
    if not name.startswith("spark."):
        raise SparkSettingsError(
            f"{where}: {name!r} is no setting of Spark's; its names begin with spark."
        )
    if name in (needed := own()["agreement"]):
        raise SparkSettingsError(
            f"{where}: {name} stays {needed[name]}, or Spark would not give the rows that DuckDB gives."
        )
    return name
