"""Which version of this project it is."""

import tomllib
from importlib.metadata import PackageNotFoundError, version

from schemas.contract import ROOT


def project_version() -> str:
    """The version: as installed, or else as the folder of the project says."""
    try:
        return version("joined-islands")
    except PackageNotFoundError:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
