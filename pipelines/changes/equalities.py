"""Which expressions of a SELECT equal which: wherever rows of one source count, or in every row."""

from sqlglot import exp

from pipelines.changes.expressions import own, sources_of, text


class Equalities:
    """What equalities of a SELECT say, each side an expression over one source.

    Attributes:
        terms: the sides, by their text.
    """

    def __init__(self) -> None:
        self.terms: dict[str, exp.Expression] = {}
        # Text of an expression -> expressions that equal it wherever rows of their source count.
        self._equal: dict[str, list[exp.Expression]] = {}
        self._both: dict[str, set[str]] = {}  # the same of texts, in every row
        self._full: list[tuple[exp.Expression, exp.Expression]] = []  # sides of FULL joins

    def add(self, one: exp.Expression, other: exp.Expression, always: bool = False) -> None:
        """Take note that one expression equals another, in every row or where rows of the other count."""
        self.terms[text(one)] = one
        self._equal.setdefault(text(one), []).append(other)
        if always:
            self._both.setdefault(text(one), set()).add(text(other))

    def add_full(self, left: exp.Expression, right: exp.Expression) -> None:
        """Take note of what a FULL join goes by."""
        self._full.append((left, right))

    def over(self, expression: exp.Expression, name: str) -> exp.Expression | None:
        """The same value as an expression over one source, if equalities give it.

        Only where rows of that source count: what a LEFT JOIN says leads to its right side, not back.
        """
        if sources_of(expression) <= {name}:
            return expression
        for left, right in self._full:
            if isinstance(expression, exp.Coalesce):
                parts = {text(a) for a in (expression.this, *expression.expressions)}
                if parts == {text(left), text(right)}:
                    return next((e for e in (left, right) if sources_of(e) == {name}), None)
        for found in self.reached(text(expression)):
            if sources_of(found) == {name}:
                return found
        if isinstance(expression, exp.Column) or any(
            True for _ in own(expression, exp.AggFunc, exp.Window, exp.Query)
        ):
            return None
        copy = expression.copy()
        for column in list(own(copy, exp.Column)):
            other = self.over(column, name)
            if other is None:
                return None
            column.replace(other.copy())
        return copy

    def between(self, name: str, other: str) -> list[tuple[exp.Expression, exp.Expression]]:
        """(expression over one source, expression over another) that are equal."""
        starts = [e for e in self.terms.values() if sources_of(e) == {other}]
        found = {}
        for start in starts:
            for reached in self.reached(text(start)):
                if sources_of(reached) == {name}:
                    found.setdefault(text(reached), (reached, start))
        return list(found.values())

    def reached(self, start: str) -> list[exp.Expression]:
        """Expressions that equal one, however many equalities away, nearest first."""
        seen, queue, found = {start}, [start], []
        while queue:
            for other in self._equal.get(queue.pop(0), ()):
                if text(other) not in seen:
                    seen.add(text(other))
                    queue.append(text(other))
                    found.append(other)
        return found

    def alike(self, start: str) -> set[str]:
        """Texts of all that is equal to an expression in every row."""
        found, queue = {start}, [start]
        while queue:
            new = self._both.get(queue.pop(), set()) - found
            found |= new
            queue += new
        return found
