"""Tables of results as a Data Package, so that they can be cited, archived and read by other tools.

The form is that of the Data Package standard, version 2 (datapackage.org): one `datapackage.json` beside the
tables that names each file with its size, digest, columns and their meaning.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipelines.home import write_json
from schemas.notice import NOTICE
from schemas.version import project_version

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
FILE = "datapackage.json"


def write_data_package(
    folder: Path,
    name: str,
    title: str,
    tables: Mapping[str, Path],
    meaning: Callable[[str, str], str],
    about: Mapping[str, Any] | None = None,
) -> Path:
    """Describe Parquet tables that lie in one folder.

    Args:
        folder: where they lie, and the description goes.
        name, title: of the whole; the name in small letters and hyphens.
        tables: name -> file.
        meaning: what a column means, by table and name.
        about: what else is to be said of the whole, such as seeds and design.

    Returns:
        The file that was written.

    Raises:
        OSError: if a table cannot be read or the file cannot be written.
    """
    described = {
        "$schema": PROFILE,
        "name": name,
        "title": title,
        "description": NOTICE,
        "version": project_version(),
        "licenses": [{"name": "MIT", "title": "MIT License"}],
        "keywords": ["synthetic data", "data quality", "error propagation"],
        "resources": [_resource(folder, *one, meaning) for one in tables.items()],
        **({"custom": dict(about)} if about else {}),
    }
    path = folder / FILE
    write_json(path, described)
    return path


def _resource(
    folder: Path, name: str, file: Path, meaning: Callable[[str, str], str]
) -> dict[str, Any]:
    """One table: where it is, how large, of which columns."""
    import pyarrow.parquet as pq

    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    fields = [
        {
            "name": column.name,
            "type": _kind(str(column.type)),
            "description": meaning(name, column.name),
        }
        for column in pq.read_schema(file)
    ]
    return {
        "name": name.replace("_", "-"),
        "path": file.relative_to(folder).as_posix(),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest}",
        "schema": {"fields": fields},
    }


def _kind(arrow: str) -> str:
    """The standard's word for a type of Arrow's.

    >>> [_kind(one) for one in ("int64", "date32[day]", "double", "bool", "large_string", "list<int64>")]
    ['integer', 'date', 'number', 'boolean', 'string', 'array']
    """
    beginnings = {
        "int": "integer", "uint": "integer", "date": "date", "float": "number", "double": "number",
        "decimal": "number", "bool": "boolean", "timestamp": "datetime", "list": "array",
    }  # fmt: skip
    return next((word for start, word in beginnings.items() if arrow.startswith(start)), "string")
