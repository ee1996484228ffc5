"""Where files are: at a path of this machine, or at an address of a storage that many machines reach.

`place` gives the one as a `pathlib.Path` and the other as an `Address`, which has what landing and Spark's
tables use of a `Path`, by the same names. So whoever reads or writes need not know which of them it is.

What stands behind an address is reached by pyarrow (`s3a:`, `gs:`, `abfss:`, `hdfs:`) or, of other kinds,
by fsspec (`webhdfs:` and more), with the settings that those read from the environment.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow.fs import FileInfo, FileSystem

# What pyarrow calls the file systems that it reaches by itself: the name that Hadoop has -> its own.
OF_ARROW = {
    "abfs": "abfs", "abfss": "abfss", "gs": "gs", "hdfs": "hdfs", "s3": "s3", "s3a": "s3", "viewfs": "viewfs",
}  # fmt: skip
FILES_ALONE = ("gs", "s3", "s3a")  # storages that know no folders, so that files move one by one


class PlaceError(ValueError):
    """A place that cannot be reached; the message is one sentence that says what to do."""


@dataclass(frozen=True, order=True)
class Address:
    """A file or folder at an address. Its methods do what those of `pathlib.Path` do.

    A folder that holds nothing may not be there: some storages know files alone.

    >>> feed = Address("s3a://bucket/landing") / "court"
    >>> str(feed), feed.name, str(feed.parent)
    ('s3a://bucket/landing/court', 'court', 's3a://bucket/landing')

    Raises:
        OSError: from every method that asks the storage, as `Path`'s do.
        PlaceError: from those, if the storage cannot be reached at all.
    """

    text: str  # the scheme, `://`, and a path without a slash at its end
    # Its kind and size as its folder's list tells, so that of a thousand files not each is asked about.
    listed: tuple[str, int] | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return self.text

    def __truediv__(self, name: str) -> Address:
        return Address(f"{self.text}/{name}")

    def joinpath(self, *names: str) -> Address:
        return Address("/".join((self.text, *names)))

    def with_name(self, name: str) -> Address:
        return self.parent / name

    def absolute(self) -> Address:
        return self

    def resolve(self) -> Address:
        return self

    @property
    def name(self) -> str:
        return self.text.rpartition("/")[2]

    @property
    def parent(self) -> Address:
        return Address(self.text.rpartition("/")[0])

    def exists(self) -> bool:
        return self._kind_and_size()[0] != "NotFound"

    def is_dir(self) -> bool:
        return self._kind_and_size()[0] == "Directory"

    def is_file(self) -> bool:
        return self._kind_and_size()[0] == "File"

    def stat(self) -> Size:
        return Size(self._kind_and_size()[1])

    def iterdir(self) -> Iterator[Address]:
        from pyarrow.fs import FileSelector

        for info in self._files.get_file_info(FileSelector(self._path, allow_not_found=True)):
            yield replace(self / info.base_name, listed=_told(info))

    def glob(self, pattern: str) -> Iterator[Address]:
        """Of what lies in the folder itself, what has such a name; the pattern has no slash."""
        return (one for one in self.iterdir() if fnmatchcase(one.name, pattern))

    def rglob(self, pattern: str) -> Iterator[Address]:
        from pyarrow.fs import FileSelector

        below = FileSelector(self._path, allow_not_found=True, recursive=True)
        for info in self._files.get_file_info(below):
            if fnmatchcase(info.base_name, pattern):
                below_it = info.path.removeprefix(self._path).lstrip("/")
                yield replace(self / below_it, listed=_told(info))

    def relative_to(self, folder: Address) -> Path:
        return Path(self.text.removeprefix(folder.text + "/"))

    def read_bytes(self) -> bytes:
        with self._files.open_input_file(self._path) as file:
            return file.read()

    def read_text(self, encoding: str = "utf-8") -> str:
        return self.read_bytes().decode(encoding)

    def write_bytes(self, content: bytes) -> None:
        with self._files.open_output_stream(self._path) as file:
            file.write(content)

    def mkdir(self, parents: bool = True, exist_ok: bool = True) -> None:
        self._files.create_dir(self._path, recursive=parents)

    def replace(self, target: Address) -> Address:
        """Move a file or a folder to a place of the same storage where nothing is."""
        if self.text.startswith(FILES_ALONE) and self.is_dir():
            target.mkdir()
            for one in sorted(self.rglob("*")):
                there = target.joinpath(one.relative_to(self).as_posix())
                there.mkdir() if one.is_dir() else one.replace(there)
            self.remove()
            return target
        self._files.move(self._path, target._path)
        if not target.exists():  # not every storage says that it did not move it
            raise OSError(errno.EEXIST, f"{self} could not be moved", str(target))
        return target

    def unlink(self, missing_ok: bool = False) -> None:
        try:
            self._files.delete_file(self._path)
        except FileNotFoundError:
            if not missing_ok:
                raise

    def remove(self) -> None:
        """Remove a file, or a folder with all in it, if it is there."""
        kind = _told(self._files.get_file_info(self._path))[0]
        if kind == "Directory":
            self._files.delete_dir(self._path)
        elif kind == "File":
            self.unlink(missing_ok=True)

    def _kind_and_size(self) -> tuple[str, int]:
        return self.listed or _told(self._files.get_file_info(self._path))

    def for_arrow(self) -> tuple[str, FileSystem]:
        """The path, and the file system on which pyarrow finds it."""
        return self._path, self._files

    @property
    def _files(self) -> FileSystem:
        return _storage(self._root)[0]

    @property
    def _path(self) -> str:
        """The path as the storage's file system wants it."""
        before = _storage(self._root)[1].rstrip("/")
        return f"{before}/{self.text.removeprefix(self._root).lstrip('/')}".rstrip("/") or "/"

    @cached_property
    def _root(self) -> str:
        """The address without a path."""
        parts = urlsplit(self.text)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class Size:
    """What an `Address` says of a file that is there."""

    st_size: int  # bytes


