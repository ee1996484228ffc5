"""What replays ask of all the rows of a database, in tables.

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
        """What a query calls a table, which is made if it was not laid out.

        Args:
            name: of the table.
            select: from the database's name with a dot to the SELECT of the table's rows.
        """
        if name not in self._tables:
            table = f"{self.name}.{LAID_OUT}.{name}"
            if not self.db.has(self.name, f"{LAID_OUT}.{name}"):
                table = f"{self.name}_{name}"
                self.db.make(table, select(f"{self.name}."))
            self._tables[name] = table
        return self._tables[name]
