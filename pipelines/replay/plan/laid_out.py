"""What planning asks of all the rows of a database, in tables.

They are laid out with the copy of a base that replays read; of any other database each is made, as a
temporary table, when it is first asked for.
"""

from collections.abc import Callable

from pipelines.engine.databases import Databases

LAID_OUT = "laid_out"  # the schema of what replays ask of a whole base


class LaidOut:
    """The tables of one database.

    Args:
        db: open databases.
        name: the one to read.
    """

    def __init__(self, db: Databases, name: str) -> None:
        self.db = db
        self.name = name
        self._tables: dict[str, str] = {}

    def table(self, name: str, select: Callable[[str], str]) -> str:
        """The table of that name as a query calls it.

        Args:
            select: gives the SELECT of its rows, of the database's name followed by a dot.
        """
        if name not in self._tables:
            laid_out = f"{LAID_OUT}.{name}"
            if self.db.has(self.name, laid_out):
                self._tables[name] = f"{self.name}.{laid_out}"
            else:
                self.db.make(name, select(f"{self.name}."))
                self._tables[name] = name
        return self._tables[name]