Place = Path | Address


def place(said: str | Path | Address) -> Place:
    """The place that a path, an address `file:` or another address names.

    >>> place("file:///srv/landing").as_posix()
    '/srv/landing'
    >>> place("hdfs://names:8020/landing/")
    Address(text='hdfs://names:8020/landing')
    """
    if isinstance(said, Address):
        return said
    scheme, colon, rest = str(said).partition(":")
    if colon and scheme == "file":
        return Path(url2pathname(urlsplit(str(said)).path))
    if colon and len(scheme) > 1 and scheme.isalnum() and rest.startswith("//"):
        return Address(str(said).rstrip("/"))
    return Path(said)


def remove(there: Place) -> None:
    """Remove a file, or a folder with all in it, if it is there."""
    if isinstance(there, Address):
        there.remove()
    elif there.is_dir():
        shutil.rmtree(there, ignore_errors=True)
    else:
        there.unlink(missing_ok=True)


def copy(source: Place, target: Place) -> None:
    """Copy a file to where nothing is."""
    if isinstance(source, Path) and isinstance(target, Path):
        shutil.copyfile(source, target)
    else:
        write(source.read_bytes(), target)


def write(content: bytes, file: Place) -> None:
    """Write a file that nothing looks at before it is whole."""
    file.write_bytes(content)


def write_parquet(rows: pa.Table, file: Place, compression: str = "snappy") -> None:
    """Write a Parquet file."""
    import pyarrow.parquet as pq

    path, files = (file, None) if isinstance(file, Path) else file.for_arrow()
    pq.write_table(rows, path, filesystem=files, compression=compression)


def parquet(file: Place) -> pq.ParquetFile:
    """A Parquet file, open for what its footer says and for its rows."""
    import pyarrow.parquet as pq

    path, files = (file, None) if isinstance(file, Path) else file.for_arrow()
    return pq.ParquetFile(path, filesystem=files)


def size_of_files(folder: Place, pattern: str = "*") -> int:
    """Bytes of the files below a folder that have such names."""
    return sum(one.stat().st_size for one in folder.rglob(pattern) if one.is_file())


def _told(info: FileInfo) -> tuple[str, int]:
    """`File`, `Directory` or `NotFound`, and bytes."""
    return info.type.name, info.size or 0


@cache
def _storage(root: str) -> tuple[FileSystem, str]:
    """The file system behind an address without a path, and the path there that it stands for.

    Raises:
        PlaceError: if there is none.
    """
    from pyarrow.fs import FileSystem, FSSpecHandler, PyFileSystem

    scheme, _, host = root.partition("://")
    try:
        if known := OF_ARROW.get(scheme):
            asked = _endpoint() if known == "s3" else ""
            found, path = FileSystem.from_uri(f"{known}://{host}/{asked}")
        else:
            from fsspec.core import url_to_fs

            other, path = url_to_fs(f"{root}/")
            found = PyFileSystem(FSSpecHandler(other))
        found.get_file_info(path)  # whether it answers at all
    except (ImportError, OSError, ValueError) as error:
        why = (str(_first_cause(error)) or type(error).__name__).splitlines()[0].rstrip(". ")
        raise PlaceError(
            f"{root} cannot be reached ({why}); install or set what is missing, or give a folder that is "
            "mounted."
        ) from error
    return found, path


def _endpoint() -> str:
    """What pyarrow is to be told of a storage of one's own that speaks as S3 does, which it does not look for
    in the environment by itself."""
    at = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", ""))
    return f"?scheme={at.scheme}&endpoint_override={at.netloc}" if at.netloc else ""


def _first_cause(error: BaseException) -> BaseException:
    """What an error came from in the end: libraries of the network wrap it three times and repeat it."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return error
